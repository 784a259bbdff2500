// farspan_plan_create: every field of a problem wrong in turn.
#include <criterion/criterion.h>

#include <functional>
#include <vector>

#include "attention_case.hpp"
#include "expect_failure.hpp"

using namespace farspan_test;

namespace {

// A problem whose arrays a change may replace.
struct plan_arguments {
    farspan_problem problem;
    std::vector<int64_t> queries, keys, ranges, query_offsets, key_offsets;

    plan_arguments() {
        farspan_problem_init(&problem, sizeof problem);
        problem.batch = 2;
        problem.query_heads = 4;
        problem.key_heads = 2;
        problem.queries = 5;
        problem.keys = 9;
        problem.head_dim = 64;
    }
};

void expect_refused(scheme_spec spec, const char* what, farspan_status status, int32_t argument,
                    std::initializer_list<const char*> words, const std::function<void(plan_arguments&)>& change) {
    const scheme_handle scheme = spec.create();
    plan_arguments given;
    change(given);
    expect_failure(what, status, argument, words, [&](farspan_error* error) {
        auto* const untouched = reinterpret_cast<farspan_plan*>(&given);
        farspan_plan* plan = untouched;
        const farspan_status got = farspan_plan_create(nullptr, scheme.get(), &given.problem, &plan, error);
        cr_expect(plan == untouched, "%s: wrote to plan", what);
        return got;
    });
}

void expect_refused(const char* what, farspan_status status, std::initializer_list<const char*> words,
                    const std::function<void(plan_arguments&)>& change) {
    expect_refused(scheme_spec("plain"), what, status, 3, words, change);
}

}  // namespace

Test(api_plan, missing_arguments) {
    plan_arguments given;
    scheme_spec spec("plain");
    const scheme_handle scheme = spec.create();
    farspan_plan* plan = nullptr;
    expect_failure("scheme", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"scheme"},
                   [&](farspan_error* e) { return farspan_plan_create(nullptr, nullptr, &given.problem, &plan, e); });
    expect_failure("problem", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"problem"},
                   [&](farspan_error* e) { return farspan_plan_create(nullptr, scheme.get(), nullptr, &plan, e); });
    expect_failure("plan", FARSPAN_ERROR_NULL_ARGUMENT, 4, {"plan"}, [&](farspan_error* e) {
        return farspan_plan_create(nullptr, scheme.get(), &given.problem, nullptr, e);
    });
    cr_expect(plan == nullptr);
    farspan_plan_destroy(nullptr);
    cr_expect(farspan_plan_workspace_size(nullptr) == 0);
    int64_t counts[4] = {1, 2, 3, 4};
    expect_failure("counts of nothing", FARSPAN_ERROR_NULL_ARGUMENT, 1, {"plan"},
                   [&](farspan_error* e) { return farspan_plan_tile_counts(nullptr, counts, e); });
    const plan_handle good = [&] {
        farspan_plan* made = nullptr;
        cr_assert(farspan_plan_create(nullptr, scheme.get(), &given.problem, &made, nullptr) == FARSPAN_OK);
        return plan_handle(made);
    }();
    expect_failure("counts to nowhere", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"counts"},
                   [&](farspan_error* e) { return farspan_plan_tile_counts(good.get(), nullptr, e); });
    cr_expect(counts[0] == 1 && counts[3] == 4);
}

Test(api_plan, sizes) {
    constexpr int32_t shape = FARSPAN_ERROR_SHAPE;
    struct one {
        const char* name;
        int64_t farspan_problem::*member;
    };
    for (const one& f : {one{"batch", &farspan_problem::batch}, one{"query_heads", &farspan_problem::query_heads},
                         one{"key_heads", &farspan_problem::key_heads}, one{"queries", &farspan_problem::queries},
                         one{"keys", &farspan_problem::keys}, one{"head_dim", &farspan_problem::head_dim}})
        for (const int64_t value : {int64_t{0}, int64_t{-3}, INT64_MAX, INT64_MIN, int64_t{1} << 33}) {
            const std::string number = std::to_string(value);
            expect_refused(f.name, shape, {f.name, number.c_str()},
                           [&](plan_arguments& p) { p.problem.*f.member = value; });
        }
    expect_refused("head_dim 513", shape, {"head_dim", "513"}, [](auto& p) { p.problem.head_dim = 513; });
    expect_refused("value_dim 513", shape, {"value_dim", "513"}, [](auto& p) { p.problem.value_dim = 513; });
    expect_refused("value_dim -1", shape, {"value_dim", "-1"}, [](auto& p) { p.problem.value_dim = -1; });
    expect_refused("groups", FARSPAN_ERROR_HEAD_GROUPS, {"query_heads", "4", "3"},
                   [](auto& p) { p.problem.key_heads = 3; });
    expect_refused("more key heads", FARSPAN_ERROR_HEAD_GROUPS, {"query_heads", "8"},
                   [](auto& p) { p.problem.key_heads = 8; });
    expect_refused("state", FARSPAN_ERROR_METHOD, {"state", "2"}, [](auto& p) { p.problem.state = 2; });
    expect_refused("length", FARSPAN_ERROR_PARAMETER_RANGE, {"length", "-1"}, [](auto& p) { p.problem.length = -1; });
    expect_refused("length", FARSPAN_ERROR_PARAMETER_RANGE, {"length"}, [](auto& p) { p.problem.length = INT64_MAX; });
    expect_refused("struct_size", FARSPAN_ERROR_STRUCT_SIZE, {"problem.struct_size", "0"},
                   [](auto& p) { p.problem.struct_size = 0; });
    expect_refused("struct_size", FARSPAN_ERROR_STRUCT_SIZE, {"problem.struct_size"},
                   [](auto& p) { p.problem.struct_size -= 4; });
    expect_refused("struct_size", FARSPAN_ERROR_STRUCT_SIZE, {"problem.struct_size"},
                   [](auto& p) { p.problem.struct_size = 0xFFFFFFF0u; });
}

Test(api_plan, positions) {
    constexpr int32_t positions = FARSPAN_ERROR_POSITIONS;
    const auto keys = [](plan_arguments& p, std::vector<int64_t> values) {
        p.keys = std::move(values);
        p.problem.key_positions = p.keys.data();
        p.problem.key_positions_count = static_cast<int64_t>(p.keys.size());
    };
    const auto queries = [](plan_arguments& p, std::vector<int64_t> values) {
        p.queries = std::move(values);
        p.problem.query_positions = p.queries.data();
        p.problem.query_positions_count = static_cast<int64_t>(p.queries.size());
    };
    expect_refused("falling keys", positions, {"key_positions[4]", "is 2"}, [&](auto& p) {
        keys(p, {0, 1, 2, 3, 2, 5, 6, 7, 8});
    });
    expect_refused("negative key", positions, {"key_positions[0]", "-1"}, [&](auto& p) {
        keys(p, {-1, 1, 2, 3, 4, 5, 6, 7, 8});
    });
    expect_refused("huge key", positions, {"key_positions[8]"}, [&](auto& p) {
        keys(p, {0, 1, 2, 3, 4, 5, 6, 7, INT64_MAX});
    });
    expect_refused("negative query", positions, {"query_positions[2]", "-7"}, [&](auto& p) {
        queries(p, {1, 1, -7, 2, 2});
    });
    expect_refused("huge query", positions, {"query_positions[4]"}, [&](auto& p) {
        queries(p, {1, 1, 1, 1, (int64_t{1} << 40) + 1});
    });
    expect_refused("falling keys in the second batch entry", positions, {"key_positions[1]"}, [&](auto& p) {
        keys(p, {0, 1, 2, 3, 4, 5, 6, 7, 8, 5, 4, 6, 7, 8, 9, 10, 11, 12});
        p.problem.key_position_stride = 9;
    });
    // Padding has no positions; what is seen has.
    const auto padded = [&](plan_arguments& p) {
        keys(p, {7, 7, -1, 0, 1, 2, 3, INT64_MIN, 3});
        queries(p, {0, 1, 2, INT64_MAX, -1});
        p.ranges = {3, 7, 3, 7};
        p.problem.key_ranges = p.ranges.data();
        p.problem.key_ranges_count = static_cast<int64_t>(p.ranges.size());
    };
    scheme_spec spec("plain");
    farspan_plan* plan = nullptr;
    plan_arguments accepted;
    padded(accepted);
    accepted.problem.batch = 2;
    error_slot error;
    cr_expect(farspan_plan_create(nullptr, spec.create().get(), &accepted.problem, &plan, &error) == FARSPAN_OK, "%s",
              error.message);
    farspan_plan_destroy(plan);
    plan = nullptr;
    expect_refused("falling key within the range", positions, {"key_positions[5]", "is 0"}, [&](auto& p) {
        padded(p);
        p.keys[5] = 0;
    });
    expect_refused("negative key within the range", positions, {"key_positions[3]", "-1"}, [&](auto& p) {
        padded(p);
        p.keys[3] = -1;
    });
    expect_refused("negative query whose key is seen", positions, {"query_positions[2]", "-1"}, [&](auto& p) {
        padded(p);
        p.queries[2] = -1;
    });
    expect_refused("a key that the second batch entry sees", positions, {"key_positions[2]", "-1"}, [&](auto& p) {
        padded(p);
        p.ranges[2] = 2;
    });
    // Where a new segment begins, positions may start again.
    plan_arguments restart;
    keys(restart, {3, 4, 5, 0, 1, 2, 3, 4, 5});
    restart.query_offsets = {0, 2, 5};
    restart.key_offsets = {0, 3, 9};
    restart.problem.segments = 2;
    restart.problem.query_offsets = restart.query_offsets.data();
    restart.problem.key_offsets = restart.key_offsets.data();
    restart.problem.query_offsets_count = restart.problem.key_offsets_count = 3;
    cr_expect(farspan_plan_create(nullptr, spec.create().get(), &restart.problem, &plan, nullptr) == FARSPAN_OK);
    farspan_plan_destroy(plan);
}

Test(api_plan, segments_and_ranges) {
    constexpr int32_t shape = FARSPAN_ERROR_SHAPE;
    const auto packed = [](plan_arguments& p, std::vector<int64_t> queries, std::vector<int64_t> keys) {
        p.query_offsets = std::move(queries);
        p.key_offsets = std::move(keys);
        p.problem.segments = 2;
        p.problem.query_offsets = p.query_offsets.data();
        p.problem.key_offsets = p.key_offsets.data();
        p.problem.query_offsets_count = static_cast<int64_t>(p.query_offsets.size());
        p.problem.key_offsets_count = static_cast<int64_t>(p.key_offsets.size());
    };
    expect_refused("segments -1", shape, {"segments", "-1"}, [](auto& p) { p.problem.segments = -1; });
    expect_refused("segments without end", shape, {"segments"}, [](auto& p) { p.problem.segments = INT64_MAX; });
    expect_refused("no offsets", FARSPAN_ERROR_NULL_ARGUMENT, {"query_offsets"},
                   [](auto& p) { p.problem.segments = 2; });
    expect_refused("no key offsets", FARSPAN_ERROR_NULL_ARGUMENT, {"key_offsets"}, [&](auto& p) {
        packed(p, {0, 2, 5}, {0, 3, 9});
        p.problem.key_offsets = nullptr;
        p.problem.key_offsets_count = 0;
    });
    expect_refused("a first offset", shape, {"query_offsets", "1"}, [&](auto& p) { packed(p, {1, 2, 5}, {0, 3, 9}); });
    expect_refused("a last offset", shape, {"key_offsets", "8"}, [&](auto& p) { packed(p, {0, 2, 5}, {0, 3, 8}); });
    expect_refused("falling offsets", shape, {"query_offsets[2]"}, [&](auto& p) { packed(p, {0, 7, 5}, {0, 3, 9}); });
    const auto ranges = [](plan_arguments& p, std::vector<int64_t> values) {
        p.ranges = std::move(values);
        p.problem.key_ranges = p.ranges.data();
        p.problem.key_ranges_count = static_cast<int64_t>(p.ranges.size());
    };
    expect_refused("range below 0", shape, {"key_ranges[0]", "-1"}, [&](auto& p) { ranges(p, {-1, 9, 0, 9}); });
    expect_refused("range beyond keys", shape, {"key_ranges[1]", "10"}, [&](auto& p) { ranges(p, {0, 9, 0, 10}); });
    expect_refused("range reversed", shape, {"key_ranges[1]"}, [&](auto& p) { ranges(p, {0, 9, 5, 4}); });
}

Test(api_plan, what_does_not_fit_the_scheme) {
    scheme_spec rope("rope");
    rope.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    rope.rope.rotary_offset = 2;
    expect_refused(rope, "rotary beyond the head", FARSPAN_ERROR_ROTARY_DIM, 2, {"rotary_dim", "64"}, [](auto&) {});
    scheme_spec bias("alibi");
    bias.with_bias(FARSPAN_BIAS_ALIBI, 3);
    expect_refused(bias, "heads of the bias", FARSPAN_ERROR_HEAD_GROUPS, 3, {"query_heads", "4", "3"}, [](auto&) {});
    scheme_spec sinks("sinks");
    sinks.sinks = {0.0f, 0.0f};
    for (const int64_t offset : {1, 2, 3, 100})
        expect_refused(sinks, "a rank beyond the sinks", FARSPAN_ERROR_HEAD_GROUPS, 3,
                       {"query_heads", "sink_logits_count is 2"}, [&](auto& p) { p.problem.head_offset = offset; });
    scheme_spec wide("alibi of 6 heads");
    wide.with_bias(FARSPAN_BIAS_ALIBI, 6);
    expect_refused(wide, "a rank beyond the heads", FARSPAN_ERROR_HEAD_GROUPS, 3,
                   {"problem.query_heads is 4 and head_offset 3: the bias has heads 6"},
                   [](auto& p) { p.problem.head_offset = 3; });
    expect_refused(wide, "a rank before the heads", FARSPAN_ERROR_HEAD_GROUPS, 3, {"problem.head_offset is -1"},
                   [](auto& p) { p.problem.head_offset = -1; });
    expect_refused(sinks, "heads of the sinks", FARSPAN_ERROR_HEAD_GROUPS, 3, {"query_heads", "sink_logits"},
                   [](auto&) {});
    scheme_spec remap("rerope");
    remap.with_remap(FARSPAN_REMAP_REROPE, 4);
    expect_refused(remap, "rotated and remapped", FARSPAN_ERROR_COMBINATION, 3, {"rotated"},
                   [](auto& p) { p.problem.state = FARSPAN_STATE_ROTATED; });
    scheme_spec xpos("xpos");
    xpos.with_rope(FARSPAN_ROPE_XPOS, FARSPAN_LAYOUT_HALF, 64);
    expect_refused(xpos, "rotated xpos", FARSPAN_ERROR_COMBINATION, 3, {"rotated"},
                   [](auto& p) { p.problem.state = FARSPAN_STATE_ROTATED; });
    expect_refused(xpos, "xpos over wide gaps", FARSPAN_ERROR_POSITIONS, 3, {"xpos"}, [](auto& p) {
        p.keys = {0, 1, 2, 3, 4, 5, 6, 7, 1000000};
        p.problem.key_positions = p.keys.data();
        p.problem.key_positions_count = static_cast<int64_t>(p.keys.size());
    });
    scheme_spec axes("axes");
    axes.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    axes.rope.axes = FARSPAN_AXES_SECTIONS;
    axes.rope.axis_sections[0] = axes.rope.axis_sections[1] = 16;
    expect_refused(axes, "no axis positions", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"query_axis_positions"}, [](auto&) {});
}

Test(api_plan, counts) {
    static const int64_t zeros[64] = {};
    struct one {
        const char* words;
        const int64_t* farspan_problem::*array;
        int64_t farspan_problem::*count;
        int64_t right;
    };
    const auto check = [](const one& a, bool packed) {
        for (const int64_t count : {a.right - 1, a.right + 1, int64_t{0}, int64_t{-1}, INT64_MAX})
            expect_refused("a count", FARSPAN_ERROR_SHAPE, {a.words, std::to_string(count).c_str()}, [&](auto& p) {
                p.problem.segments = packed ? 2 : 0;
                p.problem.*a.array = zeros;
                p.problem.*a.count = count;
            });
        expect_refused("a count of nothing", FARSPAN_ERROR_SHAPE, {a.words, "must be 0"}, [&](auto& p) {
            p.problem.segments = packed ? 2 : 0;
            p.problem.*a.count = 3;
        });
    };
    using problem = farspan_problem;
    check({"problem.query_positions_count is", &problem::query_positions, &problem::query_positions_count, 5}, false);
    check({"problem.key_positions_count is", &problem::key_positions, &problem::key_positions_count, 9}, false);
    check({"problem.query_offsets_count is", &problem::query_offsets, &problem::query_offsets_count, 3}, true);
    check({"problem.key_offsets_count is", &problem::key_offsets, &problem::key_offsets_count, 3}, true);
    check({"problem.key_ranges_count is", &problem::key_ranges, &problem::key_ranges_count, 4}, false);
    // Rows apart: 2 batches of 5 queries, 7 apart, are 12 positions; 14 may be given.
    for (const int64_t count : {11, 15})
        expect_refused("rows apart", FARSPAN_ERROR_SHAPE, {"problem.query_positions_count is", "must be 12"},
                       [&](auto& p) {
                           p.problem.query_positions = zeros;
                           p.problem.query_positions_count = count;
                           p.problem.query_position_stride = 7;
                       });
    for (const int64_t stride : {int64_t{-1}, INT64_MAX})
        expect_refused("a stride", FARSPAN_ERROR_STRIDE, {"problem.query_position_stride is"}, [&](auto& p) {
            p.problem.query_positions = zeros;
            p.problem.query_positions_count = 5;
            p.problem.query_position_stride = stride;
        });
}
