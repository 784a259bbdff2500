// Models as a whole, their notes, the options, and GGUF. Derived parameters are worked out here from their definitions.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "cases_model.hpp"
#include "farspan/model.h"
#include "memory.hpp"

namespace conformance {
namespace {

constexpr int32_t half = FARSPAN_LAYOUT_HALF, pairs = FARSPAN_LAYOUT_INTERLEAVED;

json rope(int32_t method, int32_t layout, int32_t rotary_dim, double base, const json& more = json::object()) {
    return {{"rope", with({{"method", method}, {"layout", layout}, {"rotary_dim", rotary_dim}, {"base", base}}, more)}};
}

// As the README lists model_describe; -1 is not compared.
struct description {
    const char* name;
    int32_t absolute;
    int64_t layers, encoder_layers, query_heads, key_heads, head_dim, value_dim, hidden, vocabulary, context, trained,
        usable, usable_most, rows, offset, kinds;
    double softcap;
};

const description descriptions[] = {
    {"llama-2-7b", 0, 32, 0, 32, 32, 128, 128, 4096, 32000, 4096, 4096, 4096, 4096, 0, 0, 1, 0},
    {"llama-3.1-8b", 0, 32, 0, 32, 8, 128, 128, 4096, -1, 131072, 8192, 131072, 131072, 0, 0, 1, 0},
    {"llama-4-scout-early", 0, 48, 0, 40, 8, 128, 128, 5120, -1, 262144, 8192, 262144, 262144, 0, 0, 2, 0},
    {"gemma-2-27b", 0, 46, 0, 32, 16, 128, 128, 4608, -1, 8192, 8192, 8192, 8192, 0, 0, 2, 30},
    {"gemma-3-4b", 0, 34, 0, 8, 4, 256, 256, 2560, -1, 131072, -1, 131072, 131072, 0, 0, 2, 0},
    {"deepseek-v3", 0, 61, 0, 128, 128, 192, 128, 7168, -1, 163840, 4096, 163840, 163840, 0, 0, 1, 0},
    {"qwen3-8b-yarn", 0, 36, 0, 32, 8, 128, 128, 4096, -1, 40960, 32768, 131072, 131072, 0, 0, 1, 0},
    {"internlm2-7b", 0, 32, 0, 32, 8, 128, 128, 4096, -1, 32768, 32768, 32768, 65536, 0, 0, 1, 0},
    {"opt-125m", 1, 12, 0, 12, 12, 64, 64, 768, -1, 2048, -1, 2048, 2048, 2050, 2, 1, 0},
    {"t5-base", 0, 24, 12, 12, 12, 64, 64, 768, -1, 0, -1, 0, 0, 0, 0, 2, 0},
    {"baichuan2-13b", 0, 40, 0, 40, 40, 128, 128, 5120, -1, 4096, -1, 0, 0, 0, 0, 1, 0},
};

void add_description(case_list& list, const description& d) {
    json& one = list.add("model: " + std::string(d.name), "model_describe", {}, json::object());
    one["model"] = model_of(fixture(d.name));
    expected_output whole, real;
    for (const int64_t value :
         {int64_t{d.absolute}, d.layers, d.encoder_layers, d.query_heads, d.key_heads, d.head_dim, d.value_dim,
          d.hidden, d.vocabulary, d.context, d.trained, d.usable, d.usable_most, d.rows, d.offset, d.kinds}) {
        whole.add(static_cast<double>(value), 0);
        if (value < 0) whole.skip(whole.values.size() - 1);
    }
    real.add(d.softcap, 0);
    one["expected"]["outputs"] = {whole.sample(double_digits), real.sample(double_digits)};
}

void add_note(case_list& list, const std::string& what, const json& model, int32_t code, const char* path,
              int count = 1) {
    json& one = list.add("model note: " + what, "model_note_at", {}, {{"code", code}, {"path", path}});
    one["model"] = model;
    expected_output found;
    found.add(code >= 16 ? FARSPAN_SEVERITY_WARNING : FARSPAN_SEVERITY_NOTE, 0);
    found.add(count, 0);
    json output = found.sample(double_digits);
    output["at"] = {0, 1};  // the text follows
    one["expected"]["outputs"] = json::array({output});
}

json extension(int32_t method, int64_t target, const json& more = json::object()) {
    return with({{"extension", method}, {"target_length", target}}, more);
}

// Of Llama 2: 32 heads of 128, base 10000, trained on 4096 positions.
void add_extension(case_list& list, const std::string& what, const json& options, const json& scheme) {
    const json model = model_of(fixture("llama-2-7b"), 0, options);
    if (!scheme.contains("remap")) {
        for (const int64_t length : {int64_t{4000}, options.at("target_length").get<int64_t>()})
            add_model_frequencies(list, "llama-2-7b by " + what, model, scheme, length);
        return;
    }
    const int64_t last = options.at("target_length").get<int64_t>() - 1;
    add_with_model(
        list, "model probe: llama-2-7b by " + what, "scheme_probe", model, scheme,
        {{"length", 0}, {"pairs", {{last, 0, 0}, {last, last - 5000, 0}, {last, last - 3, 0}, {2000, 1, 0}}}});
}

void add_extensions(case_list& list) {
    const json plain = rope(FARSPAN_ROPE_BASE, half, 128, 1e4);
    const auto remapped = [&](const json& remap) { return with(plain, {{"remap", remap}}); };
    // The least alpha: no pair that never turned within 4096 positions, 46 being the first, sees a new angle.
    const double alpha = std::pow(4, 126.0 / (2 * 46));
    add_extension(list, "linear", extension(FARSPAN_EXTENSION_LINEAR, 16384),
                  rope(FARSPAN_ROPE_LINEAR, half, 128, 1e4, {{"factor", 4}}));
    add_extension(list, "ntk", extension(FARSPAN_EXTENSION_NTK, 16384),
                  rope(FARSPAN_ROPE_NTK, half, 128, 1e4, {{"factor", alpha}}));
    add_extension(list, "dynamic ntk", extension(FARSPAN_EXTENSION_DYNAMIC_NTK, 16384),
                  rope(FARSPAN_ROPE_DYNAMIC_NTK, half, 128, 1e4,  // factor (n/L) - (factor - 1) is alpha at n = 4 L
                       {{"factor", (alpha - 1) / 3}, {"original_context", 4096}}));
    add_extension(list, "yarn", extension(FARSPAN_EXTENSION_YARN, 32768),
                  rope(FARSPAN_ROPE_YARN, half, 128, 1e4, {{"factor", 8}, {"original_context", 4096}}));
    // 6 is the least G with G (4096 - 1024 + floor(1024 / G)) >= 16384: 5 reaches 16380.
    add_extension(list, "self-extend", extension(FARSPAN_EXTENSION_SELF_EXTEND, 16384, {{"window", 1024}}),
                  remapped({{"method", FARSPAN_REMAP_SELF_EXTEND}, {"window", 1024}, {"group", 6}}));
    add_extension(list, "rerope", extension(FARSPAN_EXTENSION_REROPE, 50000),
                  remapped({{"method", FARSPAN_REMAP_REROPE}, {"window", 1024}}));
    add_extension(list, "leaky rerope", extension(FARSPAN_EXTENSION_LEAKY_REROPE, 32768, {{"window", 512}}),
                  remapped({{"method", FARSPAN_REMAP_LEAKY_REROPE}, {"window", 512}, {"leak", 10}}));  // 32255 / 3583
    add_extension(list, "dual chunks", extension(FARSPAN_EXTENSION_DUAL_CHUNK, 32768),
                  remapped({{"method", FARSPAN_REMAP_DUAL_CHUNK}, {"chunk", 3072}, {"local_window", 512}}));
    add_with_model(list, "model probe: bloom-7b1 by slopes", "scheme_probe",
                   model_of(fixture("bloom-7b1"), 0, extension(FARSPAN_EXTENSION_ALIBI_SLOPES, 8192)),
                   {{"bias", {{"method", FARSPAN_BIAS_ALIBI}, {"heads", 32}, {"trained_length", 2048}}}},
                   {{"length", 8192}, {"pairs", {{8000, 100, 0}, {100, 0, 31}}}});
}

// Releases that compute other numbers from the same file.
void add_releases(case_list& list) {
    const json oss = fixture("gpt-oss-20b"), qwen = fixture("qwen3-8b-yarn");
    const auto of = [](int32_t release) { return json{{"release", release}}; };
    const json whole_ends = rope(FARSPAN_ROPE_YARN, half, 64, 150000, {{"factor", 32}, {"original_context", 4096}});
    add_model_frequencies(list, "gpt-oss-20b as llama.cpp", model_of(oss, 1, of(FARSPAN_RELEASE_LLAMA_CPP)),
                          whole_ends);
    add_model_frequencies(list, "gpt-oss-20b as transformers 4.48",
                          model_of(oss, 1, of(FARSPAN_RELEASE_TRANSFORMERS_4_48)),
                          rope(FARSPAN_ROPE_YARN, half, 64, 150000, {{"factor", 32}, {"original_context", 131072}}));
    add_model_frequencies(list, "qwen3-8b-yarn as transformers 4.48",
                          model_of(qwen, 0, of(FARSPAN_RELEASE_TRANSFORMERS_4_48)),
                          rope(FARSPAN_ROPE_YARN, half, 128, 1e6, {{"factor", 4}, {"original_context", 40960}}));
    add_model_frequencies(list, "llama-2-7b, float32 angles",
                          model_of(fixture("llama-2-7b"), 0, {{"angle", FARSPAN_ANGLE_FLOAT32}}),
                          rope(FARSPAN_ROPE_BASE, half, 128, 1e4, {{"angle", FARSPAN_ANGLE_FLOAT32}}));
}

// The tables of a T5, which are weights.
void add_t5(case_list& list) {
    const json config = {{"model_type", "t5"},
                         {"d_model", 16},
                         {"num_heads", 2},
                         {"d_kv", 8},
                         {"num_layers", 1},
                         {"relative_attention_num_buckets", 8},
                         {"relative_attention_max_distance", 40}};
    json encoder = json::array(), decoder = json::array();
    for (int n = 0; n < 16; ++n) {
        encoder.push_back(0.25 * n - 1);
        decoder.push_back(2 - 0.125 * n);
    }
    const json options = {{"t5_encoder", encoder}, {"t5_decoder", decoder}};
    const json table = {{"method", FARSPAN_BIAS_T5}, {"heads", 2}, {"buckets", 8}, {"max_distance", 40}};
    const json both_ways = {{"bias", with(table, {{"bidirectional", 1}, {"values", encoder}})},
                            {"mask", {{"causal", 0}}}};
    const json arguments = {{"head", 1}, {"length", 0}, {"first_distance", -60}, {"count", 120}};
    add_with_model(list, "model bias: t5, encoder", "bias_fill", model_of(config, 0, options), both_ways, arguments);
    add_with_model(list, "model bias: t5, decoder", "bias_fill", model_of(config, 1, options),
                   {{"bias", with(table, {{"values", decoder}})}}, arguments);
    add_with_model(list, "model visible: t5, encoder", "scheme_visible", model_of(config, 0, options), both_ways,
                   {{"keys", 100}, {"queries", {0, 50, 99}}});
    add_note(list, "t5 without its tables", model_of(fixture("t5-base")), FARSPAN_NOTE_WEIGHTS, "", 2);
}

// ---- GGUF

json entry(const char* key, int32_t type, const json& value) {
    return {{"key", key},
            {"type", type},
            {"is_array", value.is_array() ? 1 : 0},
            {"values", value.is_array() ? value : json::array({value})}};
}

// A small llama whose full layers scale, as converters write it.
json llama_metadata() {
    return {entry("general.architecture", FARSPAN_METADATA_TEXT, "llama"),
            entry("general.name", FARSPAN_METADATA_TEXT, "a name, \u00e9\u4e2d\U0001f600"),
            entry("llama.block_count", FARSPAN_METADATA_INTEGER, 2),
            entry("llama.context_length", FARSPAN_METADATA_INTEGER, 131072),
            entry("llama.embedding_length", FARSPAN_METADATA_INTEGER, 64),
            entry("llama.attention.head_count", FARSPAN_METADATA_INTEGER, 4),
            entry("llama.attention.head_count_kv", FARSPAN_METADATA_INTEGER, json::array({4, 2})),
            entry("llama.rope.freq_base", FARSPAN_METADATA_REAL, 500000.0),
            entry("tokenizer.ggml.tokens", FARSPAN_METADATA_TEXT, json::array({"a", "", "\u00e9"})),
            entry("tokenizer.ggml.scores", FARSPAN_METADATA_REAL, json::array({1.5, -2.0}))};
}

// The middle one of three layers has no heads.
json deci_metadata() {
    return {entry("general.architecture", FARSPAN_METADATA_TEXT, "deci"),
            entry("deci.block_count", FARSPAN_METADATA_INTEGER, 3),
            entry("deci.embedding_length", FARSPAN_METADATA_INTEGER, 64),
            entry("deci.attention.head_count", FARSPAN_METADATA_INTEGER, json::array({4, 0, 4})),
            entry("deci.attention.head_count_kv", FARSPAN_METADATA_INTEGER, json::array({2, 0, 1})),
            entry("deci.rope.freq_base", FARSPAN_METADATA_REAL, 500000.0)};
}

class gguf_writer {
public:
    template <class Number>
    gguf_writer& number(Number value) {
        char bytes[sizeof value];
        std::memcpy(bytes, &value, sizeof value);
        for (const char byte : bytes) {
            constexpr char digits[] = "0123456789abcdef";
            hex_ += digits[static_cast<unsigned char>(byte) >> 4];
            hex_ += digits[byte & 15];
        }
        return *this;
    }
    gguf_writer& raw(const std::string& text) {
        for (const char c : text) number(c);
        return *this;
    }
    gguf_writer& text(const std::string& t) { return number(static_cast<uint64_t>(t.size())).raw(t); }
    gguf_writer& u32(const char* key, uint32_t value) { return text(key).number(uint32_t{4}).number(value); }
    gguf_writer& align() {
        while (hex_.size() % 64 != 0) hex_ += '0';
        return *this;
    }
    const std::string& hex() const { return hex_; }

private:
    std::string hex_;
};

// The same llama as a file, with a tensor of divisors 1 to 8.
std::string llama_file() {
    gguf_writer out;
    out.raw("GGUF").number(uint32_t{3}).number(uint64_t{1}).number(uint64_t{6});
    out.text("general.architecture").number(uint32_t{8}).text("llama");
    out.u32("llama.block_count", 2).u32("llama.context_length", 131072).u32("llama.embedding_length", 64);
    out.u32("llama.attention.head_count", 4).text("llama.rope.freq_base").number(uint32_t{6}).number(500000.0f);
    out.text("rope_freqs.weight").number(uint32_t{1}).number(uint64_t{8}).number(uint32_t{0}).number(uint64_t{0});
    out.align();
    for (int n = 1; n <= 8; ++n) out.number(static_cast<float>(n));
    return out.hex();
}

void add_gguf(case_list& list) {
    const json divided = rope(FARSPAN_ROPE_PAIR_FACTORS, pairs, 16, 5e5, {{"short_factors", {1, 2, 3, 4, 5, 6, 7, 8}}});
    const json from_file = {{"gguf", llama_file()}, {"layer", 1}}, metadata = llama_metadata();
    add_model_frequencies(list, "a GGUF file", from_file, divided);
    add_model_frequencies(list, "GGUF metadata", {{"metadata", metadata}, {"layer", 0}},
                          rope(FARSPAN_ROPE_BASE, pairs, 16, 5e5));
    add_model_frequencies(
        list, "GGUF metadata and a tensor",
        {{"metadata", metadata}, {"options", {{"rope_freqs", {1, 2, 3, 4, 5, 6, 7, 8}}}}, {"layer", 1}}, divided);
    json& none = list.add("model layer: without heads", "model_layer_at", {}, {{"layer", 1}});
    none["model"] = {{"metadata", deci_metadata()}};
    expected_output numbers, no_reals;
    numbers.add(FARSPAN_LAYER_OTHER, 0);
    for (const int value : {1, 0, 0, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) numbers.add(value, 0);
    for (int n = 0; n < 4; ++n) no_reals.add(0, 0);
    none["expected"]["outputs"] = {numbers.sample(double_digits), no_reals.sample(double_digits)};
    json& one = list.add("model layer: GGUF metadata, layer 1", "model_layer_at", {}, {{"layer", 1}});
    one["model"] = {{"metadata", metadata}};
    expected_output whole, reals;
    constexpr int32_t full = FARSPAN_LAYER_FULL, base = FARSPAN_ROPE_BASE;
    for (const int32_t value : {full, 1, 4, 2, 16, 16, 0, base, pairs, 16, 0, 0, 0, -1, 0, 0}) whole.add(value, 0);
    for (const double value : {0.25, 5e5, 0.0, 0.0}) reals.add(value, 0);
    reals.skip(3);
    one["expected"]["outputs"] = {whole.sample(double_digits), reals.sample(double_digits)};
}

}  // namespace

case_list model_whole_cases() {
    case_list list;
    for (const description& d : descriptions) add_description(list, d);
    const json llama = fixture("llama-2-7b");
    add_note(list, "an absent key", model_of(llama), FARSPAN_NOTE_DEFAULT, "$.rope_theta");
    add_note(list, "a window that has no effect", model_of(fixture("qwen3-draft")), FARSPAN_NOTE_NO_EFFECT,
             "$.sliding_window");
    add_note(list, "a prefix that is seen to both sides", model_of(fixture("paligemma-3b")), FARSPAN_NOTE_INCOMPLETE,
             "$.model_type");
    add_note(list, "a prefix switch that is not read", model_of(fixture("mpt-prefix-lm")), FARSPAN_NOTE_INCOMPLETE,
             "$.attn_config.prefix_lm");
    add_note(list, "a scale of another class", model_of(fixture("gemma-3n-with-gemma-3-scale")), FARSPAN_NOTE_NO_EFFECT,
             "$.text_config.query_pre_attn_scalar");
    add_note(list, "a field that a terminal would obey",
             model_of(with(
                 llama, {{"rope_scaling", {{"type", "linear"}, {"factor", 2}, {std::string("a\0\x1b[b\n", 6), 3}}}})),
             FARSPAN_NOTE_UNKNOWN_FIELD, R"($.rope_scaling.a\u0000\u001b[b\n)");
    json without = llama_metadata();
    without.erase(std::remove_if(without.begin(), without.end(),
                                 [](const json& e) { return e.at("key") == "llama.rope.freq_base"; }),
                  without.end());
    add_note(list, "a base that GGUF leaves out", {{"metadata", without}}, FARSPAN_NOTE_DEFAULT,
             "llama.rope.freq_base");
    add_note(list, "layers without heads", {{"metadata", deci_metadata()}}, FARSPAN_NOTE_INCOMPLETE,
             "deci.attention.head_count_kv");
    add_note(list, "sinks", model_of(fixture("gpt-oss-20b")), FARSPAN_NOTE_WEIGHTS, "");
    add_note(
        list, "an unknown field",
        model_of(with(llama, {{"rope_scaling", {{"type", "linear"}, {"factor", 2}, {"facto\u00e9\U0001f600", 3}}}})),
        FARSPAN_NOTE_UNKNOWN_FIELD, "$.rope_scaling.facto\u00e9\U0001f600");
    add_note(list, "an extension", model_of(llama, -1, extension(FARSPAN_EXTENSION_YARN, 16384)), FARSPAN_NOTE_DERIVED,
             "");
    return list;
}

case_list model_option_cases() {
    case_list list;
    add_extensions(list);
    add_releases(list);
    add_t5(list);
    add_gguf(list);
    return list;
}

}  // namespace conformance
