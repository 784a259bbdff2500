#pragma once
// Reading a key-value cache. For up to 4 lines at a time, stored keys are converted and rotated in registers on their
// way into the product, and so are values: each stored byte is touched once per 4 lines, and what comes next is
// prefetched meanwhile.
#include "kernels/rows.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

struct element_i8 {
    using type = int8_t;
    static FARSPAN_INLINE vec read(const int8_t* p) { return load_i8(p); }
};

// Vectors of a column group: the sums of `lines` x vecs stay in registers.
constexpr int cached_vecs(int lines) { return block_vecs == 4 ? 4 : lines <= 2 ? 4 : 2; }

// Prefetches some memory in steps, as many bytes in each as the products read meanwhile. Into the second cache: the first
// has too few buffers for lines under way to keep the memory busy.
template <class element>
class prefetcher {
public:
    FARSPAN_INLINE prefetcher(const void* memory, int64_t bytes)
        : at_(static_cast<const char*>(memory)), end_(at_ + bytes) {}
    template <int64_t bytes>
    FARSPAN_INLINE void step() {
        if constexpr (sizeof(typename element::type) == 4) return until(at_ + bytes < end_ ? at_ + bytes : end_);
        FARSPAN_UNROLL
        for (int64_t b = 0; b < bytes; b += 64) __builtin_prefetch(at_ + b, 0, 2);
        at_ += bytes;
    }
    // What the products are no measure of: scales.
    FARSPAN_INLINE void rest() { until(end_); }

private:
    FARSPAN_INLINE void until(const char* stop) {
        for (; at_ < stop; at_ += line_) __builtin_prefetch(at_, 0, 2);
    }

    const char *at_, *end_;
    // Not a constant: f32 is multiplied faster than memory answers, and with a loop that is faster too, prefetches wait
    // for one another and all takes 1.3 times as long. The other types do without a loop, which would cost as much as a
    // third of their products.
    int64_t line_ = 64;
};

template <class element, int lines, int vecs>
void cached_qk_lines(const float* q, int64_t ldq, const void* stored, int64_t dim, const panel_rotation& turn, float* s,
                     int64_t lds, prefetcher<element>& ahead) {
    const auto* panel = static_cast<const typename element::type*>(stored);
    constexpr int64_t bytes = vecs * lanes * sizeof(*panel);
    for (int64_t c = 0; c < panel_keys; c += vecs * lanes) {
        vec sum[lines][vecs];
        FARSPAN_UNROLL
        for (int i = 0; i < lines; ++i) {
            FARSPAN_UNROLL
            for (int j = 0; j < vecs; ++j) sum[i][j] = splat(0.0f);
        }
        const auto add = [&](int64_t d) __attribute__((always_inline)) {
            vec key[vecs];
            FARSPAN_UNROLL
            for (int j = 0; j < vecs; ++j) key[j] = element::read(panel + d * panel_keys + c + j * lanes);
            FARSPAN_UNROLL
            for (int i = 0; i < lines; ++i) {
                const vec left = splat(q[i * ldq + d]);
                FARSPAN_UNROLL
                for (int j = 0; j < vecs; ++j) sum[i][j] = mul_add(left, key[j], sum[i][j]);
            }
        };
        const auto add_all = [&](int64_t d, int64_t end) __attribute__((always_inline)) {
            for (; d + 2 <= end; d += 2) {
                add(d);
                add(d + 1);
                ahead.template step<2 * bytes>();
            }
            if (d < end) add(d);
        };
        add_all(0, turn.first);
        for (int64_t p = 0; p < turn.pairs; ++p) {
            const int64_t d = turn.first + p * turn.pair_step, e = d + turn.second;
            vec u[vecs], v[vecs];
            FARSPAN_UNROLL
            for (int j = 0; j < vecs; ++j) {
                const int64_t lane = c + j * lanes;
                const vec x = element::read(panel + d * panel_keys + lane),
                          y = element::read(panel + e * panel_keys + lane);
                const vec cosine = load(turn.cosine + p * panel_keys + lane),
                          sine = load(turn.sine + p * panel_keys + lane);
                u[j] = neg_mul_add(y, sine, x * cosine);
                v[j] = mul_add(x, sine, y * cosine);
            }
            FARSPAN_UNROLL
            for (int i = 0; i < lines; ++i) {
                const vec left = splat(q[i * ldq + d]), right = splat(q[i * ldq + e]);
                FARSPAN_UNROLL
                for (int j = 0; j < vecs; ++j) sum[i][j] = mul_add(right, v[j], mul_add(left, u[j], sum[i][j]));
            }
            ahead.template step<2 * bytes>();
        }
        add_all(turn.first + 2 * turn.pairs, dim);
        FARSPAN_UNROLL
        for (int i = 0; i < lines; ++i) {
            FARSPAN_UNROLL
            for (int j = 0; j < vecs; ++j) store(s + i * lds + c + j * lanes, sum[i][j]);
        }
    }
}

template <class element>
void cached_qk(const float* q, int64_t ldq, int64_t lines, const void* panel, int64_t dim, const panel_rotation* turn,
               float* s, int64_t lds, const void* next, int64_t next_bytes) {
    prefetcher<element> ahead(next, next_bytes);
    for (; lines > 0; lines -= 4, q += 4 * ldq, s += 4 * lds) {
        switch (lines) {
            case 1:
                cached_qk_lines<element, 1, cached_vecs(1)>(q, ldq, panel, dim, *turn, s, lds, ahead);
                break;
            case 2:
                cached_qk_lines<element, 2, cached_vecs(2)>(q, ldq, panel, dim, *turn, s, lds, ahead);
                break;
            case 3:
                cached_qk_lines<element, 3, cached_vecs(3)>(q, ldq, panel, dim, *turn, s, lds, ahead);
                break;
            default:
                cached_qk_lines<element, 4, cached_vecs(4)>(q, ldq, panel, dim, *turn, s, lds, ahead);
        }
        ahead.rest();
        ahead = {panel, 0};  // further lines: what is there already
    }
}

// A feature d of a rotated key enters <q, k> as k[d] (q[d] cos + q[other] sin), with the other sign for the second of a
// pair.
struct wide_term {
    int64_t other;  // < 0: not rotated
    float sign;
    const float *cosine, *sine;
};

FARSPAN_INLINE wide_term term_of(const panel_rotation& turn, int64_t d) {
    const int64_t at = d - turn.first;
    if (at < 0 || at >= 2 * turn.pairs) return {-1, 1, nullptr, nullptr};
    const bool interleaved = turn.pair_step == 2, second = interleaved ? at % 2 != 0 : at >= turn.pairs;
    const int64_t p = interleaved ? at / 2 : second ? at - turn.pairs : at;
    return {second ? d - turn.second : d + turn.second, second ? -1.0f : 1.0f, turn.cosine + p * panel_keys,
            turn.sine + p * panel_keys};
}

template <int lines, int vecs>
void cached_qk_wide_lines(const float* q, int64_t ldq, const int16_t* features, const int8_t* const* high,
                          int64_t count, const panel_rotation& turn, float* s, int64_t lds) {
    for (int64_t c = 0; c < panel_keys; c += vecs * lanes) {
        vec sum[lines][vecs];
        FARSPAN_UNROLL
        for (int i = 0; i < lines; ++i) {
            FARSPAN_UNROLL
            for (int j = 0; j < vecs; ++j) sum[i][j] = splat(0.0f);
        }
        for (int64_t n = 0; n < count; ++n) {
            const int64_t d = features[n];
            const wide_term term = term_of(turn, d);
            vec key[vecs];
            FARSPAN_UNROLL
            for (int j = 0; j < vecs; ++j) key[j] = load_i8(high[n] + c + j * lanes);
            if (term.other >= 0) {
                vec with_sine[vecs];
                const vec sign = splat(term.sign);
                FARSPAN_UNROLL
                for (int j = 0; j < vecs; ++j) {
                    with_sine[j] = key[j] * sign * load(term.sine + c + j * lanes);
                    key[j] = key[j] * load(term.cosine + c + j * lanes);
                }
                FARSPAN_UNROLL
                for (int i = 0; i < lines; ++i) {
                    const vec right = splat(q[i * ldq + term.other]);
                    FARSPAN_UNROLL
                    for (int j = 0; j < vecs; ++j) sum[i][j] = mul_add(right, with_sine[j], sum[i][j]);
                }
            }
            FARSPAN_UNROLL
            for (int i = 0; i < lines; ++i) {
                const vec left = splat(q[i * ldq + d]);
                FARSPAN_UNROLL
                for (int j = 0; j < vecs; ++j) sum[i][j] = mul_add(left, key[j], sum[i][j]);
            }
        }
        FARSPAN_UNROLL
        for (int i = 0; i < lines; ++i) {
            FARSPAN_UNROLL
            for (int j = 0; j < vecs; ++j) {
                float* to = s + i * lds + c + j * lanes;
                store(to, mul_add(splat(256.0f), sum[i][j], load(to)));
            }
        }
    }
}

void cached_qk_wide(const float* q, int64_t ldq, int64_t lines, const int16_t* features, const int8_t* const* high,
                    int64_t count, const panel_rotation* turn, float* s, int64_t lds) {
    for (; lines >= 4; lines -= 4, q += 4 * ldq, s += 4 * lds)
        cached_qk_wide_lines<4, cached_vecs(4)>(q, ldq, features, high, count, *turn, s, lds);
    for (; lines > 0; --lines, q += ldq, s += lds)
        cached_qk_wide_lines<1, cached_vecs(1)>(q, ldq, features, high, count, *turn, s, lds);
}

// Columns that share a weight: all, or 16 of int8.
template <class element>
constexpr int64_t weight_step = 0;
template <>
constexpr int64_t weight_step<element_i8> = panel_keys;

template <class element, int lines, int vecs>
FARSPAN_INLINE void cached_pv_columns(const float* p, int64_t ldp, const typename element::type* v, int64_t dim,
                                      float* o, int64_t ldo, prefetcher<element>& ahead) {
    vec sum[lines][vecs];
    FARSPAN_UNROLL
    for (int i = 0; i < lines; ++i) {
        FARSPAN_UNROLL
        for (int j = 0; j < vecs; ++j) sum[i][j] = splat(0.0f);
    }
    constexpr int64_t bytes = vecs * lanes * sizeof(*v), some = bytes < 64 ? 64 / bytes : 1;
    for (int64_t first = 0; first < panel_keys; first += some) {
        FARSPAN_UNROLL
        for (int64_t key = first; key < first + some; ++key) {
            vec value[vecs];
            FARSPAN_UNROLL
            for (int j = 0; j < vecs; ++j) value[j] = element::read(v + key * dim + j * lanes);
            FARSPAN_UNROLL
            for (int i = 0; i < lines; ++i) {
                FARSPAN_UNROLL
                for (int j = 0; j < vecs; ++j)
                    sum[i][j] = mul_add(splat(p[i * ldp + j * lanes / value_group * weight_step<element> + key]),
                                        value[j], sum[i][j]);
            }
        }
        ahead.template step<some * bytes>();
    }
    FARSPAN_UNROLL
    for (int i = 0; i < lines; ++i) {
        FARSPAN_UNROLL
        for (int j = 0; j < vecs; ++j) store(o + i * ldo + j * lanes, load(o + i * ldo + j * lanes) + sum[i][j]);
    }
}

template <class element, int lines, int vecs>
void cached_pv_lines(const float* p, int64_t ldp, const void* stored, int64_t dim, float* o, int64_t ldo,
                     prefetcher<element>& ahead) {
    const auto* v = static_cast<const typename element::type*>(stored);
    int64_t c = 0;
    for (; c + vecs * lanes <= dim; c += vecs * lanes)
        cached_pv_columns<element, lines, vecs>(p + c / value_group * weight_step<element>, ldp, v + c, dim, o + c, ldo,
                                                ahead);
    for (; c < dim; c += lanes)
        cached_pv_columns<element, lines, 1>(p + c / value_group * weight_step<element>, ldp, v + c, dim, o + c, ldo,
                                             ahead);
}

template <class element>
void cached_pv(const float* p, int64_t ldp, int64_t lines, const void* v, int64_t dim, float* o, int64_t ldo,
               const void* next, int64_t next_bytes) {
    prefetcher<element> ahead(next, next_bytes);
    for (; lines > 0; lines -= 4, p += 4 * ldp, o += 4 * ldo) {
        switch (lines) {
            case 1:
                cached_pv_lines<element, 1, cached_vecs(1)>(p, ldp, v, dim, o, ldo, ahead);
                break;
            case 2:
                cached_pv_lines<element, 2, cached_vecs(2)>(p, ldp, v, dim, o, ldo, ahead);
                break;
            case 3:
                cached_pv_lines<element, 3, cached_vecs(3)>(p, ldp, v, dim, o, ldo, ahead);
                break;
            default:
                cached_pv_lines<element, 4, cached_vecs(4)>(p, ldp, v, dim, o, ldo, ahead);
        }
        ahead.rest();
        ahead = {v, 0};  // further lines: what is there already
    }
}

template <int lines>
void group_weights_lines(const float* p, int64_t ldp, const uint16_t* scales, int64_t groups, float* weights,
                         int64_t ldw) {
    for (int64_t c = 0; c < panel_keys; c += lanes) {
        vec weight[lines];
        FARSPAN_UNROLL
        for (int i = 0; i < lines; ++i) weight[i] = load(p + i * ldp + c);
        for (int64_t at = c; at < groups * panel_keys; at += panel_keys) {
            const vec scale = load_bf16(scales + at);
            FARSPAN_UNROLL
            for (int i = 0; i < lines; ++i) store(weights + i * ldw + at, weight[i] * scale);
        }
    }
}

void group_weights(const float* p, int64_t ldp, int64_t lines, const uint16_t* scales, int64_t groups, float* weights,
                   int64_t ldw) {
    for (; lines >= 4; lines -= 4, p += 4 * ldp, weights += 4 * ldw)
        group_weights_lines<4>(p, ldp, scales, groups, weights, ldw);
    for (; lines > 0; --lines, p += ldp, weights += ldw) group_weights_lines<1>(p, ldp, scales, groups, weights, ldw);
}

// -- in steps, for many lines

void rotate_panel(float* panel, const panel_rotation* turn) {
    for (int64_t p = 0; p < turn->pairs; ++p) {
        float* first = panel + (turn->first + p * turn->pair_step) * panel_keys;
        float* other = first + turn->second * panel_keys;
        FARSPAN_UNROLL
        for (int64_t c = 0; c < panel_keys; c += lanes) {
            const vec u = load(first + c), v = load(other + c);
            const vec cosine = load(turn->cosine + p * panel_keys + c), sine = load(turn->sine + p * panel_keys + c);
            store(first + c, neg_mul_add(v, sine, u * cosine));
            store(other + c, mul_add(u, sine, v * cosine));
        }
    }
}

void load_rows_i8(const int8_t* src, int64_t row_stride, int64_t rows, int64_t dim, float* dst, int64_t ld) {
    for (int64_t r = 0; r < rows; ++r) {
        const int8_t* in = src + r * row_stride;
        float* out = dst + r * ld;
        int64_t c = 0;
        for (; c + lanes <= dim; c += lanes) store(out + c, load_i8(in + c));
        for (; c < ld; ++c) out[c] = c < dim ? static_cast<float>(in[c]) : 0.0f;
    }
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
