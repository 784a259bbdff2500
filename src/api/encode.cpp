#include <algorithm>
#include <cinttypes>
#include <cmath>

#include "api/checks.hpp"
#include "api/handles.hpp"
#include "attention/fill.hpp"
#include "base/counts.hpp"
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

void check_weights(const char* name, const float* values, int64_t count, int64_t needed, const char* what) {
    if (!values) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, field_path("config.%s", name), "is NULL");
    check_input(values, count, needed, field_path("config.%s", name), what);
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
    check_weights("w1", config.w1, config.w1_count, config.hidden, "hidden");
    check_weights("b1", config.b1, config.b1_count, config.hidden, "hidden");
    check_weights("w2", config.w2, config.w2_count, int64_t{config.hidden} * config.heads, "heads * hidden");
    check_weights("b2", config.b2, config.b2_count, config.heads, "heads");
    return config;
}

// The positions given, or `first` + 0, 1, 2 ...
struct position_list {
    const int64_t* given;
    int64_t first;

    int64_t operator[](int64_t n) const { return given ? given[n] : first + n; }
};

void check_positions(const char* name, const position_list& positions, int64_t count) {
    for (int64_t n = 0; n < count; ++n)
        if (positions[n] < 0 || positions[n] > max_position)
            throw failure(FARSPAN_ERROR_POSITIONS, field_path("%s[%" PRId64 "]", name, n),
                          "is %" PRId64 ": must be between 0 and 2^40", positions[n]);
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

farspan_status farspan_bias_fill(const farspan_context* context, const farspan_scheme* scheme, int32_t head,
                                 int64_t length, int64_t first_distance, float* out, int64_t out_count,
                                 farspan_error* error) {
    return guard(error, {__func__, "scheme"}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        required(out, "out");
        if (length < 0 || length > max_position)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "length", "is %" PRId64 ": must be between 0 and 2^40",
                          length);
        if (first_distance < -max_position || first_distance > max_position)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "first_distance",
                          "is %" PRId64 ": must be between -2^40 and 2^40", first_distance);
        if (out_count < 0 || out_count > max_position)
            throw failure(FARSPAN_ERROR_SHAPE, "out_count", "is %" PRId64 ": must be between 0 and 2^40", out_count);
        fill_bias(lower_bias(*given.parts, std::max<int64_t>(length, 1)), head, first_distance, out, out_count,
                  workers_of(context));
    });
}

farspan_status farspan_sinusoidal_fill(const farspan_context* context, int32_t layout, int64_t first, double base,
                                       const farspan_tensor* out, farspan_error* error) {
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
        fill_rows(*settings(context).kernels, workers_of(context), view, encoding.work(),
                  [&](int64_t row, float* values, int64_t, pacer& pace) { encoding.fill(first + row, values, pace); });
    });
}

farspan_status farspan_position_lookup(const farspan_context* context, const farspan_tensor* table,
                                       const int64_t* positions, int64_t positions_count, const farspan_tensor* out,
                                       farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const strided source = check_tensor(table, "table", {1, 1, any_extent, any_extent}, access::read);
        const strided view = check_tensor(out, "out", {any_extent, 1, any_extent, source.shape[3]}, access::write);
        check_disjoint(view, "out", source, "table");
        check_input(positions, positions_count, view.shape[2], "positions", "a position for each row");
        const position_list rows{positions, 0};
        for (int64_t row = 0; row < view.shape[2]; ++row)
            if (rows[row] < 0 || rows[row] >= source.shape[2])
                throw failure(FARSPAN_ERROR_POSITIONS, field_path("positions[%" PRId64 "]", row),
                              "is %" PRId64 ": the table has rows 0 to %" PRId64, rows[row], source.shape[2] - 1);
        const kernels::kernel_table& kernels = *settings(context).kernels;
        fill_rows(kernels, workers_of(context), view, static_cast<double>(view.shape[3]),
                  [&](int64_t row, float* values, int64_t ld, pacer&) {
                      loader(kernels, source.dtype)(source.at(0, 0, rows[row], 0), source.stride[2], source.stride[3],
                                                    1, source.shape[3], values, ld, ld);
                  });
    });
}

void farspan_fire_config_init(farspan_fire_config* config, size_t size) {
    write_defaults(config, size, default_fire());
}

farspan_status farspan_fire_fill(const farspan_context* context, const farspan_fire_config* config,
                                 const int64_t* query_positions, int64_t query_positions_count,
                                 const int64_t* key_positions, int64_t key_positions_count, const farspan_tensor* out,
                                 farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_fire_config fire = check_fire(config);
        const strided view = check_tensor(out, "out", {1, fire.heads, any_extent, any_extent}, access::write);
        const int64_t queries = view.shape[2], keys = view.shape[3];
        check_input(query_positions, query_positions_count, queries, "query_positions", "a position for each query");
        check_input(key_positions, key_positions_count, keys, "key_positions", "a position for each key");
        const position_list query{query_positions, keys - queries}, key{key_positions, 0};
        check_positions("query_positions", query, queries);
        check_positions("key_positions", key, keys);
        const double work = static_cast<double>(keys) * fire.heads * fire.hidden;
        fill_rows(*settings(context).kernels, workers_of(context), view, work,
                  [&](int64_t row, float* values, int64_t ld, pacer& pace) {
                      for (int64_t j = 0; j < keys; ++j) fire_bias(fire, query[row], key[j], values + j, ld, pace);
                  });
    });
}

}  // extern "C"
