#include "model_case.hpp"

#include <criterion/criterion.h>

#include <cmath>
#include <fstream>
#include <iterator>

namespace farspan_test {

model_handle own(farspan_model* model) { return {model, farspan_model_destroy}; }

farspan_model_options model_options() {
    farspan_model_options options;
    farspan_model_options_init(&options, sizeof options);
    return options;
}

namespace {

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    cr_assert(file.good(), "no fixture %s", path.c_str());
    return {std::istreambuf_iterator<char>(file), {}};
}

farspan_model_note note_at(const model_handle& model, int64_t index) {
    farspan_model_note note;
    farspan_model_note_init(&note, sizeof note);
    cr_assert(farspan_model_note_at(model.get(), index, &note, nullptr) == FARSPAN_OK);
    return note;
}

}  // namespace

std::string fixture(const std::string& name) { return bytes_of(FARSPAN_FIXTURES_DIR "/configs/" + name + ".json"); }

std::string gguf_fixture(const std::string& name) { return bytes_of(FARSPAN_FIXTURES_DIR "/gguf/" + name + ".gguf"); }

model_handle read_gguf(const std::string& file, const farspan_model_options* options) {
    farspan_model* model = nullptr;
    farspan_error error = FARSPAN_ERROR_INIT;
    const farspan_status status =
        farspan_model_from_gguf(nullptr, file.data(), static_cast<int64_t>(file.size()), options, &model, &error);
    cr_assert(status == FARSPAN_OK, "status %d: %s", status, error.message);
    return own(model);
}

model_handle read_model(const std::string& text, const farspan_model_options* options) {
    farspan_model* model = nullptr;
    farspan_error error = FARSPAN_ERROR_INIT;
    const farspan_status status =
        farspan_model_from_config(nullptr, text.data(), static_cast<int64_t>(text.size()), options, &model, &error);
    cr_assert(status == FARSPAN_OK, "status %d: %s\n%s", status, error.message, text.c_str());
    return own(model);
}

namespace {

farspan_metadata entry_named(std::string_view key, int32_t type, int32_t is_array) {
    farspan_metadata entry{};
    entry.key = key.data();
    entry.key_bytes = static_cast<int64_t>(key.size());
    entry.type = type;
    entry.is_array = is_array;
    return entry;
}

farspan_metadata integers(std::string_view key, int32_t is_array, const int64_t* first, std::size_t count) {
    farspan_metadata entry = entry_named(key, FARSPAN_METADATA_INTEGER, is_array);
    entry.integers = first;
    entry.integers_count = static_cast<int64_t>(count);
    return entry;
}

farspan_metadata reals(std::string_view key, int32_t is_array, const double* first, std::size_t count) {
    farspan_metadata entry = entry_named(key, FARSPAN_METADATA_REAL, is_array);
    entry.reals = first;
    entry.reals_count = static_cast<int64_t>(count);
    return entry;
}

}  // namespace

farspan_metadata entry_of(std::string_view key, const int64_t& value) { return integers(key, 0, &value, 1); }
farspan_metadata entry_of(std::string_view key, const double& value) { return reals(key, 0, &value, 1); }
farspan_metadata entry_of(std::string_view key, const std::vector<int64_t>& values) {
    return integers(key, 1, values.data(), values.size());
}
farspan_metadata entry_of(std::string_view key, const std::vector<double>& values) {
    return reals(key, 1, values.data(), values.size());
}
farspan_metadata entry_of(std::string_view key, const farspan_text& value) {
    farspan_metadata entry = entry_named(key, FARSPAN_METADATA_TEXT, 0);
    entry.texts = &value;
    entry.texts_count = 1;
    return entry;
}
farspan_text text_of(std::string_view text) { return {text.data(), static_cast<int64_t>(text.size())}; }

model_handle read_fixture(const std::string& name, const farspan_model_options* options) {
    return read_model(fixture(name), options);
}

farspan_model_info info_of(const model_handle& model) {
    farspan_model_info info;
    farspan_model_info_init(&info, sizeof info);
    cr_assert(farspan_model_describe(model.get(), &info, nullptr) == FARSPAN_OK);
    return info;
}

model_layer layer_of(const model_handle& model, int64_t index) {
    model_layer layer{{}, model};
    farspan_model_layer_init(&layer, sizeof(farspan_model_layer));
    cr_assert(farspan_model_layer_at(model.get(), index, &layer, nullptr) == FARSPAN_OK, "layer %ld",
              static_cast<long>(index));
    return layer;
}

std::string note_of(const model_handle& model, int32_t code) {
    for (int64_t n = 0; n < info_of(model).notes; ++n) {
        const farspan_model_note note = note_at(model, n);
        cr_expect(note.severity ==
                  (note.code >= FARSPAN_NOTE_UNKNOWN_FIELD ? FARSPAN_SEVERITY_WARNING : FARSPAN_SEVERITY_NOTE));
        if (note.code == code) return std::string(note.path) + ": " + note.text;
    }
    return {};
}

bool has_note(const model_handle& model, int32_t code, const std::string& path, const std::string& words) {
    for (int64_t n = 0; n < info_of(model).notes; ++n) {
        const farspan_model_note note = note_at(model, n);
        if (note.code == code && note.path == path && std::string(note.text).find(words) != std::string::npos)
            return true;
    }
    return false;
}

std::string notes_of(const model_handle& model) {
    std::string result;
    for (int64_t n = 0; n < info_of(model).notes; ++n) {
        const farspan_model_note note = note_at(model, n);
        result += std::to_string(note.code) + " " + note.path + ": " + note.text + "\n";
    }
    return result;
}

frequencies frequencies_of(const farspan_model_layer& layer, int64_t length) {
    frequencies result;
    result.inv_freq.resize(static_cast<std::size_t>(layer.rope->rotary_dim / 2));
    farspan_error error = FARSPAN_ERROR_INIT;
    const auto count = static_cast<int32_t>(result.inv_freq.size());
    cr_assert(farspan_rope_frequencies(layer.scheme, length, result.inv_freq.data(), count, &result.magnitude,
                                       &error) == FARSPAN_OK,
              "%s", error.message);
    return result;
}

std::string small_llama(const std::string& keys) {
    const bool has_context = keys.find("\"max_position_embeddings\": ") < keys.find("\"rope_scaling\"");
    return R"({"model_type": "llama", "num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 256)" +
           std::string(has_context ? "" : R"(, "max_position_embeddings": 4096)") + (keys.empty() ? "" : ", " + keys) +
           "}";
}

namespace {

template <class F>
void expect_refusal(const std::string& what, farspan_status status, const std::vector<std::string>& words, F read) {
    farspan_error error = FARSPAN_ERROR_INIT;
    auto* const untouched = reinterpret_cast<farspan_model*>(&error);
    farspan_model* model = untouched;
    const farspan_status got = read(&model, &error);
    cr_expect(model == untouched, "%s: wrote to model", what.c_str());
    cr_expect(got == status && error.code == status, "%s: status %d, must be %d; message: %s", what.c_str(), got,
              status, error.message);
    for (const std::string& word : words)
        cr_expect(std::string(error.message).find(word) != std::string::npos, "%s: no '%s' in: %s", what.c_str(),
                  word.c_str(), error.message);
    if (got == FARSPAN_OK) farspan_model_destroy(model);
}

}  // namespace

void expect_model_refused(const std::string& what, const std::string& text, farspan_status status,
                          const std::vector<std::string>& words, const farspan_model_options* options) {
    expect_refusal(what, status, words, [&](farspan_model** model, farspan_error* error) {
        return farspan_model_from_config(nullptr, text.data(), static_cast<int64_t>(text.size()), options, model,
                                         error);
    });
}

void expect_gguf_refused(const std::string& what, const std::string& file, farspan_status status,
                         const std::vector<std::string>& words) {
    expect_refusal(what, status, words, [&](farspan_model** model, farspan_error* error) {
        return farspan_model_from_gguf(nullptr, file.data(), static_cast<int64_t>(file.size()), nullptr, model, error);
    });
}

}  // namespace farspan_test
