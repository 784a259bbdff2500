// Cases of frequencies, magnitudes and rotations.
#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "vector_library.hpp"

namespace oracle_test {
namespace {

using farspan::rope_part;
using farspan_test::rope_of;
using farspan_test::scheme_spec;

using configure = std::function<void(scheme_spec&, const parameters&)>;

// A case's numbers that every method may have; `more` adds what one method reads.
rope_part lowered(int32_t method, const parameters& p, const configure& more = {}) {
    scheme_spec spec("vector");
    spec.with_rope(method, FARSPAN_LAYOUT_HALF, p.value("rotary_dim", p.value("head_dim", 16)));
    spec.rope.base = p.value("base", 10000.0);
    if (more) more(spec, p);
    return rope_of(spec, p.value("length", int64_t{1}));
}

void factor(scheme_spec& s, const parameters& p) { s.rope.factor = number(p, "factor"); }
void context(scheme_spec& s, const parameters& p) { s.rope.original_context = whole(p, "original_context"); }
void scaled_context(scheme_spec& s, const parameters& p) {
    factor(s, p);
    context(s, p);
}

void ramp(scheme_spec& s, const parameters& p) {
    context(s, p);
    s.rope.beta_fast = number(p, "beta_fast");
    s.rope.beta_slow = number(p, "beta_slow");
    s.rope.truncate = p.at("truncate").get<bool>();
}

void yarn(scheme_spec& s, const parameters& p) {
    ramp(s, p);
    s.rope.factor = p.value("factor", 1e6);  // cases of the bounds have none
    s.rope.mscale = p.value("mscale", 0.0);
    s.rope.mscale_all_dim = p.value("mscale_all_dim", 0.0);
    if (p.contains("attention_factor")) {
        // As Hugging Face, which gives it precedence over both mscale.
        s.rope.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
        s.rope.attention_factor = number(p, "attention_factor");
        s.rope.mscale = s.rope.mscale_all_dim = 0;
    }
}

numbers plain(const parameters& p) { return lowered(FARSPAN_ROPE_BASE, p).inv_freq; }

numbers ratio(const numbers& a, const numbers& b) {
    numbers result;
    for (std::size_t n = 0; n < a.size(); ++n) result.push_back(a[n] / b[n]);
    return result;
}

using scaling = std::function<rope_part(const parameters&)>;

void add_scaling(answer_table& table, const std::string& method, const scaling& lower) {
    table[method + "/inv_freq"] = [=](const parameters& p) { return lower(p).inv_freq; };
    table[method + "/magnitude"] = [=](const parameters& p) { return numbers{lower(p).magnitude}; };
    table[method + "/multiplier"] = [=](const parameters& p) { return ratio(lower(p).inv_freq, plain(p)); };
    const auto row = [=](double (*wave)(double)) {
        return [=](const parameters& p) {
            numbers values;
            const rope_part part = lower(p);
            for (const double f : part.inv_freq) values.push_back(part.magnitude * wave(number(p, "position") * f));
            return values;
        };
    };
    table[method + "/cos"] = row([](double x) { return std::cos(x); });
    table[method + "/sin"] = row([](double x) { return std::sin(x); });
}

void add_scaling(answer_table& table, const std::string& name, int32_t method, const configure& more) {
    add_scaling(table, name, [=](const parameters& p) { return lowered(method, p, more); });
}

// The base behind the frequencies, from the slowest pair.
double base_of(const rope_part& part) {
    return std::pow(part.inv_freq.back(), -part.rotary_dim / (part.rotary_dim - 2.0));
}

// The share of the plain frequency that a ramp keeps.
numbers kept(const parameters& p, const rope_part& part, double factor) {
    numbers result = ratio(part.inv_freq, plain(p));
    for (double& share : result) share = (share - 1 / factor) / (1 - 1 / factor);
    return result;
}

// Where a ramp begins and ends: the line through its inner pairs, or its outer pairs if fewer than two are inside.
numbers bounds_of(const numbers& kept) {
    std::vector<double> inside;
    double low = 0, high = static_cast<double>(kept.size());
    for (std::size_t p = kept.size(); p-- > 0;) {
        if (kept[p] < 1e-9) high = static_cast<double>(p);
        if (kept[p] > 1e-9 && kept[p] < 1 - 1e-9) inside.push_back(static_cast<double>(p));
    }
    for (std::size_t p = 0; p < kept.size() && kept[p] > 1 - 1e-9; ++p) low = static_cast<double>(p);
    if (inside.size() < 2) return {low, high};
    const double first = inside.back(), last = inside.front();
    const double at_first = kept[static_cast<std::size_t>(first)], at_last = kept[static_cast<std::size_t>(last)];
    const double step = (at_first - at_last) / (last - first);
    return {first - (1 - at_first) / step, last + at_last / step};
}

void add_interpolation(answer_table& table) {
    add_scaling(table, "rope", FARSPAN_ROPE_BASE, {});
    add_scaling(table, "position_interpolation", FARSPAN_ROPE_LINEAR, factor);
    add_scaling(table, "dynamic_position_interpolation", FARSPAN_ROPE_DYNAMIC_LINEAR, context);
    add_scaling(table, "proportional", FARSPAN_ROPE_PROPORTIONAL, [](scheme_spec& s, const parameters& p) {
        factor(s, p);
        s.rope.rotated_fraction = number(p, "partial_rotary_factor");
    });
    add_scaling(table, "llama3", FARSPAN_ROPE_LLAMA3, [](scheme_spec& s, const parameters& p) {
        scaled_context(s, p);
        s.rope.low_freq_factor = number(p, "low_freq_factor");
        s.rope.high_freq_factor = number(p, "high_freq_factor");
    });
    add_scaling(table, "freq_factors", FARSPAN_ROPE_PAIR_FACTORS,
                [](scheme_spec& s, const parameters& p) { s.short_factors = list(p, "freq_factors"); });
}

void add_ntk(answer_table& table) {
    add_scaling(table, "ntk_aware", FARSPAN_ROPE_NTK, factor);
    table["ntk_aware/base"] = [](const parameters& p) {
        return numbers{base_of(lowered(FARSPAN_ROPE_NTK, p, factor))};
    };
    add_scaling(table, "ntk_old", FARSPAN_ROPE_NTK_OLD, factor);
    add_scaling(table, "ntk_fixed", FARSPAN_ROPE_NTK_FIXED, factor);
    const configure mixed = [](scheme_spec& s, const parameters& p) {
        factor(s, p);
        s.rope.mixed_exponent = number(p, "exponent");
    };
    add_scaling(table, "ntk_mixed", FARSPAN_ROPE_NTK_MIXED, mixed);
    table["ntk_mixed/decay"] = [=](const parameters& p) {
        return numbers{-std::log(lowered(FARSPAN_ROPE_NTK_MIXED, p, mixed).inv_freq[0])};
    };
    add_scaling(table, "dynamic_ntk", FARSPAN_ROPE_DYNAMIC_NTK, scaled_context);
    table["dynamic_ntk/base"] = [](const parameters& p) {
        return numbers{base_of(lowered(FARSPAN_ROPE_DYNAMIC_NTK, p, scaled_context))};
    };
    add_scaling(table, "qwen_dynamic_ntk", FARSPAN_ROPE_DYNAMIC_NTK_QWEN, context);
    table["qwen_dynamic_ntk/alpha"] = [](const parameters& p) {  // NTK divides the slowest pair by alpha
        return numbers{plain(p).back() / lowered(FARSPAN_ROPE_DYNAMIC_NTK_QWEN, p, context).inv_freq.back()};
    };
}

void add_parts_and_yarn(answer_table& table) {
    const configure by_parts = [](scheme_spec& s, const parameters& p) {
        scaled_context(s, p);
        s.rope.ramp = FARSPAN_RAMP_ROTATIONS;
        s.rope.beta_slow = number(p, "slow_rotations");
        s.rope.beta_fast = number(p, "fast_rotations");
    };
    add_scaling(table, "ntk_by_parts", FARSPAN_ROPE_NTK_BY_PARTS, by_parts);
    table["ntk_by_parts/ramp"] = [=](const parameters& p) {
        return kept(p, lowered(FARSPAN_ROPE_NTK_BY_PARTS, p, by_parts), number(p, "factor"));
    };
    add_scaling(table, "yarn", FARSPAN_ROPE_YARN, yarn);
    const auto ramp_of = [](const parameters& p) {
        return kept(p, lowered(FARSPAN_ROPE_YARN, p, yarn), p.value("factor", 1e6));
    };
    table["yarn/ramp"] = ramp_of;
    // Real bounds grow with R, so a wide rotation shows more of a short ramp.
    table["yarn/bounds"] = [=](const parameters& p) {
        if (p.at("truncate").get<bool>()) return bounds_of(ramp_of(p));
        const int wider = 512 / small(p, "rotary_dim");
        parameters wide = p;
        wide["rotary_dim"] = wider * small(p, "rotary_dim");
        numbers bounds = bounds_of(ramp_of(wide));
        for (double& bound : bounds) bound /= wider;
        return bounds;
    };
    // g(s, c) alone: with mscale_all_dim 1 the magnitude is g(s, c) / g(s, 1).
    table["yarn_magnitude/magnitude"] = [](const parameters& p) {
        const auto magnitude = [&](double mscale) {
            return lowered(FARSPAN_ROPE_YARN, p,
                           [&](scheme_spec& s, const parameters& q) {
                               factor(s, q);
                               s.rope.original_context = 4096;
                               s.rope.mscale = mscale;
                               s.rope.mscale_all_dim = mscale > 0 ? 1 : 0;
                           })
                .magnitude;
        };
        return numbers{magnitude(0) * magnitude(number(p, "mscale"))};
    };
    // A fine-tuned model is YaRN at its own factor until the length grows beyond it.
    add_scaling(table, "dynamic_yarn", [](const parameters& p) {
        const double length = number(p, "length"), longest = number(p, "max_position");
        if (!p.at("finetuned").get<bool>() || length > longest) return lowered(FARSPAN_ROPE_DYNAMIC_YARN, p, ramp);
        return lowered(FARSPAN_ROPE_YARN, p, [&](scheme_spec& s, const parameters& q) {
            ramp(s, q);
            s.rope.factor = longest / number(q, "original_context");
        });
    });
}

void longrope(scheme_spec& s, const parameters& p) {
    scaled_context(s, p);
    s.short_factors = list(p, "short_factor");
    s.long_factors = list(p, "long_factor");
}

// Short divisors 1 and long ones 2, so that the first frequency tells which list is in use; the magnitude is never 1.
rope_part as_release(const parameters& p) {
    const std::string release = p.at("release");
    const bool always = release == "4.45" && number(p, "max_position") > number(p, "original_context");
    return lowered(FARSPAN_ROPE_LONGROPE, p, [&](scheme_spec& s, const parameters& q) {
        context(s, q);
        s.rope.factor = 32;
        s.short_factors.assign(8, 1);
        s.long_factors.assign(8, 2);
        s.rope.length_switch = always              ? FARSPAN_SWITCH_ALWAYS_LONG
                               : release == "4.47" ? FARSPAN_SWITCH_AT
                                                   : FARSPAN_SWITCH_AFTER;
    });
}

void add_longrope(answer_table& table) {
    add_scaling(table, "longrope", FARSPAN_ROPE_LONGROPE, longrope);
    table["longrope_magnitude/magnitude"] = [](const parameters& p) {
        return numbers{lowered(FARSPAN_ROPE_LONGROPE, p, [](scheme_spec& s, const parameters& q) {
                           scaled_context(s, q);
                           s.short_factors.assign(8, 1);
                           s.long_factors.assign(8, 1);
                       }).magnitude};
    };
    table["hf_longrope_resolve/long_list"] = [](const parameters& p) {
        return numbers{as_release(p).inv_freq[0] < 1 ? 1.0 : 0.0};
    };
    table["hf_longrope_resolve/magnitude_applies"] = [](const parameters& p) {
        return numbers{as_release(p).magnitude != 1 ? 1.0 : 0.0};
    };
}

void float32(scheme_spec& s, const parameters&) { s.rope.angle = FARSPAN_ANGLE_FLOAT32; }

// Rotates with float angles in float arithmetic, as Hugging Face's rotate_half.
numbers rotate_half(const parameters& p) {
    const rope_part part = lowered(FARSPAN_ROPE_BASE, p, float32);
    const numbers x = list(p, "x");
    const std::size_t pairs = part.inv_freq.size();
    numbers y = x;
    for (std::size_t n = 0; n < pairs; ++n) {
        const float angle = static_cast<float>(number(p, "position")) * static_cast<float>(part.inv_freq[n]);
        const float cosine = std::cos(angle), sine = std::sin(angle);
        const auto u = static_cast<float>(x[n]), v = static_cast<float>(x[n + pairs]);
        y[n] = u * cosine - v * sine;
        y[n + pairs] = v * cosine + u * sine;
    }
    return y;
}

numbers largest_cosine_error(const parameters& p) {
    const rope_part rounded = lowered(FARSPAN_ROPE_BASE, p, float32), exact = lowered(FARSPAN_ROPE_BASE, p);
    double largest = 0;
    for (std::size_t n = 0; n < exact.inv_freq.size(); ++n) {
        const float angle = static_cast<float>(number(p, "position")) * static_cast<float>(rounded.inv_freq[n]);
        largest = std::max(largest, std::fabs(std::cos(static_cast<double>(angle)) -
                                              std::cos(number(p, "position") * exact.inv_freq[n])));
    }
    return {largest};
}

void add_releases(answer_table& table) {
    table["hf_float32_yarn/inv_freq"] = [](const parameters& p) {
        return lowered(FARSPAN_ROPE_YARN, p,
                       [](scheme_spec& s, const parameters& q) {
                           yarn(s, q);
                           float32(s, q);
                       })
            .inv_freq;
    };
    table["hf_float32_rotate_half/y"] = rotate_half;
    table["hf_float32/max_cos_error"] = largest_cosine_error;
    table["ggml_rope/magnitude"] = [](const parameters& p) {
        const bool blended = number(p, "ext_factor") != 0;
        return numbers{
            lowered(blended ? FARSPAN_ROPE_YARN : FARSPAN_ROPE_LINEAR, p, [&](scheme_spec& s, const parameters& q) {
                s.rope.factor = 1 / number(q, "freq_scale");
                s.rope.attention_factor = number(q, "attn_factor");
                if (!blended) return;
                context(s, q);
                s.rope.magnitude = FARSPAN_MAGNITUDE_UNCLAMPED;
            }).magnitude};
    };
}

// (u, v) of a pair becomes (u cos - v sin, v cos + u sin).
numbers rotated(const parameters& p) {
    scheme_spec spec("rotate");
    const bool half = p.at("layout") == "half";
    spec.with_rope(FARSPAN_ROPE_BASE, half ? FARSPAN_LAYOUT_HALF : FARSPAN_LAYOUT_INTERLEAVED, small(p, "rotary_dim"));
    spec.rope.base = number(p, "base");
    spec.rope.rotary_offset = p.value("offset", 0);
    spec.rope.attention_factor = p.value("magnitude", 1.0);
    const rope_part part = rope_of(spec);
    numbers y = list(p, "x");
    const std::size_t pairs = part.inv_freq.size(), offset = static_cast<std::size_t>(part.rotary_offset);
    for (std::size_t n = 0; n < pairs; ++n) {
        const bool halves = part.layout == farspan::pair_layout::half;
        double &u = y[offset + (halves ? n : 2 * n)], &v = y[offset + (halves ? n + pairs : 2 * n + 1)];
        const double angle = number(p, "position") * part.inv_freq[n];
        const double cosine = part.magnitude * std::cos(angle), sine = part.magnitude * std::sin(angle);
        const double turned = u * cosine - v * sine;
        v = v * cosine + u * sine;
        u = turned;
    }
    return y;
}

rope_part with_axes(const parameters& p, int32_t axes) {
    return lowered(FARSPAN_ROPE_BASE, p, [=](scheme_spec& s, const parameters& q) {
        s.rope.axes = axes;
        const auto sections = q.at("sections").get<std::vector<int32_t>>();
        std::copy(sections.begin(), sections.end(), s.rope.axis_sections);
    });
}

void add_axes(answer_table& table, const std::string& method, int32_t axes) {
    const auto positions = [=](const parameters& p) {
        const rope_part part = with_axes(p, axes);
        numbers result;
        for (const uint8_t axis : part.pair_axis) result.push_back(list(p, "positions").at(axis));
        return result;
    };
    table[method + "/pair_positions"] = positions;
    table[method + "/angles"] = [=](const parameters& p) {
        numbers angles = positions(p);
        const rope_part part = with_axes(p, axes);
        for (std::size_t n = 0; n < angles.size(); ++n) angles[n] *= part.inv_freq[n];
        return angles;
    };
}

void add_xpos(answer_table& table) {
    table["xpos/zeta"] = [](const parameters& p) {
        numbers zeta;
        for (const double decay : lowered(FARSPAN_ROPE_XPOS, p).log2_decay) zeta.push_back(std::exp2(512 * decay));
        return zeta;
    };
    table["xpos/logit"] = [](const parameters& p) {
        const numbers x = list(p, "x");
        parameters with_dim = p;
        with_dim["rotary_dim"] = x.size();
        const rope_part part = lowered(FARSPAN_ROPE_XPOS, with_dim, [](scheme_spec& s, const parameters& q) {
            s.rope.layout = FARSPAN_LAYOUT_INTERLEAVED;
            s.rope.xpos_scale_base = number(q, "scale_base");
        });
        const double distance = number(p, "query") - number(p, "key");
        double sum = 0;
        for (std::size_t n = 0; n < part.inv_freq.size(); ++n)
            sum += (x[2 * n] * x[2 * n] + x[2 * n + 1] * x[2 * n + 1]) * std::cos(distance * part.inv_freq[n]) *
                   std::exp2(distance * part.log2_decay[n]);
        return numbers{sum};
    };
}

}  // namespace

void add_rope_answers(answer_table& table) {
    add_interpolation(table);
    add_ntk(table);
    add_parts_and_yarn(table);
    add_longrope(table);
    add_releases(table);
    table["rotate/y"] = rotated;
    add_axes(table, "mrope", FARSPAN_AXES_SECTIONS);
    add_axes(table, "imrope_hf", FARSPAN_AXES_INTERLEAVED);
    add_axes(table, "imrope_ggml", FARSPAN_AXES_INTERLEAVED_GGML);
    add_xpos(table);
}

}  // namespace oracle_test
