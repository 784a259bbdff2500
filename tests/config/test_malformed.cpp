// More than a hundred documents that are broken, hostile or contradict themselves: a status, a message that begins with
// the place, nothing written.
#include <criterion/criterion.h>

#include "model_case.hpp"

using namespace farspan_test;

namespace {

constexpr int32_t format = FARSPAN_ERROR_FORMAT, range = FARSPAN_ERROR_PARAMETER_RANGE, shape = FARSPAN_ERROR_SHAPE,
                  method = FARSPAN_ERROR_METHOD, groups = FARSPAN_ERROR_HEAD_GROUPS,
                  combination = FARSPAN_ERROR_COMBINATION, rotary = FARSPAN_ERROR_ROTARY_DIM;

struct document {
    const char* text;
    farspan_status status;
    const char* message;
};

enum extent { whole, beginning };

void expect_refused(const document& d, const std::string& text, extent compared) {
    expect_model_refused(d.text, text, d.status, {});
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_model* model = nullptr;
    farspan_model_from_config(nullptr, text.data(), static_cast<int64_t>(text.size()), nullptr, &model, &error);
    const std::string message = error.message, expected = d.message;
    cr_expect((compared == whole ? message : message.substr(0, expected.size())) == expected,
              "%s: must say '%s', says '%s'", d.text, d.message, error.message);
    farspan_model_destroy(model);
}

void expect_all_refused(extent compared, const std::vector<document>& documents) {
    for (const document& d : documents) expect_refused(d, d.text, compared);
}

// Keys of a small llama, given one after the other.
void expect_keys_refused(const std::vector<document>& documents) {
    for (const document& d : documents) expect_refused(d, small_llama(d.text), whole);
}

// Without the keys that small_llama sets, so that they can be wrong.
std::string bare(const std::string& keys) { return R"({"model_type": "llama", )" + keys + "}"; }

}  // namespace

// The position is the parser's, the words behind it are too.
Test(malformed, syntax) {
    expect_all_refused(
        beginning, {
                       {"", format, "$: error at line 1, column 1: "},
                       {" ", format, "$: error at line 1, column 2: "},
                       {"{", format, "$: error at line 1, column 2: "},
                       {"}", format, "$: error at line 1, column 1: "},
                       {"[", format, "$[0]: error at line 1, column 2: "},
                       {"nul", format, "$: error at line 1, column 1: no value of JSON"},
                       {"{\"a\"", format, "$.a: error at line 1, column 5: "},
                       {"{\"a\":", format, "$.a: error at line 1, column 6: "},
                       {"{\"a\": 1,}", format, "$: error at line 1, column 9: "},
                       {"{\"a\": 1 \"b\": 2}", format, "$: error at line 1, column 9: a comma or } was expected"},
                       {"{\"a\": [1, 2", format, "$.a[2]: error at line 1, column 12: "},
                       {"{\"a\": {\"b\": [1, {\"c\": tru}]}}", format, "$.a.b[1].c: error at line 1, column 23: "},
                       {"{\"a\": 'x'}", format, "$.a: error at line 1, column 7: "},
                       {"{a: 1}", format, "$: error at line 1, column 2: "},
                       {"{\"a\": 01}", format, "$: error at line 1, column 8: "},
                       {"{\"a\": .5}", format, "$.a: error at line 1, column 7: "},
                       {"{\"a\": +1}", format, "$.a: error at line 1, column 7: "},
                       {"{\"a\": 1.}", format, "$.a: error at line 1, column 9: "},
                       {"{\"a\": 0x10}", format, "$: error at line 1, column 8: "},
                       {"{\"a\": nan}", format, "$.a: error at line 1, column 7: no value of JSON"},
                       {"{\"a\": +Infinity}", format, "$.a: error at line 1, column 7: no value of JSON"},
                       {"{\"a\": -NaN}", format, "$.a: error at line 1, column 8: a digit was expected"},
                       {"{\"a\": Infinit}", format, "$.a: error at line 1, column 7: no value of JSON"},
                       {"{\"a\": \"\\x\"}", format, "$.a: error at line 1, column 9: "},
                       {"{\"a\": \"\\ud800\"}", format, "$.a: error at line 1, column 14: "},
                       {"{\"a\": \"\xff\"}", format, "$.a: error at line 1, column 8: "},
                       {"{\"a\": \"line\nbreak\"}", format, "$.a: error at line 1, column 12: a control character"},
                       {"{\"a\": \"open}", format, "$.a: error at line 1, column 13: "},
                       {"{\"a\": 1} {\"b\": 2}", format, "$: error at line 1, column 10: "},
                       {"// comment\n{}", format, "$: error at line 1, column 1: "},
                       {"{\"a\": 1, \"a\": 2}", format, "$: has the key \"a\" twice"},
                       {"{\"a\": 1, \"\\u0061\": 2}", format, "$: has the key \"a\" twice"},
                       {"{\"text_config\": {\"y\": 1, \"y\": 1}}", format, "$.text_config: has the key \"y\" twice"},
                   });
}

Test(malformed, not_a_configuration) {
    expect_all_refused(
        whole, {
                   {"null", format, "$ is null: must be an object"},
                   {"3", format, "$ is 3: must be an object"},
                   {"[]", format, "$ is a list of 0: must be an object"},
                   {"\"llama\"", format, "$ is \"llama\": must be an object"},
                   {"{}", format, "$.model_type is absent, and so are architectures"},
                   {R"({"model_type": 3})", format, "$.model_type is 3: must be a text"},
                   {R"({"model_type": ""})", format, "$.model_type is absent, and so are architectures"},
                   {R"({"model_type": null, "architectures": []})", format,
                    "$.model_type is absent, and so are architectures"},
                   {R"({"architectures": [3]})", format, "$.model_type is absent, and so are architectures"},
                   {R"({"model_type": "internlm2"})", format, "$.num_hidden_layers is absent: must be a whole number"},
                   {R"({"text_config": {"model_type": "nonesuch"}})", method,
                    "$.text_config.model_type is \"nonesuch\": no model family that is known"},
               });
}

Test(malformed, sizes) {
    const std::vector<document> documents = {
        {R"("num_hidden_layers": null, "num_attention_heads": 2, "hidden_size": 64)", format,
         "$.num_hidden_layers is null: must be a whole number"},
        {R"("num_hidden_layers": 0, "num_attention_heads": 2, "hidden_size": 64)", range,
         "$.num_hidden_layers is 0: must be between 1 and 4096"},
        {R"("num_hidden_layers": -3, "num_attention_heads": 2, "hidden_size": 64)", range,
         "$.num_hidden_layers is -3: must be between 1 and 4096"},
        {R"("num_hidden_layers": 1e18, "num_attention_heads": 2, "hidden_size": 64)", range,
         "$.num_hidden_layers is 1e+18: must be between 1 and 4096"},
        {R"("num_hidden_layers": 99999999999999999999, "num_attention_heads": 2, "hidden_size": 64)", range,
         "$.num_hidden_layers is 1e+20: must be between 1 and 4096"},
        {R"("num_hidden_layers": 2.5, "num_attention_heads": 2, "hidden_size": 64)", format,
         "$.num_hidden_layers is 2.5: must be a whole number"},
        {R"("num_hidden_layers": "2", "num_attention_heads": 2, "hidden_size": 64)", format,
         "$.num_hidden_layers is \"2\": must be a number"},
        {R"("num_hidden_layers": [2], "num_attention_heads": 2, "hidden_size": 64)", format,
         "$.num_hidden_layers is a list of 1: must be a number"},
        {R"("num_hidden_layers": true, "num_attention_heads": 2, "hidden_size": 64)", format,
         "$.num_hidden_layers is true: must be a number"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 0, "hidden_size": 64)", range,
         "$.num_attention_heads is 0: must be between 1 and 65536"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 1e9, "hidden_size": 64)", range,
         "$.num_attention_heads is 1000000000: must be between 1 and 65536"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 3, "hidden_size": 64)", shape,
         "$.hidden_size is 64: must be a multiple of the 3 heads, as there is no head_dim"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 4096)", range,
         "$.hidden_size / heads is 2048: must be between 1 and 512"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 0)", range,
         "$.head_dim is 0: must be between 1 and 512"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 513)", range,
         "$.head_dim is 513: must be between 1 and 512"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 63)", rotary,
         "$.head_dim: 63 features rotate: must be even and between 2 and 512"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 4, "head_dim": 64)", groups,
         "$.num_key_value_heads: 6 query heads are not a multiple of 4 key heads"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 4, "head_dim": 64)", groups,
         "$.num_key_value_heads: 2 query heads are not a multiple of 4 key heads"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": -1, "head_dim": 64)", range,
         "$.num_key_value_heads is -1: must be between 1 and 65536"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 64, "max_position_embeddings": 0)", range,
         "$.max_position_embeddings is 0: must be between 1 and 1099511627776"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 64, "max_position_embeddings": "4k")", format,
         "$.max_position_embeddings is \"4k\": must be a number"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 64, "vocab_size": -5)", range,
         "$.vocab_size is -5: must be between -1 and 1099511627776"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 64, "rope_theta": 0)", range,
         "$.rope_theta is 0: must be between 1 and 1e+30"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 64, "rope_theta": null)", format,
         "$.rope_theta is null: must be a number"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 64, "rope_theta": "1e6")", format,
         "$.rope_theta is \"1e6\": must be a number"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 64, "partial_rotary_factor": 2)", range,
         "$.partial_rotary_factor is 2: must be between 0 and 1"},
        {R"("num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 64, "partial_rotary_factor": 0)", rotary,
         "$.partial_rotary_factor: 0 features rotate: must be even and between 2 and 512"},
    };
    for (const document& d : documents) expect_refused(d, bare(d.text), whole);
}

Test(malformed, rope_dictionaries) {
    expect_keys_refused({
        {R"("rope_scaling": 4)", format, "$.rope_scaling is 4: must be an object"},
        {R"("rope_scaling": "linear")", format, "$.rope_scaling is \"linear\": must be an object"},
        {R"("rope_scaling": [])", format, "$.rope_scaling is a list of 0: must be an object"},
        {R"("rope_scaling": {"type": 3})", format, "$.rope_scaling.type is 3: must be a text"},
        {R"("rope_scaling": {"type": "LINEAR", "factor": 2})", method,
         "$.rope_scaling.type is \"LINEAR\": must be one of default, linear, dynamic, ntk, yarn, longrope, llama3, "
         "proportional, su, xdrope, mrope, deepseek_yarn, no_scaling"},
        {R"("rope_scaling": {"type": "linear"})", format, "$.rope_scaling.factor is absent: must be a number"},
        {R"("rope_scaling": {"type": "linear", "factor": null})", format,
         "$.rope_scaling.factor is null: must be a number"},
        {R"("rope_scaling": {"type": "linear", "factor": "4"})", format,
         "$.rope_scaling.factor is \"4\": must be a number"},
        {R"("rope_scaling": {"type": "linear", "factor": 0})", range,
         "$.rope_scaling.factor is 0: must be between 1e-06 and 1000000000000"},
        {R"("rope_scaling": {"type": "linear", "factor": -2})", range,
         "$.rope_scaling.factor is -2: must be between 1e-06 and 1000000000000"},
        {R"("rope_scaling": {"type": "linear", "factor": 1e300})", range,
         "$.rope_scaling.factor is 1e+300: must be between 1e-06 and 1000000000000"},
        {R"("rope_scaling": {"type": "dynamic"})", format, "$.rope_scaling.factor is absent: must be a number"},
        {R"("rope_scaling": {"type": "dynamic", "alpha": -1})", range,
         "$.rope_scaling.alpha is -1: must be between 1e-06 and 1000000000000"},
        {R"("rope_scaling": {"type": "yarn", "factor": 2, "original_max_position_embeddings": 0})", range,
         "$.rope_scaling.original_max_position_embeddings is 0: must be between 1 and 1099511627776"},
        {R"("rope_scaling": {"type": "yarn", "factor": 2, "original_max_position_embeddings": 5})", range,
         "$.rope_scaling, layer 0: rope.original_context is 5: must be at least 2 pi beta_slow = 6.28319, or the ramp "
         "is empty"},
        {R"("rope_scaling": {"type": "yarn", "factor": 2, "original_max_position_embeddings": 1024, "beta_fast": 1, "beta_slow": 32})",
         range, "$.rope_scaling, layer 0: rope.beta_fast is 1: must be at least beta_slow, 32"},
        {R"("rope_scaling": {"type": "yarn", "factor": 2, "original_max_position_embeddings": 1024, "truncate": "no"})",
         format, "$.rope_scaling.truncate is \"no\": must be true or false"},
        {R"("rope_scaling": {"type": "yarn", "factor": 2, "original_max_position_embeddings": 1024, "mscale": {}})",
         format, "$.rope_scaling.mscale is an object: must be a number"},
        {R"("rope_scaling": {"type": "llama3", "factor": 8})", format,
         "$.rope_scaling.low_freq_factor is absent: must be a number"},
        {R"("rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1, "original_max_position_embeddings": 1024})",
         range, "$.rope_scaling, layer 0: rope.high_freq_factor is 1: must be at least low_freq_factor, 4"},
        {R"("rope_scaling": {"type": "longrope", "factor": 2})", shape,
         "$.rope_scaling.short_factor has 0 entries: must have one for each of the 64 rotary pairs"},
        {R"("rope_scaling": {"type": "longrope", "short_factor": 1, "long_factor": 1})", format,
         "$.rope_scaling.short_factor is 1: must be a list of numbers"},
        {R"("rope_scaling": {"type": "longrope", "short_factor": ["a"], "long_factor": [1]})", format,
         "$.rope_scaling.short_factor[0] is \"a\": must be a number"},
        {R"("rope_scaling": {"type": "default", "mrope_section": [16, 24, 25]})", shape,
         "$.rope_scaling, layer 0: rope.axis_sections sum to 65: must be equal to rotary_dim / 2 = 64"},
        {R"("rope_scaling": {"type": "default", "mrope_section": [1, 2, 3, 4, 5]})", shape,
         "$.rope_scaling.mrope_section has 5 entries: must have at most 4"},
        {R"("rope_parameters": {"full_attention": 3})", format,
         "$.rope_parameters.full_attention is 3: must be an object"},
    });
}

Test(malformed, families) {
    expect_all_refused(
        whole,
        {
            {R"({"model_type": "deepseek_v3", "num_hidden_layers": 1, "num_attention_heads": 2, "qk_nope_head_dim": 500})",
             range, "$: qk_nope_head_dim + qk_rope_head_dim is 564: must be between 2 and 512"},
            {R"({"model_type": "internlm2", "num_hidden_layers": 2, "hidden_size": 64})", format,
             "$.num_attention_heads is absent: must be a whole number"},
            {R"({"model_type": "internlm2", "num_hidden_layers": 2, "num_attention_heads": 2})", format,
             "$.hidden_size is absent: must be a whole number, as there is no head_dim either"},
            {R"({"model_type": "gptj", "n_layer": 1, "n_head": 2, "n_embd": 128, "rotary_dim": 65})", range,
             "$.rotary_dim is 65: must be between 2 and 64"},
            {R"({"model_type": "gemma2", "num_hidden_layers": 1, "num_attention_heads": 4, "attn_logit_softcapping": -1})",
             range, "$.attn_logit_softcapping is -1: must be between 0 and 1000000"},
            {R"({"model_type": "gemma2", "num_hidden_layers": 1, "num_attention_heads": 4, "query_pre_attn_scalar": 0})",
             range, "$.query_pre_attn_scalar is 0: must be between 1e-06 and 1000000000000"},
            {R"({"model_type": "baichuan", "num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 64})",
             combination, "$.hidden_size is 64: must be 4096 (7B, rotary) or 5120 (13B, ALiBi)"},
            {R"({"model_type": "mpt", "n_layers": 1, "n_heads": 2, "d_model": 64, "attn_config": 3})", format,
             "$.attn_config is 3: must be an object"},
            {R"({"model_type": "mpt", "n_layers": 1, "n_heads": 2, "d_model": 64, "attn_config": {"rope": true}})",
             combination, "$.attn_config.rope is true: only MPT with ALiBi or learned positions is supported"},
            {R"({"model_type": "t5", "num_layers": 1, "num_heads": 2, "relative_attention_num_buckets": 1})", range,
             "$.relative_attention_num_buckets is 1: must be between 2 and 65536"},
            {R"({"model_type": "bert", "num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 64, "position_embedding_type": "relative_key"})",
             method, "$.position_embedding_type is \"relative_key\": must be absolute or alibi"},
            {R"({"model_type": "roformer", "num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 64, "rotary_value": true})",
             combination, "$.rotary_value is true: rotated values are not supported"},
            {R"({"model_type": "qwen", "num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 64, "use_dynamic_ntk": true})",
             format, "$.seq_length is absent: use_dynamic_ntk and use_logn_attn need it"},
            {R"({"model_type": "chatglm", "num_layers": 1, "num_attention_heads": 2, "hidden_size": 64, "multi_query_attention": true})",
             format, "$.multi_query_group_num is absent: must be a whole number"},
            {R"({"model_type": "qwen2", "num_hidden_layers": 1, "num_attention_heads": 32, "hidden_size": 64,
            "dual_chunk_attention_config": {"chunk_size": 8, "local_size": 8}})",
             range, "$.dual_chunk_attention_config.local_size is 8: must be between 1 and 7"},
            {R"({"model_type": "phi3", "num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 64, "blocksparse_params": {}})",
             combination, "$.blocksparse_params is an object: block-sparse attention is not supported"},
            {R"({"model_type": "gpt2", "n_layer": 1, "n_head": 2, "n_embd": 64, "scale_attn_by_inverse_layer_idx": true})",
             combination, "$.scale_attn_by_inverse_layer_idx is true: a scale per layer is not supported"},
        });
}

Test(malformed, depth_and_size) {
    const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    expect_model_refused("64 levels below an object", R"({"a": )" + nested(64) + "}", FARSPAN_ERROR_FORMAT,
                         {"$.a[0]", "64 levels"});
    expect_model_refused("a million levels", std::string(1000000, '['), FARSPAN_ERROR_FORMAT, {"64 levels"});
    expect_model_refused("a million objects",
                         [] {
                             std::string text;
                             for (int n = 0; n < 1000000; ++n) text += "{\"a\":";
                             return text;
                         }(),
                         FARSPAN_ERROR_FORMAT, {"64 levels"});
    cr_expect(info_of(read_model(small_llama("\"extra\": " + nested(63)))).layers == 1);
    expect_model_refused("70 MB", std::string(size_t{70} << 20, ' '), FARSPAN_ERROR_FORMAT, {"bytes"});
    std::string keys;
    for (int n = 0; n < 20000; ++n) keys += "\"k" + std::to_string(n) + "\": " + std::to_string(n) + ", ";
    cr_expect(info_of(read_model(small_llama(keys + "\"last\": 1"))).layers == 1, "many keys that mean nothing here");
}

Test(malformed, two_hundred_thousand_fields_that_nobody_reads) {
    std::string fields;
    for (int n = 0; n < 200000; ++n) fields += ", \"k" + std::to_string(n) + "\": 0";
    const model_handle model =
        read_model(small_llama(R"("rope_scaling": {"type": "linear", "factor": 2)" + fields + "}"));
    cr_expect(info_of(model).notes < 40, "%ld notes", static_cast<long>(info_of(model).notes));
}

// Long keys and values are cut in messages, at the end of a character.
Test(malformed, long_names_in_messages) {
    const std::string snowmen = [] {
        std::string text;
        for (int n = 0; n < 5000; ++n) text += "\xe2\x98\x83";
        return text;
    }();
    expect_model_refused("a long value", small_llama("\"rope_theta\": \"" + snowmen + "\""), FARSPAN_ERROR_FORMAT,
                         {"$.rope_theta is \"", "...\""});
    expect_model_refused("a long key", small_llama("\"" + snowmen + "\": nope"), FARSPAN_ERROR_FORMAT,
                         {"$.\xe2\x98\x83", "..."});
}

// Every prefix of a whole configuration is refused, and nothing leaks or crashes.
Test(malformed, every_truncation) {
    for (const char* name : {"llama-3.1-8b", "gemma-3-4b", "phi-4-mini", "mpt-default"}) {
        const std::string text = fixture(name);
        for (size_t length = 0; length + 2 < text.size(); ++length) {
            farspan_model* model = nullptr;
            const farspan_status status =
                farspan_model_from_config(nullptr, text.data(), static_cast<int64_t>(length), nullptr, &model, nullptr);
            cr_assert(status == FARSPAN_ERROR_FORMAT && model == nullptr, "%s cut to %zu bytes: status %d", name,
                      length, status);
        }
    }
}

// Every byte replaced by every one of some bytes: any answer will do, but an answer.
Test(malformed, changed_bytes) {
    const std::string original = fixture("ministral-3-8b");
    for (size_t at = 0; at < original.size(); ++at)
        for (const char byte : {'\0', '"', '{', '}', '9', '-', 'e', '\xff'}) {
            std::string text = original;
            text[at] = byte;
            farspan_model* model = nullptr;
            farspan_error error = FARSPAN_ERROR_INIT;
            const farspan_status status = farspan_model_from_config(
                nullptr, text.data(), static_cast<int64_t>(text.size()), nullptr, &model, &error);
            cr_assert((status == FARSPAN_OK) == (model != nullptr), "byte %zu", at);
            cr_assert(status != FARSPAN_ERROR_INTERNAL, "byte %zu: %s", at, error.message);
            farspan_model_destroy(model);
        }
}
