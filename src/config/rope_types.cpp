// The keys of each rope type. Ranges are those of the methods; a message carries the path of the key.
#include <cinttypes>
#include <cmath>

#include "base/failure.hpp"
#include "config/rope_settings.hpp"

namespace farspan::config {
namespace {

constexpr double most_factor = 1e12;

double required_factor(rope_reading& r) { return r.keys.required_real({"factor"}, 1e-6, most_factor); }

// L. Phi-3 keeps it outside the dictionary, where Hugging Face lets it win; without one it is the context itself.
int64_t original_length(rope_reading& r) {
    reader& outer = r.source.keys;
    const char* key = "original_max_position_embeddings";
    const std::optional<int64_t> outside = outer.integer({key}, 1, most_length),
                                 inside = r.keys.integer({key}, 1, most_length);
    if (outside && inside && *outside != *inside)
        r.notes().add(FARSPAN_NOTE_TWICE, r.keys.path_of(key), "is %" PRId64 " but %s is %" PRId64 ": the latter holds",
                      *inside, outer.path_of(key).c_str(), *outside);
    if (outside) return *outside;
    if (inside) return *inside;
    if (r.source.context == 0)
        throw failure(FARSPAN_ERROR_FORMAT, r.keys.path_of(key).c_str(),
                      "is absent, and so is max_position_embeddings");
    r.notes().add(FARSPAN_NOTE_LENGTHS, r.keys.path_of(key),
                  "absent: max_position_embeddings, %" PRId64 ", stands in for it", r.source.context);
    return r.source.context;
}

// The factor, or the ratio of the two lengths where the file leaves it out.
double factor_or_ratio(rope_reading& r, int64_t original) {
    const std::optional<double> given = r.keys.real({"factor"}, 1e-6, most_factor);
    if (given) return *given;
    if (r.source.context == 0)
        throw failure(FARSPAN_ERROR_FORMAT, r.keys.path_of("factor").c_str(),
                      "is absent, and so is max_position_embeddings");
    const double ratio = static_cast<double>(r.source.context) / static_cast<double>(original);
    r.notes().add(FARSPAN_NOTE_DERIVED, r.keys.path_of("factor"), "absent: %" PRId64 " / %" PRId64 " = %.15g",
                  r.source.context, original, ratio);
    return ratio;
}

void check_lengths(rope_reading& r, double factor, int64_t original) {
    const double reach = factor * static_cast<double>(original), context = static_cast<double>(r.source.context);
    if (context == 0 || reach == context) return;
    r.notes().add(FARSPAN_NOTE_LENGTHS, r.keys.path_of("factor"),
                  "%.15g times the original %" PRId64 " is %.15g, max_position_embeddings is %" PRId64
                  ": the factor holds",
                  factor, original, reach, r.source.context);
}

void set_explicit_magnitude(rope_reading& r, double value) {
    r.config.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
    r.config.attention_factor = value;
}

// m: attention_factor as it is; else mscale and mscale_all_dim, if both are there and not 0; else 0.1 ln s + 1.
void read_yarn_magnitude(rope_reading& r) {
    const bool old = r.release() == FARSPAN_RELEASE_TRANSFORMERS_4_48;
    const std::optional<double> given = r.keys.real({"attention_factor"}, 1e-6, 1e6);
    const double mscale = r.keys.real({"mscale"}, 0, 1e6).value_or(0),
                 all = r.keys.real({"mscale_all_dim"}, 0, 1e6).value_or(0);
    if (given && mscale != 0 && all != 0)
        r.notes().add(FARSPAN_NOTE_TWICE, r.keys.path_of("attention_factor"),
                      "is %.15g, and mscale and mscale_all_dim are there too: attention_factor holds", *given);
    if (given) return set_explicit_magnitude(r, *given);
    if (old) {
        r.config.magnitude = FARSPAN_MAGNITUDE_UNCLAMPED;
        if (mscale != 0 && all != 0)
            r.notes().add(FARSPAN_NOTE_RELEASE, r.keys.path_of("mscale"),
                          "transformers 4.48 does not read it: m is 0.1 ln s + 1");
        return;
    }
    if (mscale != 0 && all != 0) {
        r.config.mscale = mscale;
        r.config.mscale_all_dim = all;
    } else if (mscale != 0 || all != 0) {
        r.notes().add(FARSPAN_NOTE_IGNORED, r.keys.path_of(mscale != 0 ? "mscale" : "mscale_all_dim"),
                      "no part in the magnitude without the other one of mscale and mscale_all_dim");
    }
    // The first release of YaRN multiplies its magnitude by attn_factor.
    if (const std::optional<double> extra = r.keys.real({"attn_factor"}, 1e-6, 1e6); extra && r.config.mscale == 0)
        r.config.attention_factor = *extra;
}

// The keys that only the reference and newer releases read.
void read_yarn_ramp(rope_reading& r) {
    const auto unset = [](std::optional<double> value, double initial) {
        return value.value_or(0) != 0 ? *value : initial;
    };
    r.config.beta_fast = unset(r.keys.real({"beta_fast"}, 0, most_factor), r.config.beta_fast);
    r.config.beta_slow = unset(r.keys.real({"beta_slow"}, 0, most_factor), r.config.beta_slow);
    const bool truncate = r.keys.flag({"truncate"}).value_or(true);
    const double kept = r.keys.real({"extrapolation_factor"}, 0, 1).value_or(1);
    if (r.release() == FARSPAN_RELEASE_REFERENCE) {
        r.config.truncate = truncate;
        r.config.extrapolation_factor = kept;
    } else if (!truncate) {
        r.notes().add(FARSPAN_NOTE_RELEASE, r.keys.path_of("truncate"),
                      "this release rounds the ends of the ramp all the same");
    }
}

}  // namespace

void read_linear(rope_reading& r) { r.config.factor = required_factor(r); }

void read_ntk(rope_reading& r) { r.config.factor = required_factor(r); }

// Hunyuan: a constant alpha.
void read_xdrope(rope_reading& r) {
    r.config.method = FARSPAN_ROPE_NTK;
    r.config.factor = r.keys.required_real({"alpha"}, 1e-6, most_factor);
    r.keys.find({"factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim"});
    r.notes().add(FARSPAN_NOTE_IGNORED, r.keys.path_of("alpha"),
                  "a constant NTK alpha: factor, betas and mscales have no part");
}

// Hunyuan writes its constant alpha under this name too. Otherwise L is max_position_embeddings, whatever
// else the dictionary says.
void read_dynamic(rope_reading& r) {
    if (r.keys.has({"alpha"})) return read_xdrope(r);
    r.config.factor = required_factor(r);
    if (r.source.context == 0)
        throw failure(FARSPAN_ERROR_FORMAT, r.keys.path().c_str(), ": rope type dynamic needs max_position_embeddings");
    r.config.original_context = r.source.context;
    if (r.keys.has({"original_max_position_embeddings"}))
        r.notes().add(FARSPAN_NOTE_IGNORED, r.keys.path_of("original_max_position_embeddings"),
                      "rope type dynamic counts from max_position_embeddings, %" PRId64, r.source.context);
    if (r.release() == FARSPAN_RELEASE_LLAMA_CPP) {
        r.notes().add(FARSPAN_NOTE_RELEASE, r.keys.path(), "llama.cpp has no dynamic scaling: the rotation is plain");
        r.config.method = FARSPAN_ROPE_BASE;
        r.config.factor = 1;
        r.config.original_context = 0;
    }
}

void read_yarn(rope_reading& r) {
    const int64_t original = original_length(r);
    r.config.factor = factor_or_ratio(r, original);
    r.config.original_context = original;
    if (r.release() == FARSPAN_RELEASE_TRANSFORMERS_4_48 && r.source.context > 0 && r.source.context != original) {
        r.notes().add(FARSPAN_NOTE_RELEASE, r.keys.path_of("original_max_position_embeddings"),
                      "transformers 4.48 takes max_position_embeddings, %" PRId64 ", instead", r.source.context);
        r.config.original_context = r.source.context;
    }
    check_lengths(r, r.config.factor, original);
    read_yarn_ramp(r);
    read_yarn_magnitude(r);
}

void read_longrope(rope_reading& r) {
    const auto list = [&](const char* key) {
        std::vector<double> values = r.keys.reals({key}, 1e-30, 1e30, static_cast<std::size_t>(most_head_dim));
        if (values.size() != static_cast<std::size_t>(r.pairs()))
            throw failure(FARSPAN_ERROR_SHAPE, r.keys.path_of(key).c_str(),
                          "has %zu entries: must have one for each of the %d rotary pairs", values.size(), r.pairs());
        return r.source.result.keep(std::move(values));
    };
    r.config.short_factors = list("short_factor");
    r.config.long_factors = list("long_factor");
    r.config.short_factors_count = r.config.long_factors_count = r.pairs();
    r.config.original_context = original_length(r);
    const bool ratio_first = r.release() == FARSPAN_RELEASE_TRANSFORMERS_4_48 && r.source.context > 0 &&
                             r.source.keys.has({"original_max_position_embeddings"});
    r.config.factor = factor_or_ratio(r, r.config.original_context);
    if (ratio_first)
        r.config.factor = static_cast<double>(r.source.context) / static_cast<double>(r.config.original_context);

    const std::optional<double> given = r.keys.real({"attention_factor"}, 1e-6, 1e6);
    const std::optional<double> near = r.keys.real({"short_mscale"}, 1e-6, 1e6),
                                far = r.keys.real({"long_mscale"}, 1e-6, 1e6);
    if (given && far)
        r.notes().add(FARSPAN_NOTE_TWICE, r.keys.path_of("attention_factor"),
                      "is %.15g, and long_mscale is there too: it holds", *given);
    if (near.value_or(0) != far.value_or(0))
        throw failure(FARSPAN_ERROR_COMBINATION, field_path("%s.short_mscale", r.keys.path().c_str()),
                      "is %.15g and long_mscale is %.15g: must be the same", near.value_or(0), far.value_or(0));
    if (far)
        set_explicit_magnitude(r, *far);
    else if (given)
        set_explicit_magnitude(r, *given);
}

void read_llama3(rope_reading& r) {
    r.config.factor = required_factor(r);
    r.config.low_freq_factor = r.keys.required_real({"low_freq_factor"}, 1e-6, most_factor);
    r.config.high_freq_factor = r.keys.required_real({"high_freq_factor"}, 1e-6, most_factor);
    r.config.original_context = original_length(r);
}

// Gemma 4: the first share of the pairs rotates, with exponents over the whole head.
void read_proportional(rope_reading& r) {
    r.config.rotated_fraction = r.keys.real({"partial_rotary_factor"}, 0, 1).value_or(r.fraction.value_or(1));
    r.config.factor = r.keys.real({"factor"}, 1e-6, most_factor).value_or(1);
}

}  // namespace farspan::config
