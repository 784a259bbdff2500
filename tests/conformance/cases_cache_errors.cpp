// Calls on a cache that must fail: forms, batches, tensors and schemes.
#include "cache_steps.hpp"

namespace conformance {
namespace {

void refuse(case_list& list, const std::string& what, const cache_steps& steps, const char* failing, int32_t status,
            int32_t argument) {
    list.refuse("cache refused: " + what, "cache_history", {}, steps.arguments(), failing, status, argument);
}

// A sequence with ten tokens, and one without.
cache_steps started() {
    cache_steps steps(72000);
    steps.create(2);
    steps.grow({0}, {10});
    return steps;
}

void forms(case_list& list) {
    const auto config = [&](const char* what, const json& change, int32_t status) {
        cache_steps steps(1, change);
        refuse(list, what, steps, "cache_create", status, 1);
    };
    config("no heads", {{"key_heads", 0}}, FARSPAN_ERROR_SHAPE);
    config("wide heads", {{"head_dim", 513}}, FARSPAN_ERROR_SHAPE);
    config("f64", {{"dtype", FARSPAN_F64}}, FARSPAN_ERROR_DTYPE);
    config("negative limit", {{"memory_limit", -1}}, FARSPAN_ERROR_PARAMETER_RANGE);
}

void sequences_and_batches(case_list& list) {
    // A step of one sequence, or of a batch; `change` is written over it.
    const auto one = [&](const char* what, const char* call, const json& change, int32_t status, int32_t argument) {
        cache_steps steps = started();
        steps.step(call).update(change);
        refuse(list, what, steps, call, status, argument);
    };
    const auto ended = [&](const char* call, int32_t argument, const json& change = json::object()) {
        cache_steps steps = started();
        steps.of("cache_sequence_destroy", 1);
        steps.of(call, 1).update(change);
        refuse(list, std::string(call) + " of an ended sequence", steps, call, FARSPAN_ERROR_PARAMETER_RANGE, argument);
    };
    for (const char* call : {"cache_sequence_destroy", "cache_fork", "cache_sequence_info"}) ended(call, 2);
    ended("cache_save", 3);
    ended("cache_keep", 2, {{"sinks", 1}, {"window", 2}});
    ended("cache_append", 3, {{"sequences", {1}}});
    one("evict backwards", "cache_evict", {{"sequence", 0}, {"first", 5}, {"last", 4}}, FARSPAN_ERROR_PARAMETER_RANGE,
        3);
    one("keep no window", "cache_keep", {{"sequence", 0}, {"sinks", 1}, {"window", 0}}, FARSPAN_ERROR_PARAMETER_RANGE,
        4);
    one("an empty batch", "cache_append", {{"sequences", json::array()}}, FARSPAN_ERROR_SHAPE, 3);
    one("offsets that fall", "cache_append", {{"sequences", {0, 1}}, {"offsets", {0, 3, 2}}}, FARSPAN_ERROR_SHAPE, 3);
    one("offsets that begin late", "cache_append", {{"sequences", {0}}, {"offsets", {1, 2}}}, FARSPAN_ERROR_SHAPE, 3);
    one("a position again", "cache_append", {{"sequences", {0}}, {"positions", {9}}}, FARSPAN_ERROR_POSITIONS, 4);
    one("a huge position", "cache_append", {{"sequences", {0}}, {"positions", {int64_t{1} << 40}}},
        FARSPAN_ERROR_POSITIONS, 4);
}

void writes(case_list& list) {
    const auto write = [&](const char* what, const std::vector<int64_t>& rows, const json& change, int32_t status,
                           int32_t argument) {
        cache_steps steps = started();
        json& made = steps.write({0}, rows, 0);
        made = with(made, change);
        refuse(list, what, steps, "cache_write", status, argument);
    };
    write("a layer too high", {1}, {{"layer", 1}}, FARSPAN_ERROR_PARAMETER_RANGE, 3);
    write("more rows than tokens", {11}, json::object(), FARSPAN_ERROR_SHAPE, 4);
    write("wide keys", {1}, {{"k", input("f32", {1, 2, 1, 17}, 1)}}, FARSPAN_ERROR_SHAPE, 5);
    write("wide values", {1}, {{"v", input("f32", {1, 2, 1, 13}, 1)}}, FARSPAN_ERROR_SHAPE, 6);
}

void runs(case_list& list) {
    const auto run = [&](const char* what, const char* call, const json& scheme, const json& change,
                         const char* failing, int32_t status, int32_t argument) {
        cache_steps steps = started();
        json& made = steps.attend(call, scheme, {0}, {2});
        made = with(made, change);
        refuse(list, what, steps, failing, status, argument);
    };
    run("heads that do not divide", "cache_run", rope(), {{"q", input("f32", {1, 3, 2, 16}, 1)}}, "cache_plan_create",
        FARSPAN_ERROR_HEAD_GROUPS, 5);
    // Not of an append: Rust has no way to ask for it.
    run("a sequence twice", "cache_run", rope(), {{"sequences", {0, 1, 0}}, {"offsets", {0, 1, 1, 2}}},
        "cache_plan_create", FARSPAN_ERROR_COMBINATION, 4);
    run("a query before 0", "cache_run", rope(), {{"positions", {3, -1}}}, "cache_plan_create", FARSPAN_ERROR_POSITIONS,
        5);
    run("a negative length", "cache_run", rope(), {{"length", -1}}, "cache_plan_create", FARSPAN_ERROR_PARAMETER_RANGE,
        5);
    run("a rotation wider than the head", "cache_run",
        {{"rope", rope_of(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32, 40)}}, json::object(), "cache_plan_create",
        FARSPAN_ERROR_ROTARY_DIM, 2);
    run("a dense bias", "attention_decode", {{"bias", {{"method", FARSPAN_BIAS_DENSE}}}}, json::object(),
        "attention_decode", FARSPAN_ERROR_COMBINATION, 2);
    run("no such layer", "cache_run", rope(), {{"layer", -1}}, "cache_run", FARSPAN_ERROR_PARAMETER_RANGE, 3);
    run("other rows", "cache_run", rope(), {{"q", input("f32", {1, 4, 3, 16}, 1)}}, "cache_run", FARSPAN_ERROR_SHAPE,
        4);
    run("other values", "attention_decode", rope(), {{"out", output("f32", {1, 4, 2, 16})}}, "attention_decode",
        FARSPAN_ERROR_SHAPE, 6);
    run("output over itself", "cache_run", rope(), {{"out", placed(output("f32", {1, 4, 2, 12}), {0, 0, 12, 1}, 24)}},
        "cache_run", FARSPAN_ERROR_STRIDE, 4);
}

}  // namespace

case_list cache_error_cases() {
    case_list list;
    forms(list);
    sequences_and_batches(list);
    writes(list);
    runs(list);
    return list;
}

}  // namespace conformance
