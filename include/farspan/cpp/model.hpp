// model.h for C++17: a model's own configuration, read into the scheme of each layer. The rules are those of
// farspan.hpp.
//
//     const farspan::model model = farspan::model::from_config(text);
//     for (const farspan_model_note& note : model.notes()) std::puts(note.text);
//     const farspan::scheme scheme = model.scheme_of(0);
#ifndef FARSPAN_CPP_MODEL_HPP
#define FARSPAN_CPP_MODEL_HPP

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "farspan/cpp/generated/model.hpp"

namespace farspan {

// One key of GGUF metadata. Integers of every width are int64_t, booleans 0 or 1, floats double.
struct metadata {
    std::string key;
    std::variant<int64_t, double, std::string, std::vector<int64_t>, std::vector<double>, std::vector<std::string>>
        value;
};

namespace detail {

// An entry as C takes it. Its pointers are those of the metadata, and of `texts`, which it fills.
class metadata_entry {
public:
    metadata_entry(const metadata& given, std::vector<farspan_text>& texts) {
        entry_.key = given.key.data();
        entry_.key_bytes = detail::count_of(given.key);
        std::visit([&](const auto& value) { set(value, texts); }, given.value);
    }
    const farspan_metadata& get() const { return entry_; }

private:
    using text_list = std::vector<farspan_text>;

    void set(const int64_t& value, text_list&) { point(&value, 1); }
    void set(const double& value, text_list&) { point(&value, 1); }
    void set(const std::string& text, text_list& texts) { point_texts(&text, 1, texts); }
    template <class Value>
    void set(const std::vector<Value>& values, text_list&) {
        entry_.is_array = 1;
        point(values.data(), values.size());
    }
    void set(const std::vector<std::string>& list, text_list& texts) {
        entry_.is_array = 1;
        point_texts(list.data(), list.size(), texts);
    }
    void point_texts(const std::string* first, std::size_t count, text_list& texts) {
        for (std::size_t n = 0; n < count; ++n)
            texts.push_back({first[n].data(), static_cast<int64_t>(first[n].size())});
        entry_.type = FARSPAN_METADATA_TEXT;
        entry_.texts = texts.data();
        entry_.texts_count = static_cast<int64_t>(count);
    }
    void point(const int64_t* first, std::size_t count) {
        entry_.type = FARSPAN_METADATA_INTEGER;
        entry_.integers = first;
        entry_.integers_count = static_cast<int64_t>(count);
    }
    void point(const double* first, std::size_t count) {
        entry_.type = FARSPAN_METADATA_REAL;
        entry_.reals = first;
        entry_.reals_count = static_cast<int64_t>(count);
    }

    farspan_metadata entry_{};
};

}  // namespace detail

// Immutable: any number of threads may use one at the same time.
class model : public detail::model_methods<model> {
public:
    using model_methods::model_methods;

    // GGUF metadata.
    static model from_metadata(const std::vector<metadata>& list, const model_options& options = {},
                               const context* context = nullptr) {
        std::vector<std::vector<farspan_text>> texts(list.size());
        std::vector<farspan_metadata> entries;
        for (std::size_t n = 0; n < list.size(); ++n)
            entries.push_back(detail::metadata_entry(list[n], texts[n]).get());
        const farspan_metadata none{};
        return model(detail::created{}, [&](farspan_model** made, farspan_error* cause) {
            return farspan_model_from_metadata(detail::handle(context), entries.empty() ? &none : entries.data(),
                                               detail::count_of(entries), &options, made, cause);
        });
    }
    // All notes. Their texts live as long as the model.
    std::vector<farspan_model_note> notes() const {
        std::vector<farspan_model_note> result(static_cast<std::size_t>(describe().notes));
        for (std::size_t n = 0; n < result.size(); ++n) result[n] = note_at(static_cast<int64_t>(n));
        return result;
    }

    // Copies, which do not need the model. A layer without softmax attention has none: FARSPAN_ERROR_COMBINATION.
    layer_parts parts_of(int64_t layer) const {
        const farspan_model_layer found = layer_at(layer);
        if (!found.scheme)
            throw error(FARSPAN_ERROR_COMBINATION, 2,
                        "layer " + std::to_string(layer) + " has no softmax attention, and therefore no scheme");
        return layer_parts(found);
    }
    scheme scheme_of(int64_t layer) const { return parts_of(layer).make_scheme(); }
};

}  // namespace farspan

#endif
