// usage: make_vectors DIRECTORY            writes the conformance vectors
//        make_vectors --check DIRECTORY    makes them again and compares
//
// The values come from the oracle in tests/reference, or with the case from a published implementation. When compared,
// a value may differ by a hundredth of its tolerance: another libm rounds differently. Everything else must be the same
// text.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "cases.hpp"
#include "worded.hpp"

using namespace conformance;

namespace {

struct vector_file {
    const char* name;
    std::vector<case_list (*)()> lists;
};

const std::vector<vector_file> files = {
    {"absolute.json", {absolute_cases}},
    {"attention_large.json", {attention_large_cases}},
    {"attention_methods.json", {attention_method_cases}},
    {"attention_shapes.json", {attention_shape_cases}},
    {"cache.json", {cache_cases, cache_error_cases}},
    {"errors.json", {scheme_error_cases, encode_error_cases, plan_error_cases}},
    {"eval_errors.json", {eval_loss_error_cases, eval_text_error_cases}},
    {"eval_loss.json", {eval_loss_cases}},
    {"eval_tasks.json", {eval_task_cases}},
    {"eval_text.json", {eval_text_cases}},
    {"frequencies.json", {frequency_cases}},
    {"merge.json", {merge_cases}},
    {"model.json", {model_whole_cases, model_layer_cases}},
    {"model_errors.json", {model_error_cases}},
    {"model_schemes.json", {model_family_cases, model_option_cases, model_attention_cases}},
    {"rope_apply.json", {rope_apply_cases}},
    {"scheme.json", {scheme_cases}},
    {"scheme_json.json", {scheme_json_cases, scheme_json_error_cases}},
    {"tiles.json", {tile_cases}},
};

std::vector<json> make(const vector_file& file) {
    std::vector<json> result;
    for (const auto& list : file.lists)
        for (json& one : list().cases) {
            if (!one.contains("status") && !one.contains("outputs")) one["outputs"] = outputs_of(one);
            one.erase("expected");
            word_schemes(one);
            result.push_back(one);
        }
    return result;
}

// One case per line.
std::string text_of(const std::vector<json>& cases) {
    std::string text = "{\"cases\": [";
    for (const json& one : cases) text += (text.back() == '[' ? "\n" : ",\n") + one.dump();
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

bool same(const std::string& directory, const vector_file& file) {
    std::ifstream stream(directory + "/" + file.name);
    json stored = json::parse(stream, nullptr, false);
    std::vector<json> made = make(file);
    if (!stored.is_object() || stored["cases"].size() != made.size()) {
        std::printf("%s: missing, or another number of cases\n", file.name);
        return false;
    }
    bool result = true;
    for (size_t n = 0; n < made.size(); ++n) {
        json& other = stored["cases"][n];
        if (take_close_values(made[n], other) && made[n].dump() == other.dump()) continue;
        std::printf("%s: '%s' differs\n", file.name, made[n]["name"].get<std::string>().c_str());
        result = false;
    }
    return result;
}

}  // namespace

int main(int argc, char** argv) {
    const bool check = argc == 3 && std::string(argv[1]) == "--check";
    if (argc != 2 && !check) {
        std::fprintf(stderr, "usage: make_vectors [--check] DIRECTORY\n");
        return 2;
    }
    int failed = 0;
    for (const vector_file& file : files) {
        if (check) {
            failed += !same(argv[2], file);
        } else {
            std::ofstream stream(std::string(argv[1]) + "/" + file.name);
            stream << text_of(make(file));
            failed += !stream.flush();
        }
    }
    if (check) std::printf("%zu passed, %d failed\n", files.size() - static_cast<size_t>(failed), failed);
    return failed != 0;
}
