// The cases without their answers, by file, and what is needed to write them down.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "case_reader.hpp"

namespace conformance {

struct case_list {
    std::vector<json> cases;

    // `scheme` and `arguments` are objects; an empty scheme is left out.
    json& add(const std::string& name, const char* call, const json& scheme, const json& arguments);
    // A case that must fail: `failing` is the function, `argument` its argument.
    void refuse(const std::string& name, const char* call, const json& scheme, const json& arguments,
                const char* failing, int32_t status, int32_t argument);
};

// A contiguous tensor: with content, and one of zeros to be written.
json input(const char* dtype, std::initializer_list<int64_t> shape, uint64_t seed);
json output(const char* dtype, std::initializer_list<int64_t> shape);
// `tensor` with other strides, in memory of `elements`, beginning at `offset`.
json placed(json tensor, std::initializer_list<int64_t> stride, int64_t elements, int64_t offset = 0);

// What an attention case with contiguous f32 tensors gives: `problem`, q, k, v, out and lse.
struct attention_sizes {
    int64_t batch = 1, query_heads = 2, key_heads = 1, queries = 1, keys = 1, head_dim = 16, value_dim = 0;
};
json attention_arguments(const attention_sizes& sizes, uint64_t seed);

// A rope configuration with what the method needs to differ from plain rotation within `context` tokens.
json rope_of(int32_t method, int32_t layout, int32_t rotary_dim, int64_t context);
std::vector<int32_t> rope_methods();
std::string rope_name(int32_t method);

// `base` with the fields of `change` added or replaced.
json with(json base, const json& change);

case_list absolute_cases();
case_list attention_method_cases();
case_list attention_shape_cases();
case_list attention_large_cases();
case_list cache_cases();
case_list cache_error_cases();
case_list encode_error_cases();
case_list eval_loss_cases();
case_list eval_loss_error_cases();
case_list eval_task_cases();
case_list eval_text_cases();
case_list eval_text_error_cases();
case_list frequency_cases();
case_list merge_cases();
case_list model_attention_cases();
case_list model_error_cases();
case_list model_family_cases();
case_list model_layer_cases();
case_list model_option_cases();
case_list model_whole_cases();
case_list plan_error_cases();
case_list rope_apply_cases();
case_list scheme_cases();
case_list scheme_error_cases();
case_list scheme_json_cases();
case_list scheme_json_error_cases();
case_list tile_cases();

// The expected outputs of a case that succeeds: what its maker put into "expected", else from the oracle.
json outputs_of(const json& one);

}  // namespace conformance
