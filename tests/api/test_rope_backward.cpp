// farspan_rope_backward: the transpose of farspan_rope_apply in every direction, and every argument wrong in turn.
#include <criterion/criterion.h>

#include <cmath>

#include "calls.hpp"
#include "expect_failure.hpp"
#include "farspan/gradient.h"
#include "generator.hpp"
#include "scheme_oracle.hpp"
#include "tensor_data.hpp"

using namespace farspan_test;

namespace {

constexpr int64_t rows = 40, dim = 48;
constexpr tensor_data::shape_t shape{1, 2, rows, dim};

scheme_spec rotated(int32_t method, int32_t pairing) {
    scheme_spec spec(farspan_method_name(FARSPAN_PART_ROPE, method));
    spec.with_rope(method, pairing, 32);
    spec.rope.rotary_offset = 5;
    return spec;
}

farspan_rope_options options_for(int32_t direction, int32_t side) {
    farspan_rope_options options;
    farspan_rope_options_init(&options, sizeof options);
    options.direction = direction;
    options.side = side;
    options.xpos_centre = 20;
    return options;
}

tensor_data random_tensor(uint64_t seed) {
    generator random(seed);
    tensor_data tensor(FARSPAN_F32, shape);
    tensor.fill([&] { return random.unit(); });
    return tensor;
}

double dot(const tensor_data& a, const tensor_data& b) {
    const std::vector<double> x = a.values(), y = b.values();
    double sum = 0;
    for (size_t n = 0; n < x.size(); ++n) sum += x[n] * y[n];
    return sum;
}

}  // namespace

// <R x, y> = <x, R^T y> for any x and y is what makes it the transpose.
Test(api_rope_backward, is_the_transpose) {
    std::vector<scheme_spec> specs;
    for (const int32_t pairing : {FARSPAN_LAYOUT_HALF, FARSPAN_LAYOUT_INTERLEAVED}) {
        specs.push_back(rotated(FARSPAN_ROPE_BASE, pairing));
        specs.push_back(rotated(FARSPAN_ROPE_YARN, pairing));
        specs.back().rope.factor = 8;
        specs.back().rope.original_context = 64;
        specs.push_back(rotated(FARSPAN_ROPE_XPOS, pairing));
        specs.push_back(rotated(FARSPAN_ROPE_BASE, pairing));
        specs.back().rope.angle = FARSPAN_ANGLE_FLOAT32;
    }
    std::vector<int64_t> positions;
    for (int64_t t = 0; t < rows; ++t) positions.push_back(t * 37 % 101);
    const tensor_data x = random_tensor(1), y = random_tensor(2);
    for (scheme_spec& spec : specs) {
        const scheme_handle scheme = spec.create();
        for (const int32_t direction : {FARSPAN_ROTATE_FORWARD, FARSPAN_ROTATE_INVERSE, FARSPAN_ROTATE_DELTA})
            for (const int32_t side : {FARSPAN_SIDE_QUERY, FARSPAN_SIDE_KEY})
                for (const int32_t isa : usable_isas()) {
                    const farspan_rope_options options = options_for(direction, side);
                    const context_handle context = make_context(isa, 1);
                    tensor_data turned(FARSPAN_F32, shape), back(FARSPAN_F32, shape);
                    error_slot error;
                    require_ok(rope_apply(context.get(), scheme.get(), &options, positions.data(), &x.view(),
                                          &turned.view(), &error),
                               error, "apply");
                    require_ok(farspan_rope_backward(context.get(), scheme.get(), &options, positions.data(), rows,
                                                     &y.view(), &back.view(), &error),
                               error, "backward");
                    const double left = dot(turned, y), right = dot(x, back);
                    cr_expect(std::fabs(left - right) < 1e-4, "%s, direction %d, side %d on %s: %.9g and %.9g",
                              spec.name.c_str(), direction, side, farspan_isa_name(isa), left, right);
                }
    }
}

Test(api_rope_backward, forward_equals_the_oracle) {
    scheme_spec spec = rotated(FARSPAN_ROPE_YARN, FARSPAN_LAYOUT_HALF);
    spec.rope.factor = 8;
    spec.rope.original_context = 64;
    const scheme_handle scheme = spec.create();
    const scheme_oracle rules(spec, rows, dim);
    const tensor_data y = random_tensor(3);
    const farspan_rope_options options = options_for(FARSPAN_ROTATE_FORWARD, FARSPAN_SIDE_QUERY);
    tensor_data back(FARSPAN_F32, shape), undone(FARSPAN_F32, shape);
    error_slot error;
    require_ok(farspan_rope_backward(nullptr, scheme.get(), &options, nullptr, 0, &y.view(), &back.view(), &error),
               error, "backward");
    const farspan_rope_options inverse = options_for(FARSPAN_ROTATE_INVERSE, FARSPAN_SIDE_QUERY);
    require_ok(rope_apply(nullptr, scheme.get(), &inverse, nullptr, &y.view(), &undone.view(), &error), error,
               "inverse");
    const double m = rules.frequencies().magnitude;
    cr_expect(m > 1.1);
    for (int64_t h = 0; h < 2; ++h)
        for (int64_t t = 0; t < rows; ++t) {
            std::vector<double> row;
            for (int64_t d = 0; d < dim; ++d) row.push_back(y.get(0, h, t, d));
            const std::vector<double> should = rules.rotate_query_back(row, static_cast<double>(t));
            for (int64_t d = 0; d < dim; ++d) {
                const double got = back.get(0, h, t, d), expected = should[static_cast<size_t>(d)];
                cr_assert(std::fabs(got - expected) <= 1e-6 * std::max(1.0, std::fabs(expected)),
                          "row %lld, feature %lld", static_cast<long long>(t), static_cast<long long>(d));
                // m^2 times the inverse, on rotated features.
                if (d < 5 || d >= 37) continue;
                cr_assert(std::fabs(got - m * m * undone.get(0, h, t, d)) <= 2e-6 * std::max(1.0, std::fabs(expected)));
            }
        }
    // In place, with the same bits.
    tensor_data copy(FARSPAN_F32, shape);
    copy.assign(y.values());
    require_ok(farspan_rope_backward(nullptr, scheme.get(), &options, nullptr, 0, &copy.view(), &copy.view(), &error),
               error, "in place");
    cr_expect(copy.bytes() == back.bytes());
}

Test(api_rope_backward, wrong_arguments) {
    scheme_spec spec = rotated(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF);
    const scheme_handle scheme = spec.create();
    scheme_spec none("none");
    const scheme_handle plain = none.create();
    const tensor_data y = random_tensor(4);
    const tensor_data back(FARSPAN_F32, shape), narrow(FARSPAN_F32, {1, 2, rows, 16});
    const std::vector<int64_t> positions(rows, 3);
    const farspan_tensor d_out = y.view(), d_in = back.view();
    const auto call = [&](const farspan_scheme* s, const int64_t* where, int64_t count, const farspan_tensor* from,
                          const farspan_tensor* to) {
        return [=](farspan_error* error) {
            return farspan_rope_backward(nullptr, s, nullptr, where, count, from, to, error);
        };
    };
    const farspan_scheme* s = scheme.get();
    expect_failure("scheme", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"scheme is NULL"},
                   call(nullptr, nullptr, 0, &d_out, &d_in));
    expect_failure("no rope", FARSPAN_ERROR_COMBINATION, 2, {"scheme has no rope"},
                   call(plain.get(), nullptr, 0, &d_out, &d_in));
    expect_failure("positions", FARSPAN_ERROR_SHAPE, 5, {"positions_count is 1: must be 0"},
                   call(s, nullptr, 1, &d_out, &d_in));
    for (const int64_t count : {rows - 1, rows + 1, int64_t{0}, int64_t{-1}})
        expect_failure("count", FARSPAN_ERROR_SHAPE, 5, {"positions_count", "must be "},
                       call(s, positions.data(), count, &d_out, &d_in));
    expect_failure("d_out", FARSPAN_ERROR_NULL_ARGUMENT, 6, {"d_out is NULL"}, call(s, nullptr, 0, nullptr, &d_in));
    expect_failure("d_in", FARSPAN_ERROR_NULL_ARGUMENT, 7, {"d_in is NULL"}, call(s, nullptr, 0, &d_out, nullptr));
    expect_failure("narrow", FARSPAN_ERROR_ROTARY_DIM, 6, {"d_out.shape[3]", "37"},
                   call(s, nullptr, 0, &narrow.view(), &narrow.view()));
    farspan_tensor wrong = d_in;
    wrong.shape[2] = rows - 1;
    expect_failure("shape", FARSPAN_ERROR_SHAPE, 7, {"d_in.shape[2]"}, call(s, nullptr, 0, &d_out, &wrong));
    wrong = d_in;
    wrong.data = static_cast<float*>(d_out.data) + 1;
    expect_failure("overlap", FARSPAN_ERROR_STRIDE, 7, {"d_in overlaps d_out"}, call(s, nullptr, 0, &d_out, &wrong));
    std::vector<int64_t> far = positions;
    far[7] = (int64_t{1} << 40) + 1;
    expect_failure("position", FARSPAN_ERROR_POSITIONS, 4, {"positions[7]"}, call(s, far.data(), rows, &d_out, &d_in));
    farspan_rope_options options = options_for(9, FARSPAN_SIDE_QUERY);
    expect_failure("direction", FARSPAN_ERROR_METHOD, 3, {"options.direction is 9"}, [&](farspan_error* error) {
        return farspan_rope_backward(nullptr, s, &options, nullptr, 0, &d_out, &d_in, error);
    });
    cr_expect(back.untouched(), "a refused call wrote");
}
