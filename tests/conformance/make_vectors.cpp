// usage: make_vectors DIRECTORY            writes what the cases of its files must answer
//        make_vectors --check DIRECTORY    compares it with what they say
//
// The files are the source of the cases; the values come from the oracle in tests/reference. What it cannot answer (facts about published
// models, what published implementations answered, errors) is written with the case and stays. When compared, a value may differ by a
// hundredth of its tolerance: another libm rounds differently. Everything else must be the same text.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "answers.hpp"

using namespace conformance;

namespace {

// One case per line.
std::string text_of(const json& file) {
    std::string text = "{\"cases\": [";
    for (const json& one : file.at("cases")) text += (text.back() == '[' ? "\n" : ",\n") + one.dump();
    return text + "\n]}\n";
}

// Takes the values out of `one` and returns whether they were close to those of `other`, from which they are taken too.
bool take_close_values(json& one, json& other) {
    if (!one.contains("outputs") || !other.contains("outputs") || one["outputs"].size() != other["outputs"].size())
        return true;
    bool close = true;
    for (size_t n = 0; n < one["outputs"].size(); ++n) {
        json &a = one["outputs"][n], &b = other["outputs"][n];
        if (!a.contains("values") || !b.contains("values")) continue;  // texts must be the same
        const json x = a["values"], y = b["values"];
        close = close && x.size() == y.size();
        for (size_t v = 0; close && v < x.size(); ++v) {
            const json& tolerance = a["tolerance"].is_array() ? a["tolerance"][v] : a["tolerance"];
            close = x[v] == y[v] || std::fabs(real(x[v]) - real(y[v])) <= 0.01 * real(tolerance);
        }
        a.erase("values");
        b.erase("values");
    }
    return close;
}

// Answers the cases of a file; when checking, prints and counts those that differ from what stands there.
int answer_file(const std::filesystem::path& path, bool check) {
    std::stringstream stored;
    stored << std::ifstream(path).rdbuf();
    json file = json::parse(stored.str());
    int differing = 0;
    for (json& one : file.at("cases")) {
        json made = one;
        answer(made);
        if (!check) {
            one = made;
        } else if (!take_close_values(made, one) || made.dump() != one.dump()) {
            std::printf("%s: '%s' differs\n", path.filename().c_str(), made["name"].get<std::string>().c_str());
            ++differing;
        }
    }
    if (!check) std::ofstream(path) << text_of(file);
    if (check && differing == 0 && text_of(json::parse(stored.str())) != stored.str()) {
        std::printf("%s is not laid out as make_vectors does it\n", path.filename().c_str());
        return 1;
    }
    return differing;
}

}  // namespace

int main(int argc, char** argv) {
    const bool check = argc == 3 && std::string(argv[1]) == "--check";
    if (argc != 2 && !check) {
        std::fprintf(stderr, "usage: make_vectors [--check] DIRECTORY\n");
        return 2;
    }
    int files = 0, failed = 0;
    for (const auto& entry : std::filesystem::directory_iterator(argv[argc - 1])) {
        if (entry.path().extension() != ".json") continue;
        ++files;
        failed += answer_file(entry.path(), check) != 0;
    }
    if (check) std::printf("%d passed, %d failed\n", files - failed, failed);
    return failed != 0 || files == 0;
}
