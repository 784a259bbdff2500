// Loss, windows, accumulators and verdict: every argument wrong in turn, and nothing written then.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "expect_failure.hpp"
#include "farspan/eval.h"
#include "handles.hpp"
#include "tensor_data.hpp"

using namespace farspan_test;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

template <class T>
std::vector<unsigned char> bytes_of(const T& object) {
    std::vector<unsigned char> bytes(sizeof object);
    std::memcpy(bytes.data(), &object, sizeof object);
    return bytes;
}

}  // namespace

Test(eval_errors, token_nll) {
    const tensor_data logits(FARSPAN_F32, {1, 2, 3, 10});
    const int64_t good[6] = {0, 9, -100, 3, 4, 5};
    double nll[6] = {-7, -7, -7, -7, -7, -7};
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument,
                            std::initializer_list<const char*> words, const farspan_tensor* from,
                            const int64_t* targets, int64_t ignore, double* to) {
        expect_failure(what, status, argument, words, [&](farspan_error* e) {
            return farspan_token_nll(nullptr, from, targets, targets ? 6 : 0, ignore, to, to ? 6 : 0, e);
        });
        for (const double loss : nll) cr_expect(loss == -7, "%s: wrote", what);
    };
    refuse("logits", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"logits"}, nullptr, good, -100, nll);
    refuse("targets", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"targets"}, &logits.view(), nullptr, -100, nll);
    refuse("nll", FARSPAN_ERROR_NULL_ARGUMENT, 6, {"nll"}, &logits.view(), good, -100, nullptr);
    for (const int64_t ignore : {0, 9})
        refuse("ignore_index", FARSPAN_ERROR_PARAMETER_RANGE, 5, {"ignore_index", "0 .. 9"}, &logits.view(), good,
               ignore, nll);
    for (const int64_t wrong : {int64_t{-1}, int64_t{10}, INT64_MIN, INT64_MAX}) {
        int64_t targets[6];
        std::copy(good, good + 6, targets);
        targets[5] = wrong;
        refuse("target", FARSPAN_ERROR_PARAMETER_RANGE, 3, {"targets[5]", "0 .. 9", "-100"}, &logits.view(), targets,
               -100, nll);
    }
    const auto tensor = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_tensor view = logits.view();
        change(view);
        refuse(what, status, 2, {word}, &view, good, -100, nll);
    };
    tensor("data", FARSPAN_ERROR_NULL_ARGUMENT, "logits.data", [](auto& x) { x.data = nullptr; });
    tensor("dtype", FARSPAN_ERROR_DTYPE, "logits.dtype", [](auto& x) { x.dtype = FARSPAN_F64; });
    tensor("no vocabulary", FARSPAN_ERROR_SHAPE, "logits.shape[3]", [](auto& x) { x.shape[3] = 0; });
    tensor("negative", FARSPAN_ERROR_SHAPE, "logits.shape[2]", [](auto& x) { x.shape[2] = -1; });
    tensor("huge", FARSPAN_ERROR_SHAPE, "logits.shape[3]", [](auto& x) { x.shape[3] = INT64_MAX; });
    tensor("too many rows", FARSPAN_ERROR_SHAPE, "rows", [](auto& x) {
        x.shape[0] = x.shape[1] = x.shape[2] = int64_t{1} << 30;
        x.stride[0] = x.stride[1] = x.stride[2] = 0;
    });
    tensor("stride", FARSPAN_ERROR_STRIDE, "logits.stride[2]", [](auto& x) { x.stride[2] = INT64_MAX; });
    volatile int32_t flag = 1;
    const context_handle cancelled = make_context(FARSPAN_ISA_BEST, 1, &flag);
    cr_expect(farspan_token_nll(cancelled.get(), &logits.view(), good, std::ssize(good), -100, nll, std::ssize(nll),
                                nullptr) == FARSPAN_ERROR_CANCELLED);
}

Test(eval_errors, token_nll_grad) {
    const tensor_data logits(FARSPAN_F32, {1, 1, 3, 10}), grad(FARSPAN_F32, {1, 1, 3, 10});
    const int64_t targets[3] = {0, 9, -100};
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument,
                            std::initializer_list<const char*> words, const float* weights, const farspan_tensor* to) {
        expect_failure(what, status, argument, words, [&](farspan_error* e) {
            return farspan_token_nll_grad(nullptr, &logits.view(), targets, std::ssize(targets), -100, weights,
                                          weights ? 3 : 0, to, e);
        });
        cr_expect(grad.untouched(), "%s: wrote", what);
    };
    for (const float wrong : {nan_value, HUGE_VALF, -HUGE_VALF}) {
        const float weights[3] = {1, wrong, 1};
        refuse("weight", FARSPAN_ERROR_PARAMETER_RANGE, 6, {"weights[1]"}, weights, &grad.view());
    }
    refuse("grad", FARSPAN_ERROR_NULL_ARGUMENT, 8, {"grad"}, nullptr, nullptr);
    const auto tensor = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_tensor view = grad.view();
        change(view);
        refuse(what, status, 8, {word}, nullptr, &view);
    };
    tensor("shape", FARSPAN_ERROR_SHAPE, "grad.shape[3]", [](auto& x) { x.shape[3] = 9; });
    tensor("dtype", FARSPAN_ERROR_DTYPE, "grad.dtype", [](auto& x) { x.dtype = 0; });
    tensor("overlaps itself", FARSPAN_ERROR_STRIDE, "grad.stride", [](auto& x) { x.stride[2] = 0; });
    tensor("overlaps the logits", FARSPAN_ERROR_STRIDE, "overlaps",
           [&](auto& x) { x.data = static_cast<float*>(logits.view().data) + 1; });
    tensor("in place with another type", FARSPAN_ERROR_STRIDE, "overlaps", [&](auto& x) {
        x = logits.view();
        x.dtype = FARSPAN_BF16;
    });
}

Test(eval_errors, windows) {
    farspan_windows_config good;
    farspan_windows_config_init(&good, sizeof good, FARSPAN_WINDOWS_SLIDING);
    good.bos = FARSPAN_BOS_NONE;
    good.tokens = 100;
    good.length = 10;
    good.stride = 5;
    farspan_window window;
    farspan_window_init(&window, sizeof window);
    const std::vector<unsigned char> before = bytes_of(window);
    const auto refuse = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_windows_config config = good;
        change(config);
        int64_t count = -7;
        expect_failure(what, status, 1, {word},
                       [&](farspan_error* e) { return farspan_windows_count(&config, &count, e); });
        expect_failure(what, status, 1, {word},
                       [&](farspan_error* e) { return farspan_windows_get(&config, 0, &window, e); });
        cr_expect(count == -7 && bytes_of(window) == before, "%s: wrote", what);
    };
    refuse("struct_size", FARSPAN_ERROR_STRUCT_SIZE, "struct_size", [](auto& c) { c.struct_size = 4; });
    refuse("kind 0", FARSPAN_ERROR_METHOD, "config.kind is 0", [](auto& c) { c.kind = 0; });
    refuse("kind 5", FARSPAN_ERROR_METHOD, "config.kind is 5", [](auto& c) { c.kind = 5; });
    refuse("no BOS policy", FARSPAN_ERROR_METHOD, "no default", [](auto& c) { c.bos = 0; });
    refuse("bos", FARSPAN_ERROR_METHOD, "config.bos is 4", [](auto& c) { c.bos = 4; });
    refuse("one token", FARSPAN_ERROR_PARAMETER_RANGE, "config.tokens is 1", [](auto& c) { c.tokens = 1; });
    refuse("no token", FARSPAN_ERROR_PARAMETER_RANGE, "config.tokens is 0",
           [](auto& c) { c.tokens = 0, c.bos = FARSPAN_BOS_EVERY; });
    refuse("huge text", FARSPAN_ERROR_PARAMETER_RANGE, "config.tokens", [](auto& c) { c.tokens = INT64_MAX; });
    refuse("length", FARSPAN_ERROR_PARAMETER_RANGE, "config.length is 0", [](auto& c) { c.length = 0; });
    refuse("huge length", FARSPAN_ERROR_PARAMETER_RANGE, "config.length", [](auto& c) { c.length = INT64_MAX; });
    refuse("no stride", FARSPAN_ERROR_PARAMETER_RANGE, "config.stride is 0", [](auto& c) { c.stride = 0; });
    refuse("stride", FARSPAN_ERROR_PARAMETER_RANGE, "between 1 and 10", [](auto& c) { c.stride = 11; });
    refuse("unused segment", FARSPAN_ERROR_COMBINATION, "config.segment is 3", [](auto& c) { c.segment = 3; });
    refuse("unused stride", FARSPAN_ERROR_COMBINATION, "config.stride is 5",
           [](auto& c) { c.kind = FARSPAN_WINDOWS_BLOCKS; });
    const auto last = [](auto& c) { c.kind = FARSPAN_WINDOWS_LAST, c.stride = 0; };
    refuse("no segment", FARSPAN_ERROR_PARAMETER_RANGE, "config.segment is 0", last);
    refuse("segment", FARSPAN_ERROR_PARAMETER_RANGE, "between 1 and 99", [&](auto& c) { last(c), c.segment = 100; });
    int64_t count = 0;
    cr_assert(farspan_windows_count(&good, &count, nullptr) == FARSPAN_OK);
    for (const int64_t index : {int64_t{-1}, count, INT64_MAX})
        expect_failure("index", FARSPAN_ERROR_PARAMETER_RANGE, 2, {"index"},
                       [&](farspan_error* e) { return farspan_windows_get(&good, index, &window, e); });
    expect_failure("config", FARSPAN_ERROR_NULL_ARGUMENT, 1, {"config"},
                   [&](farspan_error* e) { return farspan_windows_count(nullptr, &count, e); });
    expect_failure("count", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"count"},
                   [&](farspan_error* e) { return farspan_windows_count(&good, nullptr, e); });
    expect_failure("window", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"window"},
                   [&](farspan_error* e) { return farspan_windows_get(&good, 0, nullptr, e); });
    window.struct_size = 0;
    expect_failure("window.struct_size", FARSPAN_ERROR_STRUCT_SIZE, 3, {"window.struct_size"},
                   [&](farspan_error* e) { return farspan_windows_get(&good, 0, &window, e); });
}

Test(eval_errors, accumulators) {
    farspan_loss loss, other;
    farspan_loss_init(&loss, sizeof loss);
    other = loss;
    other.block_tokens = 64;
    const double nll[2] = {1, 2};
    const std::vector<unsigned char> before = bytes_of(loss);
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument,
                            std::initializer_list<const char*> words,
                            const std::function<farspan_status(farspan_error*)>& call) {
        expect_failure(what, status, argument, words, call);
        cr_expect(bytes_of(loss) == before, "%s: wrote", what);
    };
    refuse("loss", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"loss"},
           [&](auto* e) { return farspan_loss_add(nullptr, nullptr, nll, 2, nullptr, 0, 0, 0, e); });
    refuse("nll", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"nll"},
           [&](auto* e) { return farspan_loss_add(nullptr, &loss, nullptr, 2, nullptr, 0, 0, 0, e); });
    refuse("count", FARSPAN_ERROR_SHAPE, 4, {"nll_count is -1"},
           [&](auto* e) { return farspan_loss_add(nullptr, &loss, nll, -1, nullptr, 0, 0, 0, e); });
    refuse("bytes", FARSPAN_ERROR_SHAPE, 8, {"bytes is -2"},
           [&](auto* e) { return farspan_loss_add(nullptr, &loss, nll, 2, nullptr, 0, 0, -2, e); });
    refuse("more bytes than there can be", FARSPAN_ERROR_SHAPE, 8, {"bytes is 9223372036854775807", "2^62"},
           [&](auto* e) { return farspan_loss_add(nullptr, &loss, nll, 2, nullptr, 0, 0, INT64_MAX, e); });
    refuse("more tokens than there can be", FARSPAN_ERROR_SHAPE, 4,
           {"nll_count is 9223372036854775807", "4611686018427387904"},
           [&](auto* e) { return farspan_loss_add(nullptr, &loss, nll, INT64_MAX, nullptr, 0, 0, 0, e); });
    refuse("other blocks", FARSPAN_ERROR_COMBINATION, 2, {"64", "128"},
           [&](auto* e) { return farspan_loss_merge(&loss, &other, e); });
    refuse("from", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"from"},
           [&](auto* e) { return farspan_loss_merge(&loss, nullptr, e); });
    refuse("summary", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"summary"},
           [&](auto* e) { return farspan_loss_summarize(&loss, nullptr, e); });
    cr_expect(farspan_loss_add(nullptr, &loss, nullptr, 0, nullptr, 0, 0, 0, nullptr) == FARSPAN_OK,
              "nothing may be nowhere");
    const auto broken = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_loss given = loss;
        change(given);
        refuse(what, status, 2, {word},
               [&](auto* e) { return farspan_loss_add(nullptr, &given, nll, 2, nullptr, 0, 0, 0, e); });
    };
    broken("struct_size", FARSPAN_ERROR_STRUCT_SIZE, "struct_size", [](auto& x) { x.struct_size = 40; });
    broken("block_tokens", FARSPAN_ERROR_PARAMETER_RANGE, "block_tokens is 0", [](auto& x) { x.block_tokens = 0; });
    broken("not initialised", FARSPAN_ERROR_PARAMETER_RANGE, "loss.tokens is -5", [](auto& x) { x.tokens = -5; });
    broken("open tokens", FARSPAN_ERROR_PARAMETER_RANGE, "loss.open_tokens is 128",
           [](auto& x) { x.open_tokens = 128, x.tokens = 500; });

    // Sums that would overflow are refused before they do.
    farspan_loss large = loss, larger = loss;
    large.bytes = larger.bytes = INT64_C(1) << 62;
    refuse("full", FARSPAN_ERROR_SHAPE, 8, {"bytes is 1", "4611686018427387904"},
           [&](auto* e) { return farspan_loss_add(nullptr, &large, nll, 2, nullptr, 0, 0, 1, e); });
    refuse("merged", FARSPAN_ERROR_SHAPE, 2, {"from.bytes", "2^62"},
           [&](auto* e) { return farspan_loss_merge(&large, &larger, e); });
    broken("beyond", FARSPAN_ERROR_PARAMETER_RANGE, "loss.bytes is 9223372036854775807",
           [](auto& x) { x.bytes = INT64_MAX; });

    const int64_t edges[3] = {1, 5, 9}, falling[3] = {1, 5, 5}, far[3] = {INT64_MIN, 0, 5};
    const auto curve = [&](const char* what, farspan_status status, int32_t argument, const char* word,
                           farspan_loss* to, int64_t buckets, const int64_t* bounds, int64_t first, const double* from,
                           int64_t count) {
        refuse(what, status, argument, {word}, [&](auto* e) {
            return farspan_loss_add_by_context(nullptr, to, buckets, bounds, buckets + 1, first, from, count, nullptr,
                                               0, 0, e);
        });
    };
    farspan_loss two[2] = {loss, other};
    curve("curve", FARSPAN_ERROR_NULL_ARGUMENT, 2, "curve", nullptr, 2, edges, 1, nll, 2);
    curve("buckets", FARSPAN_ERROR_SHAPE, 3, "curve_count is 0", two, 0, edges, 1, nll, 2);
    curve("edges", FARSPAN_ERROR_NULL_ARGUMENT, 4, "edges", two, 2, nullptr, 1, nll, 2);
    curve("falling", FARSPAN_ERROR_POSITIONS, 4, "edges[2]", two, 2, falling, 1, nll, 2);
    curve("far", FARSPAN_ERROR_POSITIONS, 4, "edges", two, 2, far, 1, nll, 2);
    curve("first", FARSPAN_ERROR_POSITIONS, 6, "first_context", two, 2, edges, -1, nll, 2);
    curve("nll", FARSPAN_ERROR_NULL_ARGUMENT, 7, "nll", two, 2, edges, 1, nullptr, 2);
    curve("count", FARSPAN_ERROR_SHAPE, 8, "nll_count is -2", two, 2, edges, 1, nll, -2);
    two[1].struct_size = 1000;
    curve("sizes differ", FARSPAN_ERROR_STRUCT_SIZE, 2, "struct_size", two, 2, edges, 1, nll, 2);
    cr_expect(two[0].tokens == 0, "wrote the first bucket");
}

Test(eval_errors, judge) {
    const int64_t lengths[3] = {128, 256, 512}, equal[3] = {128, 128, 512};
    const double nll[3] = {1, 1, 1};
    farspan_verdict verdict;
    farspan_verdict_init(&verdict, sizeof verdict);
    verdict.verdict = -7;
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument, const char* word,
                            const int64_t* l, const double* n, int64_t count, int64_t trained, farspan_verdict* to) {
        expect_failure(what, status, argument, {word},
                       [&](farspan_error* e) { return farspan_judge(nullptr, l, count, n, count, trained, to, e); });
        cr_expect(verdict.verdict == -7, "%s: wrote", what);
    };
    refuse("lengths", FARSPAN_ERROR_NULL_ARGUMENT, 2, "lengths", nullptr, nll, 3, 256, &verdict);
    refuse("order", FARSPAN_ERROR_POSITIONS, 2, "lengths[1]", equal, nll, 3, 256, &verdict);
    refuse("nll", FARSPAN_ERROR_NULL_ARGUMENT, 4, "nll", lengths, nullptr, 3, 256, &verdict);
    refuse("count", FARSPAN_ERROR_SHAPE, 3, "lengths_count is -1", lengths, nll, -1, 256, &verdict);
    refuse("trained", FARSPAN_ERROR_PARAMETER_RANGE, 6, "trained_length is 0", lengths, nll, 3, 0, &verdict);
    refuse("verdict", FARSPAN_ERROR_NULL_ARGUMENT, 7, "verdict", lengths, nll, 3, 256, nullptr);
}
