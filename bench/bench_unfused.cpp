// The peer that every library user has: attention as two matrix products of OpenBLAS with a softmax between them.
// Blocks of 512 query rows with the keys that any of them sees, so it does not compute the masked half; the scores are
// vectorised with a polynomial. Run it with OPENBLAS_CORETYPE unset and set: the default is not always the best kernel
// of the machine.
#include <cblas.h>

#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "farspan/farspan.h"
#include "peak.hpp"
#include "row.hpp"

extern "C" {
void openblas_set_num_threads(int count);
char* openblas_get_corename(void);
}

namespace bench {
namespace {

constexpr int64_t query_heads = 8, key_heads = 2, block_rows = 512;

typedef float floats __attribute__((vector_size(64)));
typedef int32_t ints __attribute__((vector_size(64)));

#if defined(__x86_64__) && !defined(__clang__)
#define FOR_EVERY_MACHINE __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define FOR_EVERY_MACHINE
#endif

// The count of both is a multiple of 16.
FOR_EVERY_MACHINE float largest(const float* row, int64_t count) {
    floats best[2] = {floats{} - 1e30f, floats{} - 1e30f};
    for (int64_t i = 0; i < count; i += 16) {
        floats x;
        __builtin_memcpy(&x, row + i, sizeof x);
        floats& mine = best[i / 16 % 2];
        mine = x > mine ? x : mine;
    }
    float result = best[0][0];
    for (const floats& lanes : best)
        for (int i = 0; i < 16; ++i) result = lanes[i] > result ? lanes[i] : result;
    return result;
}

// row = exp(row) for row <= 0, by 2^n times a polynomial of degree 5.
FOR_EVERY_MACHINE void exponentials(float* row, int64_t count, float shift) {
    for (int64_t i = 0; i < count; i += 16) {
        floats x;
        __builtin_memcpy(&x, row + i, sizeof x);
        x = (x - shift) * 1.44269504f;
        const ints tiny = x < -100.0f;  // becomes 0: a subnormal weight would slow the product down
        x = tiny ? floats{} : x;
        const floats shifted = x + 12583039.0f;
        const floats f = x - (shifted - 12583039.0f);
        floats p = f * 1.3264728e-3f + 9.6715137e-3f;
        p = p * f + 5.5507337e-2f;
        p = p * f + 2.4022242e-1f;
        p = p * f + 6.9314698e-1f;
        p = p * f + 1.0f;
        p *= reinterpret_cast<floats>(reinterpret_cast<ints>(shifted) << 23);
        p = tiny ? floats{} : p;
        __builtin_memcpy(row + i, &p, sizeof p);
    }
}

struct unfused {
    int64_t n, dim;
    std::vector<float> q, k, v, out, scores;
    unfused(int64_t length, int64_t head_dim)
        : n(length),
          dim(head_dim),
          q(size(query_heads)),
          k(size(key_heads)),
          v(size(key_heads)),
          out(size(query_heads)),
          scores(static_cast<std::size_t>(block_rows * n)) {
        std::mt19937 random(1);
        std::normal_distribution<float> normal;
        for (auto* data : {&q, &k, &v})
            for (float& x : *data) x = normal(random);
    }
    std::size_t size(int64_t heads) const { return static_cast<std::size_t>(heads * n * dim); }

    void softmax(int64_t first, int64_t rows, int64_t keys) {
        for (int64_t r = 0; r < rows; ++r) {
            float* row = scores.data() + r * keys;
            const int64_t visible = first + r + 1;
            for (int64_t j = visible; j < keys; ++j) row[j] = -1e30f;
            exponentials(row, keys, largest(row, keys));
            cblas_sscal(static_cast<int>(keys), 1.0f / cblas_sasum(static_cast<int>(keys), row, 1), row, 1);
        }
    }
    void run() {
        const float scale = 1.0f / std::sqrt(static_cast<float>(dim));
        const int d = static_cast<int>(dim);
        for (int64_t h = 0; h < query_heads; ++h) {
            const int64_t kh = h / (query_heads / key_heads);
            for (int64_t first = 0; first < n; first += block_rows) {
                const int64_t rows = std::min(block_rows, n - first), keys = first + rows;
                const int m = static_cast<int>(rows), j = static_cast<int>(keys);
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, j, d, scale, q.data() + (h * n + first) * dim,
                            d, k.data() + kh * n * dim, d, 0.0f, scores.data(), j);
                softmax(first, rows, keys);
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, d, j, 1.0f, scores.data(), j,
                            v.data() + kh * n * dim, d, 0.0f, out.data() + (h * n + first) * dim, d);
            }
        }
    }
};

}  // namespace

void add_rows() {
    benchmark::AddCustomContext("peer", std::string("OpenBLAS-") + openblas_get_corename());
    for (int threads : {1, 2})
        for (int64_t dim : {64, 128})
            for (int64_t n : {512, 2048, 8192}) {
                const double amount =
                    2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(dim * query_heads);
                add_row(
                    {"prefill/f32/d" + std::to_string(dim) + "/n" + std::to_string(n) + "/t" + std::to_string(threads),
                     "GFLOP/s", amount, [] { return 0.0; },
                     [=] {
                         openblas_set_num_threads(threads);
                         auto peer = std::make_shared<unfused>(n, dim);
                         return [peer] { peer->run(); };
                     },
                     threads});
            }
}

}  // namespace bench
