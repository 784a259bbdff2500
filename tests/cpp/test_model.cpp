// farspan/cpp/model.hpp: layers and their parts, options, metadata, refusals, lifetimes.
#include <cstring>
#include <thread>

#include "farspan/cpp/model.hpp"
#include "refusal.hpp"

using namespace farspan;

namespace {

const std::string gemma = R"({"model_type": "gemma3_text", "hidden_size": 640, "num_hidden_layers": 6,
    "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 256, "max_position_embeddings": 32768,
    "rope_theta": 1000000, "rope_local_base_freq": 10000, "sliding_window": 512, "sliding_window_pattern": 6})";
const std::string llama = R"({"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 2,
    "num_attention_heads": 32, "max_position_embeddings": 4096})";
const std::string t5 = R"({"model_type": "t5", "d_model": 16, "num_heads": 2, "d_kv": 8, "num_layers": 1,
    "relative_attention_num_buckets": 4})";
const std::string hybrid = R"({"model_type": "qwen3_next", "hidden_size": 2048, "num_attention_heads": 16,
    "num_key_value_heads": 2, "head_dim": 256, "num_hidden_layers": 4, "max_position_embeddings": 262144,
    "full_attention_interval": 4})";

int64_t notes_with(const model& model, int32_t code) {
    int64_t count = 0;
    for (const farspan_model_note& note : model.notes()) count += note.code == code && std::strlen(note.text) > 10;
    return count;
}

}  // namespace

Test(cpp_model, layers_have_their_own_schemes) {
    const model model = model::from_config(gemma);
    const farspan_model_info info = model.describe();
    cr_expect(info.layers == 6 && info.layer_kinds == 2 && std::string(info.family) == "gemma3_text");
    const farspan_model_layer near = model.layer_at(4), far = model.layer_at(5);
    cr_expect(near.kind == FARSPAN_LAYER_SLIDING && near.window == 512 && near.alike == 0);
    cr_expect(far.kind == FARSPAN_LAYER_FULL && far.rope->base == 1e6 && far.attention_scale == 0.0625);
    cr_expect(model.scheme_of(0).visible(1000, 1001)[0] == 489);
    expect_refused("layer 6", FARSPAN_ERROR_PARAMETER_RANGE, 2, "index is 6", [&] { model.layer_at(6); });
    expect_refused("note -1", FARSPAN_ERROR_PARAMETER_RANGE, 2, "index is -1", [&] { model.note_at(-1); });
}

Test(cpp_model, schemes_outlive_their_model) {
    model first = model::from_config(llama);
    const model second = std::move(first);
    layer_parts parts = second.parts_of(1);
    const scheme plain = [&] {
        const model moved = model::from_config(llama);
        return moved.scheme_of(0);
    }();
    cr_expect(plain.probe(0, 9000, 0).relative_position == 9000);
    parts.remap = remap_config(FARSPAN_REMAP_REROPE);
    parts.remap.window = 1024;
    cr_expect(parts.make_scheme().probe(0, 9000, 0).relative_position == 1024);
    expect_refused("a moved-from model", FARSPAN_ERROR_NULL_ARGUMENT, 0, "moved", [&] { first.describe(); });
}

Test(cpp_model, arrays_come_along) {
    const model phi = model::from_config(R"({"model_type": "phi3", "hidden_size": 16, "num_hidden_layers": 1,
        "num_attention_heads": 2, "max_position_embeddings": 64, "original_max_position_embeddings": 16,
        "rope_scaling": {"type": "longrope", "short_factor": [1, 1, 1, 1], "long_factor": [1, 1.5, 2, 2.5]}})");
    const layer_parts parts = phi.parts_of(0);
    cr_expect(parts.rope.long_factors_count == 4 && parts.rope.long_factors[3] == 2.5 &&
              parts.rope.long_factors != phi.layer_at(0).rope->long_factors);
    cr_expect(parts.make_scheme().frequencies(std::vector<double>(4), 64) > 1);

    model_options options;
    options.set_t5(std::vector<float>(8, 0.25f), std::vector<float>(8, -0.5f));
    const model weighted = model::from_config(t5, options);
    std::vector<float> bias(1);
    weighted.scheme_of(1).bias(1, 3, bias);
    cr_expect(bias[0] == -0.5f && notes_with(weighted, FARSPAN_NOTE_WEIGHTS) == 0);
    cr_expect(notes_with(model::from_config(t5), FARSPAN_NOTE_WEIGHTS) == 2);
    options.set_t5(std::vector<float>(8), std::vector<float>(7));
    expect_refused("tables of two lengths", FARSPAN_ERROR_SHAPE, 4, "options.t5_decoder_count is 7",
                   [&] { model::from_config(t5, options); });
}

Test(cpp_model, options_are_applied) {
    model_options options;
    options.extension = FARSPAN_EXTENSION_YARN;
    options.target_length = 16384;
    const model model = model::from_config(llama, options);
    cr_expect(model.layer_at(0).rope->factor == 4 && model.describe().usable_context == 16384);
    cr_expect(notes_with(model, FARSPAN_NOTE_DERIVED) > 0);
    options.extension = FARSPAN_EXTENSION_NONE;
    expect_refused("a length alone", FARSPAN_ERROR_COMBINATION, 4, "options.target_length is 16384",
                   [&] { model::from_config(llama, options); });
}

Test(cpp_model, metadata_of_every_type) {
    const auto read = [](decltype(metadata::value) heads) {
        return model::from_metadata({{"general.architecture", std::string("llama")},
                                     {"llama.block_count", int64_t{1}},
                                     {"llama.embedding_length", int64_t{64}},
                                     {"llama.context_length", int64_t{4096}},
                                     {"llama.rope.freq_base", 5e5},
                                     {"llama.attention.head_count", std::move(heads)},
                                     {"tokenizer.ggml.tokens", std::vector<std::string>{"", "b"}},
                                     {"tokenizer.ggml.scores", std::vector<double>{1, 2}}});
    };
    const farspan_model_layer layer = read(int64_t{4}).layer_at(0);
    cr_expect(layer.head_dim == 16 && layer.query_heads == 4);
    cr_expect(read(std::vector<int64_t>{4}).describe().head_dim == 16);
    expect_refused("a text", FARSPAN_ERROR_FORMAT, 2, "head_count is \"4\"", [&] { read(std::string("4")); });
    expect_refused("no values", FARSPAN_ERROR_SHAPE, 2, "0 entries", [&] { read(std::vector<double>()); });
    expect_refused("a NUL", FARSPAN_ERROR_FORMAT, 2, "head_count is \"a\\u0000b\"",
                   [&] { read(std::string("a\0b", 3)); });
    expect_refused("no metadata", FARSPAN_ERROR_SHAPE, 3, "count is 0", [] { model::from_metadata({}); });
}

Test(cpp_model, any_bytes_are_safe) {
    for (size_t end = 0; end + 1 < llama.size(); ++end)
        expect_refused("a part of a text", FARSPAN_ERROR_FORMAT, 2, "$",
                       [&] { model::from_config(std::string_view(llama).substr(0, end)); });
    expect_refused("nothing", FARSPAN_ERROR_FORMAT, 2, "$", [] { model::from_config({}); });
    expect_refused("no file", FARSPAN_ERROR_FORMAT, 2, "", [] { model::from_gguf({}); });
    const std::vector<std::byte> file(100, std::byte{'G'});
    expect_refused("another file", FARSPAN_ERROR_FORMAT, 2, "", [&] { model::from_gguf(file); });
    expect_refused("no softmax", FARSPAN_ERROR_COMBINATION, 2, "layer 0 has no softmax attention",
                   [] { model::from_config(hybrid).scheme_of(0); });
}

Test(cpp_model, one_model_serves_many_threads) {
    const model model = model::from_config(gemma);
    std::vector<std::thread> threads;
    std::vector<int> good(4);
    for (int& count : good)
        threads.emplace_back([&] {
            for (int64_t n = 0; n < 300; ++n) count += model.scheme_of(n % 6).visible(2000, 2001)[1] == 2001;
        });
    for (std::thread& thread : threads) thread.join();
    for (const int count : good) cr_expect(count == 300);
}
