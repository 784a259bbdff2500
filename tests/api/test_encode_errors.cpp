// The functions that encode positions: every argument wrong in turn, and nothing written then.
#include <criterion/criterion.h>

#include <cmath>
#include <functional>
#include <limits>

#include "calls.hpp"
#include "expect_failure.hpp"
#include "scheme_spec.hpp"
#include "tensor_data.hpp"

using namespace farspan_test;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

scheme_spec with_rope() {
    scheme_spec spec("rope");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 16);
    return spec;
}

}  // namespace

Test(api_encode, rope_apply) {
    const scheme_handle scheme = with_rope().create();
    const tensor_data in(FARSPAN_F32, {1, 2, 5, 16}), out(FARSPAN_F32, {1, 2, 5, 16});
    const int64_t positions[5] = {0, 1, 2, 3, 4};
    farspan_rope_options defaults;
    farspan_rope_options_init(&defaults, sizeof defaults);
    struct arguments {
        const farspan_scheme* scheme;
        const farspan_rope_options* options;
        const int64_t* positions;
        const farspan_tensor* in;
        const farspan_tensor* out;
    };
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument,
                            std::initializer_list<const char*> words, const arguments& a) {
        expect_failure(what, status, argument, words, [&](farspan_error* e) {
            return rope_apply(nullptr, a.scheme, a.options, a.positions, a.in, a.out, e);
        });
        cr_expect(out.untouched(), "%s: wrote to out", what);
    };
    const farspan_scheme* s = scheme.get();
    const farspan_tensor *i = &in.view(), *o = &out.view();
    refuse("no scheme", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"scheme"}, {nullptr, &defaults, positions, i, o});
    refuse("no in", FARSPAN_ERROR_NULL_ARGUMENT, 6, {"in"}, {s, &defaults, positions, nullptr, o});
    refuse("no out", FARSPAN_ERROR_NULL_ARGUMENT, 7, {"out"}, {s, &defaults, positions, i, nullptr});
    const auto options = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_rope_options given = defaults;
        change(given);
        refuse(what, status, 3, {word}, {s, &given, positions, i, o});
    };
    options("struct_size", FARSPAN_ERROR_STRUCT_SIZE, "struct_size", [](auto& x) { x.struct_size = 3; });
    options("side", FARSPAN_ERROR_METHOD, "side", [](auto& x) { x.side = 2; });
    options("direction", FARSPAN_ERROR_METHOD, "direction", [](auto& x) { x.direction = -1; });
    options("branch", FARSPAN_ERROR_METHOD, "branch", [](auto& x) { x.branch = 1; });
    options("length", FARSPAN_ERROR_PARAMETER_RANGE, "length", [](auto& x) { x.length = -1; });
    options("stride between axes", FARSPAN_ERROR_STRIDE, "axis_stride", [](auto& x) { x.axis_stride = -1; });
    options("centre", FARSPAN_ERROR_PARAMETER_RANGE, "xpos_centre", [](auto& x) { x.xpos_centre = nan_value; });
    for (const int64_t position : {int64_t{-1}, (int64_t{1} << 40) + 1, INT64_MIN, INT64_MAX}) {
        const int64_t wrong[5] = {0, 1, position, 3, 4};
        refuse("position", FARSPAN_ERROR_POSITIONS, 4, {"positions[2]"}, {s, &defaults, wrong, i, o});
    }
    const auto shape = [&](const char* what, farspan_status status, int32_t argument, const char* word, auto change) {
        farspan_tensor x = *i, y = *o;
        change(x, y);
        refuse(what, status, argument, {word}, {s, &defaults, positions, &x, &y});
    };
    shape("in.dtype", FARSPAN_ERROR_DTYPE, 6, "in.dtype", [](auto& x, auto&) { x.dtype = FARSPAN_F64; });
    shape("out.dtype", FARSPAN_ERROR_DTYPE, 7, "out.dtype", [](auto&, auto& y) { y.dtype = 0; });
    shape("shapes differ", FARSPAN_ERROR_SHAPE, 7, "out.shape[2]", [](auto&, auto& y) { y.shape[2] = 4; });
    shape("head too small", FARSPAN_ERROR_ROTARY_DIM, 6, "16", [](auto& x, auto& y) { x.shape[3] = y.shape[3] = 14; });
    shape("out repeats itself", FARSPAN_ERROR_STRIDE, 7, "out.stride", [](auto&, auto& y) { y.stride[2] = 0; });
    shape("out in the middle of in", FARSPAN_ERROR_STRIDE, 7, "overlap",
          [](auto& x, auto& y) { y.data = static_cast<float*>(x.data) + 3; });
    shape("in place with other strides", FARSPAN_ERROR_STRIDE, 7, "overlap", [](auto& x, auto& y) {
        y.data = x.data;
        y.stride[1] = 16;
        y.stride[2] = 32;
    });
    for (const int64_t count : {int64_t{4}, int64_t{6}, int64_t{0}, int64_t{-1}, INT64_MAX})
        expect_failure(
            "positions_count", FARSPAN_ERROR_SHAPE, 5, {"positions_count is", "must be 5, a position for each row"},
            [&](farspan_error* e) { return farspan_rope_apply(nullptr, s, &defaults, positions, count, i, o, e); });
    expect_failure("a count without positions", FARSPAN_ERROR_SHAPE, 5,
                   {"positions_count is 5: must be 0, positions is NULL"},
                   [&](farspan_error* e) { return farspan_rope_apply(nullptr, s, &defaults, nullptr, 5, i, o, e); });
    const scheme_handle none = scheme_spec("none").create();
    refuse("no rope", FARSPAN_ERROR_COMBINATION, 2, {"rope"}, {none.get(), &defaults, positions, i, o});
    scheme_spec axes = with_rope();
    axes.rope.axes = FARSPAN_AXES_SECTIONS;
    axes.rope.axis_sections[0] = axes.rope.axis_sections[1] = 4;
    const scheme_handle two = axes.create();
    refuse("axes without positions", FARSPAN_ERROR_NULL_ARGUMENT, 4, {"positions"},
           {two.get(), &defaults, nullptr, i, o});
    const int64_t of_axes[20] = {};
    farspan_rope_options apart = defaults;
    apart.axis_stride = 7;  // 7 + 5 are needed, 14 may be given
    for (const int64_t count : {int64_t{11}, int64_t{15}, int64_t{5}})
        expect_failure(
            "positions of axes", FARSPAN_ERROR_SHAPE, 5, {"positions_count is", "must be 12"},
            [&](farspan_error* e) { return farspan_rope_apply(nullptr, two.get(), &apart, of_axes, count, i, o, e); });
    apart.axis_stride = INT64_MAX;
    expect_failure("axes without end", FARSPAN_ERROR_STRIDE, 3, {"options.axis_stride"}, [&](farspan_error* e) {
        return farspan_rope_apply(nullptr, two.get(), &apart, of_axes, 20, i, o, e);
    });
    scheme_spec remap = with_rope();
    remap.with_remap(FARSPAN_REMAP_REROPE, 4);
    const scheme_handle far = remap.create();
    farspan_rope_options delta = defaults;
    delta.direction = FARSPAN_ROTATE_DELTA;
    delta.branch = 1;
    refuse("delta of a branch", FARSPAN_ERROR_COMBINATION, 3, {"branch"}, {far.get(), &delta, positions, i, o});
}

Test(api_encode, rope_frequencies) {
    const scheme_handle scheme = with_rope().create(), none = scheme_spec("none").create();
    double inv_freq[9], magnitude = -1;
    inv_freq[0] = -1;
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument, const farspan_scheme* s,
                            int64_t length, double* out, int32_t count) {
        expect_failure(what, status, argument, {}, [&](farspan_error* e) {
            return farspan_rope_frequencies(s, length, out, count, &magnitude, e);
        });
        cr_expect(inv_freq[0] == -1 && magnitude == -1, "%s: wrote", what);
    };
    refuse("scheme", FARSPAN_ERROR_NULL_ARGUMENT, 1, nullptr, 0, inv_freq, 8);
    refuse("length", FARSPAN_ERROR_PARAMETER_RANGE, 2, scheme.get(), -4, inv_freq, 8);
    refuse("inv_freq", FARSPAN_ERROR_NULL_ARGUMENT, 3, scheme.get(), 0, nullptr, 8);
    refuse("count 7", FARSPAN_ERROR_SHAPE, 4, scheme.get(), 0, inv_freq, 7);
    refuse("count 9", FARSPAN_ERROR_SHAPE, 4, scheme.get(), 0, inv_freq, 9);
    refuse("count -1", FARSPAN_ERROR_SHAPE, 4, scheme.get(), 0, inv_freq, -1);
    refuse("no rope", FARSPAN_ERROR_COMBINATION, 1, none.get(), 0, inv_freq, 8);
    cr_expect(farspan_rope_frequencies(scheme.get(), 0, inv_freq, 8, nullptr, nullptr) == FARSPAN_OK,
              "magnitude may be NULL");
}

Test(api_encode, bias_fill) {
    scheme_spec alibi("alibi"), dense("dense"), none("none");
    alibi.with_bias(FARSPAN_BIAS_ALIBI, 4);
    dense.with_bias(FARSPAN_BIAS_DENSE, 0);
    const scheme_handle scheme = alibi.create(), table = dense.create(), plain = none.create();
    float out[4] = {9, 9, 9, 9};
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument, const farspan_scheme* s,
                            int32_t head, int64_t length, int64_t first, int64_t count, float* to) {
        expect_failure(what, status, argument, {}, [&](farspan_error* e) {
            return farspan_bias_fill(nullptr, s, head, length, first, to, count, e);
        });
        cr_expect(out[0] == 9 && out[3] == 9, "%s: wrote", what);
    };
    const farspan_scheme* s = scheme.get();
    refuse("scheme", FARSPAN_ERROR_NULL_ARGUMENT, 2, nullptr, 0, 0, 0, 4, out);
    refuse("dense", FARSPAN_ERROR_COMBINATION, 2, table.get(), 0, 0, 0, 4, out);
    refuse("none", FARSPAN_ERROR_COMBINATION, 2, plain.get(), 0, 0, 0, 4, out);
    refuse("head 4 of 4", FARSPAN_ERROR_HEAD_GROUPS, 3, s, 4, 0, 0, 4, out);
    refuse("head -1", FARSPAN_ERROR_HEAD_GROUPS, 3, s, -1, 0, 0, 4, out);
    refuse("length", FARSPAN_ERROR_PARAMETER_RANGE, 4, s, 0, -1, 0, 4, out);
    refuse("first", FARSPAN_ERROR_PARAMETER_RANGE, 5, s, 0, 0, INT64_MIN, 4, out);
    refuse("first", FARSPAN_ERROR_PARAMETER_RANGE, 5, s, 0, 0, INT64_MAX, 4, out);
    refuse("count", FARSPAN_ERROR_SHAPE, 7, s, 0, 0, 0, -1, out);
    refuse("out", FARSPAN_ERROR_NULL_ARGUMENT, 6, s, 0, 0, 0, 4, nullptr);
    cr_expect(farspan_bias_fill(nullptr, s, 0, 0, 0, out, 0, nullptr) == FARSPAN_OK && out[0] == 9,
              "a count of 0 writes nothing");
}

Test(api_encode, sinusoidal_and_lookup) {
    const tensor_data out(FARSPAN_F32, {1, 1, 3, 8}), table(FARSPAN_F32, {1, 1, 6, 8});
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument, int32_t how, int64_t first,
                            double base, const farspan_tensor* to) {
        expect_failure(what, status, argument, {},
                       [&](farspan_error* e) { return farspan_sinusoidal_fill(nullptr, how, first, base, to, e); });
        cr_expect(out.untouched(), "%s: wrote", what);
    };
    refuse("layout 0", FARSPAN_ERROR_METHOD, 2, 0, 0, 1e4, &out.view());
    refuse("layout 4", FARSPAN_ERROR_METHOD, 2, 4, 0, 1e4, &out.view());
    refuse("first", FARSPAN_ERROR_POSITIONS, 3, 1, -1, 1e4, &out.view());
    refuse("base 1", FARSPAN_ERROR_PARAMETER_RANGE, 4, 1, 0, 1, &out.view());
    refuse("base NaN", FARSPAN_ERROR_PARAMETER_RANGE, 4, 1, 0, nan_value, &out.view());
    refuse("base inf", FARSPAN_ERROR_PARAMETER_RANGE, 4, 1, 0, INFINITY, &out.view());
    refuse("out", FARSPAN_ERROR_NULL_ARGUMENT, 5, 1, 0, 1e4, nullptr);
    farspan_tensor wrong = out.view();
    wrong.shape[1] = 2;
    refuse("two heads", FARSPAN_ERROR_SHAPE, 5, 1, 0, 1e4, &wrong);
    wrong = out.view();
    wrong.stride[3] = 0;
    refuse("overlap", FARSPAN_ERROR_STRIDE, 5, 1, 0, 1e4, &wrong);

    const auto look = [&](const char* what, farspan_status status, int32_t argument, const farspan_tensor* from,
                          const int64_t* positions, const farspan_tensor* to) {
        expect_failure(what, status, argument, {},
                       [&](farspan_error* e) { return position_lookup(from, positions, to, e); });
        cr_expect(out.untouched(), "%s: wrote", what);
    };
    const int64_t beyond[3] = {0, 6, 1}, negative[3] = {0, 1, -1};
    look("table", FARSPAN_ERROR_NULL_ARGUMENT, 2, nullptr, nullptr, &out.view());
    look("out", FARSPAN_ERROR_NULL_ARGUMENT, 5, &table.view(), nullptr, nullptr);
    look("beyond the table", FARSPAN_ERROR_POSITIONS, 3, &table.view(), beyond, &out.view());
    look("negative", FARSPAN_ERROR_POSITIONS, 3, &table.view(), negative, &out.view());
    wrong = out.view();
    wrong.shape[3] = 7;
    look("width", FARSPAN_ERROR_SHAPE, 5, &table.view(), nullptr, &wrong);
    wrong = table.view();
    wrong.shape[2] = 3;
    look("out is the table", FARSPAN_ERROR_STRIDE, 5, &table.view(), nullptr, &wrong);
    wrong = table.view();
    wrong.shape[2] = 2;  // as default positions 0, 1, 2 do not fit
    look("default positions beyond the table", FARSPAN_ERROR_POSITIONS, 3, &wrong, nullptr, &out.view());
    const int64_t three[3] = {0, 1, 2};
    for (const int64_t count : {int64_t{2}, int64_t{4}, int64_t{-1}})
        expect_failure("positions_count", FARSPAN_ERROR_SHAPE, 4,
                       {"positions_count is", "must be 3, a position for each row"}, [&](farspan_error* e) {
                           return farspan_position_lookup(nullptr, &table.view(), three, count, &out.view(), e);
                       });
}

Test(api_encode, fire) {
    const float w1[2] = {1, -0.5f}, b1[2] = {0.1f, 0.2f}, w2[2] = {0.7f, -0.3f}, b2[1] = {0.05f};
    const float infinite[2] = {1, INFINITY};
    farspan_fire_config good;
    farspan_fire_config_init(&good, sizeof good);
    good.hidden = 2;
    good.heads = 1;
    good.w1 = w1;
    good.b1 = b1;
    good.w2 = w2;
    good.b2 = b2;
    good.w1_count = good.b1_count = good.w2_count = 2;
    good.b2_count = 1;
    const tensor_data out(FARSPAN_F32, {1, 1, 3, 4});
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument,
                            std::initializer_list<const char*> words, const farspan_fire_config* config,
                            const int64_t* queries, const int64_t* keys, const farspan_tensor* to) {
        expect_failure(what, status, argument, words,
                       [&](farspan_error* e) { return fire_fill(config, queries, keys, to, e); });
        cr_expect(out.untouched(), "%s: wrote", what);
    };
    const auto config = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_fire_config given = good;
        change(given);
        refuse(what, status, 2, {word}, &given, nullptr, nullptr, &out.view());
    };
    refuse("no config", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"config"}, nullptr, nullptr, nullptr, &out.view());
    refuse("no out", FARSPAN_ERROR_NULL_ARGUMENT, 7, {"out"}, &good, nullptr, nullptr, nullptr);
    config("struct_size", FARSPAN_ERROR_STRUCT_SIZE, "struct_size", [](auto& c) { c.struct_size = 0; });
    config("hidden", FARSPAN_ERROR_PARAMETER_RANGE, "hidden", [](auto& c) { c.hidden = 0; });
    config("heads", FARSPAN_ERROR_PARAMETER_RANGE, "heads", [](auto& c) { c.heads = -1; });
    config("c", FARSPAN_ERROR_PARAMETER_RANGE, "config.c", [](auto& c) { c.c = nan_value; });
    config("threshold", FARSPAN_ERROR_PARAMETER_RANGE, "threshold", [](auto& c) { c.threshold = INFINITY; });
    config("epsilon", FARSPAN_ERROR_PARAMETER_RANGE, "epsilon", [](auto& c) { c.epsilon = 0, c.c = 0; });
    config("w1", FARSPAN_ERROR_NULL_ARGUMENT, "w1", [](auto& c) { c.w1 = nullptr; });
    config("b1", FARSPAN_ERROR_NULL_ARGUMENT, "b1", [](auto& c) { c.b1 = nullptr; });
    config("w2", FARSPAN_ERROR_PARAMETER_RANGE, "w2[1]", [&](auto& c) { c.w2 = infinite; });
    config("b2", FARSPAN_ERROR_NULL_ARGUMENT, "b2", [](auto& c) { c.b2 = nullptr; });
    config("w1_count", FARSPAN_ERROR_SHAPE, "config.w1_count is 3: must be 2, hidden", [](auto& c) { c.w1_count = 3; });
    config("b1_count", FARSPAN_ERROR_SHAPE, "config.b1_count is 1: must be 2, hidden", [](auto& c) { c.b1_count = 1; });
    config("w2_count", FARSPAN_ERROR_SHAPE, "config.w2_count is 2: must be 4, heads * hidden",
           [](auto& c) { c.heads = 2; });
    config("b2_count", FARSPAN_ERROR_SHAPE, "config.b2_count is -1: must be 1, heads",
           [](auto& c) { c.b2_count = -1; });
    const int64_t queries[3] = {3, -1, 5}, keys[4] = {0, 1, 2, int64_t{1} << 50};
    refuse("query", FARSPAN_ERROR_POSITIONS, 3, {"query_positions[1]", "-1"}, &good, queries, nullptr, &out.view());
    refuse("key", FARSPAN_ERROR_POSITIONS, 5, {"key_positions[3]"}, &good, nullptr, keys, &out.view());
    const tensor_data tall(FARSPAN_F32, {1, 1, 5, 4}), heads(FARSPAN_F32, {1, 2, 3, 4});
    refuse("more queries than keys", FARSPAN_ERROR_POSITIONS, 3, {"query_positions[0]"}, &good, nullptr, nullptr,
           &tall.view());
    refuse("two heads", FARSPAN_ERROR_SHAPE, 7, {"out.shape[1]"}, &good, nullptr, nullptr, &heads.view());
    const int64_t zeros[4] = {};
    expect_failure(
        "query_positions_count", FARSPAN_ERROR_SHAPE, 4, {"query_positions_count is 4: must be 3"},
        [&](farspan_error* e) { return farspan_fire_fill(nullptr, &good, zeros, 4, nullptr, 0, &out.view(), e); });
    expect_failure(
        "key_positions_count", FARSPAN_ERROR_SHAPE, 6, {"key_positions_count is 3: must be 4"},
        [&](farspan_error* e) { return farspan_fire_fill(nullptr, &good, nullptr, 0, zeros, 3, &out.view(), e); });
}

// What takes a context looks at its flag.
Test(api_encode, cancelled) {
    const volatile int32_t flag = 1;
    farspan_context_config config;
    farspan_context_config_init(&config, sizeof config);
    config.cancel = &flag;
    farspan_context* context = nullptr;
    cr_assert(farspan_context_create(&config, &context, nullptr) == FARSPAN_OK);
    scheme_spec alibi("alibi");
    alibi.with_bias(FARSPAN_BIAS_ALIBI, 1);
    const scheme_handle scheme = alibi.create(), rope = with_rope().create();
    const tensor_data out(FARSPAN_F32, {1, 1, 3, 16}), other(FARSPAN_F32, {1, 1, 3, 16});
    float row[3] = {}, lse[3] = {};
    const float one[2] = {1, 1};
    farspan_fire_config fire;
    farspan_fire_config_init(&fire, sizeof fire);
    fire.hidden = fire.heads = 1;
    fire.w1 = fire.b1 = fire.w2 = fire.b2 = one;
    fire.w1_count = fire.b1_count = fire.w2_count = fire.b2_count = 1;
    const std::vector<std::pair<const char*, std::function<farspan_status(farspan_error*)>>> calls = {
        {"bias_fill", [&](farspan_error* e) { return farspan_bias_fill(context, scheme.get(), 0, 0, 0, row, 3, e); }},
        {"sinusoidal_fill",
         [&](farspan_error* e) { return farspan_sinusoidal_fill(context, 1, 0, 1e4, &out.view(), e); }},
        {"position_lookup",
         [&](farspan_error* e) { return farspan_position_lookup(context, &other.view(), nullptr, 0, &out.view(), e); }},
        {"fire_fill",
         [&](farspan_error* e) { return farspan_fire_fill(context, &fire, nullptr, 0, nullptr, 0, &out.view(), e); }},
        {"rope_apply",
         [&](farspan_error* e) {
             return farspan_rope_apply(context, rope.get(), nullptr, nullptr, 0, &other.view(), &out.view(), e);
         }},
        {"attention_merge",
         [&](farspan_error* e) {
             return farspan_attention_merge(context, &out.view(), lse, 3, &other.view(), lse, 3, e);
         }},
    };
    for (const auto& [name, call] : calls) expect_failure(name, FARSPAN_ERROR_CANCELLED, 0, {"cancel"}, call);
    cr_expect(out.untouched());
    farspan_context_destroy(context);
}
