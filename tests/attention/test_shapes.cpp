// Sizes, element types and memory layouts.
#include <criterion/criterion.h>

#include "calls.hpp"
#include "generator.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

const std::vector<int32_t> dtypes = {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16};

scheme_spec with_rope(const std::string& name, int64_t head_dim) {
    scheme_spec spec(name);
    if (head_dim >= 2)
        spec.with_rope(FARSPAN_ROPE_BASE, head_dim % 4 == 0 ? FARSPAN_LAYOUT_HALF : FARSPAN_LAYOUT_INTERLEAVED,
                       static_cast<int32_t>(head_dim / 2 * 2));
    return spec;
}

}  // namespace

Test(attention_shapes, head_and_value_sizes) {
    sweep family("head_dim");
    uint64_t seed = 100;
    for (const int64_t head_dim : {1, 2, 3, 7, 16, 17, 40, 64, 80, 96, 128, 192, 256, 511, 512})
        for (const int64_t value_dim : {0, 1, 33, 128}) {
            attention_problem problem = make_problem(70, 90, head_dim, ++seed);
            problem.value_dim = value_dim;
            if (head_dim < 8) problem.amplitude = 0.7;
            family.check(with_rope("dim " + std::to_string(head_dim) + " / " + std::to_string(value_dim), head_dim),
                         problem);
        }
    attention_problem widest = make_problem(10, 20, 64, ++seed);
    widest.value_dim = 512;
    family.check(with_rope("dim 64 / 512", 64), widest);
}

Test(attention_shapes, head_groups_and_batches) {
    sweep family("heads");
    uint64_t seed = 200;
    for (const auto& [heads, key_heads] :
         std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {4, 4}, {4, 2}, {6, 2}, {7, 1}, {32, 8}})
        for (const int64_t batch : {1, 3}) {
            attention_problem problem = make_problem(33, 70, 32, ++seed);
            problem.query_heads = heads;
            problem.key_heads = key_heads;
            problem.batch = batch;
            family.check(with_rope("heads " + std::to_string(heads) + "/" + std::to_string(key_heads), 32), problem);
        }
}

Test(attention_shapes, lengths) {
    sweep family("lengths");
    uint64_t seed = 300;
    for (const int64_t keys : {1, 2, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 191, 193, 255, 256, 257})
        for (const int64_t queries : {int64_t{1}, int64_t{2}, keys / 2 + 1, keys})
            family.check(with_rope("length " + std::to_string(keys), 24), make_problem(queries, keys, 24, ++seed));
}

Test(attention_shapes, element_types) {
    sweep family("dtypes");
    uint64_t seed = 400;
    for (const int32_t q : dtypes)
        for (const int32_t k : dtypes)
            for (const int32_t v : dtypes)
                for (const int32_t out : dtypes) {
                    attention_problem problem = make_problem(67, 131, 40, ++seed);
                    problem.q.dtype = q;
                    problem.k.dtype = k;
                    problem.v.dtype = v;
                    problem.out.dtype = out;
                    family.check(with_rope("dtypes", 40), problem);
                }
}

Test(attention_shapes, memory_layouts) {
    sweep family("strides");
    uint64_t seed = 500;
    const std::vector<layout> layouts = {layout::contiguous,       layout::sequence_major, layout::reversed,
                                         layout::feature_reversed, layout::padded_rows,    layout::every_second,
                                         layout::feature_major};
    generator random(seed);
    for (const layout q : layouts)
        for (const layout out : layouts) {
            attention_problem problem = make_problem(70, 100, 20, ++seed);
            problem.batch = 2;
            problem.query_heads = 4;
            problem.key_heads = 2;
            problem.q = {random.pick(dtypes), q};
            problem.out = {random.pick(dtypes), out};
            problem.k = {random.pick(dtypes), random.coin() ? layout::shared_heads : random.pick(layouts)};
            problem.v = {random.pick(dtypes), random.coin() ? layout::shared_heads : random.pick(layouts)};
            family.check(with_rope("strides", 20), problem);
        }
}

// The one-call form: same bits as plan and run.
Test(attention_shapes, one_call) {
    for (const int32_t isa : usable_isas()) {
        attention_problem problem = make_problem(70, 150, 40, 600);
        problem.batch = 2;
        problem.query_heads = 4;
        problem.key_heads = 2;
        problem.value_dim = 24;
        problem.q.how = layout::sequence_major;
        problem.out = {FARSPAN_BF16, layout::padded_rows};
        const attention_data data(problem);
        scheme_spec spec = with_rope("one call", 40);
        const scheme_handle scheme = spec.create();
        const attention_output planned = run_attention(shared_context(isa, 1), spec, problem, data);
        attention_output direct(problem);
        error_slot error;
        const farspan_status status = attention(shared_context(isa, 2), scheme.get(), &data.q.view(), &data.k.view(),
                                                &data.v.view(), &direct.out.view(), &error);
        cr_expect(status == FARSPAN_OK, "%s", error.message);
        cr_expect(direct.out.bytes() == planned.out.bytes(), "farspan_attention differs from plan and run on %s",
                  farspan_isa_name(isa));
    }
}
