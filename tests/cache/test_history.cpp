// Random histories of appends, forks, truncations and evictions against plain lists of tokens.
#include <criterion/criterion.h>

#include "cache_model.hpp"
#include "random_scheme.hpp"

using namespace farspan_test;

namespace {

int64_t any_sequence(generator& random, const cache_model& model) {
    auto at = model.sequences().begin();
    std::advance(at, random.whole(0, static_cast<int64_t>(model.sequences().size()) - 1));
    return at->first;
}

scheme_spec any_scheme(generator& random) {
    for (;;) {
        const auto seed = static_cast<uint64_t>(random.whole(1, 1 << 20));
        scheme_spec spec = random_scheme(seed);
        spec.name += ", scheme seed " + std::to_string(seed);
        if (spec.bias.method != FARSPAN_BIAS_DENSE) return spec;
    }
}

void change(generator& random, cache_model& model) {
    const int64_t id = any_sequence(random, model);
    const model_sequence& sequence = model.sequences().at(id);
    switch (random.whole(0, 9)) {
        case 0:
            if (model.sequences().size() < 6) model.fork(id);
            break;
        case 1:
            if (model.sequences().size() > 1) model.destroy(id);
            break;
        case 2: {
            const int64_t first = random.whole(0, sequence.next_position);
            model.evict(id, first, random.whole(first, sequence.next_position));
            break;
        }
        case 3:
            model.evict(id, random.whole(0, sequence.next_position), INT64_MAX);
            break;
        case 4:
            model.keep(id, random.whole(0, 40), random.whole(1, 200));
            break;
        case 5:
            model.append({id}, {random.whole(1, 20)}, random.whole(1, 100));
            break;
        case 6: {
            const int64_t other = any_sequence(random, model);
            if (other != id) model.append({id, other}, {random.whole(0, 70), random.whole(0, 3)});
            break;
        }
        default:
            model.append({id}, {random.whole(0, 3) == 0 ? random.whole(0, 100) : 1});
            break;
    }
}

void check_some(generator& random, cache_model& model, int step, uint64_t seed) {
    std::vector<int64_t> ids, rows;
    for (const auto& [id, sequence] : model.sequences()) {
        if (sequence.tokens.empty() || random.whole(0, 2) == 0) continue;
        ids.push_back(id);
        rows.push_back(std::min<int64_t>(random.pick<int64_t>({0, 1, 1, 1, 2, 8, 30}),
                                         static_cast<int64_t>(sequence.tokens.size())));
    }
    if (ids.empty()) return;
    const std::vector<int32_t> isas = usable_isas();
    const int32_t isa = random.pick(isas);
    scheme_spec spec = any_scheme(random);
    const cache_model::outcome got = model.attend(isa, static_cast<int32_t>(random.whole(1, 2)), spec, ids, rows,
                                                  random.whole(0, model.form().layers - 1));
    cr_expect(got.of_bound <= 1, "seed %llu, step %d, %s on %s: out off by %.3g, lse by %.3g, %.2f of the bound; %s",
              static_cast<unsigned long long>(seed), step, spec.name.c_str(), farspan_isa_name(isa), got.error.out,
              got.error.lse, got.of_bound, got.error.worst.c_str());
}

}  // namespace

Test(cache_history, random_changes_against_plain_lists) {
    for (uint64_t seed = 1; seed <= 12; seed += case_step()) {
        generator random(seed);
        cache_form form;
        form.dtype = random.pick<int32_t>({FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16, FARSPAN_I8});
        form.layers = random.whole(1, 3);
        form.large_keys = form.dtype == FARSPAN_I8;
        cache_model model(form, seed + 1000);
        model.create();
        for (int step = 0; step < 250; ++step) {
            change(random, model);
            if (random.whole(0, 3) == 0) check_some(random, model, step, seed);
            if (random.whole(0, 30) == 0 && model.sequences().size() < 6) model.create();
        }
    }
}
