// Reads tests/vectors/*.json and knows how the oracle answers each case.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace oracle_test {

using parameters = nlohmann::json;
using numbers = std::vector<double>;

struct vector_case {
    std::string name;
    std::string method;
    parameters given;
    std::string output;
    std::vector<size_t> at;  // empty: the whole output
    numbers expected;
    numbers tolerance;  // absolute, one per expected number
};

std::vector<vector_case> load_vectors(const std::string& file);
std::vector<std::string> vector_files();

// One entry per "method/output"; it returns the whole output.
using answer = std::function<numbers(const parameters&)>;
using answer_table = std::map<std::string, answer>;

void add_rope_answers(answer_table& table);
void add_bias_answers(answer_table& table);
void add_attention_answers(answer_table& table);
const answer_table& answers();

}  // namespace oracle_test
