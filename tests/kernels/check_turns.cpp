// turns, against numbers that hold the product position * inv_freq exactly.
#include <cmath>

#include "check.hpp"

namespace check {
namespace {

#if defined(__SIZEOF_FLOAT128__)
__extension__ typedef __float128 wide;
#else
using wide = long double;  // has 113 bits there
#endif

struct exact_turn {
    long double cosine, sine;
};

exact_turn expect(double position, double inv_freq) {
    const wide quarter = static_cast<wide>(0x1.921fb54442d18p+0) + 0x1.1a62633145c07p-54 + -0x1.f1976b7ed8fbcp-110;
    const wide angle = static_cast<wide>(position) * inv_freq;
    const double quarters = std::nearbyint(static_cast<double>(angle / quarter));
    const auto rest = static_cast<long double>(angle - quarters * quarter);
    const long double c = std::cos(rest), s = std::sin(rest);
    switch (static_cast<int64_t>(quarters) & 3) {
        case 0:
            return {c, s};
        case 1:
            return {-s, c};
        case 2:
            return {-c, -s};
        default:
            return {s, -c};
    }
}

double units_of(double actual, long double expected) {
    const double size = std::fabs(static_cast<double>(expected));
    const double ulp = std::nextafter(size, 2.0) - size;
    return static_cast<double>(std::fabs(static_cast<long double>(actual) - expected)) / ulp;
}

void compare(verdict& result, const kernel_table& table, double position, const std::vector<double>& inv_freq) {
    const std::size_t pairs = inv_freq.size();
    guarded_memory in(pairs * 8), cosine_memory(pairs * 8), sine_memory(pairs * 8);
    double* given = in.take_array<double>(place::at_end, static_cast<int64_t>(pairs));
    double* cosine = cosine_memory.take_array<double>(place::at_end, static_cast<int64_t>(pairs));
    double* sine = sine_memory.take_array<double>(place::at_end, static_cast<int64_t>(pairs));
    std::copy(inv_freq.begin(), inv_freq.end(), given);
    table.turns(position, given, static_cast<int64_t>(pairs), cosine, sine);
    for (std::size_t p = 0; p < pairs; ++p) {
        const exact_turn exact = expect(position, inv_freq[p]);
        const double worst = std::fmax(units_of(cosine[p], exact.cosine), units_of(sine[p], exact.sine));
        if (!(worst <= 2)) result.wrong("position %.17g inv_freq %.17g: %.2f ulp", position, inv_freq[p], worst);
    }
}

// Positions up to 2^40 with the frequencies of models, any number of them.
void test_turns(run& run) {
    if (!run.table.turns) return;
    for (int64_t pairs : {1, 2, 3, 5, 7, 8, 9, 16, 31, 32, 64, 127}) {
        for (int step = 0; step < 80; ++step) {
            const double limit = std::exp2(step / 2.0);
            const double position = std::nearbyint(run.random.uniform(-limit, limit)) / (step % 3 == 0 ? 8 : 1);
            verdict result(run, "turns pairs=%lld position=%g", static_cast<long long>(pairs), position);
            const double base = std::exp2(run.random.uniform(1, 24));
            std::vector<double> inv_freq(static_cast<std::size_t>(pairs));
            for (std::size_t p = 0; p < inv_freq.size(); ++p)
                inv_freq[p] = std::pow(base, -static_cast<double>(p) / static_cast<double>(pairs));
            compare(result, run.table, position, inv_freq);
        }
    }
}

// Angles next to multiples of pi/2, where the cosine or the sine nearly vanishes.
void test_turns_near_axes(run& run) {
    if (!run.table.turns) return;
    verdict result(run, "turns near the axes");
    for (int exponent = 0; exponent < 39; ++exponent) {
        std::vector<double> angles;
        for (int64_t n : {int64_t{1}, int64_t{2}, int64_t{3}, run.random.below(1000)}) {
            const double axis = std::nearbyint(std::exp2(exponent) + static_cast<double>(n)) * 1.5707963267948966;
            for (double angle : {axis, std::nextafter(axis, 0.0), std::nextafter(axis, 1e30), axis / 2})
                angles.push_back(angle);
        }
        for (double position : {1.0, -1.0}) compare(result, run.table, position, angles);
    }
    compare(result, run.table, 0, {1, 1e-300, 0, 5e-324});
    compare(result, run.table, 1, {1e-300, 1e-30, 1e-9, 1e-8, 1e-5, 0.5, 0.78, 0.79});
}

}  // namespace

const std::vector<entry>& turn_entries() {
    static const std::vector<entry> entries = {{"turns", test_turns}, {"turns_near_axes", test_turns_near_axes}};
    return entries;
}

}  // namespace check
