#include "memory.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "farspan/farspan.h"

namespace conformance {
namespace {

uint64_t mixed(uint64_t seed, uint64_t n) {
    uint64_t z = seed * 0x9E3779B97F4A7C15u + n + 1;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

// Element n of the memory of a seed, as the README of the vectors defines it; exact in `dtype`.
double content(uint64_t seed, uint64_t n, int32_t dtype) {
    const uint64_t z = mixed(seed, n);
    if (dtype == FARSPAN_F32) return std::ldexp(static_cast<double>(z >> 40) - 0x1p23, -22);
    return (static_cast<double>(z >> 56) - 128) / 64;
}

json printed(double value, int digits) {
    if (std::isnan(value)) throw std::logic_error("an oracle gave NaN");
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    return std::strtod(text, nullptr);
}

}  // namespace

int32_t dtype_of(const json& tensor) {
    const std::string name = tensor.value("dtype", "f32");
    return name == "f16" ? FARSPAN_F16 : name == "bf16" ? FARSPAN_BF16 : FARSPAN_F32;
}

tensor_memory::tensor_memory(const json& tensor)
    : dtype(dtype_of(tensor)),
      shape{1, 1, 1, tensor.value("elements", int64_t{0})},
      offset(tensor.value("offset", int64_t{0})) {
    if (tensor.contains("shape")) shape = tensor.at("shape").get<shape4>();
    stride = {shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1};
    if (tensor.contains("stride")) stride = tensor.at("stride").get<shape4>();
    values.resize(tensor.value("elements", static_cast<size_t>(shape[0] * stride[0])));
    if (!tensor.contains("seed")) return;
    const auto seed = tensor.at("seed").get<uint64_t>();
    for (size_t n = 0; n < values.size(); ++n) values[n] = content(seed, n, dtype);
}

size_t tensor_memory::index(int64_t b, int64_t h, int64_t s, int64_t f) const {
    return static_cast<size_t>(offset + b * stride[0] + h * stride[1] + s * stride[2] + f * stride[3]);
}

std::vector<double> tensor_memory::row(int64_t b, int64_t h, int64_t s) const {
    std::vector<double> result;
    for (int64_t f = 0; f < shape[3]; ++f) result.push_back(at(b, h, s, f));
    return result;
}

std::vector<double> tensor_memory::dense() const {
    std::vector<double> result;
    each([&](int64_t b, int64_t h, int64_t s, int64_t f) { result.push_back(at(b, h, s, f)); });
    return result;
}

expected_output::expected_output(const tensor_memory& before)
    : values(before.values), tolerance(values.size(), 0.0), compared(values.size(), true) {}

void expected_output::add(double value, double allowed) {
    values.push_back(value);
    tolerance.push_back(allowed);
    compared.push_back(true);
}

void expected_output::set(size_t at, double value, double allowed) {
    values[at] = value;
    tolerance[at] = allowed;
}

json exact(const std::vector<double>& values) { return within(0, values); }

json within(double error, const std::vector<double>& values) {
    expected_output output;
    for (const double value : values) output.add(value, error);
    return output.sample(double_digits);
}

json expected_output::sample(int digits, size_t most) const {
    std::vector<size_t> candidates, chosen;
    for (size_t n = 0; n < values.size(); ++n)
        if (compared[n]) candidates.push_back(n);
    const size_t count = std::min(most, candidates.size());
    for (size_t k = 0; k < count; ++k) {  // one of each of `count` equal parts
        const size_t first = k * candidates.size() / count, last = (k + 1) * candidates.size() / count;
        chosen.push_back(candidates[first + mixed(count, k) % (last - first)]);
    }
    json result = json::object();
    if (chosen.size() < values.size()) result["at"] = chosen;
    json shown = json::array(), allowed = json::array();
    for (const size_t n : chosen) {
        const bool exact = tolerance[n] == 0;
        shown.push_back(printed(values[n], exact ? double_digits : digits));
        // Room for the digits that are not printed, of the value and of the tolerance.
        allowed.push_back(
            printed(exact ? 0 : (tolerance[n] + std::fabs(values[n]) * std::pow(10.0, 1 - digits)) * 1.005, 3));
    }
    result["values"] = shown;
    const bool same = std::all_of(allowed.begin(), allowed.end(), [&](const json& one) { return one == allowed[0]; });
    result["tolerance"] = same && !allowed.empty() ? allowed[0] : allowed;
    return result;
}

}  // namespace conformance
