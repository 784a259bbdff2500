// Documents that must be refused, with the place in the message.
#include "cases_model.hpp"
#include "farspan/model.h"

namespace conformance {
namespace {

constexpr int32_t format = FARSPAN_ERROR_FORMAT, range = FARSPAN_ERROR_PARAMETER_RANGE, method = FARSPAN_ERROR_METHOD,
                  shape = FARSPAN_ERROR_SHAPE, heads = FARSPAN_ERROR_HEAD_GROUPS,
                  combination = FARSPAN_ERROR_COMBINATION;

const char* const from_config = "model_from_config";

void refuse_texts(case_list& list) {
    const struct {
        const char *what, *text, *word;
        int32_t status;
    } rows[] = {
        {"an empty text", "", "$", format},
        {"an open object", "{\"a\": [1, {\"b\": 2}", "$.a[2]", format},
        {"a list", "[]", "$ is a list of 0", format},
        {"no model_type", "{}", "$.model_type is absent", format},
        {"a number for a text", "{\"model_type\": 3}", "$.model_type is 3", format},
        {"a key twice", "{\"text_config\": {\"y\": 1, \"y\": 1}}", "$.text_config", format},
        {"NaN", "{\"model_type\": \"llama\", \"rope_theta\": NaN}", "$.rope_theta is NaN", range},
        {"a huge number", "{\"model_type\": \"llama\", \"rope_theta\": 1e999}", "$.rope_theta is Infinity", range},
        {"a name that a terminal would obey", "{\"model_type\": \"ll\\u0000ama\\u001b[31m\\n\"}",
         R"($.model_type is "ll\u0000ama\u001b[31m\n": no)", method},
        {"half a surrogate", "{\"a\": \"\\ud800\"}", "$.a", format},
        {"something behind it", "{\"a\": 1} {}", "$", format},
        {"a text after the number", "{\"a\": 12abc}", "$", format},
        {"an unknown nested family", "{\"text_config\": {\"model_type\": \"nonesuch\"}}", "$.text_config.model_type",
         method},
    };
    for (const auto& row : rows)
        refuse_model(list, std::string("model refused: ") + row.what, model_of(row.text), from_config, row.status, 2,
                     row.word);
    std::string deep;
    for (int n = 0; n < 65; ++n) deep += "[";
    refuse_model(list, "model refused: 65 levels", model_of(json(deep)), from_config, format, 2, "64");
}

void refuse_keys(case_list& list) {
    const json llama = {{"model_type", "llama"},
                        {"num_hidden_layers", 2},
                        {"num_attention_heads", 2},
                        {"head_dim", 64},
                        {"max_position_embeddings", 4096}};
    const auto scaled = [](const json& dictionary) { return json{{"rope_scaling", dictionary}}; };
    const struct {
        const char* what;
        json change;
        const char* word;
        int32_t status;
    } rows[] = {
        {"no layers", {{"num_hidden_layers", 0}}, "$.num_hidden_layers is 0", range},
        {"half a layer", {{"num_hidden_layers", 2.5}}, "$.num_hidden_layers is 2.5", format},
        {"null layers", {{"num_hidden_layers", nullptr}}, "$.num_hidden_layers is null", format},
        {"too many heads", {{"num_attention_heads", 1e9}}, "$.num_attention_heads", range},
        {"heads in groups", {{"num_attention_heads", 6}, {"num_key_value_heads", 4}}, "4", heads},
        {"a width between heads",
         {{"hidden_size", 64}, {"num_attention_heads", 3}, {"head_dim", nullptr}},
         "$.hidden_size is 64",
         shape},
        {"a wide head", {{"head_dim", 513}}, "$.head_dim is 513", range},
        {"base 0", {{"rope_theta", 0}}, "$.rope_theta is 0", range},
        {"a base in quotes", {{"rope_theta", "1e6"}}, "$.rope_theta is \"1e6\"", format},
        {"a cap below 0",
         {{"model_type", "gemma2"}, {"num_key_value_heads", 2}, {"attn_logit_softcapping", -1}},
         "attn_logit_softcapping",
         range},
        {"a number as dictionary", scaled(4), "$.rope_scaling is 4", format},
        {"an unknown type", scaled({{"type", "LINEAR"}, {"factor", 2}}), "LINEAR", method},
        {"no factor", scaled({{"type", "linear"}}), "$.rope_scaling.factor is absent", format},
        {"a factor of text", scaled({{"type", "linear"}, {"factor", "4"}}), "$.rope_scaling.factor is \"4\"", format},
        {"a factor below 0", scaled({{"type", "linear"}, {"factor", -2}}), "$.rope_scaling.factor is -2", range},
    };
    for (const auto& row : rows)
        refuse_model(list, std::string("model refused: ") + row.what, model_of(with(llama, row.change)), from_config,
                     row.status, 2, row.word);
}

void refuse_options(case_list& list) {
    const json llama = fixture("llama-2-7b");
    const struct {
        const char* what;
        json options;
        const char* word;
        int32_t status, argument;
    } rows[] = {
        {"an extension without a length",
         {{"extension", FARSPAN_EXTENSION_YARN}},
         "options.target_length is 0",
         combination,
         4},
        {"a length below 0",
         {{"extension", FARSPAN_EXTENSION_YARN}, {"target_length", -5}},
         "options.target_length is -5",
         range,
         4},
        {"a window that nobody reads",
         {{"extension", FARSPAN_EXTENSION_YARN}, {"target_length", 8192}, {"window", 64}},
         "options.window",
         combination,
         4},
    };
    for (const auto& row : rows)
        refuse_model(list, std::string("model refused: ") + row.what, model_of(llama, -1, row.options), from_config,
                     row.status, row.argument, row.word);
}

void refuse_gguf(case_list& list) {
    const auto entry = [](const char* key, int32_t type, const json& value) {
        return json{{"key", key}, {"type", type}, {"is_array", 0}, {"values", json::array({value})}};
    };
    refuse_model(list, "model refused: no architecture",
                 {{"metadata", {entry("llama.block_count", FARSPAN_METADATA_INTEGER, 2)}}}, "model_from_metadata",
                 format, 2, "general.architecture is absent");
    refuse_model(list, "model refused: an unknown architecture",
                 {{"metadata", {entry("general.architecture", FARSPAN_METADATA_TEXT, "nonesuch")}}},
                 "model_from_metadata", method, 2, "nonesuch");
    refuse_model(list, "model refused: another file", {{"gguf", "474747470300000000"}}, "model_from_gguf", format, 2,
                 "");
    refuse_model(list, "model refused: a big-endian file", {{"gguf", "4747554600000003"}}, "model_from_gguf", format, 2,
                 "big-endian");
    refuse_model(list, "model refused: a file that ends early", {{"gguf", "4747554603000000"}}, "model_from_gguf",
                 format, 2, "");
}

}  // namespace

case_list model_error_cases() {
    case_list list;
    refuse_texts(list);
    refuse_keys(list);
    refuse_options(list);
    refuse_gguf(list);
    refuse_model(list, "model refused: two positions for each token", model_of(fixture("chatglm-6b")), from_config,
                 combination, 2, "$.position_encoding_2d is true");
    refuse_model(list, "model refused: a width outside the text model", model_of(fixture("outer-hidden-size")),
                 from_config, shape, 2, "$.hidden_size is 2050");
    const json llama = model_of(fixture("llama-2-7b"));
    list.refuse("model layer refused: beyond the last", "model_layer_at", {}, {{"layer", 32}}, "model_layer_at", range,
                2);
    list.cases.back()["model"] = llama;
    list.cases.back()["message"] = "index is 32: must be between 0 and 31";
    list.refuse("model layer refused: -1", "model_layer_at", {}, {{"layer", -1}}, "model_layer_at", range, 2);
    list.cases.back()["model"] = llama;
    list.cases.back()["message"] = "index is -1";
    return list;
}

}  // namespace conformance
