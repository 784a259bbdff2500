#include "vector_cases.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace oracle_test {

std::vector<std::string> vector_files() {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(FARSPAN_VECTORS_DIR))
        if (entry.path().extension() == ".json") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<vector_case> load_vectors(const std::string& file) {
    std::ifstream stream(file);
    if (!stream) throw std::runtime_error("cannot open " + file);
    std::vector<vector_case> cases;
    const nlohmann::json document = nlohmann::json::parse(stream);
    for (const auto& entry : document.at("cases")) {
        vector_case one;
        one.name = entry.at("name");
        one.method = entry.at("method");
        one.given = entry.at("parameters");
        one.output = entry.at("output");
        if (entry.contains("at")) one.at = entry.at("at").get<std::vector<size_t>>();
        one.expected = entry.at("expected").get<numbers>();
        one.tolerance = entry.at("tolerance").get<numbers>();
        if (entry.at("source").get<std::string>().empty()) throw std::runtime_error(one.name + " names no source");
        cases.push_back(one);
    }
    return cases;
}

const answer_table& answers() {
    static const answer_table table = [] {
        answer_table filled;
        add_rope_answers(filled);
        add_bias_answers(filled);
        add_attention_answers(filled);
        return filled;
    }();
    return table;
}

}  // namespace oracle_test
