// What a report found, and how it is judged and written.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "evaluate.hpp"
#include "losses.hpp"

namespace tool {

struct point {
    int64_t length;
    farspan_loss_summary loss;     // of all scored bytes
    farspan_loss_summary segment;  // of the last segments only
    farspan_loss_summary change;   // loss minus that at the reference length, paired byte by byte
    nlohmann::ordered_json parameters;
};

// One (model, method) over all lengths.
struct series {
    std::string model, position, method;
    int64_t trained_length;
    std::string same_as;  // an earlier method of the model with the same arithmetic at every length, or empty
    std::vector<point> points;  // ascending lengths

    std::string verdict = "untested";
    int64_t reference_length = 0;     // perplexities are compared with the one at this length
    double worst_ratio = 0;           // largest perplexity beyond the trained length over the reference
    int64_t worst_length = 0;
};

struct report_results {
    std::string text_name, isa;
    int64_t text_bytes = 0;
    stretches where;
    int32_t threads = 0;
    double seconds = 0;
    std::vector<int64_t> lengths;
    std::vector<series> lines;
};

// Fills the verdict by the library's rule, farspan_verdict_rule().
void judge(series& line);

std::string to_csv(const report_results& results);
nlohmann::ordered_json to_json(const report_results& results);
std::string to_tables(const report_results& results, bool verbose);

std::string number_text(double value, int digits);  // "%.*g", with nan and inf spelled so everywhere

}  // namespace tool
