#include "outcome.hpp"

#include <cmath>
#include <cstring>

#include "../content.h"

namespace conformance {
namespace {

template <class Value>
double load(const std::vector<std::byte>& bytes, std::size_t n) {
    Value value;
    std::memcpy(&value, bytes.data() + n * sizeof value, sizeof value);
    return static_cast<double>(value);
}

bool close(double got, double expected, double tolerance) {
    return got == expected || std::fabs(got - expected) <= tolerance;
}

}  // namespace

double output::value(std::size_t n) const {
    switch (kind_) {
        case kind::f64:
            return load<double>(bytes_, n);
        case kind::int64:
            return load<int64_t>(bytes_, n);
        case kind::f16:
            return element_value(bytes_.data(), FARSPAN_F16, n);
        case kind::bf16:
            return element_value(bytes_.data(), FARSPAN_BF16, n);
        default:
            return element_value(bytes_.data(), FARSPAN_F32, n);
    }
}

std::string output::difference(const json& expected) const {
    if (expected.contains("text")) {
        const std::string got(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
        return got == expected.at("text").get<std::string>() ? "" : " is '" + got + "'";
    }
    const json &values = expected.at("values"), &tolerance = expected.at("tolerance");
    for (std::size_t v = 0; v < values.size(); ++v) {
        const std::size_t at = expected.contains("at") ? expected.at("at").at(v).get<std::size_t>() : v;
        const double got = value(at), should = real(values.at(v));
        if (close(got, should, real(tolerance.is_array() ? tolerance.at(v) : tolerance))) continue;
        char text[100];
        std::snprintf(text, sizeof text, "[%zu] is %.9g, must be %.9g", at, got, should);
        return text;
    }
    return "";
}

std::string outcome::judge(const json& one) const {
    const auto should = one.value("status", int32_t{0});
    if (status != should)
        return "status " + std::to_string(status) + " (" + message + "), must be " + std::to_string(should);
    if (should == FARSPAN_OK) {
        if (outputs.size() != one.at("outputs").size()) return "another number of outputs";
        std::size_t n = 0;
        for (const output& got : outputs) {
            const std::string difference = got.difference(one.at("outputs").at(n));
            if (!difference.empty()) return "output " + std::to_string(n) + difference;
            ++n;
        }
        return "";
    }
    if (argument != one.at("argument").get<int32_t>())
        return "argument " + std::to_string(argument) + ", must be " + one.at("argument").dump() + " (" + message + ")";
    if (stage != one.at("failing").get<std::string>()) return stage + " failed: " + message;
    if (message.find(one.value("message", std::string())) == std::string::npos)
        return "the message lacks " + one.at("message").dump() + ": " + message;
    for (const output& got : outputs)
        if (!got.untouched()) return "an output was written";
    return "";
}

}  // namespace conformance
