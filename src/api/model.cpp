#include "farspan/model.h"

#include <cinttypes>
#include <cmath>

#include "api/checks.hpp"
#include "api/handles.hpp"
#include "base/counts.hpp"
#include "base/pacer.hpp"

namespace farspan {
namespace {

farspan_model_options default_options() {
    farspan_model_options options{};
    options.struct_size = sizeof options;
    return options;
}

void check_choice(const char* name, int32_t value, int32_t most) {
    if (value < 0 || value > most)
        throw failure(FARSPAN_ERROR_METHOD, field_path("options.%s", name), "is %d: must be between 0 and %d", value,
                      most);
}

void check_count(const char* name, int64_t value) {
    if (value < 0 || value > config::most_length)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("options.%s", name),
                      "is %" PRId64 ": must be between 0 and 2^40", value);
}

void check_extension(const farspan_model_options& o) {
    check_count("target_length", o.target_length);
    check_count("window", o.window);
    check_count("group", o.group);
    const bool extends = o.extension != FARSPAN_EXTENSION_NONE, groups = o.extension == FARSPAN_EXTENSION_SELF_EXTEND;
    const bool windows =
        groups || o.extension == FARSPAN_EXTENSION_REROPE || o.extension == FARSPAN_EXTENSION_LEAKY_REROPE;
    if (extends != (o.target_length > 0))
        throw failure(FARSPAN_ERROR_COMBINATION, "options.target_length",
                      "is %" PRId64 " and extension is %d: set both or neither", o.target_length, o.extension);
    if ((o.window > 0 && !windows) || (o.group > 0 && !groups))
        throw failure(FARSPAN_ERROR_COMBINATION,
                      field_path("options.%s", o.window > 0 && !windows ? "window" : "group"),
                      "is set but extension %d does not use it", o.extension);
}

farspan_model_options read_options(const farspan_model_options* given) {
    farspan_model_options o = default_options();
    if (!given) return o;
    o = read_struct(*given, o, "options");
    check_choice("release", o.release, FARSPAN_RELEASE_LLAMA_CPP);
    check_choice("angle", o.angle, FARSPAN_ANGLE_FLOAT32);
    check_choice("extension", o.extension, FARSPAN_EXTENSION_ALIBI_SLOPES);
    check_absent(o.t5_encoder, o.t5_encoder_count, "options.t5_encoder");
    check_absent(o.t5_decoder, o.t5_decoder_count, "options.t5_decoder");
    check_absent(o.rope_freqs, o.rope_freqs_count, "options.rope_freqs");
    check_absent(o.rope_short, o.rope_short_count, "options.rope_short");
    check_absent(o.rope_long, o.rope_long_count, "options.rope_long");
    check_extension(o);
    return o;
}

std::size_t check_bytes(int64_t bytes, const char* path) {
    if (bytes < 0) throw failure(FARSPAN_ERROR_SHAPE, path, "is %" PRId64 ": must not be negative", bytes);
    return static_cast<std::size_t>(bytes);
}

// The schemes stay the model's; a handle adds what does not change with the length.
std::unique_ptr<farspan_model> make_model(std::unique_ptr<config::model> made) {
    auto result = std::make_unique<farspan_model>();
    for (std::unique_ptr<scheme>& parts : made->schemes)
        result->schemes.push_back(parts ? make_handle(std::move(parts)) : nullptr);
    result->model = std::move(made);
    return result;
}

std::size_t check_index(int64_t index, int64_t count) {
    if (index < 0 || index >= count)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "index", "is %" PRId64 ": must be between 0 and %" PRId64, index,
                      count - 1);
    return static_cast<std::size_t>(index);
}

farspan_model_layer describe_layer(const farspan_model& m, std::size_t index) {
    const config::layer_draft& layer = m.model->source.layers[index];
    const std::size_t kind = m.model->scheme_of[index];
    farspan_model_layer result{};
    result.kind = layer.kind;
    result.alike = static_cast<int64_t>(m.model->first_alike[kind]);
    result.query_heads = layer.query_heads;
    result.key_heads = layer.key_heads;
    result.head_dim = layer.head_dim;
    result.value_dim = layer.value_dim;
    if (!m.schemes[kind]) return result;
    const scheme& parts = *m.schemes[kind]->parts;
    const int64_t seen = layer.causal ? layer.window : 2 * layer.window - 1;  // to one side or to both
    result.window = layer.window > 0 ? seen : layer.chunk;
    const double scale = parts.score.scale > 0 ? parts.score.scale : 1 / std::sqrt(static_cast<double>(layer.head_dim));
    result.attention_scale = scale * parts.score.multiplier;
    result.scheme = m.schemes[kind].get();
    result.rope = &parts.rope;
    result.remap = &parts.remap;
    result.bias = &parts.bias;
    result.mask = &parts.mask;
    result.score = &parts.score;
    return result;
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_model_options_init(farspan_model_options* options, size_t size) {
    write_defaults(options, size, default_options());
}

void farspan_model_info_init(farspan_model_info* info, size_t size) {
    write_defaults(info, size, farspan_model_info{});
}
void farspan_model_layer_init(farspan_model_layer* layer, size_t size) {
    write_defaults(layer, size, farspan_model_layer{});
}
void farspan_model_note_init(farspan_model_note* note, size_t size) {
    write_defaults(note, size, farspan_model_note{});
}

farspan_status farspan_model_from_config(const farspan_context* context, const char* text, int64_t text_bytes,
                                         const farspan_model_options* options, farspan_model** model,
                                         farspan_error* error) {
    return guard(error, {__func__, "text"}, [&] {
        const char& first = required(text, "text");
        const std::size_t bytes = check_bytes(text_bytes, "text_bytes");
        const farspan_model_options given = read_options(options);
        farspan_model*& result = required(model, "model");
        pacer pace(settings(context).cancel);
        result = make_model(config::read_config({&first, bytes}, given, pace)).release();
    });
}

farspan_status farspan_model_from_metadata(const farspan_context* context, const farspan_metadata* entries,
                                           int64_t entries_count, const farspan_model_options* options,
                                           farspan_model** model, farspan_error* error) {
    return guard(error, {__func__, "entries"}, [&] {
        const farspan_metadata& first = required(entries, "entries");
        if (entries_count < 1 || entries_count > config::most_metadata)
            throw failure(FARSPAN_ERROR_SHAPE, "entries_count", "is %" PRId64 ": must be between 1 and %" PRId64,
                          entries_count, config::most_metadata);
        const farspan_model_options given = read_options(options);
        farspan_model*& result = required(model, "model");
        pacer pace(settings(context).cancel);
        result =
            make_model(config::read_metadata({&first, static_cast<std::size_t>(entries_count)}, given, pace)).release();
    });
}

farspan_status farspan_model_from_gguf(const farspan_context* context, const void* file, int64_t file_bytes,
                                       const farspan_model_options* options, farspan_model** model,
                                       farspan_error* error) {
    return guard(error, {__func__, "file"}, [&] {
        const unsigned char& first = required(static_cast<const unsigned char*>(file), "file");
        const std::size_t bytes = check_bytes(file_bytes, "file_bytes");
        const farspan_model_options given = read_options(options);
        farspan_model*& result = required(model, "model");
        pacer pace(settings(context).cancel);
        result = make_model(config::read_gguf({&first, bytes}, given, pace)).release();
    });
}

void farspan_model_destroy(farspan_model* model) { delete model; }

farspan_status farspan_model_describe(const farspan_model* model, farspan_model_info* info, farspan_error* error) {
    return guard(error, {__func__}, [&] { write_answer(info, "info", required(model, "model").model->source.info); });
}

farspan_status farspan_model_layer_at(const farspan_model* model, int64_t index, farspan_model_layer* layer,
                                      farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_model& given = required(model, "model");
        const std::size_t at = check_index(index, given.model->source.info.layers);
        write_answer(layer, "layer", describe_layer(given, at));
    });
}

farspan_status farspan_model_note_at(const farspan_model* model, int64_t index, farspan_model_note* note,
                                     farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_model& given = required(model, "model");
        const std::vector<config::note>& notes = given.model->source.notes.all();
        const config::note& found = notes[check_index(index, static_cast<int64_t>(notes.size()))];
        farspan_model_note answer{};
        answer.severity = found.severity;
        answer.code = found.code;
        answer.path = found.path.c_str();
        answer.text = found.text.c_str();
        write_answer(note, "note", answer);
    });
}

}  // extern "C"
