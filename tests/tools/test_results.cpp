#include <criterion/criterion.h>

#include <cmath>

#include "results.hpp"

using namespace tool;

namespace {

series line_of(const std::vector<std::pair<int64_t, double>>& perplexities) {
    series line{"m", "rope", "none", 256, "", {}};
    for (const auto& [length, perplexity] : perplexities) {
        const farspan_loss_summary loss = summarize(std::vector<double>(1000, std::log(perplexity)));
        line.points.push_back({length, loss, loss, {}, {}});
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
