// Farspan for C++17 and later: owners, views and exceptions around farspan.h, which remains the manual. Header-only; it
// holds no mathematics and no default values.
//
//   - Every failure throws farspan::error with the C status, the index of the C function's argument, and the message.
//     Nothing has then been written to any output.
//   - A function here has the contract of the C function of the same name: scheme::probe is farspan_scheme_probe.
//   - Tensors and array views borrow memory for the call and know its size: what does not fit is refused.
//     Configurations keep the arrays that their setters are given. A pointer put into a field by hand is the caller's
//     to vouch for.
//   - scheme, plan and context are movable owners. They are immutable: any number of threads may use one at the same
//     time. A moved-from one is refused. A context is passed as a pointer; nullptr means the defaults.
//
//     farspan::rope_config rope(FARSPAN_ROPE_BASE);
//     rope.layout = FARSPAN_LAYOUT_HALF;
//     rope.rotary_dim = 64;
//     const farspan::scheme scheme(rope);
//     const farspan::shape4 shape{1, 4, 1024, 64};
//     farspan::attention(scheme, {q, shape}, {k, shape}, {v, shape}, {out, shape});
#ifndef FARSPAN_FARSPAN_HPP
#define FARSPAN_FARSPAN_HPP

#include "farspan/cpp/configs.hpp"
#include "farspan/cpp/views.hpp"

namespace farspan {
namespace detail {

template <class Handle, void (*Destroy)(Handle*)>
class owner {
public:
    // The C handle, for calls of the C interface; throws if this object was moved from.
    Handle* get() const {
        if (!handle_) throw error(FARSPAN_ERROR_NULL_ARGUMENT, 0, "the object was moved from");
        return handle_.get();
    }

protected:
    template <class Create>  // create(Handle**, farspan_error*) -> farspan_status
    explicit owner(Create&& create) {
        Handle* made = nullptr;
        check([&](farspan_error* cause) { return create(&made, cause); });
        handle_.reset(made);
    }

private:
    struct destroy {
        void operator()(Handle* handle) const noexcept { Destroy(handle); }
    };
    std::unique_ptr<Handle, destroy> handle_;
};

}  // namespace detail

// ---- Context ---------------------------------------------------------------------------------------------------

// Threads, instruction set, cancellation.
class context : public detail::owner<farspan_context, farspan_context_destroy> {
public:
    explicit context(const farspan_context_config& config)
        : owner([&](farspan_context** made, farspan_error* cause) {
              return farspan_context_create(&config, made, cause);
          }) {}
    int32_t threads() const { return farspan_context_threads(get()); }
    int32_t isa() const { return farspan_context_isa(get()); }
};

namespace detail {
inline const farspan_context* handle(const context* given) { return given ? given->get() : nullptr; }
}  // namespace detail

// ---- Scheme ----------------------------------------------------------------------------------------------------

// The five parts of a scheme; nullptr leaves one at its default.
struct scheme_parts {
    const rope_config* rope = nullptr;
    const remap_config* remap = nullptr;
    const bias_config* bias = nullptr;
    const mask_config* mask = nullptr;
    const score_config* score = nullptr;

    void set(const rope_config& config) { rope = &config; }
    void set(const remap_config& config) { remap = &config; }
    void set(const bias_config& config) { bias = &config; }
    void set(const mask_config& config) { mask = &config; }
    void set(const score_config& config) { score = &config; }
};

// A method, checked: the parts that it was made of may change or go afterwards.
class scheme : public detail::owner<farspan_scheme, farspan_scheme_destroy> {
public:
    explicit scheme(const scheme_parts& parts)
        : owner([&](farspan_scheme** made, farspan_error* cause) {
              farspan_scheme_parts given;
              farspan_scheme_parts_init(&given, sizeof given);
              given.rope = parts.rope;
              given.remap = parts.remap;
              given.bias = parts.bias;
              given.mask = parts.mask;
              given.score = parts.score;
              return farspan_scheme_create(&given, made, cause);
          }) {}
    // Of any of the five configurations, in any order: scheme(), scheme(rope), scheme(rope, mask).
    template <class... Config,
              class = decltype((std::declval<scheme_parts&>().set(std::declval<const Config&>()), ..., 0))>
    explicit scheme(const Config&... configs) : scheme(collect(configs...)) {}

    // The scheme that a text of JSON describes, and its canonical text.
    static scheme from_json(std::string_view text) { return scheme(text, from_text{}); }
    std::string to_json() const {
        std::string text(255, '\0');
        int64_t needed = 0;
        const auto write = [&](farspan_error* cause) {
            return farspan_scheme_to_json(get(), text.data(), static_cast<int64_t>(text.size()) + 1, &needed, cause);
        };
        detail::check(write);
        const bool fits = needed <= static_cast<int64_t>(text.size()) + 1;
        text.resize(static_cast<std::size_t>(needed) - 1);
        if (!fits) detail::check(write);
        return text;
    }

    // Positions per token that the rope part reads.
    int32_t axes() const { return farspan_scheme_axes(get()); }

    // Everything that the scheme says about one pair of positions; length 0: the larger of them + 1. The order is that
    // of C.
    farspan_probe probe(int64_t length, int64_t query, int64_t key, int32_t head = 0) const {
        farspan_probe result;
        farspan_probe_init(&result, sizeof result);
        detail::check([&](farspan_error* cause) {
            return farspan_scheme_probe(get(), length, query, key, head, &result, cause);
        });
        return result;
    }
    // The keys among positions 0 .. keys-1 that a query sees: {first, last, first, last}.
    std::array<int64_t, 4> visible(int64_t query, int64_t keys) const {
        std::array<int64_t, 4> result{};
        detail::check(
            [&](farspan_error* cause) { return farspan_scheme_visible(get(), query, keys, result.data(), cause); });
        return result;
    }
    // Writes inv_freq (radians per position, one entry per pair) and returns the magnitude; length 0: at rest.
    double frequencies(array_view<double> inv_freq, int64_t length = 0) const {
        double magnitude = 0, none = 0;
        detail::check([&](farspan_error* cause) {
            return farspan_rope_frequencies(get(), length, inv_freq.empty() ? &none : inv_freq.data(),
                                            static_cast<int64_t>(inv_freq.size()), &magnitude, cause);
        });
        return magnitude;
    }
    // out[n] = bias of `head` at distance first_distance + n.
    void bias(int32_t head, int64_t first_distance, array_view<float> out, int64_t length = 0,
              const context* context = nullptr) const {
        float none = 0;
        detail::check([&](farspan_error* cause) {
            return farspan_bias_fill(detail::handle(context), get(), head, length, first_distance,
                                     out.empty() ? &none : out.data(), static_cast<int64_t>(out.size()), cause);
        });
    }

private:
    struct from_text {};
    scheme(std::string_view text, from_text)
        : owner([&](farspan_scheme** made, farspan_error* cause) {
              return farspan_scheme_from_json(text.empty() ? "" : text.data(), static_cast<int64_t>(text.size()), made,
                                              cause);
          }) {}
    template <class... Config>
    static scheme_parts collect(const Config&... configs) {
        scheme_parts parts;
        (parts.set(configs), ...);
        return parts;
    }
};

// ---- Encode ----------------------------------------------------------------------------------------------------

// Rotates in[b, h, t, :] by positions[t] into out.
// `positions`: [in.extent(2)] entries, for M-RoPE that many per axis; empty: 0, 1, 2 ... `in` and `out` may be the same
// memory.
inline void rope_apply(const scheme& scheme, const const_tensor& in, const tensor& out,
                       array_view<const int64_t> positions = {}, const rope_options& options = {},
                       const context* context = nullptr) {
    detail::check([&](farspan_error* cause) {
        return farspan_rope_apply(detail::handle(context), scheme.get(), &options, positions.data(),
                                  detail::count_of(positions), in.get(), out.get(), cause);
    });
}

// out[0, 0, t, :] = the encoding of position first + t in one of the layouts FARSPAN_SINUSOIDAL_*.
inline void sinusoidal_fill(int32_t layout, int64_t first, double base, const tensor& out,
                            const context* context = nullptr) {
    detail::check([&](farspan_error* cause) {
        return farspan_sinusoidal_fill(detail::handle(context), layout, first, base, out.get(), cause);
    });
}

// out[b, 0, t, :] = table[0, 0, positions[t], :]. `positions`: [out.extent(2)]; empty: 0, 1, 2 ...
inline void position_lookup(const const_tensor& table, const tensor& out, array_view<const int64_t> positions = {},
                            const context* context = nullptr) {
    detail::check([&](farspan_error* cause) {
        return farspan_position_lookup(detail::handle(context), table.get(), positions.data(),
                                       detail::count_of(positions), out.get(), cause);
    });
}

// A dense bias out[0, h, i, j]. Positions of the queries [out.extent(2)] and of the keys [out.extent(3)]; empty: the
// defaults.
inline void fire_fill(const fire_config& config, const tensor& out, array_view<const int64_t> query_positions = {},
                      array_view<const int64_t> key_positions = {}, const context* context = nullptr) {
    detail::check([&](farspan_error* cause) {
        return farspan_fire_fill(detail::handle(context), &config, query_positions.data(),
                                 detail::count_of(query_positions), key_positions.data(),
                                 detail::count_of(key_positions), out.get(), cause);
    });
}

// ---- Plan and attention ----------------------------------------------------------------------------------------

// What a run may be given besides its tensors.
struct run_options {
    const const_tensor* bias = nullptr;  // of a dense bias
    array_view<float> lse;               // [batch][query_heads][queries], or empty
    array_view<std::byte> workspace;     // at least plan::workspace_size, or empty
};

namespace detail {
inline farspan_attention_data attention_data(const const_tensor& q, const const_tensor& k, const const_tensor& v,
                                             const tensor& out, const run_options& options) {
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = q.get();
    data.k = k.get();
    data.v = v.get();
    data.bias = options.bias ? options.bias->get() : nullptr;
    data.out = out.get();
    data.lse = options.lse.data();
    data.lse_count = count_of(options.lse);
    data.workspace = options.workspace.data();
    data.workspace_bytes = count_of(options.workspace);
    return data;
}
}  // namespace detail

// Everything about a problem that does not depend on the data; it keeps what it needs of the scheme and the problem.
class plan : public detail::owner<farspan_plan, farspan_plan_destroy> {
public:
    plan(const scheme& scheme, const problem& problem, const context* context = nullptr)
        : owner([&](farspan_plan** made, farspan_error* cause) {
              return farspan_plan_create(detail::handle(context), scheme.get(), &problem, made, cause);
          }) {}

    // Bytes of scratch of one run.
    std::size_t workspace_size() const { return farspan_plan_workspace_size(get()); }

    // Tiles skipped, wholly visible, on a mask edge, and crossed by a branch boundary.
    std::array<int64_t, 4> tile_counts() const {
        std::array<int64_t, 4> counts{};
        detail::check([&](farspan_error* cause) { return farspan_plan_tile_counts(get(), counts.data(), cause); });
        return counts;
    }

    // out = softmax(logits) v, in the shapes of farspan.h. A workspace serves one run at a time; otherwise a plan may
    // run on several threads at once.
    void run(const const_tensor& q, const const_tensor& k, const const_tensor& v, const tensor& out,
             const run_options& options = {}, const context* context = nullptr) const {
        const farspan_attention_data data = detail::attention_data(q, k, v, out, options);
        detail::check(
            [&](farspan_error* cause) { return farspan_attention_run(detail::handle(context), get(), &data, cause); });
    }
};

// Plan, run and forget: the problem is read off the tensors, positions are the defaults.
inline void attention(const scheme& scheme, const const_tensor& q, const const_tensor& k, const const_tensor& v,
                      const tensor& out, const context* context = nullptr, const run_options& options = {}) {
    const farspan_attention_data data = detail::attention_data(q, k, v, out, options);
    detail::check(
        [&](farspan_error* cause) { return farspan_attention(detail::handle(context), scheme.get(), &data, cause); });
}

// Merges the result over other keys (out_b, lse_b) into (out_a, lse_a).
inline void attention_merge(const tensor& out_a, array_view<float> lse_a, const const_tensor& out_b,
                            array_view<float> lse_b, const context* context = nullptr) {
    detail::check([&](farspan_error* cause) {
        return farspan_attention_merge(detail::handle(context), out_a.get(), lse_a.data(), detail::count_of(lse_a),
                                       out_b.get(), lse_b.data(), detail::count_of(lse_b), cause);
    });
}

// ---- The library -----------------------------------------------------------------------------------------------

inline std::string status_text(farspan_status status) { return farspan_status_text(status); }
inline uint32_t version() { return farspan_version(); }
inline std::string version_text() { return farspan_version_text(); }
inline uint32_t abi_version() { return farspan_abi_version(); }
// Empty for an unknown method.
inline std::string method_name(int32_t part, int32_t method) {
    const char* name = farspan_method_name(part, method);
    return name ? name : "";
}
// -1 for an unknown name.
inline int32_t method_find(int32_t part, const std::string& name) { return farspan_method_find(part, name.c_str()); }
inline int32_t method_count(int32_t part) { return farspan_method_count(part); }
inline bool isa_supported(int32_t isa) { return farspan_isa_supported(isa) != 0; }
// Empty for an unknown instruction set.
inline std::string isa_name(int32_t isa) {
    const char* name = farspan_isa_name(isa);
    return name ? name : "";
}
// A JSON object for bug reports.
inline std::string diagnose() {
    std::string text(static_cast<std::size_t>(farspan_diagnose(nullptr, 0)), '\0');
    farspan_diagnose(text.data(), static_cast<int64_t>(text.size()));
    text.resize(text.empty() ? 0 : text.size() - 1);
    return text;
}
inline void shutdown() { farspan_shutdown(); }

}  // namespace farspan

#include "farspan/cpp/calls.hpp"

#endif
