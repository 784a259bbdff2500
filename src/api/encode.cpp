#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <vector>

#include "api/checks.hpp"
#include "api/handles.hpp"
#include "attention/rows.hpp"
#include "base/aligned.hpp"
#include "method/absolute.hpp"

namespace farspan {
namespace {

constexpr int64_t max_position = int64_t{1} << 40;

farspan_fire_config default_fire() {
    farspan_fire_config config{};
    config.struct_size = sizeof config;
    config.c = 0.1;
    config.threshold = 512;
    config.epsilon = 1e-6;
    return config;
}

void check_weights(const char* name, const float* values, int64_t count) {
    if (!values) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, field_path("config.%s", name), "is NULL");
    for (int64_t n = 0; n < count; ++n)
        if (!std::isfinite(values[n]))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("config.%s[%" PRId64 "]", name, n),
                          "is %g: must be finite", static_cast<double>(values[n]));
}

farspan_fire_config check_fire(const farspan_fire_config* given) {
    const farspan_fire_config config = read_struct(required(given, "config"), default_fire(), "config");
    if (config.hidden < 1 || config.hidden > 4096)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.hidden", "is %d: must be between 1 and 4096",
                      config.hidden);
    if (config.heads < 1 || config.heads > 65536)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.heads", "is %d: must be between 1 and 65536",
                      config.heads);
    const auto check = [](const char* name, double value) {
        if (!std::isfinite(value))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("config.%s", name), "is %g: must be finite", value);
    };
    check("c", config.c);
    check("threshold", config.threshold);
    check("epsilon", config.epsilon);
    if (config.epsilon <= 0 && config.c * config.threshold == 0)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.epsilon",
                      "is %g: must be positive where c * threshold is 0", config.epsilon);
    check_weights("w1", config.w1, config.hidden);
    check_weights("b1", config.b1, config.hidden);
    check_weights("w2", config.w2, int64_t{config.hidden} * config.heads);
    check_weights("b2", config.b2, config.heads);
    return config;
}

void store_row(const strided& out, int64_t b, int64_t h, int64_t row, const float* values) {
    storer(kernels::best_table(), out.dtype)(values, round_up(out.shape[3], kernels::pad), 1, out.shape[3], nullptr,
                                             out.at(b, h, row, 0), out.stride[2], out.stride[3]);
}

aligned_vector<float> scratch_row(const strided& out) {
    return aligned_vector<float>(static_cast<std::size_t>(round_up(out.shape[3], kernels::pad)));
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

farspan_status farspan_bias_fill(const farspan_scheme* scheme, int32_t head, int64_t length, int64_t first_distance,
                                 int64_t count, float* out, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        required(out, "out");
        if (length < 0 || length > max_position)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "length", "is %" PRId64 ": must be between 0 and 2^40",
                          length);
        if (first_distance < -max_position || first_distance > max_position)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "first_distance",
                          "is %" PRId64 ": must be between -2^40 and 2^40", first_distance);
        if (count < 0 || count > max_position)
            throw failure(FARSPAN_ERROR_SHAPE, "count", "is %" PRId64 ": must be between 0 and 2^40", count);
        const bias_part bias = lower_bias(*given.parts, std::max<int64_t>(length, 1));
        if (bias.kind != bias_part::slope && bias.kind != bias_part::table)
            throw failure(FARSPAN_ERROR_COMBINATION, "scheme", "has no bias that is a function of distance");
        if (head < 0 || head >= bias.heads)
            throw failure(FARSPAN_ERROR_HEAD_GROUPS, "head", "is %d: must be between 0 and %d", head, bias.heads - 1);
        for (int64_t n = 0; n < count; ++n) out[n] = static_cast<float>(bias.value(head, first_distance + n));
    });
}

farspan_status farspan_sinusoidal_fill(int32_t layout, int64_t first, double base, const farspan_tensor* out,
                                       farspan_error* error) {
    return guard(error, {__func__}, [&] {
        if (layout < FARSPAN_SINUSOIDAL_INTERLEAVED || layout > FARSPAN_SINUSOIDAL_TENSOR2TENSOR)
            throw failure(FARSPAN_ERROR_METHOD, "layout",
                          "is %d: must be interleaved (1), blocks (2) or tensor2tensor (3)", layout);
        if (first < 0 || first > max_position)
            throw failure(FARSPAN_ERROR_POSITIONS, "first", "is %" PRId64 ": must be between 0 and 2^40", first);
        if (!(base > 1) || !std::isfinite(base))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "base", "is %g: must be finite and above 1", base);
        const strided view = check_tensor(out, "out", {1, 1, any_extent, any_extent}, access::write);
        const sinusoidal_encoding encoding(layout, view.shape[3], base);
        aligned_vector<float> values = scratch_row(view);
        for (int64_t row = 0; row < view.shape[2]; ++row) {
            encoding.fill(first + row, values.data());
            store_row(view, 0, 0, row, values.data());
        }
    });
}

farspan_status farspan_position_lookup(const farspan_tensor* table, const int64_t* positions, const farspan_tensor* out,
                                       farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const strided source = check_tensor(table, "table", {1, 1, any_extent, any_extent}, access::read);
        const strided view = check_tensor(out, "out", {any_extent, 1, any_extent, source.shape[3]}, access::write);
        check_disjoint(view, "out", source, "table");
        for (int64_t row = 0; row < view.shape[2]; ++row) {
            const int64_t position = positions ? positions[row] : row;
            if (position < 0 || position >= source.shape[2])
                throw failure(FARSPAN_ERROR_POSITIONS, field_path("positions[%" PRId64 "]", row),
                              "is %" PRId64 ": the table has rows 0 to %" PRId64, position, source.shape[2] - 1);
        }
        aligned_vector<float> values = scratch_row(view);
        for (int64_t row = 0; row < view.shape[2]; ++row) {
            const int64_t position = positions ? positions[row] : row;
            loader(kernels::best_table(), source.dtype)(source.at(0, 0, position, 0), source.stride[2], source.stride[3], 1,
                                                        source.shape[3], values.data(), static_cast<int64_t>(values.size()),
                                                        static_cast<int64_t>(values.size()));
            for (int64_t b = 0; b < view.shape[0]; ++b) store_row(view, b, 0, row, values.data());
        }
    });
}

void farspan_fire_config_init(farspan_fire_config* config, size_t size) { write_defaults(config, size, default_fire()); }

farspan_status farspan_fire_fill(const farspan_fire_config* config, const int64_t* query_positions,
                                 const int64_t* key_positions, const farspan_tensor* out, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_fire_config fire = check_fire(config);
        const strided view = check_tensor(out, "out", {1, fire.heads, any_extent, any_extent}, access::write);
        const int64_t queries = view.shape[2], keys = view.shape[3];
        const auto query = [&](int64_t i) { return query_positions ? query_positions[i] : i + keys - queries; };
        const auto key = [&](int64_t j) { return key_positions ? key_positions[j] : j; };
        const auto check = [](const char* name, int64_t n, int64_t position) {
            if (position < 0 || position > max_position)
                throw failure(FARSPAN_ERROR_POSITIONS, field_path("%s[%" PRId64 "]", name, n),
                              "is %" PRId64 ": must be between 0 and 2^40", position);
        };
        for (int64_t i = 0; i < queries; ++i) check("query_positions", i, query(i));
        for (int64_t j = 0; j < keys; ++j) check("key_positions", j, key(j));
        aligned_vector<float> values(static_cast<std::size_t>(fire.heads * round_up(keys, kernels::pad)));
        const int64_t ld = round_up(keys, kernels::pad);
        for (int64_t i = 0; i < queries; ++i) {
            for (int64_t j = 0; j < keys; ++j) fire_bias(fire, query(i), key(j), values.data() + j, ld);
            for (int64_t h = 0; h < fire.heads; ++h) store_row(view, 0, h, i, values.data() + h * ld);
        }
    });
}

}  // extern "C"
