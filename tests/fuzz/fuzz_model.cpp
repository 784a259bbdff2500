// The reader of config.json, or with FARSPAN_FUZZ_GGUF that of GGUF files. The first two bytes choose the options, the
// rest is the document. Any answer will do; sanitizers watch, and a model that was made must hold together.
#include "farspan/model.h"
#include "require.hpp"

namespace {

void look_at_scheme(const farspan_model_layer& layer) {
    farspan_probe probe;
    farspan_probe_init(&probe, sizeof probe);
    farspan_error error = FARSPAN_ERROR_INIT;
    require(farspan_scheme_probe(layer.scheme, 0, 9000, 17, 0, &probe, &error) == FARSPAN_OK);
    int64_t visible[4];
    require(farspan_scheme_visible(layer.scheme, 9000, 9001, visible, &error) == FARSPAN_OK);
    require(visible[0] <= visible[1] && visible[2] <= visible[3] && visible[3] <= 9001);
    if (layer.rope->method == FARSPAN_ROPE_NONE) return;
    double inv_freq[256], magnitude = 0;
    const int32_t pairs = layer.rope->rotary_dim / 2;
    require(farspan_rope_frequencies(layer.scheme, 100000, inv_freq, pairs, &magnitude, &error) == FARSPAN_OK);
}

void look_at_everything(const farspan_model* model) {
    farspan_model_info info{};
    info.struct_size = sizeof info;
    require(farspan_model_describe(model, &info, nullptr) == FARSPAN_OK && info.layers >= 1);
    for (int64_t n = 0; n < info.layers; ++n) {
        farspan_model_layer layer{};
        layer.struct_size = sizeof layer;
        require(farspan_model_layer_at(model, n, &layer, nullptr) == FARSPAN_OK && layer.alike <= n);
        require((layer.kind == FARSPAN_LAYER_OTHER) == !layer.scheme && layer.head_dim >= 1 && layer.head_dim <= 512);
        require(!layer.scheme || layer.query_heads % layer.key_heads == 0);
        if (layer.scheme && layer.alike == n) look_at_scheme(layer);
    }
    for (int64_t n = 0; n < info.notes; ++n) {
        farspan_model_note note{};
        note.struct_size = sizeof note;
        require(farspan_model_note_at(model, n, &note, nullptr) == FARSPAN_OK && note.path && note.text);
    }
}

farspan_status read(const uint8_t* data, size_t size, const farspan_model_options& options, farspan_model** model) {
    farspan_error error = FARSPAN_ERROR_INIT;
#ifdef FARSPAN_FUZZ_GGUF
    return farspan_model_from_gguf(nullptr, data, static_cast<int64_t>(size), &options, model, &error);
#else
    return farspan_model_from_config(nullptr, reinterpret_cast<const char*>(data), static_cast<int64_t>(size), &options,
                                     model, &error);
#endif
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2) return 0;
    farspan_model_options options;
    farspan_model_options_init(&options, sizeof options);
    options.angle = data[0] & 1;
    options.release = (data[0] >> 1) % 3;
    options.extension = data[1] % 10;
    if (options.extension) options.target_length = 100000;
    farspan_model* model = nullptr;
    const farspan_status status = read(data + 2, size - 2, options, &model);
    require((status == FARSPAN_OK) == (model != nullptr) && status != FARSPAN_ERROR_INTERNAL);
    if (model) look_at_everything(model);
    farspan_model_destroy(model);
    return 0;
}
