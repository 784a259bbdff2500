// One query against a cache, and a few: every scheme, every stored type, every instruction set.
#include <criterion/criterion.h>

#include <cmath>
#include <cstdio>

#include "cache_calls.hpp"
#include "cache_model.hpp"
#include "calls.hpp"
#include "generator.hpp"
#include "random_scheme.hpp"

using namespace farspan_test;

namespace {

// The worst error of a family, printed with its case. Of all calls of check only every case_step()-th does anything.
class family {
public:
    explicit family(const char* name) : name_(name) {}
    ~family() {
        std::printf("%-14s worst out %.2e (%s), lse %.2e, %.2f of the bound\n", name_, out_, which_.c_str(), lse_,
                    of_bound_);
    }

    void check(cache_model& model, scheme_spec& spec, const std::vector<int64_t>& ids, const std::vector<int64_t>& rows,
               int64_t layer = 0) {
        if (offered_++ % case_step() != 0) return;
        for (const int32_t isa : usable_isas()) {
            const cache_model::outcome got = model.attend(isa, 1, spec, ids, rows, layer);
            cr_expect(got.of_bound <= 1, "%s, %s on %s: out off by %.3g, lse by %.3g, %.2f of the bound; %s", name_,
                      spec.name.c_str(), farspan_isa_name(isa), got.error.out, got.error.lse, got.of_bound,
                      got.error.worst.c_str());
            of_bound_ = std::max(of_bound_, got.of_bound);
            if (got.error.out > out_) out_ = got.error.out, which_ = spec.name;
            lse_ = std::max(lse_, got.error.lse);
        }
    }

private:
    const char* name_;
    uint64_t offered_ = 0;
    double out_ = 0, lse_ = 0, of_bound_ = 0;
    std::string which_ = "-";
};

scheme_spec plain_rope() {
    scheme_spec spec("rope");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    return spec;
}

}  // namespace

Test(cache_decode, lengths) {
    family errors("lengths");
    cache_model model({}, 1);
    const int64_t id = model.create();
    scheme_spec spec = plain_rope();
    for (const int64_t more : {1, 1, 61, 1, 1, 1, 62, 1, 1, 100, 800}) {
        model.append({id}, {more});
        errors.check(model, spec, {id}, {1});
    }
    for (const int64_t rows : {2, 3, 8, 17, 40, 100}) errors.check(model, spec, {id}, {rows});
}

// A rank of a tensor parallel host holds some heads of the layer: bias and sink logits are those of the layer's heads.
Test(cache_decode, a_rank_of_the_heads) {
    family errors("ranks");
    for (const int64_t offset : {0, 3, 4}) {
        cache_form form;
        form.head_offset = offset;
        cache_model model(form, 3);
        const int64_t id = model.create();
        model.append({id}, {150});
        scheme_spec biased = plain_rope();
        biased.name = "alibi and sinks from head " + std::to_string(offset);
        biased.with_bias(FARSPAN_BIAS_ALIBI, 8);
        biased.sinks = {0.5, -1, 2, 0, 3, -2, 1, 0.25};
        for (const int64_t rows : {1, 5, 40}) errors.check(model, biased, {id}, {rows});
    }
}

Test(cache_decode, every_scheme) {
    family errors("schemes");
    cache_model model({}, 2);
    const int64_t id = model.create();
    model.append({id}, {330});
    int checked = 0;
    for (uint64_t seed = 1; checked < 150; ++seed) {
        scheme_spec spec = random_scheme(seed);
        if (spec.bias.method == FARSPAN_BIAS_DENSE) continue;
        ++checked;
        spec.name += ", seed " + std::to_string(seed);
        errors.check(model, spec, {id}, {std::vector<int64_t>{1, 5, 40}[static_cast<std::size_t>(checked % 3)]});
    }
}

Test(cache_decode, stored_types) {
    family errors("types");
    for (const int32_t dtype : std::vector<int32_t>{FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16, FARSPAN_I8}) {
        cache_form form;
        form.dtype = dtype;
        form.layers = 2;
        cache_model model(form, 3);
        const int64_t id = model.create();
        model.append({id}, {200});
        scheme_spec spec = plain_rope();
        spec.name = "dtype " + std::to_string(dtype);
        for (const int64_t layer : {0, 1}) errors.check(model, spec, {id}, {1}, layer);
    }
}

Test(cache_decode, sizes) {
    family errors("sizes");
    uint64_t seed = 10;
    for (const int64_t head_dim : {1, 2, 7, 16, 40, 96, 128, 256, 511})
        for (const int64_t value_dim : {head_dim, int64_t{33}}) {
            cache_form form;
            form.head_dim = head_dim;
            form.value_dim = value_dim;
            form.dtype = seed % 2 == 0 ? FARSPAN_BF16 : FARSPAN_F16;
            cache_model model(form, ++seed);
            const int64_t id = model.create();
            model.append({id}, {150});
            scheme_spec spec("dim " + std::to_string(head_dim) + " / " + std::to_string(value_dim));
            if (head_dim > 1)
                spec.with_rope(FARSPAN_ROPE_BASE, seed % 3 == 0 ? FARSPAN_LAYOUT_HALF : FARSPAN_LAYOUT_INTERLEAVED,
                               static_cast<int32_t>(head_dim / 2 * 2));
            errors.check(model, spec, {id}, {2});
        }
}

Test(cache_decode, heads) {
    family errors("heads");
    for (const auto& [query_heads, key_heads] :
         std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {4, 4}, {7, 1}, {71, 1}, {130, 1}, {32, 8}}) {
        cache_form form;
        form.query_heads = query_heads;
        form.key_heads = key_heads;
        cache_model model(form, 30);
        const int64_t id = model.create();
        model.append({id}, {100});
        scheme_spec spec = plain_rope();
        spec.with_bias(FARSPAN_BIAS_ALIBI, static_cast<int32_t>(query_heads));
        spec.name = std::to_string(query_heads) + "/" + std::to_string(key_heads);
        for (const int64_t rows : {1, 3}) errors.check(model, spec, {id}, {rows});
    }
}

// Sequences of different lengths and rows in one call; dynamic methods see each one's own length.
Test(cache_decode, batches) {
    family errors("batches");
    cache_model model({}, 40);
    std::vector<int64_t> ids;
    for (int n = 0; n < 5; ++n) ids.push_back(model.create());
    model.append(ids, {10, 500, 64, 65, 1});
    for (const int32_t method : {FARSPAN_ROPE_BASE, FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_DYNAMIC_YARN}) {
        scheme_spec spec("batch");
        spec.with_rope(method, FARSPAN_LAYOUT_HALF, 64);
        if (method != FARSPAN_ROPE_BASE) spec.rope.original_context = 100;
        if (method == FARSPAN_ROPE_DYNAMIC_NTK) spec.rope.factor = 2;
        errors.check(model, spec, ids, {1, 1, 1, 1, 1});
        errors.check(model, spec, ids, {3, 8, 0, 64, 1});
    }
}

// The same error at 10^7 as at 10^3, since queries are turned by differences. (Beyond, the oracle's own angles lose
// digits.)
Test(cache_decode, far_positions) {
    family errors("far");
    for (const int64_t start : {int64_t{1000}, int64_t{10000000}}) {
        cache_model model({}, 50);
        const int64_t id = model.create();
        model.append({id}, {1}, start);  // somewhere below start
        model.append({id}, {300}, 0);
        scheme_spec spec = plain_rope();
        spec.name = "from " + std::to_string(start);
        errors.check(model, spec, {id}, {1});
    }
}

// Sinks and a window far from them: the work follows the tokens, not the distance between the oldest and the newest,
// for few rows and for many.
Test(cache_decode, every_bias_at_any_position) {
    family errors("biases");
    for (const int32_t method : {FARSPAN_BIAS_ALIBI, FARSPAN_BIAS_T5, FARSPAN_BIAS_KERPLE_LOG,
                                 FARSPAN_BIAS_KERPLE_POWER, FARSPAN_BIAS_SANDWICH}) {
        scheme_spec spec("bias " + std::to_string(method));
        spec.with_bias(method, 4);
        if (method == FARSPAN_BIAS_T5)
            for (int n = 0; n < 32 * 4; ++n) spec.bias_values.push_back(0.05f * static_cast<float>(n % 23 - 11));
        if (method == FARSPAN_BIAS_KERPLE_LOG || method == FARSPAN_BIAS_KERPLE_POWER) {
            spec.bias_a = {0.01f, 0.1f, 1, 2};
            spec.bias_p = {0.5f, 1, 1.5f, 2};
        }
        for (const int64_t gap : {int64_t{1000}, int64_t{1} << 30}) {
            cache_model model({}, 70);
            const int64_t id = model.create();
            model.append({id}, {4});
            model.append({id}, {1}, gap);
            model.append({id}, {300}, 1);
            for (const int64_t rows : {1, 3, 40}) {
                errors.check(model, spec, {id}, {rows});
                // That bound grows with the far keys' large logits, which have no weight here.
                const double out = model.attend(FARSPAN_ISA_BEST, 2, spec, {id}, {rows}).error.out;
                cr_expect(out < 2e-6, "%s, gap %g, %d rows: off by %g", spec.name.c_str(), static_cast<double>(gap),
                          static_cast<int>(rows), out);
            }
        }
    }
}

// Long enough to be cut into parts; any number of threads and any company in the batch give the same bits.
Test(cache_decode, bits_do_not_depend_on_threads_or_batch) {
    cache_model model({}, 60);
    const std::vector<int64_t> ids = {model.create(), model.create()};
    model.append(ids, {9000, 5000});
    scheme_spec spec = plain_rope();
    const scheme_handle scheme = spec.create();
    family errors("long");
    errors.check(model, spec, {ids[0]}, {1});
    for (const int32_t isa : usable_isas()) {
        const std::vector<float> one = model.run(isa, 1, scheme.get(), {ids[0]}, {2}, 0, 5);
        cr_expect(one == model.run(isa, 2, scheme.get(), {ids[0]}, {2}, 0, 5), "two threads on %s",
                  farspan_isa_name(isa));
        const int64_t child = model.fork(ids[0]);
        cr_expect(one == model.run(isa, 2, scheme.get(), {child}, {2}, 0, 5), "a fork on %s", farspan_isa_name(isa));
        model.destroy(child);
    }
}

// One sequence in three caches, and none of the queries in any of them: merged by lse, the parts are the whole.
Test(cache_decode, parts_in_several_caches_are_the_whole) {
    const int64_t tokens = 300, heads = 4, dim = 64, cuts[5] = {0, 100, 100, 231, 300};
    cache_model whole({}, 70);
    const int64_t id = whole.create();
    whole.append({id}, {tokens});
    const std::vector<token>& all = whole.sequences().at(id).tokens;
    for (const int32_t remap : {FARSPAN_REMAP_NONE, FARSPAN_REMAP_SELF_EXTEND})
        for (const int64_t rows : {1, 3, 40}) {
            scheme_spec spec = plain_rope();
            if (remap != FARSPAN_REMAP_NONE) spec.with_remap(remap, 50);
            spec.with_bias(FARSPAN_BIAS_ALIBI, static_cast<int32_t>(heads));
            const scheme_handle scheme = spec.create();
            std::vector<float> expected_lse;
            const std::vector<float> expected =
                whole.run(FARSPAN_ISA_BEST, 1, scheme.get(), {id}, {rows}, 0, 3, &expected_lse);
            generator random(3);
            tensor_data q(FARSPAN_F32, {1, heads, rows, dim}), merged(FARSPAN_F32, {1, heads, rows, dim}),
                part(FARSPAN_F32, {1, heads, rows, dim});
            q.fill([&] { return random.unit(); });
            std::vector<float> lse(static_cast<std::size_t>(heads * rows)), part_lse(lse.size());
            std::vector<int64_t> positions;
            for (int64_t row = 0; row < rows; ++row) positions.push_back(tokens - rows + row);
            const int64_t offsets[2] = {0, rows};
            for (int n = 0; n < 4; ++n) {  // the second is empty
                const cache_handle cache = make_cache({});
                int64_t sequence = 0;
                farspan_cache_sequence_create(cache.get(), &sequence, nullptr);
                farspan_cache_batch batch;
                farspan_cache_batch_init(&batch, sizeof batch);
                batch.sequence_count = 1;
                batch.sequence = &sequence;
                for (int64_t t = cuts[n]; t < cuts[n + 1]; ++t) {
                    tensor_data k(FARSPAN_F32, {1, 2, 1, dim}), v(FARSPAN_F32, {1, 2, 1, dim});
                    k.assign(all[static_cast<std::size_t>(t)].k[0]);
                    v.assign(all[static_cast<std::size_t>(t)].v[0]);
                    cr_assert(farspan_cache_append(nullptr, cache.get(), &batch, &t, 1, nullptr) == FARSPAN_OK);
                    cr_assert(farspan_cache_write(nullptr, cache.get(), 0, &batch, &k.view(), &v.view(), nullptr) ==
                              FARSPAN_OK);
                }
                batch.offsets = offsets;
                batch.offsets_count = 2;
                farspan_cache_plan* plan = nullptr;
                error_slot error;
                require_ok(farspan_cache_plan_create(
                               nullptr, scheme.get(), cache.get(), &batch,
                               cache_problem(heads, positions.data(), static_cast<int64_t>(positions.size())).get(),
                               &plan, &error),
                           error, "plan");
                const tensor_data& to = n == 0 ? merged : part;
                require_ok(farspan_cache_run(
                               nullptr, plan, 0,
                               cache_data(&q.view(), &to.view(), n == 0 ? lse.data() : part_lse.data()).get(), &error),
                           error, "run");
                farspan_cache_plan_destroy(plan);
                if (n > 0)
                    require_ok(attention_merge(&merged.view(), lse.data(), &part.view(), part_lse.data(), &error),
                               error, "merge");
            }
            const std::vector<double> got = merged.values();
            double worst = 0, largest = 0;
            for (std::size_t n = 0; n < got.size(); ++n) {
                worst = std::max(worst, std::fabs(got[n] - expected[n]));
                largest = std::max(largest, std::fabs(static_cast<double>(expected[n])));
            }
            cr_expect(worst <= 2e-6 * largest, "remap %d, %d rows: off by %.3g of %.3g", remap, static_cast<int>(rows),
                      worst, largest);
            for (std::size_t n = 0; n < lse.size(); ++n)
                cr_expect(std::fabs(lse[n] - expected_lse[n]) <= 2e-6 * std::max(1.0f, std::fabs(lse[n])));
        }
}
