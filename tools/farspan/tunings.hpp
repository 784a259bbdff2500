// How fine-tunings went, step by step: what tools/train/extend.py wrote, models/extend-*.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tool {

struct tuning_row {
    int64_t step;
    std::map<int64_t, double> perplexity;  // by window length, of the same bytes held out of training
};

struct tuning_course {
    std::string start;  // the method of extension
    std::vector<tuning_row> rows;
    const tuning_row& at(int64_t step) const;  // fails if it was not evaluated
};

// All starts of one length, from the same model.
struct tuning_run {
    std::string base_model;
    int64_t length;
    std::vector<tuning_course> courses;
    const tuning_course& of(const std::string& start) const;
};

tuning_run read_tuning(const std::filesystem::path& path);

// Of every extend-*.json in the folder, by length.
std::vector<tuning_run> read_tunings(const std::filesystem::path& folder);

}  // namespace tool
