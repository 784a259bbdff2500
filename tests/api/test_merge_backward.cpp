// farspan_attention_merge_backward: against differences of the merge's definition, parts that are empty or infinite, and
// every argument wrong in turn.
#include <criterion/criterion.h>

#include <cmath>
#include <functional>
#include <limits>

#include "calls.hpp"
#include "expect_failure.hpp"
#include "farspan/gradient.h"
#include "generator.hpp"
#include "handles.hpp"
#include "tensor_data.hpp"

using namespace farspan_test;

namespace {

constexpr int64_t batch = 2, heads = 3, queries = 70, dim = 20, lines = batch * heads * queries;
constexpr tensor_data::shape_t shape{batch, heads, queries, dim};
constexpr double infinity = std::numeric_limits<double>::infinity();

// One row of a merge, in double.
struct merged_row {
    std::vector<double> out;
    double lse;
};

merged_row merge(const std::vector<double>& a, double lse_a, const std::vector<double>& b, double lse_b) {
    const double most = std::max(lse_a, lse_b), sum = std::exp(lse_a - most) + std::exp(lse_b - most);
    merged_row row{std::vector<double>(a.size()), most + std::log(sum)};
    for (size_t c = 0; c < a.size(); ++c)
        row.out[c] = (std::exp(lse_a - most) * a[c] + std::exp(lse_b - most) * b[c]) / sum;
    return row;
}

struct merge_case {
    explicit merge_case(int32_t dtype, layout how = layout::contiguous)
        : out_a(dtype, shape, how),
          out_b(dtype, shape, how),
          d_out(dtype, shape, how),
          d_out_a(dtype, shape, how),
          d_out_b(dtype, shape, how),
          lse_a(lines),
          lse_b(lines),
          d_lse(lines),
          d_lse_a(lines),
          d_lse_b(lines) {
        generator random(7);
        for (tensor_data* tensor : {&out_a, &out_b, &d_out}) tensor->fill([&] { return random.unit(); });
        for (std::vector<float>* list : {&lse_a, &lse_b, &d_lse})
            for (float& x : *list) x = static_cast<float>(4 * random.unit());
    }

    farspan_merge_gradient data() {
        farspan_merge_gradient data;
        farspan_merge_gradient_init(&data, sizeof data);
        data.out_a = &out_a.view(), data.lse_a = lse_a.data(), data.lse_a_count = lines;
        data.out_b = &out_b.view(), data.lse_b = lse_b.data(), data.lse_b_count = lines;
        data.d_out = &d_out.view(), data.d_lse = d_lse.data(), data.d_lse_count = lines;
        data.d_out_a = &d_out_a.view(), data.d_lse_a = d_lse_a.data(), data.d_lse_a_count = lines;
        data.d_out_b = &d_out_b.view(), data.d_lse_b = d_lse_b.data(), data.d_lse_b_count = lines;
        return data;
    }

    void run(const farspan_context* context = nullptr) {
        const farspan_merge_gradient given = data();
        farspan_error error = FARSPAN_ERROR_INIT;
        cr_assert(farspan_attention_merge_backward(context, &given, &error) == FARSPAN_OK, "%s", error.message);
    }

    std::vector<double> row_of(const tensor_data& tensor, int64_t line) const {
        std::vector<double> row;
        for (int64_t c = 0; c < dim; ++c)
            row.push_back(tensor.get(line / (heads * queries), line / queries % heads, line % queries, c));
        return row;
    }

    tensor_data out_a, out_b, d_out, d_out_a, d_out_b;
    std::vector<float> lse_a, lse_b, d_lse, d_lse_a, d_lse_b;
};

// The loss of which d_out and d_lse are the derivatives, as far as one row goes.
double loss(const merge_case& c, int64_t line, const std::vector<double>& a, double lse_a, const std::vector<double>& b,
            double lse_b) {
    const merged_row row = merge(a, lse_a, b, lse_b);
    const std::vector<double> d = c.row_of(c.d_out, line);
    double sum = c.d_lse[static_cast<size_t>(line)] * row.lse;
    for (size_t n = 0; n < d.size(); ++n) sum += d[n] * row.out[n];
    return sum;
}

double slope(const std::function<double(double)>& f) {
    constexpr double h = 1e-5;
    return (f(h) - f(-h)) / (2 * h);
}

}  // namespace

Test(api_merge_backward, equals_differences_of_the_definition) {
    for (const auto& [dtype, bound] : {std::pair{FARSPAN_F32, 2e-6}, std::pair{FARSPAN_F16, 2e-3}})
        for (const layout how : {layout::contiguous, layout::sequence_major, layout::every_second}) {
            merge_case c(dtype, how);
            c.run();
            double worst = 0;
            for (int64_t line = 0; line < lines; line += 7) {
                const std::vector<double> a = c.row_of(c.out_a, line), b = c.row_of(c.out_b, line),
                                          got_a = c.row_of(c.d_out_a, line), got_b = c.row_of(c.d_out_b, line);
                const double la = c.lse_a[static_cast<size_t>(line)], lb = c.lse_b[static_cast<size_t>(line)];
                const auto compare = [&](double got, const std::function<double(double)>& f) {
                    worst = std::max(worst, std::abs(got - slope(f)));
                };
                compare(c.d_lse_a[static_cast<size_t>(line)],
                        [&](double h) { return loss(c, line, a, la + h, b, lb); });
                compare(c.d_lse_b[static_cast<size_t>(line)],
                        [&](double h) { return loss(c, line, a, la, b, lb + h); });
                for (size_t n = 0; n < a.size(); ++n) {
                    const auto moved = [&](std::vector<double> row, double h) {
                        row[n] += h;
                        return row;
                    };
                    compare(got_a[n], [&](double h) { return loss(c, line, moved(a, h), la, b, lb); });
                    compare(got_b[n], [&](double h) { return loss(c, line, a, la, moved(b, h), lb); });
                }
            }
            cr_expect(worst <= bound, "type %d, layout %d: off by %.3g", dtype, static_cast<int>(how), worst);
            cr_expect(c.d_out_a.gaps_untouched() && c.d_out_b.gaps_untouched());
        }
}

Test(api_merge_backward, bits_do_not_depend_on_threads) {
    merge_case one(FARSPAN_F32), four(FARSPAN_F32);
    one.run(make_context(FARSPAN_ISA_BEST, 1).get());
    four.run(make_context(FARSPAN_ISA_BEST, 4).get());
    cr_expect(one.d_out_a.bytes() == four.d_out_a.bytes() && one.d_out_b.bytes() == four.d_out_b.bytes());
    cr_expect(one.d_lse_a == four.d_lse_a && one.d_lse_b == four.d_lse_b);
}

Test(api_merge_backward, empty_and_infinite_parts) {
    merge_case c(FARSPAN_F32);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto minus = static_cast<float>(-infinity);
    c.lse_a[0] = minus;  // an empty part: whatever its out holds
    c.out_a.set(0, 0, 0, 3, nan);
    c.lse_a[1] = c.lse_b[1] = minus;
    c.d_out.set(0, 0, 1, 2, nan);
    c.lse_b[2] = static_cast<float>(infinity);  // this part is the result
    c.run();
    for (int64_t n = 0; n < dim; ++n) {
        cr_expect(c.d_out_a.get(0, 0, 0, n) == 0 && c.d_out_b.get(0, 0, 0, n) == c.d_out.get(0, 0, 0, n));
        cr_expect(c.d_out_a.get(0, 0, 1, n) == 0 && c.d_out_b.get(0, 0, 1, n) == 0);
        cr_expect(c.d_out_a.get(0, 0, 2, n) == 0 && c.d_out_b.get(0, 0, 2, n) == c.d_out.get(0, 0, 2, n));
    }
    cr_expect(c.d_lse_a[0] == 0 && c.d_lse_b[0] == c.d_lse[0]);
    cr_expect(c.d_lse_a[1] == 0 && c.d_lse_b[1] == 0);
    cr_expect(c.d_lse_a[2] == 0 && c.d_lse_b[2] == c.d_lse[2]);
}

Test(api_merge_backward, what_is_not_wanted_is_left_out) {
    merge_case all(FARSPAN_F32), part(FARSPAN_F32);
    all.run();
    farspan_merge_gradient data = part.data();
    data.d_out_a = nullptr;
    data.d_lse_b = nullptr, data.d_lse_b_count = 0;
    cr_expect(farspan_attention_merge_backward(nullptr, &data, nullptr) == FARSPAN_OK);
    cr_expect(part.d_out_a.untouched() && part.d_lse_b == std::vector<float>(lines));
    cr_expect(part.d_out_b.bytes() == all.d_out_b.bytes() && part.d_lse_a == all.d_lse_a);
    std::fill(all.d_lse.begin(), all.d_lse.end(), 0.f);
    all.run();
    data.d_lse = nullptr, data.d_lse_count = 0;
    cr_expect(farspan_attention_merge_backward(nullptr, &data, nullptr) == FARSPAN_OK);
    cr_expect(part.d_lse_a == all.d_lse_a, "no d_lse is one of zeros");
}

Test(api_merge_backward, every_argument_wrong) {
    merge_case c(FARSPAN_F32);
    const auto refused = [&](const char* what, farspan_status status, std::initializer_list<const char*> words,
                             const std::function<void(farspan_merge_gradient&)>& spoil) {
        farspan_merge_gradient data = c.data();
        spoil(data);
        expect_failure(what, status, 2, words,
                       [&](farspan_error* error) { return farspan_attention_merge_backward(nullptr, &data, error); });
        cr_expect(c.d_out_a.untouched() && c.d_out_b.untouched(), "%s: wrote", what);
    };
    tensor_data other(FARSPAN_F32, {batch, heads, queries, dim + 1});
    struct tensor_field {
        const char* name;
        const farspan_tensor* farspan_merge_gradient::*field;
        bool required;
    };
    const tensor_field tensors[] = {{"data.out_a", &farspan_merge_gradient::out_a, true},
                                    {"data.out_b", &farspan_merge_gradient::out_b, true},
                                    {"data.d_out", &farspan_merge_gradient::d_out, true},
                                    {"data.d_out_a", &farspan_merge_gradient::d_out_a, false},
                                    {"data.d_out_b", &farspan_merge_gradient::d_out_b, false}};
    for (const tensor_field& t : tensors) {
        if (t.required)
            refused(t.name, FARSPAN_ERROR_NULL_ARGUMENT, {t.name, "NULL"},
                    [&](farspan_merge_gradient& data) { data.*t.field = nullptr; });
        if (t.field != &farspan_merge_gradient::out_a)
            refused(t.name, FARSPAN_ERROR_SHAPE, {t.name, "shape[3]"},
                    [&](farspan_merge_gradient& data) { data.*t.field = &other.view(); });
    }
    for (const int64_t count : {int64_t{0}, lines - 1, lines + 1, int64_t{-1}, INT64_MAX}) {
        refused("lse_a", FARSPAN_ERROR_SHAPE, {"data.lse_a_count", "420"},
                [&](farspan_merge_gradient& data) { data.lse_a_count = count; });
        refused("lse_b", FARSPAN_ERROR_SHAPE, {"data.lse_b_count", "420"},
                [&](farspan_merge_gradient& data) { data.lse_b_count = count; });
        refused("d_lse", FARSPAN_ERROR_SHAPE, {"data.d_lse_count", "420"},
                [&](farspan_merge_gradient& data) { data.d_lse_count = count; });
        refused("d_lse_a", FARSPAN_ERROR_SHAPE, {"data.d_lse_a_count", "420"},
                [&](farspan_merge_gradient& data) { data.d_lse_a_count = count; });
        refused("d_lse_b", FARSPAN_ERROR_SHAPE, {"data.d_lse_b_count", "420"},
                [&](farspan_merge_gradient& data) { data.d_lse_b_count = count; });
    }
    refused("no lse", FARSPAN_ERROR_NULL_ARGUMENT, {"data.lse_a is NULL"},
            [](farspan_merge_gradient& data) { data.lse_a = nullptr; });
    refused("one output twice", FARSPAN_ERROR_STRIDE, {"data.d_out_b overlaps data.d_out_a"},
            [](farspan_merge_gradient& data) { data.d_out_b = data.d_out_a; });
    refused("into an input", FARSPAN_ERROR_STRIDE, {"data.d_out_a overlaps data.out_b"},
            [](farspan_merge_gradient& data) { data.d_out_a = data.out_b; });
    refused("nothing wanted", FARSPAN_ERROR_NULL_ARGUMENT, {"data.d_out_a", "none is wanted"},
            [](farspan_merge_gradient& data) {
                data.d_out_a = data.d_out_b = nullptr;
                data.d_lse_a = data.d_lse_b = nullptr, data.d_lse_a_count = data.d_lse_b_count = 0;
            });
    refused("a struct of no version", FARSPAN_ERROR_STRUCT_SIZE, {"data.struct_size"},
            [](farspan_merge_gradient& data) { data.struct_size = 8; });
    expect_failure("no data", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"data is NULL"},
                   [](farspan_error* error) { return farspan_attention_merge_backward(nullptr, nullptr, error); });
    const volatile int32_t flag = 1;
    const context_handle cancelled = make_context(FARSPAN_ISA_BEST, 1, &flag);
    const farspan_merge_gradient data = c.data();
    cr_expect(farspan_attention_merge_backward(cancelled.get(), &data, nullptr) == FARSPAN_ERROR_CANCELLED);
}
