// A libFuzzer target for the readers of config.json and GGUF. The first byte chooses the reader and the options, the rest is the document.
// Any answer will do; sanitizers watch, and a model that was made must hold together.
#include <cstdint>
#include <cstdlib>

#include "farspan/model.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void look_at_everything(const farspan_model* model) {
    farspan_model_info info{};
    info.struct_size = sizeof info;
    require(farspan_model_describe(model, &info, nullptr) == FARSPAN_OK && info.layers >= 1);
    for (int64_t n = 0; n < info.layers; ++n) {
        farspan_model_layer layer{};
        layer.struct_size = sizeof layer;
        require(farspan_model_layer_at(model, n, &layer, nullptr) == FARSPAN_OK && layer.alike <= n);
        require(layer.query_heads % layer.key_heads == 0 && layer.head_dim >= 1 && layer.head_dim <= 512);
        if (!layer.scheme || layer.alike != n) continue;
        farspan_probe probe{};
        probe.struct_size = sizeof probe;
        require(farspan_scheme_probe(layer.scheme, 0, 9000, 17, 0, &probe, nullptr) == FARSPAN_OK);
    }
    for (int64_t n = 0; n < info.notes; ++n) {
        farspan_model_note note{};
        note.struct_size = sizeof note;
        require(farspan_model_note_at(model, n, &note, nullptr) == FARSPAN_OK && note.path && note.text);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 1) return 0;
    farspan_model_options options;
    farspan_model_options_init(&options, sizeof options);
    options.angle = data[0] >> 1 & 1;
    options.release = (data[0] >> 2 & 3) % 3;
    options.extension = (data[0] >> 4) % 10;
    if (options.extension) options.target_length = 100000;
    farspan_model* model = nullptr;
    farspan_error error = FARSPAN_ERROR_INIT;
    const bool gguf = data[0] & 1;
    const farspan_status status =
        gguf ? farspan_model_from_gguf(data + 1, size - 1, &options, &model, &error)
             : farspan_model_from_config(reinterpret_cast<const char*>(data + 1), size - 1, &options, &model, &error);
    require((status == FARSPAN_OK) == (model != nullptr) && status != FARSPAN_ERROR_INTERNAL);
    if (model) look_at_everything(model);
    farspan_model_destroy(model);
    return 0;
}
