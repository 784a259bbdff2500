#include <cmath>

#include "farspan/cpp/eval.hpp"
#include "results.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

ordered_json interval_json(const farspan_interval& interval) {
    return {{"low", json_number(interval.low)}, {"high", json_number(interval.high)}};
}

ordered_json passkeys_json(const std::vector<passkey_result>& passkeys) {
    ordered_json all = ordered_json::array();
    for (const passkey_result& p : passkeys)
        all.push_back({{"depth", p.depth},
                       {"trials", p.trials},
                       {"correct", p.correct},
                       {"digit_nll", json_number(p.digit_nll)}});
    return all;
}

ordered_json continuation_json(const continuation_result& c) {
    return {{"texts", c.texts},
            {"bytes", c.bytes},
            {"bleu", c.bleu},
            {"bleu_interval", interval_json(c.bleu_interval)},
            {"chrf", c.chrf},
            {"rouge_l", c.rouge_l},
            {"rouge_l_interval", interval_json(c.rouge_interval)}};
}

ordered_json point_json(const point& p) {
    ordered_json json = {{"length", p.length},
                         {"tokens", p.loss.tokens},
                         {"nll", json_number(p.loss.nll)},
                         {"standard_error", json_number(p.loss.standard_error)},
                         {"nll_interval", interval_json(p.interval)},
                         {"perplexity", json_number(p.loss.perplexity)},
                         {"bits_per_byte", json_number(p.loss.bits_per_byte)},
                         {"nll_change", json_number(p.change.nll)},
                         {"nll_change_standard_error", json_number(p.change.standard_error)},
                         {"last_segment_nll", json_number(p.segment.nll)},
                         {"last_segment_standard_error", json_number(p.segment.standard_error)},
                         {"last_segment_change", json_number(p.segment_change.nll)},
                         {"last_segment_change_standard_error", json_number(p.segment_change.standard_error)},
                         {"scheme", p.scheme}};
    if (!p.passkeys.empty()) json["passkey"] = passkeys_json(p.passkeys);
    if (p.continuation) json["continuation"] = continuation_json(*p.continuation);
    for (const double mean : p.blocks) json["block_nll"].push_back(json_number(std::round(mean * 1e7) / 1e7));
    return json;
}

ordered_json series_json(const series& line) {
    ordered_json points = ordered_json::array();
    for (const point& p : line.points) points.push_back(point_json(p));
    ordered_json json = {{"model", line.model},
                         {"position", line.position},
                         {"method", line.method},
                         {"trained_length", line.trained_length},
                         {"verdict", line.verdict}};
    if (line.worst_length) {
        json["reference_length"] = line.reference_length;
        json["worst_ratio"] = json_number(line.worst_ratio);
        json["worst_length"] = line.worst_length;
    }
    if (!line.same_as.empty()) json["same_as"] = line.same_as;
    json["points"] = points;
    for (const context_bucket& b : line.context_curve)
        json["nll_by_context"].push_back({{"context", {b.first, b.last}},
                                          {"tokens", b.loss.tokens},
                                          {"nll", json_number(b.loss.nll)},
                                          {"standard_error", json_number(b.loss.standard_error)}});
    return json;
}

}  // namespace

ordered_json json_number(double value) {
    if (std::isfinite(value)) return value;
    return number_text(value, 3);
}

ordered_json to_json(const report_results& results) {
    ordered_json lines = ordered_json::array();
    for (const series& line : results.lines) lines.push_back(series_json(line));
    const stretches& where = results.where;
    return {{"farspan", farspan::version_text()},
            {"isa", results.isa},
            {"threads", results.threads},
            {"seconds", results.seconds},
            {"mode", results.decoded ? "decode" : "prefill"},
            {"text",
             {{"file", results.text_name},
              {"digest", results.text_digest},
              {"bytes", results.text_bytes},
              {"scored_bytes", where.scored()},
              {"stretches", where.starts},
              {"stretch_length", where.length},
              {"segment", where.segment}}},
            {"rules",
             {{"windows",
               "without overlap; a window's first byte is context only, there is no BOS; every length scores the same "
               "bytes"},
              {"last_segment", "the final bytes of each stretch, scored by the window that ends there"},
              {"standard_error", "from the means of blocks of " + std::to_string(error_block()) + " bytes"},
              {"nll_interval", "95 % of the means of resampled blocks"},
              {"block_tokens", error_block()},
              {"verdict", farspan::eval::verdict_rule()}}},
            {"lengths", results.lengths},
            {"series", lines}};
}

}  // namespace tool
