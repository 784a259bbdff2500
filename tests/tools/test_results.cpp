#include <criterion/criterion.h>

#include <cmath>

#include "results.hpp"

using namespace tool;

namespace {

series line_of(const std::vector<std::pair<int64_t, double>>& perplexities) {
    series line;
    line.model = "m";
    line.position = "rope";
    line.method = "none";
    line.trained_length = 256;
    for (const auto& [length, perplexity] : perplexities) {
        point p{};
        p.length = length;
        p.loss = p.segment = summarize(std::vector<double>(1000, std::log(perplexity)));
        p.interval.low = p.loss.nll - 0.1;
        p.interval.high = p.loss.nll + 0.1;
        line.points.push_back(p);
    }
    judge(line);
    return line;
}

void expect_verdict(const series& line, const char* verdict, int64_t worst_length) {
    cr_expect(line.verdict == verdict, "got %s, expected %s", line.verdict.c_str(), verdict);
    cr_expect(line.worst_length == worst_length, "got %ld, expected %ld", line.worst_length, worst_length);
}

}  // namespace

Test(results, verdict_is_that_of_the_worst_length) {
    expect_verdict(line_of({{128, 9}, {256, 4}, {512, 3.9}, {1024, 3.8}}), "improves", 512);
    expect_verdict(line_of({{256, 4}, {512, 3.8}, {1024, 4.3}}), "holds", 1024);
    expect_verdict(line_of({{256, 4}, {512, 5}, {1024, 4.1}}), "degrades", 512);
    expect_verdict(line_of({{256, 4}, {512, 4}, {1024, 6.1}}), "explodes", 1024);
}

Test(results, verdict_needs_lengths_on_both_sides) {
    expect_verdict(line_of({{128, 9}, {256, 4}}), "untested", 0);
    expect_verdict(line_of({{512, 9}, {1024, 4}}), "untested", 0);
    cr_expect(line_of({{128, 5}, {512, 5}}).reference_length == 128);
}

Test(results, what_is_not_finite_explodes) {
    expect_verdict(line_of({{256, 4}, {512, HUGE_VAL}, {1024, 4}}), "explodes", 512);
    expect_verdict(line_of({{256, 4}, {512, 4}, {1024, std::nan("")}, {2048, 9}}), "explodes", 1024);
    expect_verdict(line_of({{256, std::nan("")}, {512, 4}}), "explodes", 512);
}

Test(results, csv_has_the_promised_columns) {
    report_results results;
    results.lines = {line_of({{256, 4}, {512, HUGE_VAL}})};
    results.lines[0].model = "a,\"b\"";
    cr_expect(to_csv(results) ==
              "model,method,length,tokens,nll,perplexity,bits_per_byte,last_segment_nll,verdict\n"
              "\"a,\"\"b\"\"\",none,256,1000,1.386294,4,2,1.386294,explodes\n"
              "\"a,\"\"b\"\"\",none,512,1000,inf,inf,inf,inf,explodes\n");
}

Test(results, json_spells_what_is_not_finite) {
    report_results results;
    results.isa = "scalar";
    results.lines = {line_of({{256, 4}, {512, std::nan("")}})};
    const nlohmann::json json = nlohmann::json::parse(to_json(results).dump());
    cr_expect(json["series"][0]["points"][1]["perplexity"] == "nan");
    cr_expect(json["series"][0]["points"][0]["nll"].is_number());
    cr_expect(json["series"][0]["verdict"] == "explodes");
}

Test(results, curve_by_context_sorts_predictions_by_what_was_read) {
    std::vector<double> losses;  // two windows of 40 bytes; the loss after n bytes of context is n
    for (int window = 0; window < 2; ++window)
        for (int n = 1; n <= 40; ++n) losses.push_back(n);
    const std::vector<context_bucket> curve = curve_by_context(losses, 40);
    cr_assert(curve.size() == 3);
    cr_expect(curve[0].first == 1 && curve[0].last == 16 && curve[0].loss.tokens == 30 && curve[0].loss.nll == 8);
    cr_expect(curve[1].first == 16 && curve[1].last == 32 && curve[1].loss.tokens == 32 && curve[1].loss.nll == 23.5);
    cr_expect(curve[2].first == 32 && curve[2].last == 41 && curve[2].loss.tokens == 18 && curve[2].loss.nll == 36);
}

Test(results, blocks_and_digest) {
    std::vector<double> losses(static_cast<size_t>(error_block()) + 2, 1.0);
    losses.back() = 4;
    cr_expect(block_means(losses) == std::vector<double>({1.0, 2.5}));
    cr_expect(digest({}) == "cbf29ce484222325");     // the offset basis of FNV-1a
    cr_expect(digest({'a'}) == "af63dc4c8601ec8c");  // published test values
    cr_expect(digest({'f', 'o', 'o', 'b', 'a', 'r'}) == "85944171f73967e8");
}
