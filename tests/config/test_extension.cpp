// Extending a model to a target length: the derived parameters against the closed forms and against brute force.
#include <criterion/criterion.h>

#include <cmath>

#include "calls.hpp"
#include "model_case.hpp"

using namespace farspan_test;

namespace {

farspan_model_options extension(int32_t method, int64_t target, int64_t window = 0, int64_t group = 0) {
    farspan_model_options options = model_options();
    options.extension = method;
    options.target_length = target;
    options.window = window;
    options.group = group;
    return options;
}

model_handle extended(const char* name, const farspan_model_options& options) { return read_fixture(name, &options); }

bool near(double value, double expected, double relative) { return std::abs(value / expected - 1) < relative; }

// The largest distance that the last of `length` queries shows to its rotation.
double longest_distance(const farspan_model_layer& layer, int64_t length) {
    double longest = 0;
    for (int64_t key = 0; key < length; ++key) {
        farspan_probe probe;
        farspan_probe_init(&probe, sizeof probe);
        cr_assert(farspan_scheme_probe(layer.scheme, length, length - 1, key, 0, &probe, nullptr) == FARSPAN_OK);
        longest = std::max(longest, probe.relative_position);
    }
    return longest;
}

}  // namespace

// Least alphas for which no pair that never turned in training sees an unseen angle; worked out apart from the library.
Test(extension, ntk_alphas) {
    const struct {
        const char* name;
        int64_t trained;
        double twice, four, eight;
    } rows[] = {{"llama-1-30b", 2048, 2.901, 8.416, 24.416},
                {"llama-2-7b", 4096, 2.584, 6.677, 17.252},
                {"llama-3-8b", 8192, 3.482, 12.126, 42.224},
                {"qwen2.5-7b", 32768, 2.979, 8.877, 26.446}};
    for (const auto& row : rows)
        for (const auto& [factor, alpha] : {std::pair{2, row.twice}, {4, row.four}, {8, row.eight}}) {
            const model_handle model = extended(row.name, extension(FARSPAN_EXTENSION_NTK, factor * row.trained));
            const farspan_rope_config& rope = *layer_of(model, 0).rope;
            cr_expect(rope.method == FARSPAN_ROPE_NTK && near(rope.factor, alpha, 2e-4), "%s x %d: %g", row.name,
                      factor, rope.factor);
            cr_expect(info_of(model).usable_context == factor * row.trained);
            // The property itself: slow pairs stay within the angles of training, at the target length.
            const frequencies plain = frequencies_of(layer_of(read_fixture(row.name), 0)),
                              found = frequencies_of(layer_of(model, 0));
            for (size_t p = 0; p < 64; ++p)
                if (plain.inv_freq[p] * static_cast<double>(row.trained) < 2 * 3.141592653589793)
                    cr_expect(found.inv_freq[p] * factor <= plain.inv_freq[p] * (1 + 1e-9), "%s x %d, pair %zu",
                              row.name, factor, p);
        }
}

Test(extension, dynamic_ntk_meets_ntk_at_the_target) {
    const model_handle fixed = extended("llama-2-7b", extension(FARSPAN_EXTENSION_NTK, 16384));
    const model_handle dynamic = extended("llama-2-7b", extension(FARSPAN_EXTENSION_DYNAMIC_NTK, 16384));
    const frequencies a = frequencies_of(layer_of(fixed, 0), 16384), b = frequencies_of(layer_of(dynamic, 0), 16384);
    for (size_t p = 0; p < 64; ++p) cr_expect(near(b.inv_freq[p], a.inv_freq[p], 1e-9), "pair %zu", p);
    const frequencies rest = frequencies_of(layer_of(dynamic, 0), 4096),
                      plain = frequencies_of(layer_of(read_fixture("llama-2-7b"), 0));
    cr_expect(rest.inv_freq == plain.inv_freq, "nothing changes within the trained length");
}

Test(extension, yarn_and_linear) {
    const model_handle yarn = extended("llama-2-7b", extension(FARSPAN_EXTENSION_YARN, 32768));
    cr_expect(layer_of(yarn, 0).rope->factor == 8 && layer_of(yarn, 0).rope->original_context == 4096);
    cr_expect(near(frequencies_of(layer_of(yarn, 0)).magnitude, 1.2079441541679836, 1e-12));
    cr_expect(note_of(yarn, FARSPAN_NOTE_DERIVED).find("factor 8 = 32768 / original length 4096") != std::string::npos);
    // A yarn that is there is replaced, not stacked.
    cr_expect(layer_of(extended("qwen3-8b-yarn", extension(FARSPAN_EXTENSION_YARN, 65536)), 0).rope->factor == 2);
    cr_expect(layer_of(extended("llama-2-7b", extension(FARSPAN_EXTENSION_LINEAR, 8192)), 0).rope->factor == 2);
    // Gemma 3 was trained with its factor of 8: the same factor grows, and on full layers only.
    const model_handle gemma = extended("gemma-3-4b", extension(FARSPAN_EXTENSION_LINEAR, 262144));
    cr_expect(layer_of(gemma, 5).rope->factor == 16 && layer_of(gemma, 0).rope->method == FARSPAN_ROPE_BASE);
}

// The table of the closed form N = G (L - W + floor(W / G)), checked by brute force elsewhere.
Test(extension, self_extend_groups) {
    const struct {
        const char* name;
        int64_t target, window, group;
    } rows[] = {{"llama-2-7b", 16384, 512, 5},  {"llama-2-7b", 16384, 1024, 6},  {"llama-2-7b", 16384, 2048, 8},
                {"llama-2-7b", 32768, 512, 10}, {"llama-2-7b", 32768, 1024, 11}, {"llama-2-7b", 32768, 2048, 16},
                {"llama-3-8b", 32768, 512, 5},  {"llama-3-8b", 65536, 1024, 10}, {"qwen2.5-7b", 131072, 2048, 5}};
    for (const auto& row : rows) {
        const farspan_remap_config remap =
            *layer_of(extended(row.name, extension(FARSPAN_EXTENSION_SELF_EXTEND, row.target, row.window)), 0).remap;
        cr_expect(remap.method == FARSPAN_REMAP_SELF_EXTEND && remap.window == row.window && remap.group == row.group,
                  "%s to %ld with %ld: group %ld", row.name, long(row.target), long(row.window), long(remap.group));
    }
}

Test(extension, self_extend_stays_within_the_trained_distances) {
    for (const int64_t target : {4097, 6000, 16384, 40000}) {
        const model_handle model = extended("llama-2-7b", extension(FARSPAN_EXTENSION_SELF_EXTEND, target));
        const model_layer layer = layer_of(model, 0);
        cr_expect(longest_distance(layer, target) <= 4095, "to %ld: %g", long(target), longest_distance(layer, target));
        cr_expect(layer.remap->window % layer.remap->group == 0);
    }
    // One group fewer would not do.
    const model_layer layer =
        layer_of(extended("llama-2-7b", extension(FARSPAN_EXTENSION_SELF_EXTEND, 16384, 1024)), 0);
    farspan_remap_config fewer = *layer.remap;
    --fewer.group;
    farspan_scheme* scheme = nullptr;
    cr_assert(scheme_create(layer.rope, &fewer, nullptr, nullptr, nullptr, &scheme, nullptr) == FARSPAN_OK);
    model_layer changed = layer;
    changed.scheme = scheme;
    cr_expect(longest_distance(changed, 16384) > 4095);
    farspan_scheme_destroy(scheme);
}

Test(extension, other_remaps) {
    const model_layer rerope = layer_of(extended("llama-2-7b", extension(FARSPAN_EXTENSION_REROPE, 50000)), 0);
    cr_expect(rerope.remap->window == 1024 && longest_distance(rerope, 20000) == 1024);
    const model_layer leaky =
        layer_of(extended("llama-2-7b", extension(FARSPAN_EXTENSION_LEAKY_REROPE, 32768, 512)), 0);
    cr_expect(leaky.remap->leak == std::ceil(32255.0 / 3583) && longest_distance(leaky, 32768) <= 4095);
    const model_layer chunks = layer_of(extended("llama-2-7b", extension(FARSPAN_EXTENSION_DUAL_CHUNK, 32768)), 0);
    cr_expect(chunks.remap->chunk == 3072 && chunks.remap->local_window == 512 &&
              longest_distance(chunks, 32768) <= 3072);
}

Test(extension, only_full_rotary_layers_change) {
    const model_handle gemma = extended("gemma-3-1b", extension(FARSPAN_EXTENSION_SELF_EXTEND, 65536));
    cr_expect(layer_of(gemma, 5).remap->method == FARSPAN_REMAP_SELF_EXTEND &&
              layer_of(gemma, 0).remap->method == FARSPAN_REMAP_NONE);
    const farspan_model_options yarn = extension(FARSPAN_EXTENSION_YARN, 16384);
    const std::string text =
        R"({"model_type": "gemma2", "num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 256,
                                 "max_position_embeddings": 8192})";
    const model_handle gemma2 = read_model(text, &yarn);
    cr_expect(layer_of(gemma2, 0).rope->method == FARSPAN_ROPE_BASE &&
              layer_of(gemma2, 1).rope->method == FARSPAN_ROPE_YARN);
}

Test(extension, alibi_slopes) {
    const model_handle model = extended("bloom-7b1", extension(FARSPAN_EXTENSION_ALIBI_SLOPES, 8192));
    cr_expect(layer_of(model, 0).bias->trained_length == 2048);
    float near_end = 0, beyond = 0;
    cr_assert(farspan_bias_fill(nullptr, layer_of(model, 0).scheme, 0, 2048, 100, &near_end, 1, nullptr) == FARSPAN_OK);
    cr_assert(farspan_bias_fill(nullptr, layer_of(model, 0).scheme, 0, 8192, 100, &beyond, 1, nullptr) == FARSPAN_OK);
    cr_expect(std::abs(beyond * 4 - near_end) < 1e-5);
}

Test(extension, within_the_trained_length_nothing_changes) {
    const model_handle model = extended("llama-2-7b", extension(FARSPAN_EXTENSION_YARN, 4096));
    cr_expect(layer_of(model, 0).rope->method == FARSPAN_ROPE_BASE && info_of(model).usable_context == 4096);
    cr_expect(note_of(model, FARSPAN_NOTE_NO_EFFECT).find("4096") != std::string::npos);
}

Test(extension, what_cannot_be_extended_is_refused) {
    const struct {
        const char *what, *name;
        int32_t method;
        std::vector<std::string> words;
    } rows[] = {
        {"ALiBi by yarn", "bloom-7b1", FARSPAN_EXTENSION_YARN, {"no layer"}},
        {"windows on all layers", "mistral-7b-v0.1", FARSPAN_EXTENSION_YARN, {"no layer"}},
        {"a scaled model by ntk", "llama-3.1-8b", FARSPAN_EXTENSION_NTK, {"ntk", "scales its rotation already"}},
        {"a model trained with yarn", "deepseek-v3", FARSPAN_EXTENSION_YARN, {"yarn"}},
        {"slopes without ALiBi", "llama-2-7b", FARSPAN_EXTENSION_ALIBI_SLOPES, {"no ALiBi"}},
        {"two remaps", "qwen2.5-7b-1m", FARSPAN_EXTENSION_REROPE, {"remap of its own"}},
        {"learned positions", "gpt2", FARSPAN_EXTENSION_LINEAR, {"no layer"}}};
    for (const auto& row : rows) {
        const farspan_model_options options = extension(row.method, 4000000);
        expect_model_refused(row.what, fixture(row.name), FARSPAN_ERROR_COMBINATION, row.words, &options);
    }
    const farspan_model_options wide = extension(FARSPAN_EXTENSION_REROPE, 8192, 4096);
    expect_model_refused("too wide", fixture("llama-2-7b"), FARSPAN_ERROR_PARAMETER_RANGE,
                         {"options.window is 4096", "4094"}, &wide);
    const farspan_model_options few = extension(FARSPAN_EXTENSION_SELF_EXTEND, 32768, 1024, 4);
    expect_model_refused("too few groups", fixture("llama-2-7b"), FARSPAN_ERROR_PARAMETER_RANGE,
                         {"options.group is 4", "32768"}, &few);
}
