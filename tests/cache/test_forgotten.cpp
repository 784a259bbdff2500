// Tokens that were evicted or cut off never come back: the room of a token that is appended reads as 0 until it is
// written.
#include <criterion/criterion.h>

#include <algorithm>

#include "cache_calls.hpp"
#include "cache_context.hpp"
#include "cache_model.hpp"

using namespace farspan_test;

namespace {

// Attention of the newest token without writing it. All values being 0 or forgotten ones, the output shows which.
float largest_output(const cache_model& model, int64_t id, int64_t layer) {
    const cache_form& form = model.form();
    scheme_spec spec("forgotten");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    tensor_data q(FARSPAN_F32, {1, form.query_heads, 1, form.head_dim}),
        out(FARSPAN_F32, {1, form.query_heads, 1, form.value_dim});
    q.fill([] { return 1.0; });
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = 1;
    batch.sequence = &id;
    error_slot error;
    require_ok(farspan_attention_decode(cache_context(FARSPAN_ISA_BEST, 1), spec.create().get(), model.handle(), layer,
                                        &batch, cache_data(&q.view(), &out.view()).get(), &error),
               error, "decode");
    float largest = 0;
    for (int64_t h = 0; h < form.query_heads; ++h)
        for (int64_t d = 0; d < form.value_dim; ++d)
            largest = std::max(largest, std::abs(static_cast<float>(out.get(0, h, 0, d))));
    return largest;
}

void append_unwritten(const cache_model& model, int64_t id, int64_t tokens) {
    const int64_t offsets[2] = {0, tokens};
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = 1;
    batch.sequence = &id;
    batch.offsets = offsets;
    batch.offsets_count = 2;
    cr_assert(farspan_cache_append(nullptr, model.handle(), &batch, nullptr, 0, nullptr) == FARSPAN_OK);
}

void expect_zero(const cache_model& model, int64_t id, const char* what) {
    for (int64_t layer = 0; layer < model.form().layers; ++layer)
        cr_expect(largest_output(model, id, layer) == 0, "%s, dtype %d, layer %d: %g", what, model.form().dtype,
                  static_cast<int>(layer), static_cast<double>(largest_output(model, id, layer)));
}

}  // namespace

Test(cache_forgotten, appended_tokens_are_0_until_they_are_written) {
    for (const int32_t dtype : std::vector<int32_t>{FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16, FARSPAN_I8}) {
        cache_form form;
        form.dtype = dtype;
        form.layers = 2;
        {
            cache_model model(form, 1);
            const int64_t id = model.create();
            model.append({id}, {10});
            cr_assert(largest_output(model, id, 0) > 0, "the test must see what is written");
            model.evict(id, 0, INT64_MAX);
            append_unwritten(model, id, 5);
            expect_zero(model, id, "all cut off");
        }
        {
            cache_model model(form, 5);
            const int64_t id = model.create();
            model.append({id}, {10});
            model.evict(id, 5, INT64_MAX);
            append_unwritten(model, id, 5);
            model.evict(id, 0, 5);
            expect_zero(model, id, "cut off within a block");
        }
        {
            cache_model model(form, 2);
            const int64_t id = model.create();
            model.append({id}, {10});
            const int64_t child = model.fork(id);
            model.evict(child, 0, INT64_MAX);
            append_unwritten(model, child, 64);
            expect_zero(model, child, "a fork, cut off");
            cr_expect(largest_output(model, id, 1) > 0, "its parent keeps its own");
            model.evict(id, 0, 9);
            append_unwritten(model, id, 3);
            model.evict(id, 0, 10);
            expect_zero(model, id, "evicted from the front");
        }
        {
            cache_model model(form, 3);
            const int64_t old = model.create();
            model.append({old}, {200});
            model.destroy(old);
            const int64_t id = model.create();
            append_unwritten(model, id, 130);
            expect_zero(model, id, "blocks of another sequence");
        }
        {
            // A block that is shared, and of which the child uses other tokens than the parent.
            cache_model model(form, 4);
            const int64_t id = model.create();
            model.append({id}, {40});
            const int64_t child = model.fork(id);
            model.evict(child, 20, INT64_MAX);
            append_unwritten(model, child, 20);
            model.evict(child, 0, 20);
            expect_zero(model, child, "a fork that goes on earlier");
        }
    }
}
