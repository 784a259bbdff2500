// farspan_rope_apply against a copy of the same bytes on pages of the same size: rotation should cost no more than
// touching the data.
#include "attention_case.hpp"
#include "peak.hpp"
#include "row.hpp"

namespace bench {
namespace {

struct rope_case {
    int32_t layout, dtype;
    int64_t sequence, heads, head_dim;
    int32_t threads;
};

std::function<void()> prepare(const rope_case& c) {
    struct state {
        std::unique_ptr<farspan_context, run_free> context;
        std::unique_ptr<farspan_scheme, run_free> scheme;
        owned_tensor in, out;
    };
    auto s = std::make_shared<state>(state{make_context(c.threads),
                                           nullptr,
                                           {c.dtype, c.heads, c.sequence, c.head_dim, pages::huge},
                                           {c.dtype, c.heads, c.sequence, c.head_dim, pages::huge}});
    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_BASE);
    rope.layout = c.layout;
    rope.rotary_dim = static_cast<int32_t>(c.head_dim);
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_scheme* made = nullptr;
    farspan_scheme_parts parts;
    farspan_scheme_parts_init(&parts, sizeof parts);
    parts.rope = &rope;
    must(farspan_scheme_create(&parts, &made, &error), error);
    s->scheme.reset(made);
    return [s] {
        farspan_error failure = FARSPAN_ERROR_INIT;
        farspan_rope_options options;
        farspan_rope_options_init(&options, sizeof options);
        must(farspan_rope_apply(s->context.get(), s->scheme.get(), &options, nullptr, 0, &s->in.tensor, &s->out.tensor,
                                &failure),
             failure);
    };
}

}  // namespace

void add_rows() {
    for (int32_t layout : {FARSPAN_LAYOUT_HALF, FARSPAN_LAYOUT_INTERLEAVED})
        for (int32_t dtype : {FARSPAN_F32, FARSPAN_F16})
            for (int64_t sequence : {512, 4096}) {
                const rope_case c{layout, dtype, sequence, 32, 128, 1};
                const int64_t bytes = c.sequence * c.heads * c.head_dim * (dtype == FARSPAN_F32 ? 4 : 2);
                add_row({std::string("rope/") + (layout == FARSPAN_LAYOUT_HALF ? "half" : "interleaved") +
                             (dtype == FARSPAN_F32 ? "/f32" : "/f16") + "/d128/n" + std::to_string(sequence) + "/t1",
                         "GB/s", 2.0 * static_cast<double>(bytes),
                         [bytes] { return copy_bandwidth(static_cast<std::size_t>(bytes), 1); },
                         [c] { return prepare(c); }});
            }
}

}  // namespace bench
