// farspan_scheme_create and what asks a scheme: every argument wrong in turn. (tests/method goes through every field.)
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <functional>

#include "calls.hpp"
#include "expect_failure.hpp"
#include "scheme_spec.hpp"

using namespace farspan_test;

namespace {

scheme_spec good() {
    scheme_spec spec("good");
    spec.with_rope(FARSPAN_ROPE_YARN, FARSPAN_LAYOUT_HALF, 64);
    spec.rope.factor = 4;
    spec.rope.original_context = 2048;
    spec.with_bias(FARSPAN_BIAS_T5, 2);
    spec.bias_values.assign(64, 0.5f);
    spec.sinks = {0.5f, 0.25f};
    return spec;
}

void expect_refused(const char* what, farspan_status status, int32_t argument, std::initializer_list<const char*> words,
                    const std::function<void(scheme_spec&)>& change) {
    scheme_spec spec = good();
    change(spec);
    spec.connect();
    expect_failure(what, status, argument, words, [&](farspan_error* error) {
        auto* const untouched = reinterpret_cast<farspan_scheme*>(&spec);
        farspan_scheme* scheme = untouched;
        const farspan_status got =
            scheme_create(&spec.rope, &spec.remap, &spec.bias, &spec.mask, &spec.score, &scheme, error);
        cr_expect(scheme == untouched, "%s: wrote to scheme", what);
        return got;
    });
}

}  // namespace

Test(api_scheme, a_good_scheme_is_made) {
    scheme_spec spec = good();
    cr_expect(spec.create() != nullptr);
    farspan_scheme* scheme = nullptr;
    cr_expect(scheme_create(nullptr, nullptr, nullptr, nullptr, nullptr, &scheme, nullptr) == FARSPAN_OK);
    farspan_scheme_destroy(scheme);
    farspan_scheme_destroy(nullptr);
}

Test(api_scheme, null_result) {
    expect_failure("scheme NULL", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"scheme"}, [](farspan_error* error) {
        return scheme_create(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, error);
    });
}

Test(api_scheme, text) {
    const std::string text = R"({"rope": {"method": "base", "layout": "half", "rotary_dim": 64}})";
    const auto size = static_cast<int64_t>(text.size());
    farspan_scheme* scheme = nullptr;
    cr_assert(farspan_scheme_from_json(text.data(), size, &scheme, nullptr) == FARSPAN_OK);
    int64_t needed = 0;
    cr_expect(farspan_scheme_to_json(scheme, nullptr, 0, &needed, nullptr) == FARSPAN_OK && needed == size + 1);
    std::string buffer(text.size() + 1, 'x');
    cr_expect(farspan_scheme_to_json(scheme, buffer.data(), size, &needed, nullptr) == FARSPAN_OK);
    cr_expect(needed == size + 1 && buffer == std::string(text.size() + 1, 'x'),
              "a buffer that is too small is left alone");
    cr_expect(farspan_scheme_to_json(scheme, buffer.data(), size + 1, &needed, nullptr) == FARSPAN_OK);
    cr_expect(buffer.c_str() == text);
    const auto write = [&](const char* what, farspan_status status, int32_t argument, const char* word,
                           const farspan_scheme* from, char* to, int64_t bytes, int64_t* count) {
        expect_failure(what, status, argument, {word},
                       [&](farspan_error* error) { return farspan_scheme_to_json(from, to, bytes, count, error); });
    };
    write("no scheme", FARSPAN_ERROR_NULL_ARGUMENT, 1, "scheme", nullptr, buffer.data(), 1, &needed);
    write("no buffer", FARSPAN_ERROR_NULL_ARGUMENT, 2, "buffer", scheme, nullptr, 1, &needed);
    write("a negative size", FARSPAN_ERROR_SHAPE, 3, "-1", scheme, buffer.data(), -1, &needed);
    write("no needed", FARSPAN_ERROR_NULL_ARGUMENT, 4, "needed", scheme, buffer.data(), 1, nullptr);
    farspan_scheme_destroy(scheme);

    const auto read = [](const char* what, farspan_status status, int32_t argument, const char* word, const char* from,
                         int64_t bytes) {
        expect_failure(what, status, argument, {word}, [&](farspan_error* error) {
            auto* const untouched = reinterpret_cast<farspan_scheme*>(&bytes);
            farspan_scheme* made = untouched;
            const farspan_status got = farspan_scheme_from_json(from, bytes, &made, error);
            cr_expect(made == untouched, "%s: wrote to scheme", what);
            return got;
        });
    };
    read("no text", FARSPAN_ERROR_NULL_ARGUMENT, 1, "text", nullptr, 0);
    read("a negative length", FARSPAN_ERROR_SHAPE, 2, "-1", "{}", -1);
    read("an empty text", FARSPAN_ERROR_FORMAT, 1, "line 1, column 1", "{}", 0);
    read("half of it", FARSPAN_ERROR_FORMAT, 1, "ends too early", text.data(), size / 2);
    read("a key", FARSPAN_ERROR_FORMAT, 1, "$.rope.basee is not a field of rope", R"({"rope": {"basee": 1}})", 22);
    read("a part that is refused", FARSPAN_ERROR_PARAMETER_RANGE, 1, "mask.sinks is -1", R"({"mask": {"sinks": -1}})",
         23);
    expect_failure("no result", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"scheme"},
                   [&](farspan_error* error) { return farspan_scheme_from_json("{}", 2, nullptr, error); });
}

Test(api_scheme, struct_sizes) {
    using change = std::function<void(scheme_spec&, uint32_t)>;
    const std::vector<std::pair<const char*, change>> parts = {
        {"rope", [](scheme_spec& s, uint32_t size) { s.rope.struct_size = size; }},
        {"remap", [](scheme_spec& s, uint32_t size) { s.remap.struct_size = size; }},
        {"bias", [](scheme_spec& s, uint32_t size) { s.bias.struct_size = size; }},
        {"mask", [](scheme_spec& s, uint32_t size) { s.mask.struct_size = size; }},
        {"score", [](scheme_spec& s, uint32_t size) { s.score.struct_size = size; }},
    };
    for (const auto& [name, set] : parts) {
        for (const uint32_t size : {0u, 4u, 16u, 0xFFFFFFFFu}) {
            const std::string number = std::to_string(size);
            expect_refused(name, FARSPAN_ERROR_STRUCT_SIZE, 1, {name, "struct_size", number.c_str()},
                           [&set = set, size](scheme_spec& s) { set(s, size); });
        }
    }
}

// A caller built against a newer header has longer structs: fine while what we do not know is zero.
Test(api_scheme, longer_structs) {
    struct longer {
        farspan_mask_config mask;
        int64_t unknown[4];
    } given{};
    farspan_mask_config_init(&given.mask, sizeof given.mask);
    given.mask.struct_size = sizeof given;
    farspan_scheme* scheme = nullptr;
    cr_expect(scheme_create(nullptr, nullptr, nullptr, &given.mask, nullptr, &scheme, nullptr) == FARSPAN_OK);
    farspan_scheme_destroy(scheme);
    given.unknown[3] = 1;
    expect_failure("an unknown field", FARSPAN_ERROR_STRUCT_SIZE, 1, {"mask"}, [&](farspan_error* error) {
        farspan_scheme* made = nullptr;
        return scheme_create(nullptr, nullptr, nullptr, &given.mask, nullptr, &made, error);
    });
}

Test(api_scheme, parameters) {
    constexpr int32_t method = FARSPAN_ERROR_METHOD, range = FARSPAN_ERROR_PARAMETER_RANGE,
                      rotary = FARSPAN_ERROR_ROTARY_DIM;
    expect_refused("unknown rope", method, 1, {"rope.method", "18"}, [](auto& s) { s.rope.method = 18; });
    expect_refused("negative rope", method, 1, {"rope.method", "-1"}, [](auto& s) { s.rope.method = -1; });
    expect_refused("no layout", method, 1, {"rope.layout", "0"}, [](auto& s) { s.rope.layout = 0; });
    expect_refused("odd rotary_dim", rotary, 1, {"rope.rotary_dim", "63"}, [](auto& s) { s.rope.rotary_dim = 63; });
    expect_refused("no rotary_dim", rotary, 1, {"rope.rotary_dim", "0"}, [](auto& s) { s.rope.rotary_dim = 0; });
    expect_refused("negative offset", rotary, 1, {"rope.rotary_offset", "-2"},
                   [](auto& s) { s.rope.rotary_offset = -2; });
    expect_refused("beyond any head", rotary, 1, {"rope.rotary_offset", "500"},
                   [](auto& s) { s.rope.rotary_offset = 500; });
    expect_refused("base 1", range, 1, {"rope.base", "1"}, [](auto& s) { s.rope.base = 1; });
    expect_refused("NaN base", range, 1, {"rope.base", "nan"}, [](auto& s) { s.rope.base = NAN; });
    expect_refused("infinite factor", range, 1, {"rope.factor", "inf"}, [](auto& s) { s.rope.factor = INFINITY; });
    expect_refused("factor 0", range, 1, {"rope.factor", "0"}, [](auto& s) { s.rope.factor = 0; });
    expect_refused("no context", range, 1, {"rope.original_context", "0"},
                   [](auto& s) { s.rope.original_context = 0; });
    expect_refused("an empty ramp", range, 1, {"rope."}, [](auto& s) { s.rope.original_context = 2; });
    expect_refused("betas the wrong way round", range, 1, {"rope."},
                   [](auto& s) { s.rope.beta_fast = 0.5, s.rope.beta_slow = 40; });
    expect_refused("a field that yarn ignores", FARSPAN_ERROR_COMBINATION, 1, {"rope.xpos_gamma"},
                   [](auto& s) { s.rope.xpos_gamma = 0.5; });
    expect_refused("unknown remap", method, 1, {"remap.method", "7"}, [](auto& s) { s.remap.method = 7; });
    expect_refused("no window", range, 1, {"remap.window", "0"}, [](auto& s) { s.with_remap(FARSPAN_REMAP_REROPE); });
    expect_refused("local_window too wide", range, 1, {"local_window"}, [](auto& s) {
        s.with_remap(FARSPAN_REMAP_DUAL_CHUNK);
        s.remap.chunk = s.remap.local_window = 100;
    });
    expect_refused("remap without a causal mask", FARSPAN_ERROR_COMBINATION, 1, {"causal"}, [](auto& s) {
        s.with_remap(FARSPAN_REMAP_REROPE, 10);
        s.mask.causal = 0;
    });
    expect_refused("leak below 1", range, 1, {"remap.leak", "0.5"}, [](auto& s) {
        s.with_remap(FARSPAN_REMAP_LEAKY_REROPE, 10);
        s.remap.leak = 0.5;
    });
    expect_refused("unknown bias", method, 1, {"bias.method", "77"}, [](auto& s) { s.bias.method = 77; });
    expect_refused("no heads", range, 1, {"bias.heads", "0"}, [](auto& s) { s.bias.heads = 0; });
    expect_refused("no table", FARSPAN_ERROR_NULL_ARGUMENT, 1, {"bias.values"}, [](auto& s) { s.bias_values.clear(); });
    expect_refused("NaN in the table", range, 1, {"bias.values[5]", "nan"}, [](auto& s) { s.bias_values[5] = NAN; });
    expect_refused("window_left -2", range, 1, {"mask.window_left", "-2"}, [](auto& s) { s.mask.window_left = -2; });
    expect_refused("causal 2", range, 1, {"mask.causal", "2"}, [](auto& s) { s.mask.causal = 2; });
    expect_refused("causal and window_right", FARSPAN_ERROR_COMBINATION, 1, {"mask.window_right"},
                   [](auto& s) { s.mask.window_right = 3; });
    expect_refused("negative sinks", range, 1, {"mask.sinks", "-1"}, [](auto& s) { s.mask.sinks = -1; });
    expect_refused("unknown temperature", method, 1, {"score.temperature", "9"},
                   [](auto& s) { s.score.temperature = 9; });
    expect_refused("negative scale", range, 1, {"score.scale", "-0.5"}, [](auto& s) { s.score.scale = -0.5; });
    expect_refused("NaN cap", range, 1, {"score.softcap", "nan"}, [](auto& s) { s.score.softcap = NAN; });
    expect_refused("infinite sink", range, 1, {"score.sink_logits[1]", "inf"}, [](auto& s) { s.sinks[1] = INFINITY; });
    expect_refused("log-n of 1", range, 1, {"score.trained_length", "1"}, [](auto& s) {
        s.score.temperature = FARSPAN_TEMPERATURE_LOG_N;
        s.score.trained_length = 1;
    });
}

Test(api_scheme, the_scheme_owns_its_arrays) {
    scheme_spec spec = good();
    const scheme_handle scheme = spec.create();
    float before[8], after[8];
    cr_assert(farspan_bias_fill(nullptr, scheme.get(), 1, 0, 0, before, 8, nullptr) == FARSPAN_OK);
    for (float& value : spec.bias_values) value = 99;
    cr_assert(farspan_bias_fill(nullptr, scheme.get(), 1, 0, 0, after, 8, nullptr) == FARSPAN_OK);
    cr_expect(std::memcmp(before, after, sizeof before) == 0, "the scheme still reads the caller's array");
}

Test(api_scheme, probe_and_visible) {
    scheme_spec spec = good();
    const scheme_handle scheme = spec.create();
    farspan_probe probe;
    farspan_probe_init(&probe, sizeof probe);
    const auto probed = [&](const farspan_scheme* s, int64_t length, int64_t i, int64_t j, int32_t h,
                            farspan_probe* p) {
        return [=](farspan_error* error) { return farspan_scheme_probe(s, length, i, j, h, p, error); };
    };
    const farspan_scheme* s = scheme.get();
    expect_failure("no scheme", FARSPAN_ERROR_NULL_ARGUMENT, 1, {"scheme"}, probed(nullptr, 0, 1, 1, 0, &probe));
    expect_failure("length", FARSPAN_ERROR_POSITIONS, 2, {"length", "-1"}, probed(s, -1, 1, 1, 0, &probe));
    expect_failure("query", FARSPAN_ERROR_POSITIONS, 3, {"query", "-5"}, probed(s, 0, -5, 1, 0, &probe));
    expect_failure("key", FARSPAN_ERROR_POSITIONS, 4, {"key"}, probed(s, 0, 1, int64_t{1} << 41, 0, &probe));
    expect_failure("head", FARSPAN_ERROR_HEAD_GROUPS, 5, {"head", "2"}, probed(s, 0, 1, 1, 2, &probe));
    expect_failure("head -1", FARSPAN_ERROR_HEAD_GROUPS, 5, {"head", "-1"}, probed(s, 0, 1, 1, -1, &probe));
    expect_failure("no probe", FARSPAN_ERROR_NULL_ARGUMENT, 6, {"probe"}, probed(s, 0, 1, 1, 0, nullptr));
    farspan_probe unset{};
    expect_failure("probe.struct_size 0", FARSPAN_ERROR_STRUCT_SIZE, 6, {"struct_size"}, probed(s, 0, 1, 1, 0, &unset));
    int64_t at[4] = {7, 7, 7, 7};
    const auto visible = [&](const farspan_scheme* x, int64_t i, int64_t keys, int64_t* out) {
        return [=](farspan_error* error) { return farspan_scheme_visible(x, i, keys, out, error); };
    };
    expect_failure("no scheme", FARSPAN_ERROR_NULL_ARGUMENT, 1, {"scheme"}, visible(nullptr, 1, 1, at));
    expect_failure("query", FARSPAN_ERROR_POSITIONS, 2, {"query"}, visible(s, -1, 1, at));
    expect_failure("keys", FARSPAN_ERROR_POSITIONS, 3, {"keys"}, visible(s, 1, -1, at));
    expect_failure("no intervals", FARSPAN_ERROR_NULL_ARGUMENT, 4, {"intervals"}, visible(s, 1, 1, nullptr));
    cr_expect(at[0] == 7 && at[3] == 7, "wrote to intervals");
}
