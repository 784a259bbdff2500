#include "tunings.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "failure.hpp"
#include "files.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

tuning_row read_row(const ordered_json& row) {
    tuning_row read{row.at("step"), {}};
    for (const auto& [length, perplexity] : row.at("perplexity").items())
        read.perplexity[std::stoll(length)] = perplexity.get<double>();
    return read;
}

}  // namespace

const tuning_row& tuning_course::at(int64_t step) const {
    for (const tuning_row& row : rows)
        if (row.step == step) return row;
    throw failure("the start " + start + " was not evaluated at step " + std::to_string(step));
}

const tuning_course& tuning_run::of(const std::string& start) const {
    for (const tuning_course& course : courses)
        if (course.start == start) return course;
    throw failure("no start " + start + " at length " + std::to_string(length));
}

tuning_run read_tuning(const fs::path& path) {
    const std::vector<uint8_t> text = read_bytes(path);
    try {
        const ordered_json root = ordered_json::parse(text.begin(), text.end());
        const ordered_json& settings = root.at("settings");
        tuning_run run{settings.at("model"), settings.at("length"), {}};
        for (const auto& [start, known] : root.at("starts").items()) {
            tuning_course course{start, {}};
            for (const ordered_json& row : known.at("rows")) course.rows.push_back(read_row(row));
            run.courses.push_back(std::move(course));
        }
        return run;
    } catch (const std::exception& error) {
        throw failure(path.string() + ": not a file of extend.py: " + error.what());
    }
}

std::vector<tuning_run> read_tunings(const fs::path& folder) {
    std::vector<tuning_run> runs;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("extend-") && name.ends_with(".json")) runs.push_back(read_tuning(entry.path()));
    }
    std::sort(runs.begin(), runs.end(), [](const tuning_run& a, const tuning_run& b) { return a.length < b.length; });
    return runs;
}

}  // namespace tool
