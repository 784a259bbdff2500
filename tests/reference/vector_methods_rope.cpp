// Which oracle function answers which rope case.
#include <cmath>

#include "rope_float32.hpp"
#include "rope_releases.hpp"
#include "rotation.hpp"
#include "vector_cases.hpp"

namespace oracle_test {
namespace {

using oracle::rope_frequencies;

double number(const parameters& p, const char* name) { return p.at(name).get<double>(); }
int whole(const parameters& p, const char* name) { return p.at(name).get<int>(); }
numbers list(const parameters& p, const char* name) { return p.at(name).get<numbers>(); }
double base(const parameters& p) { return number(p, "base"); }
int dim(const parameters& p) { return whole(p, "rotary_dim"); }
double factor(const parameters& p) { return number(p, "factor"); }
double original(const parameters& p) { return number(p, "original_context"); }
double length(const parameters& p) { return number(p, "length"); }
numbers widened(const std::vector<float>& values) { return {values.begin(), values.end()}; }

oracle::yarn_parameters yarn(const parameters& p) {
    oracle::yarn_parameters y;
    y.base = base(p);
    y.rotary_dim = dim(p);
    y.original_context = original(p);
    y.factor = p.value("factor", 1.0);
    y.beta_fast = number(p, "beta_fast");
    y.beta_slow = number(p, "beta_slow");
    y.truncate = p.at("truncate").get<bool>();
    y.mscale = p.value("mscale", 0.0);
    y.mscale_all_dim = p.value("mscale_all_dim", 0.0);
    if (p.contains("attention_factor")) y.attention_factor = number(p, "attention_factor");
    return y;
}

using scaling = std::function<rope_frequencies(const parameters&)>;

numbers cos_row(const parameters& p, const rope_frequencies& f) {
    numbers row;
    for (double angle : oracle::rope_angles(number(p, "position"), f)) row.push_back(f.magnitude * std::cos(angle));
    return row;
}

numbers sin_row(const parameters& p, const rope_frequencies& f) {
    numbers row;
    for (double angle : oracle::rope_angles(number(p, "position"), f)) row.push_back(f.magnitude * std::sin(angle));
    return row;
}

numbers multipliers(const parameters& p, const rope_frequencies& f) {
    numbers result = f.inv_freq;
    const numbers plain = oracle::rope_base(base(p), dim(p)).inv_freq;
    for (size_t i = 0; i < plain.size(); ++i) result[i] /= plain[i];
    return result;
}

void add_scaling(answer_table& table, const std::string& method, const scaling& scale) {
    table[method + "/inv_freq"] = [=](const parameters& p) { return scale(p).inv_freq; };
    table[method + "/magnitude"] = [=](const parameters& p) { return numbers{scale(p).magnitude}; };
    table[method + "/multiplier"] = [=](const parameters& p) { return multipliers(p, scale(p)); };
    table[method + "/cos"] = [=](const parameters& p) { return cos_row(p, scale(p)); };
    table[method + "/sin"] = [=](const parameters& p) { return sin_row(p, scale(p)); };
}

void add_interpolation(answer_table& table) {
    using namespace oracle;
    add_scaling(table, "rope", [](const parameters& p) { return rope_base(base(p), dim(p)); });
    add_scaling(table, "position_interpolation",
                [](const parameters& p) { return rope_position_interpolation(base(p), dim(p), factor(p)); });
    add_scaling(table, "dynamic_position_interpolation", [](const parameters& p) {
        return rope_dynamic_position_interpolation(base(p), dim(p), original(p), length(p));
    });
    add_scaling(table, "proportional", [](const parameters& p) {
        return rope_proportional(base(p), whole(p, "head_dim"), number(p, "partial_rotary_factor"), factor(p));
    });
    add_scaling(table, "llama3", [](const parameters& p) {
        return rope_llama3(base(p), dim(p), factor(p), original(p), number(p, "low_freq_factor"),
                           number(p, "high_freq_factor"));
    });
    add_scaling(table, "freq_factors",
                [](const parameters& p) { return rope_freq_factors(base(p), dim(p), list(p, "freq_factors")); });
}

void add_ntk(answer_table& table) {
    using namespace oracle;
    add_scaling(table, "ntk_aware", [](const parameters& p) { return rope_ntk_aware(base(p), dim(p), factor(p)); });
    table["ntk_aware/base"] = [](const parameters& p) { return numbers{ntk_base(base(p), dim(p), factor(p))}; };
    add_scaling(table, "ntk_old", [](const parameters& p) { return rope_ntk_old(base(p), dim(p), factor(p)); });
    add_scaling(table, "ntk_fixed", [](const parameters& p) { return rope_ntk_fixed(base(p), dim(p), factor(p)); });
    const scaling mixed = [](const parameters& p) {
        return rope_ntk_mixed(base(p), dim(p), factor(p), number(p, "exponent"));
    };
    add_scaling(table, "ntk_mixed", mixed);
    // exp(-a (p+1)^b) at p = 0 gives a.
    table["ntk_mixed/decay"] = [=](const parameters& p) { return numbers{-std::log(mixed(p).inv_freq[0])}; };
    add_scaling(table, "dynamic_ntk", [](const parameters& p) {
        return rope_dynamic_ntk(base(p), dim(p), factor(p), original(p), length(p));
    });
    table["dynamic_ntk/base"] = [](const parameters& p) {
        return numbers{dynamic_ntk_base(base(p), dim(p), factor(p), original(p), length(p))};
    };
    table["dynamic_ntk/cached_length"] = [](const parameters& p) {
        return numbers{dynamic_ntk_cached_length(number(p, "cached_length"), length(p), original(p))};
    };
    add_scaling(table, "qwen_dynamic_ntk",
                [](const parameters& p) { return rope_qwen_dynamic_ntk(base(p), dim(p), original(p), length(p)); });
    table["qwen_dynamic_ntk/alpha"] = [](const parameters& p) {
        return numbers{qwen_ntk_alpha(original(p), length(p))};
    };
}

void add_parts_and_yarn(answer_table& table) {
    using namespace oracle;
    table["rotations_in_context/rotations"] = [](const parameters& p) {
        return rotations_in_context(base(p), dim(p), original(p));
    };
    add_scaling(table, "ntk_by_parts", [](const parameters& p) {
        return rope_ntk_by_parts(base(p), dim(p), factor(p), original(p), number(p, "slow_rotations"),
                                 number(p, "fast_rotations"));
    });
    table["ntk_by_parts/ramp"] = [](const parameters& p) {
        return ntk_by_parts_ramp(base(p), dim(p), original(p), number(p, "slow_rotations"),
                                 number(p, "fast_rotations"));
    };
    add_scaling(table, "part_ntk",
                [](const parameters& p) { return rope_part_ntk(base(p), dim(p), factor(p), original(p)); });
    add_scaling(table, "yarn", [](const parameters& p) { return rope_yarn(yarn(p)); });
    table["yarn/ramp"] = [](const parameters& p) { return yarn_ramp(yarn(p)); };
    table["yarn/bounds"] = [](const parameters& p) {
        const yarn_range range = yarn_bounds(yarn(p));
        return numbers{range.low, range.high};
    };
    table["yarn_magnitude/magnitude"] = [](const parameters& p) {
        return numbers{yarn_magnitude(factor(p), number(p, "mscale"))};
    };
    add_scaling(table, "dynamic_yarn", [](const parameters& p) {
        return rope_dynamic_yarn(yarn(p), number(p, "max_position"), length(p), p.at("finetuned").get<bool>());
    });
}

void add_longrope(answer_table& table) {
    using namespace oracle;
    table["longrope_magnitude/magnitude"] = [](const parameters& p) {
        return numbers{longrope_magnitude(factor(p), original(p))};
    };
    add_scaling(table, "longrope", [](const parameters& p) {
        return rope_longrope(base(p), dim(p), list(p, "short_factor"), list(p, "long_factor"), original(p), length(p),
                             longrope_magnitude(factor(p), original(p)));
    });
    table["longrope_dynamic/factors"] = [](const parameters& p) {
        return longrope_dynamic_factors(list(p, "factors"), factor(p), original(p), length(p));
    };
}

oracle::hf_release release(const parameters& p) {
    const std::string name = p.at("release");
    if (name == "4.45") return oracle::hf_release::v4_45;
    if (name == "4.47") return oracle::hf_release::v4_47;
    if (name == "4.48") return oracle::hf_release::v4_48;
    if (name == "4.56") return oracle::hf_release::v4_56;
    if (name == "5") return oracle::hf_release::v5;
    throw std::runtime_error("unknown release " + name);
}

oracle::hf_yarn_choice hf_yarn(const parameters& p) {
    const auto optional = [&](const char* name) {
        return p.contains(name) ? std::optional<double>(number(p, name)) : std::nullopt;
    };
    return oracle::hf_yarn_resolve(release(p), {number(p, "max_position"), optional("factor"),
                                                optional("original_in_dictionary"), optional("original_at_top_level")});
}

oracle::hf_longrope_choice hf_longrope(const parameters& p) {
    return oracle::hf_longrope_resolve(release(p), length(p), original(p), number(p, "max_position"));
}

void add_releases(answer_table& table) {
    table["hf_yarn_resolve/factor"] = [](const parameters& p) { return numbers{hf_yarn(p).factor}; };
    table["hf_yarn_resolve/original_context"] = [](const parameters& p) {
        return numbers{hf_yarn(p).original_context};
    };
    table["hf_longrope_resolve/long_list"] = [](const parameters& p) {
        return numbers{hf_longrope(p).long_list ? 1.0 : 0.0};
    };
    table["hf_longrope_resolve/magnitude_applies"] = [](const parameters& p) {
        return numbers{hf_longrope(p).magnitude ? 1.0 : 0.0};
    };
}

oracle::ggml_rope_parameters ggml(const parameters& p) {
    oracle::ggml_rope_parameters g;
    g.base = base(p);
    g.rotary_dim = dim(p);
    g.original_context = original(p);
    g.freq_scale = number(p, "freq_scale");
    g.ext_factor = number(p, "ext_factor");
    g.attn_factor = number(p, "attn_factor");
    g.beta_fast = number(p, "beta_fast");
    g.beta_slow = number(p, "beta_slow");
    return g;
}

void add_float32(answer_table& table) {
    using namespace oracle;
    table["hf_float32_yarn/inv_freq"] = [](const parameters& p) { return widened(hf_float32_yarn(yarn(p))); };
    table["hf_float32_rotate_half/y"] = [](const parameters& p) {
        return widened(
            hf_float32_rotate_half(list(p, "x"), number(p, "position"), hf_float32_inv_freq(base(p), dim(p))));
    };
    table["hf_float32/max_cos_error"] = [](const parameters& p) {
        return numbers{hf_float32_max_cos_error(number(p, "position"), base(p), dim(p))};
    };
    table["ggml_rope/cos"] = [](const parameters& p) {
        return widened(ggml_float32_row(number(p, "position"), ggml(p)).cosine);
    };
    table["ggml_rope/sin"] = [](const parameters& p) {
        return widened(ggml_float32_row(number(p, "position"), ggml(p)).sine);
    };
    table["ggml_rope/magnitude"] = [](const parameters& p) { return numbers{ggml_magnitude(ggml(p))}; };
}

oracle::pair_layout layout(const parameters& p) {
    const std::string name = p.at("layout");
    if (name == "half") return oracle::pair_layout::half;
    if (name == "interleaved") return oracle::pair_layout::interleaved;
    throw std::runtime_error("unknown layout " + name);
}

using rotator = numbers (*)(const numbers&, double, const rope_frequencies&, oracle::pair_layout, int);

void add_rotator(answer_table& table, const std::string& method, rotator rotate, const char* position) {
    table[method + "/y"] = [=](const parameters& p) {
        rope_frequencies f = oracle::rope_base(base(p), dim(p));
        f.magnitude = p.value("magnitude", 1.0);
        return rotate(list(p, "x"), number(p, position), f, layout(p), p.value("offset", 0));
    };
}

using pair_positions = numbers (*)(const std::vector<int>&, const numbers&, int);

void add_mrope(answer_table& table, const std::string& method, pair_positions positions) {
    const auto of = [=](const parameters& p) {
        return positions(p.at("sections").get<std::vector<int>>(), list(p, "positions"), dim(p) / 2);
    };
    table[method + "/pair_positions"] = of;
    table[method + "/angles"] = [=](const parameters& p) {
        return oracle::rope_angles(of(p), oracle::rope_base(base(p), dim(p)));
    };
}

void add_rotation(answer_table& table) {
    add_rotator(table, "rotate", oracle::rotate, "position");
    add_rotator(table, "rotate_undo", oracle::rotate_undo, "position");
    add_rotator(table, "rotate_backward", oracle::rotate_backward, "position");
    add_rotator(table, "rotate_delta", oracle::rotate_delta, "delta");
    add_mrope(table, "mrope", oracle::mrope_positions);
    add_mrope(table, "mrope_ggml", oracle::mrope_positions_ggml);
    add_mrope(table, "imrope_hf", oracle::imrope_positions_hf);
    add_mrope(table, "imrope_ggml", oracle::imrope_positions_ggml);
    table["vision/angles"] = [](const parameters& p) {
        return oracle::vision_angles(p.at("sections").get<std::vector<int>>(), list(p, "positions"), base(p),
                                     whole(p, "head_dim"));
    };
}

numbers xpos_logit(const parameters& p) {
    const numbers x = list(p, "x");
    const double centre = oracle::xpos_centre(whole(p, "length"));
    const rope_frequencies f = oracle::rope_base(base(p), static_cast<int>(x.size()));
    const double scale_base = number(p, "scale_base");
    const numbers q = oracle::xpos_rotate_query(x, number(p, "query"), centre, scale_base, f);
    const numbers k = oracle::xpos_rotate_key(x, number(p, "key"), centre, scale_base, f);
    double sum = 0.0;
    for (size_t d = 0; d < x.size(); ++d) sum += q[d] * k[d];
    return {sum};
}

numbers xpos_range(const parameters& p) {
    const int n = whole(p, "length"), head_dim = whole(p, "head_dim");
    const numbers ones(static_cast<size_t>(head_dim), 1.0);
    const rope_frequencies f = oracle::rope_base(base(p), head_dim);
    double largest = 0.0;
    for (int position = 0; position < n; ++position)
        for (double y : oracle::xpos_rotate_query(ones, position, oracle::xpos_centre(n), number(p, "scale_base"), f))
            largest = std::max(largest, std::abs(y));
    return {largest};
}

void add_xpos(answer_table& table) {
    table["xpos/zeta"] = [](const parameters& p) { return oracle::xpos_zeta(whole(p, "head_dim")); };
    table["xpos/logit"] = xpos_logit;
    table["xpos/largest_scaled_value"] = xpos_range;
}

}  // namespace

void add_rope_answers(answer_table& table) {
    add_interpolation(table);
    add_ntk(table);
    add_parts_and_yarn(table);
    add_longrope(table);
    add_releases(table);
    add_float32(table);
    add_rotation(table);
    add_xpos(table);
}

}  // namespace oracle_test
