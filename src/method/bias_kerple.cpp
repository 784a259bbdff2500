// KERPLE (Chi et al. 2022, section 4): conditionally positive definite kernels of the distance with two learned numbers
// per head. Logarithmic: -p ln(1 + a d). Power: -a d^p with p <= 2. Keys ahead of the query have bias 0, as released.
#include <cmath>
#include <vector>

#include "method/validate.hpp"

namespace farspan {
namespace {

void check_kerple(const farspan_bias_config& config, double largest_p) {
    check_array("bias.a", config.a, config.a_count, config.heads, "a number for each head", true);
    check_array("bias.p", config.p, config.p_count, config.heads, "a number for each head", true, largest_p);
}

template <class Kernel>
void tabulate(const farspan_bias_config& config, bias_part& part, Kernel kernel) {
    part.kind = bias_part::table;
    std::vector<double> a(config.a, config.a + config.heads);
    std::vector<double> p(config.p, config.p + config.heads);
    part.fill = [a = std::move(a), p = std::move(p), kernel](int64_t distance, int32_t first, int32_t last,
                                                             double* values) {
        for (int32_t head = first; head < last; ++head)
            *values++ = distance > 0 ? kernel(a[head], p[head], static_cast<double>(distance)) : 0.0;
    };
}

}  // namespace

void check_kerple_log(const farspan_bias_config& config) { check_kerple(config, 1e30); }
void check_kerple_power(const farspan_bias_config& config) { check_kerple(config, 2); }

void lower_bias_kerple_log(const farspan_bias_config& config, int64_t, bias_part& part) {
    tabulate(config, part, [](double a, double p, double distance) { return -p * std::log1p(a * distance); });
}

void lower_bias_kerple_power(const farspan_bias_config& config, int64_t, bias_part& part) {
    tabulate(config, part, [](double a, double p, double distance) { return -a * std::pow(distance, p); });
}

}  // namespace farspan
