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

#include "farspan/cpp/generated/objects.hpp"

namespace farspan {

// Threads, instruction set, cancellation.
class context : public detail::context_methods<context> {
public:
    explicit context(const farspan_context_config& config)
        : context_methods(detail::created{}, [&](farspan_context** made, farspan_error* cause) {
              return farspan_context_create(&config, made, cause);
          }) {}
};

inline const farspan_context* detail::handle(const context* given) { return given ? given->get() : nullptr; }

// A method, checked: the parts that it was made of may change or go afterwards.
class scheme : public detail::scheme_methods<scheme> {
public:
    template <class Create>
    scheme(detail::created made, Create&& create) : scheme_methods(made, std::forward<Create>(create)) {}
    explicit scheme(const scheme_parts& parts)
        : scheme_methods(detail::created{}, [&](farspan_scheme** made, farspan_error* cause) {
              const farspan_scheme_parts given = parts.view();
              return farspan_scheme_create(&given, made, cause);
          }) {}
    // Of any of the five configurations, in any order: scheme(), scheme(rope), scheme(rope, mask).
    template <class... Config,
              class = decltype((std::declval<scheme_parts&>().set(std::declval<const Config&>()), ..., 0))>
    explicit scheme(const Config&... configs) : scheme(collect(configs...)) {}

private:
    template <class... Config>
    static scheme_parts collect(const Config&... configs) {
        scheme_parts parts;
        (parts.set(configs), ...);
        return parts;
    }
};

// What a run may be given besides its tensors.
struct run_options {
    const const_tensor* bias = nullptr;  // of a dense bias
    array_view<float> lse;               // [batch][query_heads][queries], or empty
    array_view<std::byte> workspace;     // at least the plan's workspace_size, or empty
};

namespace detail {
inline farspan_attention_data attention_data(const const_tensor& q, const const_tensor* k, const const_tensor* v,
                                             const tensor& out, const run_options& options) {
    const auto view = [](const const_tensor* given) { return given ? given->get() : nullptr; };
    farspan_attention_data data = begun(farspan_attention_data_init);
    data.q = q.get();
    data.k = view(k);
    data.v = view(v);
    data.bias = view(options.bias);
    data.out = out.get();
    data.lse = data_of(options.lse);
    data.lse_count = count_of(options.lse);
    data.workspace = data_of(options.workspace);
    data.workspace_bytes = count_of(options.workspace);
    return data;
}
}  // namespace detail

// Everything about a problem that does not depend on the data; it keeps what it needs of the scheme and the problem.
class plan : public detail::plan_methods<plan> {
public:
    plan(const scheme& scheme, const problem& problem, const context* context = nullptr)
        : plan_methods(detail::created{}, [&](farspan_plan** made, farspan_error* cause) {
              return farspan_plan_create(detail::handle(context), scheme.get(), &problem, made, cause);
          }) {}

    // out = softmax(logits) v, in the shapes of farspan.h. A workspace serves one run at a time; otherwise a plan may
    // run on several threads at once.
    void run(const const_tensor& q, const const_tensor& k, const const_tensor& v, const tensor& out,
             const run_options& options = {}, const context* context = nullptr) const {
        const farspan_attention_data data = detail::attention_data(q, &k, &v, out, options);
        detail::check(
            [&](farspan_error* cause) { return farspan_attention_run(detail::handle(context), get(), &data, cause); });
    }
};

// Plan, run and forget: the problem is read off the tensors, positions are the defaults.
inline void attention(const scheme& scheme, const const_tensor& q, const const_tensor& k, const const_tensor& v,
                      const tensor& out, const context* context = nullptr, const run_options& options = {}) {
    const farspan_attention_data data = detail::attention_data(q, &k, &v, out, options);
    detail::check(
        [&](farspan_error* cause) { return farspan_attention(detail::handle(context), scheme.get(), &data, cause); });
}

// A JSON object for bug reports.
inline std::string diagnose() {
    std::string text(static_cast<std::size_t>(farspan_diagnose(nullptr, 0)), '\0');
    farspan_diagnose(text.data(), static_cast<int64_t>(text.size()));
    text.resize(text.empty() ? 0 : text.size() - 1);
    return text;
}

}  // namespace farspan

#include "farspan/cpp/generated/calls.hpp"

#endif
