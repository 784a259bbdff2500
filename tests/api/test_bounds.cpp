// A bound that a message names is one that holds: what lies on it is accepted, or the message does not say so.
#include <criterion/criterion.h>

#include <vector>

#include "../support/expect_failure.hpp"
#include "calls.hpp"
#include "farspan/cache.h"
#include "farspan/eval.h"
#include "farspan/farspan.h"
#include "farspan/model.h"

using farspan_test::expect_failure;

namespace {

constexpr int64_t most = int64_t{1} << 40;

// expect_failure itself compares the value in a message with the bounds in it.
Test(bounds, extents_end_below_2_to_the_40) {
    float data[4] = {};
    farspan_tensor tensor;
    for (int axis = 0; axis < 4; ++axis) {
        farspan_tensor_contiguous(&tensor, data, FARSPAN_F32, 1, 1, 1, 1);
        tensor.shape[axis] = most;
        for (int other = 0; other < 4; ++other) tensor.stride[other] = 0;
        expect_failure("shape", FARSPAN_ERROR_SHAPE, 1, {"between 1 and 2^40 - 1"},
                       [&](farspan_error* error) { return farspan_tensor_check(&tensor, sizeof data, 0, error); });
        tensor.shape[axis] = most - 1;  // all of them the same element
        farspan_error error = FARSPAN_ERROR_INIT;
        cr_expect(farspan_tensor_check(&tensor, sizeof data, 0, &error) == FARSPAN_OK, "axis %d: %s", axis,
                  error.message);
    }
}

Test(bounds, counts_end_below_2_to_the_40) {
    const double value = 1;
    farspan_bootstrap_config bootstrap;
    farspan_bootstrap_config_init(&bootstrap, sizeof bootstrap);
    farspan_interval interval;
    farspan_interval_init(&interval, sizeof interval);
    expect_failure("count", FARSPAN_ERROR_SHAPE, 4, {"between 1 and 2^40 - 1"}, [&](farspan_error* error) {
        return farspan_bootstrap_mean(nullptr, &bootstrap, &value, most, &interval, error);
    });
    const int64_t edges[2] = {0, 1};
    farspan_loss curve[1];
    farspan_loss_init(curve, sizeof *curve);
    expect_failure("buckets", FARSPAN_ERROR_SHAPE, 3, {"between 1 and 2^40 - 1"}, [&](farspan_error* error) {
        return farspan_loss_add_by_context(nullptr, curve, most, edges, most + 1, 0, &value, 1, nullptr, 0, 0, error);
    });
}

Test(bounds, passkeys_end_below_2_to_the_40) {
    farspan_passkey_config config;
    farspan_passkey_config_init(&config, sizeof config, FARSPAN_PASSKEY_LANDMARK);
    config.length = most;
    char text[64];
    int64_t needed = 0;
    farspan_passkey made;
    farspan_passkey_init(&made, sizeof made);
    expect_failure("length", FARSPAN_ERROR_PARAMETER_RANGE, 2, {"and 2^40 - 1"}, [&](farspan_error* error) {
        return farspan_passkey_make(nullptr, &config, text, sizeof text, &needed, &made, error);
    });
    const int64_t ids[1] = {1};
    int64_t out[4], position = 0;
    expect_failure("needle", FARSPAN_ERROR_SHAPE, 12, {"between 1 and 2^40 - 1"}, [&](farspan_error* error) {
        return farspan_needle_place(nullptr, ids, 1, ids, 1, ids, 1, 0.5, nullptr, 0, out, most, &position, error);
    });
}

// Where a message says "and 2^40", 2^40 is accepted.
Test(bounds, positions_may_be_2_to_the_40) {
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_scheme* scheme = nullptr;
    farspan_mask_config mask;
    farspan_mask_config_init(&mask, sizeof mask);
    mask.window_left = most;
    cr_assert(farspan_test::scheme_create(nullptr, nullptr, nullptr, &mask, nullptr, &scheme, &error) == FARSPAN_OK,
              "%s", error.message);
    farspan_probe probe;
    farspan_probe_init(&probe, sizeof probe);
    cr_expect(farspan_scheme_probe(scheme, 0, most, most, 0, &probe, &error) == FARSPAN_OK, "%s", error.message);
    expect_failure("probe", FARSPAN_ERROR_POSITIONS, 3, {"between 0 and 2^40"},
                   [&](farspan_error* e) { return farspan_scheme_probe(scheme, 0, most + 1, 0, 0, &probe, e); });
    farspan_scheme_destroy(scheme);
}

}  // namespace
