// What a report found, and how it is judged and written.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "evaluate.hpp"
#include "losses.hpp"
#include "tasks.hpp"
#include "tunings.hpp"

namespace tool {

struct point {
    int64_t length;
    farspan_loss_summary loss;     // of all scored bytes
    farspan_loss_summary segment;  // of the last segments only
    farspan_loss_summary change;   // loss minus that at the reference length, paired byte by byte
    farspan_loss_summary segment_change;
    farspan_interval interval;   // of the mean loss, from its blocks
    std::vector<double> blocks;  // mean losses of blocks, from which another report can be compared pair by pair
    std::vector<passkey_result> passkeys;  // by depth; empty if not asked for or the task does not fit
    std::optional<continuation_result> continuation;
    nlohmann::ordered_json scheme;  // in the form of farspan_scheme_from_json; null up to the trained length
};

// The loss of predictions made after [first, last) bytes of context.
struct context_bucket {
    int64_t first, last;
    farspan_loss_summary loss;
};

// One (model, method) over all lengths.
struct series {
    std::string model, position, method;
    bool tuned = false;  // of a model fine-tuned from `model`, at another trained length
    int64_t trained_length;
    std::string same_as;        // an earlier method of the model with the same arithmetic at every length, or empty
    std::vector<point> points;  // ascending lengths
    std::vector<context_bucket> context_curve;  // within the longest windows

    std::string verdict = "untested";
    int64_t reference_length = 0;  // perplexities are compared with the one at this length
    double worst_ratio = 0;        // largest perplexity beyond the trained length over the reference
    int64_t worst_length = 0;
};

struct report_results {
    std::string text_name, text_digest, isa;
    int64_t text_bytes = 0;
    stretches where;
    bool decoded = false;
    int32_t threads = 0;
    double seconds = 0;
    std::vector<int64_t> lengths;
    std::vector<series> lines;
    std::vector<tuning_run> tunings;  // of the models among the lines
};

// Fills the verdict by the library's rule, farspan_verdict_rule().
void judge(series& line);

// The losses of the longest windows, stretch by stretch, by the context that each had: 1 .. 15 bytes, 16 .. 31, 32 ..
// 63 and so on; the last bucket ends with the window.
std::vector<context_bucket> curve_by_context(const std::vector<double>& losses, int64_t length);

// 64 bits of FNV-1a in hexadecimal: tells texts of the same name apart.
std::string digest(const std::vector<uint8_t>& text);

std::string to_csv(const report_results& results);
nlohmann::ordered_json to_json(const report_results& results);
std::string to_tables(const report_results& results, bool verbose);

nlohmann::ordered_json json_number(double value);   // nan and inf, which JSON does not have, as text
std::string number_text(double value, int digits);  // "%.*g", with nan and inf spelled so everywhere
std::string cell_text(double value);                // of a table: three decimals while that is readable

}  // namespace tool
