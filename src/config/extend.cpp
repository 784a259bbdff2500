// Running a model beyond its trained length: parameters from the two lengths, and a note that shows how they came
// about.
#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <numbers>

#include "base/failure.hpp"
#include "config/model.hpp"
#include "method/defaults.hpp"
#include "method/registry.hpp"

namespace farspan::config {
namespace {

struct extension {
    draft& d;
    int64_t trained, target;  // L and T
    double factor() const { return static_cast<double>(target) / static_cast<double>(trained); }
};

[[noreturn]] void refuse(const char* method, const char* why) {
    throw failure(FARSPAN_ERROR_COMBINATION, "options.extension", "is %s: %s", method, why);
}

// ---- frequencies

// The pair, as a real number, that turns once within the trained length.
double pair_of_one_turn(const farspan_rope_config& rope, int64_t trained) {
    return rope.rotary_dim * std::log(static_cast<double>(trained) / (2 * std::numbers::pi)) /
           (2 * std::log(rope.base));
}

// The least alpha for which every pair that never completed a turn in training stays within the angles it has seen:
// alpha^(-2p/(R-2)) <= 1/s for the first such pair p.
double ntk_alpha(const extension& e, const farspan_rope_config& rope) {
    const double first = std::ceil(pair_of_one_turn(rope, e.trained));
    if (!(first >= 1) || first > rope.rotary_dim / 2 - 1.0)
        refuse("ntk", "every pair of this model completes a turn within its trained length, or none does");
    return std::pow(e.factor(), (rope.rotary_dim - 2) / (2 * first));
}

void start_rope(farspan_rope_config& rope, int32_t method) {
    if (rope.method != FARSPAN_ROPE_BASE)
        refuse(method_name(FARSPAN_PART_ROPE, method),
               "the file scales its rotation already; only its own type or a remap of distances can be added");
    rope.method = method;
}

void extend_linear(const extension& e, farspan_rope_config& rope) {
    const double before = rope.method == FARSPAN_ROPE_LINEAR ? rope.factor : 1;
    if (rope.method != FARSPAN_ROPE_LINEAR) start_rope(rope, FARSPAN_ROPE_LINEAR);
    rope.factor = before * e.factor();
    e.d.notes.add(FARSPAN_NOTE_DERIVED, "", "linear to %" PRId64 ": factor %.15g = %.15g * %" PRId64 " / %" PRId64,
                  e.target, rope.factor, before, e.target, e.trained);
}

void extend_yarn(const extension& e, farspan_rope_config& rope) {
    if (rope.method == FARSPAN_ROPE_YARN && rope.mscale_all_dim != 0)
        refuse("yarn", "this model was trained with its own yarn");
    if (rope.method != FARSPAN_ROPE_YARN) {
        start_rope(rope, FARSPAN_ROPE_YARN);
        rope.original_context = e.trained;
    }
    rope.factor = static_cast<double>(e.target) / static_cast<double>(rope.original_context);
    e.d.notes.add(FARSPAN_NOTE_DERIVED, "",
                  "yarn to %" PRId64 ": factor %.15g = %" PRId64 " / original length %" PRId64, e.target, rope.factor,
                  e.target, rope.original_context);
}

void extend_ntk(const extension& e, farspan_rope_config& rope) {
    start_rope(rope, FARSPAN_ROPE_NTK);
    rope.factor = ntk_alpha(e, rope);
    e.d.notes.add(FARSPAN_NOTE_DERIVED, "",
                  "ntk to %" PRId64 ": alpha %.6g = (%" PRId64 " / %" PRId64 ")^((R-2)/(2p)), p = %.0f", e.target,
                  rope.factor, e.target, e.trained, std::ceil(pair_of_one_turn(rope, e.trained)));
}

// alpha(n) = a n/L - (a - 1) reaches the alpha of T at n = T.
void extend_dynamic_ntk(const extension& e, farspan_rope_config& rope) {
    start_rope(rope, FARSPAN_ROPE_DYNAMIC_NTK);
    const double alpha = ntk_alpha(e, rope);
    rope.factor = (alpha - 1) / (e.factor() - 1);
    rope.original_context = e.trained;
    e.d.notes.add(FARSPAN_NOTE_DERIVED, "",
                  "dynamic_ntk to %" PRId64 ": factor %.6g, so that alpha is %.6g at the target", e.target, rope.factor,
                  alpha);
}

// ---- distances

void check_window(const extension& e, const char* method, int64_t window) {
    if (window < 1 || window >= e.trained - 1)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "options.window",
                      "is %" PRId64 ": must be between 1 and %" PRId64 " for %s", window, e.trained - 2, method);
}

// Largest length whose distances stay below L: G (L - W + floor(W / G)).
double self_extend_reach(int64_t trained, int64_t window, int64_t group) {
    return static_cast<double>(group) * static_cast<double>(trained - window + window / group);
}

void extend_self(const extension& e, farspan_remap_config& remap) {
    const farspan_model_options& o = e.d.options;
    int64_t window = o.window > 0 ? o.window : e.trained / 4, group = o.group > 0 ? o.group : 1;
    check_window(e, "self_extend", window);
    if (o.group == 0) {
        // reach >= G (L - W), so that this many groups are enough; fewer may do.
        const int64_t enough = (e.target + e.trained - window - 1) / (e.trained - window);
        group = std::max<int64_t>(1, enough);
        while (group > 1 && self_extend_reach(e.trained, window, group - 1) >= static_cast<double>(e.target)) --group;
    }
    if (self_extend_reach(e.trained, window, group) < static_cast<double>(e.target))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "options.group",
                      "is %" PRId64 ": with window %" PRId64 " it reaches %.0f, not %" PRId64, group, window,
                      self_extend_reach(e.trained, window, group), e.target);
    if (o.window == 0 && window > group) window -= window % group;  // both regions then join without a step
    remap.window = window;
    remap.group = group;
    e.d.notes.add(FARSPAN_NOTE_DERIVED, "",
                  "self_extend to %" PRId64 ": window %" PRId64 ", group %" PRId64 ", reaches %.0f", e.target, window,
                  group, self_extend_reach(e.trained, window, group));
}

void extend_rerope(const extension& e, farspan_remap_config& remap) {
    remap.window = e.d.options.window > 0 ? e.d.options.window : e.trained / 4;
    check_window(e, "rerope", remap.window);
    e.d.notes.add(FARSPAN_NOTE_DERIVED, "", "rerope: window %" PRId64 ", any length; order beyond the window is lost",
                  remap.window);
}

void extend_leaky(const extension& e, farspan_remap_config& remap) {
    const int64_t window = e.d.options.window > 0 ? e.d.options.window : e.trained / 4;
    check_window(e, "leaky_rerope", window);
    remap.window = window;
    remap.leak = std::ceil(static_cast<double>(e.target - 1 - window) / static_cast<double>(e.trained - 1 - window));
    e.d.notes.add(FARSPAN_NOTE_DERIVED, "",
                  "leaky_rerope to %" PRId64 ": window %" PRId64 ", leak %.0f = ceil(%" PRId64 " / %" PRId64 ")",
                  e.target, window, remap.leak, e.target - 1 - window, e.trained - 1 - window);
}

void extend_chunks(const extension& e, farspan_remap_config& remap) {
    if (e.trained < 16) refuse("dual_chunk", "the trained length is below 16");
    remap.chunk = e.trained / 4 * 3;
    remap.local_window = e.trained / 8;
    e.d.notes.add(FARSPAN_NOTE_DERIVED, "",
                  "dual_chunk: chunk %" PRId64 " and local window %" PRId64 " of the trained %" PRId64 ", any length",
                  remap.chunk, remap.local_window, e.trained);
}

// ---- layers

bool is_extendable(const layer_draft& layer) { return layer.kind == FARSPAN_LAYER_FULL && layer.rope != no_rope; }

using change_rope = void (*)(const extension&, farspan_rope_config&);
using change_remap = void (*)(const extension&, farspan_remap_config&);

// The full layers get a changed copy of their rotation, the others keep theirs.
void apply_to_ropes(const extension& e, change_rope change) {
    std::vector<int32_t> changed(e.d.ropes.size(), no_rope);
    for (layer_draft& layer : e.d.layers) {
        if (!is_extendable(layer)) continue;
        int32_t& copy = changed[static_cast<std::size_t>(layer.rope)];
        if (copy == no_rope) {
            rope_draft extended = e.d.ropes[static_cast<std::size_t>(layer.rope)];
            change(e, extended.config);
            copy = static_cast<int32_t>(e.d.ropes.size());
            e.d.ropes.push_back(std::move(extended));
        }
        layer.rope = copy;
    }
}

void apply_remap(const extension& e, int32_t method, change_remap change) {
    if (e.d.remap.method != FARSPAN_REMAP_NONE)
        refuse(method_name(FARSPAN_PART_REMAP, method), "the file has a remap of its own");
    init_remap_config(&e.d.remap, method);
    change(e, e.d.remap);
    for (layer_draft& layer : e.d.layers) layer.extended = is_extendable(layer);
}

void apply_slopes(const extension& e) {
    if (e.d.bias.method != FARSPAN_BIAS_ALIBI) refuse("alibi_slopes", "the model has no ALiBi");
    e.d.bias.trained_length = e.trained;
    e.d.notes.add(FARSPAN_NOTE_DERIVED, "", "ALiBi: slopes shrink by %" PRId64 " / length beyond it", e.trained);
}

// L: the length whose distances the rotation knows. A model trained with its scaling knows its whole context; Qwen's
// yarn is the optional kind, whose own L counts for another yarn only.
int64_t known_length(const draft& d, bool remap) {
    const int64_t length = remap ? std::max(d.info.context, d.info.trained_context) : d.info.trained_context;
    for (const rope_draft& rope : d.ropes)
        if (rope.config.method == FARSPAN_ROPE_LINEAR) return d.info.context;
    return length;
}

void apply(const extension& e) {
    const auto rope = [&](change_rope change) { apply_to_ropes(e, change); };
    const auto remap = [&](int32_t method, change_remap change) { apply_remap(e, method, change); };
    switch (e.d.options.extension) {
        case FARSPAN_EXTENSION_LINEAR:
            return rope(extend_linear);
        case FARSPAN_EXTENSION_NTK:
            return rope(extend_ntk);
        case FARSPAN_EXTENSION_DYNAMIC_NTK:
            return rope(extend_dynamic_ntk);
        case FARSPAN_EXTENSION_YARN:
            return rope(extend_yarn);
        case FARSPAN_EXTENSION_SELF_EXTEND:
            return remap(FARSPAN_REMAP_SELF_EXTEND, extend_self);
        case FARSPAN_EXTENSION_REROPE:
            return remap(FARSPAN_REMAP_REROPE, extend_rerope);
        case FARSPAN_EXTENSION_LEAKY_REROPE:
            return remap(FARSPAN_REMAP_LEAKY_REROPE, extend_leaky);
        case FARSPAN_EXTENSION_DUAL_CHUNK:
            return remap(FARSPAN_REMAP_DUAL_CHUNK, extend_chunks);
        default:
            return apply_slopes(e);
    }
}

}  // namespace

void extend(draft& d) {
    const int32_t method = d.options.extension;
    if (method == FARSPAN_EXTENSION_NONE) return;
    const bool slopes = method == FARSPAN_EXTENSION_ALIBI_SLOPES;
    const bool remap = method >= FARSPAN_EXTENSION_SELF_EXTEND && !slopes;
    const extension e{d, known_length(d, remap), d.options.target_length};
    if (e.trained < 2) refuse("set", "the file does not say the trained length");
    if (e.target <= e.trained) {
        d.notes.add(FARSPAN_NOTE_NO_EFFECT, "",
                    "the target length %" PRId64 " is within the trained %" PRId64 ": nothing is changed", e.target,
                    e.trained);
        return;
    }
    if (!slopes && std::none_of(d.layers.begin(), d.layers.end(), is_extendable))
        refuse("set", "no layer has both full attention and rotary positions");
    apply(e);
    d.info.usable_context = d.info.usable_context_most = e.target;
}

}  // namespace farspan::config
