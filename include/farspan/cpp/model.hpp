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

#include "farspan/farspan.hpp"
#include "farspan/model.h"

namespace farspan {

struct model_options : farspan_model_options {
    model_options() { farspan_model_options_init(this, sizeof(farspan_model_options)); }
    // [buckets][heads] each; an empty list is not given.
    void set_t5(std::vector<float> encoder, std::vector<float> decoder) {
        t5_encoder_count = static_cast<int64_t>(encoder.size());
        t5_decoder_count = static_cast<int64_t>(decoder.size());
        t5_encoder = encoder_.keep(std::move(encoder));
        t5_decoder = decoder_.keep(std::move(decoder));
    }
    // Divisors of inv_freq, one per pair: GGUF's rope_freqs, rope_factors_short and rope_factors_long.
    void set_rope(std::vector<double> freqs, std::vector<double> short_list = {}, std::vector<double> long_list = {}) {
        rope_freqs_count = static_cast<int64_t>(freqs.size());
        rope_short_count = static_cast<int64_t>(short_list.size());
        rope_long_count = static_cast<int64_t>(long_list.size());
        rope_freqs = freqs_.keep(std::move(freqs));
        rope_short = short_.keep(std::move(short_list));
        rope_long = long_.keep(std::move(long_list));
    }

private:
    detail::kept_array<float> encoder_, decoder_;
    detail::kept_array<double> freqs_, short_, long_;
};

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
        entry_.key_bytes = static_cast<int64_t>(given.key.size());
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

template <class Value>
std::vector<Value> list_of(const Value* first, int64_t count) {
    return std::vector<Value>(first, first + count);
}

// A configuration with copies of its arrays.
inline rope_config copy_of(const farspan_rope_config& given) {
    rope_config copy(given.method);
    static_cast<farspan_rope_config&>(copy) = given;
    copy.set_factors(list_of(given.short_factors, given.short_factors_count),
                     list_of(given.long_factors, given.long_factors_count));
    return copy;
}
inline remap_config copy_of(const farspan_remap_config& given) {
    remap_config copy(given.method);
    static_cast<farspan_remap_config&>(copy) = given;
    return copy;
}
inline bias_config copy_of(const farspan_bias_config& given) {
    bias_config copy(given.method);
    static_cast<farspan_bias_config&>(copy) = given;
    copy.set_values(list_of(given.values, given.values_count));
    copy.set_kerple(list_of(given.a, given.a_count), list_of(given.p, given.p_count));
    copy.set_slopes(list_of(given.slopes, given.slopes_count));
    return copy;
}
inline mask_config copy_of(const farspan_mask_config& given) {
    mask_config copy;
    static_cast<farspan_mask_config&>(copy) = given;
    return copy;
}
inline score_config copy_of(const farspan_score_config& given) {
    score_config copy;
    static_cast<farspan_score_config&>(copy) = given;
    copy.set_sink_logits(list_of(given.sink_logits, given.sink_logits_count));
    return copy;
}

}  // namespace detail

// What the scheme of a layer is made of, for changes: sinks, another remap ...
struct layer_parts {
    rope_config rope;
    remap_config remap;
    bias_config bias;
    mask_config mask;
    score_config score;

    explicit layer_parts(const farspan_model_layer& layer)  // one that has a scheme
        : rope(detail::copy_of(*layer.rope)),
          remap(detail::copy_of(*layer.remap)),
          bias(detail::copy_of(*layer.bias)),
          mask(detail::copy_of(*layer.mask)),
          score(detail::copy_of(*layer.score)) {}
    scheme make_scheme() const { return scheme(rope, remap, bias, mask, score); }
};

// Immutable: any number of threads may use one at the same time.
class model : public detail::owner<farspan_model, farspan_model_destroy> {
public:
    // The text of a Hugging Face config.json.
    static model from_config(std::string_view text, const model_options& options = {},
                             const context* context = nullptr) {
        return model([&](farspan_model** made, farspan_error* cause) {
            return farspan_model_from_config(detail::handle(context), text.empty() ? "" : text.data(),
                                             static_cast<int64_t>(text.size()), &options, made, cause);
        });
    }
    // GGUF metadata.
    static model from_metadata(const std::vector<metadata>& list, const model_options& options = {},
                               const context* context = nullptr) {
        std::vector<std::vector<farspan_text>> texts(list.size());
        std::vector<farspan_metadata> entries;
        for (std::size_t n = 0; n < list.size(); ++n)
            entries.push_back(detail::metadata_entry(list[n], texts[n]).get());
        const farspan_metadata none{};
        return model([&](farspan_model** made, farspan_error* cause) {
            return farspan_model_from_metadata(detail::handle(context), entries.empty() ? &none : entries.data(),
                                               static_cast<int64_t>(entries.size()), &options, made, cause);
        });
    }
    // The beginning of a GGUF file.
    static model from_gguf(array_view<const std::byte> file, const model_options& options = {},
                           const context* context = nullptr) {
        return model([&](farspan_model** made, farspan_error* cause) {
            const std::byte none{};
            return farspan_model_from_gguf(detail::handle(context), file.empty() ? &none : file.data(),
                                           static_cast<int64_t>(file.size()), &options, made, cause);
        });
    }

    // The texts and pointers of the answers live as long as the model.
    farspan_model_info describe() const {
        return ask<farspan_model_info>(farspan_model_info_init, [&](farspan_model_info* info, farspan_error* cause) {
            return farspan_model_describe(get(), info, cause);
        });
    }
    farspan_model_layer layer_at(int64_t index) const {
        return ask<farspan_model_layer>(farspan_model_layer_init,
                                        [&](farspan_model_layer* layer, farspan_error* cause) {
                                            return farspan_model_layer_at(get(), index, layer, cause);
                                        });
    }
    farspan_model_note note_at(int64_t index) const {
        return ask<farspan_model_note>(farspan_model_note_init, [&](farspan_model_note* note, farspan_error* cause) {
            return farspan_model_note_at(get(), index, note, cause);
        });
    }
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

private:
    template <class Create>
    explicit model(Create&& create) : owner(std::forward<Create>(create)) {}

    template <class Answer, class Question>
    static Answer ask(void (*init)(Answer*, std::size_t), Question&& question) {
        Answer answer{};
        init(&answer, sizeof answer);
        detail::check([&](farspan_error* cause) { return question(&answer, cause); });
        return answer;
    }
};

}  // namespace farspan

#endif
