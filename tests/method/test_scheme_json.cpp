// A scheme as text: what comes out goes in again with the same bits, whatever the method; what is wrong is refused with
// its path.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "lowered.hpp"
#include "method/registry.hpp"
#include "method/scheme_json.hpp"
#include "random_scheme.hpp"

using namespace farspan_test;
using farspan::field;
using farspan::field_set;
using farspan::field_use;

namespace {

// Every bit of the configurations, with the arrays in place of their addresses.
void expect_same(const farspan::scheme& a, const farspan::scheme& b, const std::string& text) {
    farspan::scheme_configs x(a), y(b);
    const auto left = x.parts(), right = y.parts();
    for (std::size_t n = 0; n < left.size(); ++n) {
        if (left[n].method) cr_expect_eq(*left[n].method, *right[n].method, "%s", text.c_str());
        for (const field& f : left[n].fields) {
            const std::size_t bytes = f.type == farspan::field_type::int32 ? 4 : 8;
            const char *p = static_cast<const char*>(left[n].config) + f.offset,
                       *q = static_cast<const char*>(right[n].config) + f.offset;
            if (f.is_array())
                cr_expect((farspan::load<const void*>(f, left[n].config) == nullptr) ==
                          (farspan::load<const void*>(f, right[n].config) == nullptr));
            else
                cr_expect(std::memcmp(p, q, bytes) == 0, "%s.%s of %s", left[n].name, f.name, text.c_str());
        }
    }
    const auto same = [&](const auto& one, const auto& other) {
        cr_expect(one.size() == other.size() && std::memcmp(one.data(), other.data(), one.size() * sizeof one[0]) == 0,
                  "%s", text.c_str());
    };
    same(a.short_factors, b.short_factors);
    same(a.long_factors, b.long_factors);
    same(a.bias_values, b.bias_values);
    same(a.bias_a, b.bias_a);
    same(a.bias_p, b.bias_p);
    same(a.slopes, b.slopes);
    same(a.sink_logits, b.sink_logits);
}

void expect_round_trip(const farspan::scheme& made) {
    const std::string text = farspan::scheme_to_json(made);
    const refusal r = refuse_calling([&] {
        const auto read = farspan::scheme_from_json(text);
        expect_same(made, *read, text);
        cr_expect(farspan::scheme_to_json(*read) == text, "%s becomes %s", text.c_str(),
                  farspan::scheme_to_json(*read).c_str());
    });
    cr_expect_eq(r.status, FARSPAN_OK, "%s: %s", text.c_str(), r.message.c_str());
    cr_expect(text.find('\n') == std::string::npos && text.find("nan") == std::string::npos &&
                  text.find("inf") == text.find("infinite"),
              "%s", text.c_str());
}

// Any value of the range of a field, the ends and their neighbours among them.
void set_any(generator& random, const field& f, void* config) {
    const auto& range = f.range;
    if (f.type == farspan::field_type::real) {
        const double high = std::min(range.high, 1e4);
        const std::vector<double> choices = {random.real(range.low, high),
                                             std::nextafter(range.low, high),
                                             high,
                                             f.initial,
                                             range.low == 0 && !range.open_low ? -0.0 : f.initial,
                                             0.1,
                                             1.0 / 3,
                                             1e-5};
        const double value = random.pick(choices);
        if (value > range.low || (value == range.low && !range.open_low)) farspan::store(f, config, value);
        return;
    }
    int64_t value = random.whole(static_cast<int64_t>(range.low),
                                 static_cast<int64_t>(std::min(range.high, random.coin() ? 8.0 : 600.0)));
    if (range.even) value &= ~int64_t{1};
    if (f.type == farspan::field_type::int64)
        farspan::store(f, config, random.whole(0, 3) == 0 ? static_cast<int64_t>(range.high) : value);
    else
        farspan::store(f, config, static_cast<int32_t>(value));
}

// Changes some fields that the method reads; returns how many stayed changed.
template <class Config>
int change_fields(generator& random, scheme_spec& spec, Config& config, field_set read) {
    int changed = 0;
    const auto fields = farspan::fields_of(config);
    for (std::size_t n = 0; n < fields.size(); ++n) {
        if ((read >> n & 1) == 0 || fields[n].is_array() || fields[n].range.use == field_use::count || random.coin())
            continue;
        const Config before = config;
        set_any(random, fields[n], &config);
        // two fields that do not fit each other, or an array that has another size now
        if (refuse(spec).status != FARSPAN_OK)
            config = before;
        else
            ++changed;
    }
    return changed;
}

template <class Config, class Valid>
void sweep(Valid valid, Config scheme_spec::*config) {
    generator random(14);
    const auto rows = farspan::methods_of(Config{});
    for (int32_t method = 0; method < static_cast<int32_t>(rows.size()); ++method) {
        int changed = 0;
        for (int round = 0; round < 60; ++round) {
            scheme_spec spec = valid(method);
            changed += change_fields(random, spec, spec.*config, rows[static_cast<std::size_t>(method)].fields);
            expect_round_trip(*make_parts(spec));
        }
        const auto& row = rows[static_cast<std::size_t>(method)];
        // whose counts hold heads where it is
        const bool only_arrays = std::string_view(row.name).starts_with("kerple");
        cr_expect(changed > 10 || row.fields == 0 || only_arrays, "%s: %d changes", row.name, changed);
    }
}

std::string text_of(scheme_spec spec) { return farspan::scheme_to_json(*make_parts(spec)); }

std::unique_ptr<farspan::scheme> read(const std::string& text) { return farspan::scheme_from_json(text); }

struct bad_text {
    const char* text;
    farspan_status status;
    const char* message;  // whole, or its beginning if it ends in three dots
};

void expect_refused(const std::vector<bad_text>& cases) {
    for (const bad_text& one : cases) {
        const refusal r = refuse_calling([&] { read(one.text); });
        std::string expected = one.message;
        const bool whole = expected.size() < 3 || expected.substr(expected.size() - 3) != "...";
        if (!whole) expected.resize(expected.size() - 3);
        cr_expect_eq(r.status, one.status, "%s: status %d, must be %d: %s", one.text, r.status, one.status,
                     r.message.c_str());
        cr_expect((whole ? r.message : r.message.substr(0, expected.size())) == expected,
                  "%s: must say '%s', says '%s'", one.text, one.message, r.message.c_str());
    }
}

constexpr farspan_status format = FARSPAN_ERROR_FORMAT, range = FARSPAN_ERROR_PARAMETER_RANGE;

}  // namespace

Test(scheme_json, every_method_of_rope) { sweep(valid_rope, &scheme_spec::rope); }
Test(scheme_json, every_method_of_remap) { sweep(valid_remap, &scheme_spec::remap); }
Test(scheme_json, every_method_of_bias) { sweep(valid_bias, &scheme_spec::bias); }
Test(scheme_json, every_temperature) { sweep(valid_temperature, &scheme_spec::score); }

Test(scheme_json, random_schemes) {
    for (uint64_t seed = 0; seed < 400; ++seed) {
        scheme_spec spec = random_scheme(seed);
        expect_round_trip(*make_parts(spec));
    }
}

Test(scheme_json, arrays_of_any_bits) {
    generator random(15);
    for (int round = 0; round < 200; ++round) {
        scheme_spec spec = valid_bias(FARSPAN_BIAS_T5);
        for (float& value : spec.bias_values) {
            const auto bits = static_cast<uint32_t>(random.whole(0, INT64_C(0xffffffff)));
            std::memcpy(&value, &bits, sizeof value);
            if (!std::isfinite(value)) value = -0.0f;
        }
        spec.sinks = {0.1f, -0.0f, std::numeric_limits<float>::denorm_min(), -std::numeric_limits<float>::max()};
        const scheme_spec kerple = valid_bias(FARSPAN_BIAS_KERPLE_LOG);
        expect_round_trip(*make_parts(spec));
        scheme_spec factors = valid_rope(FARSPAN_ROPE_LONGROPE);
        for (double& factor : factors.long_factors)
            factor = std::ldexp(random.real(1, 2), static_cast<int>(random.whole(0, 30)));
        expect_round_trip(*make_parts(factors));
    }
}

// The text is a promise: configuration files and logs compare it.
Test(scheme_json, canonical) {
    cr_expect(text_of(scheme_spec("defaults")) == "{}");
    scheme_spec spec = valid_rope(FARSPAN_ROPE_LONGROPE);
    spec.rope.rotary_dim = 4;
    spec.rope.base = 500000;
    spec.rope.angle = FARSPAN_ANGLE_FLOAT32;
    spec.rope.factor = 32;
    spec.rope.length_switch = FARSPAN_SWITCH_ALWAYS_LONG;
    spec.rope.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
    spec.rope.attention_factor = 1.1902380714238083;
    spec.short_factors.clear();
    spec.long_factors = {1.08, 1e30};
    spec.with_remap(FARSPAN_REMAP_STREAMING, 1020);
    spec.remap.sinks = spec.mask.sinks = 4;
    spec.mask.window_left = 1020;
    spec.with_bias(FARSPAN_BIAS_ALIBI, 8);
    spec.bias.bidirectional = 1;
    spec.score.temperature = FARSPAN_TEMPERATURE_LOG_N;
    spec.score.trained_length = 4096;
    spec.sinks = {0.1f, -1};
    cr_expect(
        text_of(spec) ==
            R"({"rope": {"method": "longrope", "layout": "half", "rotary_dim": 4, "angle": "float32", "base": 500000, "factor": 32, )"
            R"("original_context": 2048, "magnitude": "explicit", "length_switch": "always_long", "attention_factor": 1.1902380714238083, )"
            R"("long_factors": [1.08, 1e+30]}, "remap": {"method": "streaming", "sinks": 4, "recent": 1020}, )"
            R"("bias": {"method": "alibi", "heads": 8, "bidirectional": true}, "mask": {"window_left": 1020, "sinks": 4}, )"
            R"("score": {"temperature": "log_n", "trained_length": 4096, "sink_logits": [0.1, -1]}})",
        "%s", text_of(spec).c_str());
    scheme_spec axes = valid_rope(FARSPAN_ROPE_BASE);
    axes.rope.axes = FARSPAN_AXES_INTERLEAVED;
    axes.rope.axis_sections[0] = 3;
    axes.rope.axis_sections[1] = axes.rope.axis_sections[2] = 2;
    cr_expect(text_of(axes).find(R"("axes": "interleaved", "axis_sections": [3, 2, 2, 0]})") != std::string::npos, "%s",
              text_of(axes).c_str());
    scheme_spec mask("mask");
    mask.mask.causal = 0;
    mask.mask.window_right = 0;
    cr_expect(text_of(mask) == R"({"mask": {"causal": false, "window_right": 0}})", "%s", text_of(mask).c_str());
}

// The same scheme in other words.
Test(scheme_json, any_order_and_spacing) {
    scheme_spec spec = valid_rope(FARSPAN_ROPE_YARN);
    spec.rope.factor = 8;
    spec.rope.truncate = 0;
    spec.rope.ramp = FARSPAN_RAMP_PAIR_INDEX;
    const auto expected = make_parts(spec);
    for (
        const char* text :
        {R"({"rope":{"original_context":2048,"factor":8,"rotary_dim":16,"layout":"half","truncate":false,"method":"yarn"}})",
         "\xef\xbb\xbf \n{ \"mask\" : { } ,\t\"rope\": {\"method\": \"yarn\", \"layout\": \"half\", \"rotary_dim\": "
         "16.0, \"factor\": 0.8e1,"
         "\"original_context\": 2048e0, \"truncate\" : false , \"ramp\": \"pair_index\", \"base\": 1E4}\r\n} ",
         R"({"remap": {"method": "none"}, "rope": {"\u006dethod": "y\u0061rn", "layout": "half", "rotary_dim": 16, "factor": 8,
                                 "original_context": 2048, "truncate": false, "beta_fast": 32, "short_factors": [], "axis_sections": []}, "score": {}})"})
        expect_same(*expected, *read(text), text);
}

Test(scheme_json, defaults_are_those_of_init) {
    scheme_spec spec("defaults");
    expect_same(*make_parts(spec), *read("{}"), "{}");
    expect_same(*make_parts(spec), *read(R"({"rope": {}, "remap": {}, "bias": {}, "mask": {}, "score": {}})"),
                "empty parts");
}

Test(scheme_json, malformed) {
    expect_refused({
        {"", format, "$: error at line 1, column 1: the document ends too early"},
        {"{", format, "$: error at line 1, column 2: the document ends too early"},
        {"{\"rope\": {\"base\": 1,}}", format, "$.rope: error at line 1, column 21: a key in quotes was expected"},
        {"{} {}", format, "$: error at line 1, column 4: something follows the value"},
        {"[]", format, "$ is a list: must be an object with the parts of a scheme"},
        {"\"yarn\"", format, "$ is \"yarn\": must be an object with the parts of a scheme"},
        {"null", format, "$ is null: must be an object with the parts of a scheme"},
        {R"({"ropee": {}})", format, "$.ropee is no part of a scheme: those are rope, remap, bias, mask and score"},
        {R"({"": {}})", format, "$. is no part of a scheme..."},
        {R"({"rope": null})", format, "$.rope is null: must be an object"},
        {R"({"rope": {}, "mask": {}, "r\u006fpe": {}})", format, "$: has the key \"rope\" twice"},
        {R"({"rope": {"basee": 1}})", format, "$.rope.basee is not a field of rope"},
        {R"({"rope": {"": 1}})", format, "$.rope. is not a field of rope"},
        {R"({"rope": {"short_factors_count": 8}})", format, "$.rope.short_factors_count is not a field of rope"},
        {R"({"rope": {"struct_size": 8}})", format, "$.rope.struct_size is not a field of rope"},
        {R"({"rope": {"axis_sections[0]": 8}})", format, "$.rope.axis_sections[0] is not a field of rope"},
        {R"({"remap": {"reserved": 0}})", format, "$.remap.reserved is not a field of remap"},
        {R"({"mask": {"method": "causal"}})", format, "$.mask.method is not a field of mask"},
        {R"({"score": {"method": "log_n"}})", format, "$.score.method is not a field of score"},
        {R"({"rope": {"base": 1, "base": 2}})", format, "$.rope: has the key \"base\" twice"},
        {R"({"rope": {"method": "base", "method": "yarn"}})", format, "$.rope: has the key \"method\" twice"},
        {R"({"rope": {"axis_sections": [1], "axis_sections": [1]}})", format,
         "$.rope: has the key \"axis_sections\" twice"},
    });
}

Test(scheme_json, wrong_values) {
    expect_refused({
        {R"({"rope": {"method": 1}})", format, "$.rope.method is 1: must be none, base, linear, dynamic_linear, ..."},
        {R"({"remap": {"method": "rerop"}})", FARSPAN_ERROR_METHOD,
         "$.remap.method is \"rerop\": must be none, rerope, leaky_rerope, self_extend, dual_chunk, lm_infinite or "
         "streaming"},
        {R"({"score": {"temperature": "logn"}})", FARSPAN_ERROR_METHOD,
         "$.score.temperature is \"logn\": must be none, log_n, ..."},
        {R"({"rope": {"layout": "neox"}})", FARSPAN_ERROR_METHOD,
         "$.rope.layout is \"neox\": must be \"half\" or \"interleaved\""},
        {R"({"rope": {"layout": 1}})", format, "$.rope.layout is 1: must be \"half\" or \"interleaved\""},
        {R"({"rope": {"magnitude": "x"}})", FARSPAN_ERROR_METHOD,
         "$.rope.magnitude is \"x\": must be \"default\", \"yarn\", \"explicit\" or \"unclamped\""},
        {R"({"mask": {"causal": 1}})", format, "$.mask.causal is 1: must be true or false"},
        {R"({"mask": {"causal": "true"}})", format, "$.mask.causal is \"true\": must be true or false"},
        {R"({"mask": {"sinks": 1.5}})", format, "$.mask.sinks is 1.5: must be a whole number"},
        {R"({"mask": {"sinks": "4"}})", format, "$.mask.sinks is \"4\": must be a whole number"},
        {R"({"mask": {"sinks": true}})", format, "$.mask.sinks is true: must be a whole number"},
        {R"({"mask": {"sinks": [4]}})", format, "$.mask.sinks is a list: must be a whole number"},
        {R"({"mask": {"sinks": 1e300}})", format, "$.mask.sinks is 1e300: must be a whole number"},
        {R"({"mask": {"sinks": NaN}})", format, "$.mask.sinks is NaN: must be a whole number"},
        {R"({"rope": {"rotary_dim": 4294967298}})", FARSPAN_ERROR_ROTARY_DIM,
         "$.rope.rotary_dim is 4294967298: must be a whole number of 32 bits"},
        {R"({"rope": {"base": {}}})", format, "$.rope.base is an object: must be a number"},
        {R"({"rope": {"base": NaN}})", range, "$.rope.base is NaN: must be a finite number"},
        {R"({"rope": {"base": -Infinity}})", range, "$.rope.base is -Infinity: must be a finite number"},
        {R"({"rope": {"base": 1e999}})", range, "$.rope.base is 1e999: must be a finite number"},
        {R"({"rope": {"axis_sections": 4}})", format, "$.rope.axis_sections is 4: must be a list of whole numbers"},
        {R"({"rope": {"axis_sections": [1, 2, 3, 4, 5]}})", FARSPAN_ERROR_SHAPE,
         "$.rope.axis_sections has more than 4 numbers"},
        {R"({"rope": {"axis_sections": [1, "2"]}})", format,
         "$.rope.axis_sections[1] is \"2\": must be a whole number"},
        {R"({"bias": {"a": 1}})", format, "$.bias.a is 1: must be a list of numbers"},
        {R"({"bias": {"a": [1, null]}})", format, "$.bias.a[1] is null: must be a number"},
        {R"({"bias": {"a": [1, Infinity]}})", range, "$.bias.a[1] is Infinity: must be a finite number"},
        {R"({"score": {"sink_logits": [0, 1e39]}})", range,
         "$.score.sink_logits[1] is 1e39: must be a finite number of float32"},
        {R"({"bias": {"method": "kerple_log", "heads": 3, "a": [1, 1], "p": [1, 1, 1]}})", FARSPAN_ERROR_SHAPE,
         "bias.a_count is 2: must be 3, a number for each head"},
        {R"({"bias": {"method": "t5", "heads": 2, "buckets": 2, "values": [1, 2, 3]}})", FARSPAN_ERROR_SHAPE,
         "bias.values_count is 3: must be 4, buckets * heads"},
        {R"({"rope": {"short_factors": [1, 2], "long_factors": [1]}})", FARSPAN_ERROR_COMBINATION,
         "rope.short_factors is not NULL but method none does not use it"},
        {"{\"rope\": {\"layout\": \"a\\u0000\\u001b[31m\\n and much more than fits\"}}", FARSPAN_ERROR_METHOD,
         "$.rope.layout is \"a\\u0000\\u001b[31m\\n and much more t...\": must be \"half\" or \"interleaved\""},
        {"{\"rope\": {\"ba\\u0007se\": 1}}", format, "$.rope.ba\\u0007se is not a field of rope"},
    });
}

// What farspan_scheme_create refuses is refused in its words.
Test(scheme_json, the_same_checks) {
    expect_refused({
        {R"({"rope": {"method": "base", "rotary_dim": 16}})", FARSPAN_ERROR_METHOD,
         "rope.layout is 0: must be half (1) or interleaved (2)"},
        {R"({"rope": {"method": "base", "layout": "half", "rotary_dim": 15}})", FARSPAN_ERROR_ROTARY_DIM,
         "rope.rotary_dim is 15: must be even and between 2 and 512"},
        {R"({"rope": {"method": "base", "layout": "half", "rotary_dim": 16, "factor": 2}})", FARSPAN_ERROR_COMBINATION,
         "rope.factor is 2 but method base does not use it (default 1)"},
        {R"({"mask": {"sinks": -1}})", range, "mask.sinks is -1: must be between 0 and 2^40"},
        {R"({"mask": {"causal": false}, "remap": {"method": "rerope", "window": 4}})", FARSPAN_ERROR_COMBINATION,
         "remap.method is rerope: needs a causal mask, mask.causal is 0"},
        {R"({"bias": {"method": "kerple_log", "heads": 1, "p": [1]}})", FARSPAN_ERROR_NULL_ARGUMENT,
         "bias.a is NULL: must hold 1 values"},
    });
}

// Every key that a part has, so that a new field is not forgotten here.
Test(scheme_json, every_field_has_a_key_and_every_enum_its_words) {
    farspan::scheme_configs configs;
    int keys = 0, words = 0;
    for (const farspan::scheme_part& part : configs.parts())
        for (std::size_t n = 0; n < part.fields.size(); n += farspan::json_run(part.fields, n)) {
            const field& f = part.fields[n];
            if (farspan::json_name(f).empty()) {
                cr_expect(f.range.use == field_use::count || f.range.use == field_use::none, "%s.%s", part.name,
                          f.name);
                continue;
            }
            ++keys;
            if (f.range.use != field_use::word) continue;
            ++words;
            for (int value = static_cast<int>(f.range.low); value <= static_cast<int>(f.range.high); ++value)
                cr_expect(f.range.words[static_cast<std::size_t>(value - static_cast<int>(f.range.low))] != nullptr,
                          "%s.%s", part.name, f.name);
        }
    cr_expect_eq(words, 6, "%d enums", words);
    cr_expect(keys > 50, "%d keys", keys);
}

Test(scheme_json, limits) {
    const std::string large(std::size_t{65} << 20, ' ');
    refusal r = refuse_calling([&] { read("{" + large + "}"); });
    cr_expect(r.status == format && r.message.find("must have at most 67108864") != std::string::npos, "%s",
              r.message.c_str());
    std::string deep(100, '[');
    r = refuse_calling([&] { read("{\"rope\": " + deep); });
    cr_expect(r.status == format && r.message.find("more than 64 levels deep") != std::string::npos, "%s",
              r.message.c_str());
    std::string many = "{\"score\": {\"sink_logits\": [0";
    for (int n = 1; n < 100000; ++n) many += ", 0.5";
    r = refuse_calling([&] { read(many + "]}}"); });
    cr_expect_eq(r.status, FARSPAN_ERROR_PARAMETER_RANGE, "%s", r.message.c_str());
}
