#include "method/scheme_json.hpp"

#include "method/defaults.hpp"

namespace farspan {

scheme_configs::scheme_configs() {
    init_rope_config(&rope, FARSPAN_ROPE_NONE);
    init_remap_config(&remap, FARSPAN_REMAP_NONE);
    init_bias_config(&bias, FARSPAN_BIAS_NONE);
    init_mask_config(&mask);
    init_score_config(&score);
}

scheme_configs::scheme_configs(const scheme& made)
    : rope(made.rope), remap(made.remap), bias(made.bias), mask(made.mask), score(made.score) {}

std::array<scheme_part, 5> scheme_configs::parts() {
    return {{{"rope", FARSPAN_PART_ROPE, "method", &rope.method, &rope, fields_of(rope)},
             {"remap", FARSPAN_PART_REMAP, "method", &remap.method, &remap, fields_of(remap)},
             {"bias", FARSPAN_PART_BIAS, "method", &bias.method, &bias, fields_of(bias)},
             {"mask", -1, nullptr, nullptr, &mask, fields_of(mask)},
             {"score", FARSPAN_PART_TEMPERATURE, "temperature", &score.temperature, &score, fields_of(score)}}};
}

std::string_view json_name(const field& f) {
    if (f.range.use == field_use::count || f.range.use == field_use::none) return {};
    const std::string_view name = f.name;
    return name.substr(0, name.find('['));
}

std::size_t json_run(std::span<const field> fields, std::size_t n) {
    std::size_t last = n + 1;
    while (last < fields.size() && json_name(fields[last]) == json_name(fields[n])) ++last;
    return last - n;
}

}  // namespace farspan
