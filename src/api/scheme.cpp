#include <algorithm>
#include <cinttypes>
#include <cmath>

#include "api/checks.hpp"
#include "api/eval_checks.hpp"
#include "api/handles.hpp"
#include "method/defaults.hpp"
#include "method/probe.hpp"
#include "method/registry.hpp"
#include "method/scheme_json.hpp"

namespace farspan {
namespace {

constexpr int64_t max_position = int64_t{1} << 40;

farspan_scheme_parts no_parts() {
    farspan_scheme_parts parts{};
    parts.struct_size = sizeof parts;
    return parts;
}

// Our defaults, written into a caller's struct of another size.
template <class Config, class Init, class... Method>
void write_config(Config* config, std::size_t size, Init init, Method... method) {
    Config defaults;
    init(&defaults, method...);
    write_defaults(config, size, defaults);
}

void check_position(const char* name, int64_t value) {
    if (value < 0 || value > max_position)
        throw failure(FARSPAN_ERROR_POSITIONS, name, "is %" PRId64 ": must be between 0 and 2^40", value);
}

}  // namespace

std::unique_ptr<farspan_scheme> make_handle(std::unique_ptr<const scheme> parts) {
    auto made = std::make_unique<farspan_scheme>();
    made->parts = std::move(parts);
    made->rope_at_rest = lower_rope(*made->parts, 1);
    made->rope_fixed = !depends_on_length(made->parts->rope);
    return made;
}

}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_rope_config_init(farspan_rope_config* config, size_t size, int32_t method) {
    write_config(config, size, init_rope_config, method);
}
void farspan_remap_config_init(farspan_remap_config* config, size_t size, int32_t method) {
    write_config(config, size, init_remap_config, method);
}
void farspan_bias_config_init(farspan_bias_config* config, size_t size, int32_t method) {
    write_config(config, size, init_bias_config, method);
}
void farspan_probe_init(farspan_probe* probe, size_t size) { write_defaults(probe, size, farspan_probe{}); }
void farspan_mask_config_init(farspan_mask_config* config, size_t size) {
    write_config(config, size, init_mask_config);
}
void farspan_score_config_init(farspan_score_config* config, size_t size) {
    write_config(config, size, init_score_config);
}

const char* farspan_method_name(int32_t part, int32_t method) { return method_name(part, method); }
int32_t farspan_method_find(int32_t part, const char* name) { return name ? method_find(part, name) : -1; }
int32_t farspan_method_count(int32_t part) { return method_count(part); }

void farspan_scheme_parts_init(farspan_scheme_parts* parts, size_t size) { write_defaults(parts, size, no_parts()); }

farspan_status farspan_scheme_create(const farspan_scheme_parts* parts, farspan_scheme** scheme, farspan_error* error) {
    return guard(error, {__func__, "parts"}, [&] {
        const farspan_scheme_parts given = parts ? read_struct(*parts, no_parts(), "parts") : no_parts();
        farspan_scheme*& result = required(scheme, "scheme");
        result = make_handle(make_scheme(given)).release();
    });
}

farspan_status farspan_scheme_from_json(const char* text, int64_t text_bytes, farspan_scheme** scheme,
                                        farspan_error* error) {
    return guard(error, {__func__, "text"}, [&] {
        required(text, "text");
        const std::string_view document = read_text(text, text_bytes, "text");
        farspan_scheme*& result = required(scheme, "scheme");
        result = make_handle(scheme_from_json(document)).release();
    });
}

farspan_status farspan_scheme_to_json(const farspan_scheme* scheme, char* buffer, int64_t buffer_bytes, int64_t* needed,
                                      farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        text_result(buffer, buffer_bytes, needed).write(scheme_to_json(*given.parts));
    });
}

void farspan_scheme_destroy(farspan_scheme* scheme) { delete scheme; }

int32_t farspan_scheme_axes(const farspan_scheme* scheme) { return scheme ? scheme->rope_at_rest.axes : 0; }

farspan_status farspan_scheme_probe(const farspan_scheme* scheme, int64_t length, int64_t query, int64_t key,
                                    int32_t head, farspan_probe* probe, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        check_position("length", length);
        check_position("query", query);
        check_position("key", key);
        farspan_probe& result = required(probe, "probe");
        read_struct(result, farspan_probe{}, "probe");
        write_struct(result,
                     probe_pair(*given.parts, length > 0 ? length : std::max(query, key) + 1, query, key, head));
    });
}

farspan_status farspan_scheme_visible(const farspan_scheme* scheme, int64_t query, int64_t keys, int64_t intervals[4],
                                      farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        check_position("query", query);
        check_position("keys", keys);
        int64_t* result = &required(intervals, "intervals");
        for (const interval& visible : lower_mask(*given.parts).visible(query)) {
            *result++ = std::clamp<int64_t>(visible.first, 0, keys);
            *result++ = std::clamp<int64_t>(visible.last, 0, keys);
        }
    });
}

}  // extern "C"
