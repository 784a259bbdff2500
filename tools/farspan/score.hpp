// farspan score: what its kinds share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "farspan/cpp/eval.hpp"
#include "nlohmann/json.hpp"

namespace tool {

struct score_options {
    std::string hypothesis;
    std::vector<std::string> references;
    std::string separator;
    farspan::eval::bootstrap_config bootstrap;
    int32_t threads = 0;
    bool confidence = false, json = false, quiet = false;

    std::vector<std::string> files() const;
};

// The options of every kind.
void add_score_options(CLI::App& app, score_options& o);

void add_score_bleu(CLI::App& score);
void add_score_chrf(CLI::App& score);
void add_score_rouge(CLI::App& score);

// One segment of a batch, as the library's functions take it.
struct segment_view {
    std::string_view hypothesis;
    std::vector<std::optional<std::string_view>> references;

    segment_view(const std::vector<std::vector<std::string>>& batch, int64_t n);
};

// Reads the files and calls body(batch, n) for every segment of a batch on several threads, then after(segments) on
// one. Shows progress. Returns the number of segments; throws failure if there is none.
using batch_of_texts = std::vector<std::vector<std::string>>;
int64_t read_segments(const score_options& o, const std::function<void(const batch_of_texts& batch, int64_t n)>& body,
                      const std::function<void(int64_t segments)>& after);

std::string score_text(double value, int decimals);  // fixed decimals
nlohmann::ordered_json interval_json(const farspan_interval& interval, const farspan_bootstrap_config& config);
std::string interval_text(const farspan_interval& interval, const farspan_bootstrap_config& config, int decimals);

// Prints the text, or with --json the object.
void print_score(const score_options& o, const std::string& text, const nlohmann::ordered_json& json);

}  // namespace tool
