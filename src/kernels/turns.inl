#pragma once
// Cosines and sines in double. An angle is split into n quarter turns and a rest r + r_low in [-pi/4, pi/4], and the
// Taylor polynomials of the rest are summed to 2^-56. Results are within 2 ulp of those of position * inv_freq in real
// numbers.
#include "kernels/vec.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

#if defined(FARSPAN_ARCH)
constexpr int64_t double_lanes = static_cast<int64_t>(doubles::size);
#endif

void compose_turns(const double* cosine_a, const double* sine_a, const double* cosine_b, const double* sine_b,
                   int64_t pairs, float* cosine, float* sine) {
    int64_t p = 0;
#if defined(FARSPAN_ARCH)
    for (; p + double_lanes <= pairs; p += double_lanes) {
        const auto ca = doubles::load_unaligned(cosine_a + p), sa = doubles::load_unaligned(sine_a + p);
        const auto cb = doubles::load_unaligned(cosine_b + p), sb = doubles::load_unaligned(sine_b + p);
        store_rounded(cosine + p, ca * cb - sa * sb);
        store_rounded(sine + p, sa * cb + ca * sb);
    }
#endif
    for (; p < pairs; ++p) {
        cosine[p] = static_cast<float>(cosine_a[p] * cosine_b[p] - sine_a[p] * sine_b[p]);
        sine[p] = static_cast<float>(sine_a[p] * cosine_b[p] + cosine_a[p] * sine_b[p]);
    }
}

#if defined(FARSPAN_ARCH)

// -x^2 -> 1/first! - x^2/(first + 2)! + x^4/(first + 4)! ... to the last term that counts.
template <int first>
FARSPAN_INLINE doubles taylor(doubles minus_square) {
    constexpr int last = first + 14;
    double factorial = 1;
    for (int n = 2; n <= last; ++n) factorial *= n;
    doubles sum(1 / factorial);
    FARSPAN_UNROLL
    for (int n = last; n > first; n -= 2) {
        factorial /= n * (n - 1);
        sum = mul_add(minus_square, sum, doubles(1 / factorial));
    }
    return sum;
}

FARSPAN_INLINE void turn_lanes(doubles position, doubles inv_freq, doubles& cosine, doubles& sine) {
    // Their sum is pi/2 to 2^-163.
    const doubles quarter_high(0x1.921fb54442d18p+0), quarter_low(0x1.1a62633145c07p-54),
        quarter_least(-0x1.f1976b7ed8fbcp-110);
    const doubles angle = position * inv_freq, angle_low = mul_add(position, inv_freq, -angle);
    const doubles n = xsimd::nearbyint(angle * doubles(0x1.45f306dc9c883p-1));
    const doubles near = mul_add(-n, quarter_high, angle);  // exact: both are multiples of 2^-53, and close
    const doubles far = n * quarter_low, far_low = mul_add(n, quarter_low, -far);
    const doubles high = near - far, taken = near - high, high_low = (near - (high + taken)) - (far - taken);
    const doubles low = mul_add(-n, quarter_least, high_low - far_low) + angle_low;
    const doubles rest = high + low, rest_low = (high - rest) + low;

    const doubles square = rest * rest, half = doubles(0.5) * square, one(1.0), start = one - half;
    const doubles s = rest + mul_add(-(rest * square), taylor<3>(-square), rest_low * start);
    const doubles c = start + (((one - start) - half) + mul_add(-rest, rest_low, square * square * taylor<4>(-square)));

    const doubles turn = n - doubles(4.0) * xsimd::floor(n * doubles(0.25));
    const auto first = turn == doubles(1.0), second = turn == doubles(2.0), third = turn == doubles(3.0);
    const doubles plain_sine = xsimd::select(first | third, c, s), plain_cosine = xsimd::select(first | third, s, c);
    sine = xsimd::select(second | third, -plain_sine, plain_sine);
    cosine = xsimd::select(first | second, -plain_cosine, plain_cosine);
}

void turns(double position, const double* inv_freq, int64_t pairs, double* cosine, double* sine) {
    const doubles at(position);
    doubles c, s;
    int64_t p = 0;
    for (; p + double_lanes <= pairs; p += double_lanes) {
        turn_lanes(at, doubles::load_unaligned(inv_freq + p), c, s);
        c.store_unaligned(cosine + p);
        s.store_unaligned(sine + p);
    }
    if (p == pairs) return;
    double rest[3][double_lanes] = {};
    for (int64_t lane = 0; p + lane < pairs; ++lane) rest[0][lane] = inv_freq[p + lane];
    turn_lanes(at, doubles::load_unaligned(rest[0]), c, s);
    c.store_unaligned(rest[1]);
    s.store_unaligned(rest[2]);
    for (int64_t lane = 0; p + lane < pairs; ++lane) {
        cosine[p + lane] = rest[1][lane];
        sine[p + lane] = rest[2][lane];
    }
}

#else

constexpr void (*turns)(double, const double*, int64_t, double*, double*) = nullptr;

#endif

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
