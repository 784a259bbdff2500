#include "results.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "farspan/cpp/eval.hpp"

namespace tool {
namespace {

std::string pad(const std::string& text, size_t width, bool right) {
    const std::string fill(text.size() < width ? width - text.size() : 0, ' ');
    return right ? fill + text : text + fill;
}

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

template <class F>
std::string table(const report_results& results, const std::string& title, bool verdicts, F&& value) {
    size_t names = 0, methods = 0;
    for (const series& line : results.lines) {
        names = std::max(names, line.model.size());
        methods = std::max(methods, line.method.size());
    }
    std::string text = title + "\n" + pad("", names + methods + 3, false);
    for (const int64_t length : results.lengths) text += pad(std::to_string(length), 10, true);
    text += verdicts ? "   verdict\n" : "\n";
    std::string previous;
    for (const series& line : results.lines) {
        text += pad(line.model == previous ? "" : line.model, names + 2, false) + pad(line.method, methods + 1, false);
        previous = line.model;
        for (const point& p : line.points) text += pad(value(p), 10, true);
        if (verdicts) {
            text += "   " + line.verdict;
            if (line.worst_length)
                text += " (" + number_text(line.worst_ratio, 3) + " at " + std::to_string(line.worst_length) + ")";
        }
        text += "\n";
    }
    return text;
}

// "-" where the task was not done.
std::string passkey_share(const point& p) {
    int64_t correct = 0, trials = 0;
    for (const passkey_result& r : p.passkeys) {
        correct += r.correct;
        trials += r.trials;
    }
    return trials > 0 ? cell_text(static_cast<double>(correct) / static_cast<double>(trials)) : "-";
}

std::string passkey_digit_nll(const point& p) {
    double sum = 0;
    for (const passkey_result& r : p.passkeys) sum += r.digit_nll;
    return p.passkeys.empty() ? "-" : cell_text(sum / static_cast<double>(p.passkeys.size()));
}

std::string scheme_list(const report_results& results) {
    std::string text = "Schemes that the methods derived from the length\n";
    for (const series& line : results.lines)
        for (const point& p : line.points)
            if (!p.scheme.is_null())
                text += "  " + line.model + " " + line.method + " " + std::to_string(p.length) + "  " +
                        p.scheme.dump() + "\n";
    return text + "\n";
}

}  // namespace

void judge(series& line) {
    std::vector<int64_t> lengths;
    std::vector<double> nll;
    for (const point& p : line.points) {
        lengths.push_back(p.length);
        nll.push_back(p.loss.nll);
    }
    const farspan_verdict verdict = farspan::eval::judge(lengths, nll, line.trained_length);
    line.verdict = farspan::eval::verdict_name(verdict.verdict);
    line.reference_length = verdict.reference_length;
    line.worst_length = verdict.worst_length;
    line.worst_ratio = verdict.worst_ratio;
}

std::vector<context_bucket> curve_by_context(const std::vector<double>& losses, int64_t length) {
    std::vector<int64_t> edges = {1};
    for (int64_t edge = 16; edge < length; edge *= 2) edges.push_back(edge);
    edges.push_back(length + 1);
    farspan::eval::loss_curve sums(edges);
    for (size_t first = 0; first < losses.size(); first += static_cast<size_t>(length))
        sums.add(1, farspan::array_view<const double>::of(losses.data() + first, static_cast<size_t>(length)));
    std::vector<context_bucket> curve;
    for (size_t n = 0; n < sums.buckets().size(); ++n)
        curve.push_back({edges[n], edges[n + 1], sums.buckets()[n].summary()});
    return curve;
}

std::string digest(const std::vector<uint8_t>& text) {
    uint64_t hash = 0xcbf29ce484222325;
    for (const uint8_t byte : text) hash = (hash ^ byte) * 0x100000001b3;
    char buffer[20];
    std::snprintf(buffer, sizeof buffer, "%016llx", static_cast<unsigned long long>(hash));
    return buffer;
}

std::string number_text(double value, int digits) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    return buffer;
}

std::string cell_text(double value) {
    char buffer[32];
    if (std::isfinite(value) && value < 9999.5) {
        std::snprintf(buffer, sizeof buffer, "%.*f", value < 100 ? 3 : 1, value);
        return buffer;
    }
    return number_text(value, 3);
}

std::string to_csv(const report_results& results) {
    std::string text = "model,method,length,tokens,nll,perplexity,bits_per_byte,last_segment_nll,verdict\n";
    for (const series& line : results.lines)
        for (const point& p : line.points) {
            text += csv_field(line.model) + "," + line.method + "," + std::to_string(p.length) + "," +
                    std::to_string(p.loss.tokens);
            for (const double value : {p.loss.nll, p.loss.perplexity, p.loss.bits_per_byte, p.segment.nll})
                text += "," + number_text(value, 7);
            text += "," + line.verdict + "\n";
        }
    return text;
}

std::string to_tables(const report_results& results, bool verbose) {
    std::string text = "\n";
    if (verbose) text += scheme_list(results);
    text += table(results, "Perplexity per byte, by window length", true,
                  [](const point& p) { return cell_text(p.loss.perplexity); }) +
            "\n";
    text +=
        table(results, "Bits per byte", false, [](const point& p) { return cell_text(p.loss.bits_per_byte); }) + "\n";
    text += table(results,
                  "Loss of the last " + std::to_string(results.where.segment) +
                      " bytes only, nats per byte: the same bytes with more context to the right",
                  false, [](const point& p) { return cell_text(p.segment.nll); }) +
            "\n";
    const auto any = [&](auto&& has) {
        return std::any_of(results.lines.begin(), results.lines.end(), [&](const series& line) {
            return std::any_of(line.points.begin(), line.points.end(), has);
        });
    };
    if (any([](const point& p) { return !p.passkeys.empty(); }))
        text += table(results, "Passkeys found, share of all depths and trials", false, passkey_share) + "\n" +
                table(results, "Loss of the passkey's digits, nats per digit: a guess costs 2.303", false,
                      passkey_digit_nll) +
                "\n";
    if (any([](const point& p) { return p.continuation.has_value(); }))
        text += table(results, "chrF of the continuation against the true one, 0 .. 100", false,
                      [](const point& p) { return p.continuation ? cell_text(p.continuation->chrf) : "-"; }) +
                "\n";
    return text + "Verdict: " + farspan::eval::verdict_rule() + ".\n";
}

}  // namespace tool
