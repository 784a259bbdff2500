// No text that the library writes, and no number that it reads, depends on the locale of the host. Everything that
// formats or reads a number is called in the locale "C" and in foreign ones: the answers are the same.
#include <criterion/criterion.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "calls.hpp"
#include "farspan/eval.h"
#include "farspan/model.h"
#include "handles.hpp"
#include "tensor_data.hpp"
#include "test_locales.hpp"

using namespace farspan_test;

namespace {

using text_list = std::vector<std::string>;

// The message of a call, with what was tried.
template <class Call>
void add_message(text_list& texts, const std::string& what, Call&& call) {
    error_slot error;
    const farspan_status status = call(&error);
    texts.push_back(what + ": " + std::to_string(status) + " " + error.message);
}

// Every number of every configuration of every method, set to what it must not be, or to what it may.
template <class Config>
struct part {
    int32_t number, methods;
    void (*init)(Config*, size_t, int32_t);
    std::vector<double Config::*> fields;
};

template <class Config>
void add_refusals(text_list& texts, const part<Config>& p,
                  const std::function<farspan_status(const Config*, farspan_scheme**, farspan_error*)>& create) {
    for (int32_t method = 0; method < p.methods; ++method)
        for (std::size_t field = 0; field < p.fields.size(); ++field)
            for (const double value : {-1.5, 0.25, 1234567.5, 3.5e38, std::numeric_limits<double>::quiet_NaN()}) {
                Config config;
                p.init(&config, sizeof config, method);
                config.*p.fields[field] = value;
                add_message(texts,
                            "part " + std::to_string(p.number) + ", method " + std::to_string(method) + ", field " +
                                std::to_string(field),
                            [&](farspan_error* error) {
                                farspan_scheme* scheme = nullptr;
                                const farspan_status status = create(&config, &scheme, error);
                                farspan_scheme_destroy(scheme);
                                return status;
                            });
            }
}

void init_score(farspan_score_config* config, size_t size, int32_t temperature) {
    farspan_score_config_init(config, size);
    config->temperature = temperature;
}

void add_schemes(text_list& texts) {
    using rope = farspan_rope_config;
    const part<rope> ropes = {
        1,
        18,
        [](rope* c, size_t size, int32_t method) {
            farspan_rope_config_init(c, size, method);
            c->layout = FARSPAN_LAYOUT_HALF;
            c->rotary_dim = 64;
            if (c->factor == 0) c->factor = 2.5;
            if (c->original_context == 0) c->original_context = 4096;
        },
        {&rope::base, &rope::factor, &rope::beta_fast, &rope::beta_slow, &rope::extrapolation_factor, &rope::mscale,
         &rope::mscale_all_dim, &rope::attention_factor, &rope::mixed_exponent, &rope::low_freq_factor,
         &rope::high_freq_factor, &rope::rotated_fraction, &rope::xpos_scale_base, &rope::xpos_gamma}};
    add_refusals<rope>(texts, ropes, [](const rope* c, auto** scheme, auto* error) {
        return scheme_create(c, nullptr, nullptr, nullptr, nullptr, scheme, error);
    });
    using remap = farspan_remap_config;
    add_refusals<remap>(texts, {2, 7, farspan_remap_config_init, {&remap::position_scale}},
                        [](const remap* c, auto** scheme, auto* error) {
                            return scheme_create(nullptr, c, nullptr, nullptr, nullptr, scheme, error);
                        });
    using bias = farspan_bias_config;
    add_refusals<bias>(texts, {3, 7, farspan_bias_config_init, {&bias::max_bias, &bias::scale}},
                       [](const bias* c, auto** scheme, auto* error) {
                           return scheme_create(nullptr, nullptr, c, nullptr, nullptr, scheme, error);
                       });
    using score = farspan_score_config;
    const part<score> scores = {5, 7, init_score, {&score::scale, &score::multiplier, &score::softcap}};
    add_refusals<score>(texts, scores, [](const score* c, auto** scheme, auto* error) {
        return scheme_create(nullptr, nullptr, nullptr, nullptr, c, scheme, error);
    });
}

// Numbers are written, read and quoted.
void add_scheme_texts(text_list& texts) {
    const std::string text =
        R"({"rope": {"method": "base", "layout": "half", "rotary_dim": 4, "base": 10000.5}, "bias": {"method": )"
        R"("alibi", "heads": 2, "scale": 0.1}, "score": {"softcap": 30.25, "sink_logits": [0.1, -2.5e-7]}})";
    farspan_scheme* scheme = nullptr;
    add_message(texts, "scheme", [&](auto* e) {
        return farspan_scheme_from_json(text.data(), static_cast<int64_t>(text.size()), &scheme, e);
    });
    char buffer[400] = "";
    int64_t needed = 0;
    farspan_scheme_to_json(scheme, buffer, sizeof buffer, &needed, nullptr);
    texts.push_back(buffer);
    farspan_scheme_destroy(scheme);
    for (const std::string bad : {R"({"rope": {"base": 1.5e999}})", R"({"mask": {"sinks": 0.5}})",
                                  R"({"rope": {"method": "base", "base": 0.5}})"})
        add_message(texts, "refused", [&](auto* e) {
            return farspan_scheme_from_json(bad.data(), static_cast<int64_t>(bad.size()), &scheme, e);
        });
}

void add_evaluation(text_list& texts) {
    for (const int32_t smoothing : {FARSPAN_SMOOTHING_FLOOR, FARSPAN_SMOOTHING_ADD_K}) {
        farspan_bleu_config bleu;
        farspan_bleu_config_init(&bleu, sizeof bleu);
        bleu.smoothing = smoothing;
        bleu.smoothing_value = 0.25;
        char signature[200] = "";
        int64_t needed = 0;
        add_message(texts, "signature",
                    [&](auto* e) { return farspan_bleu_signature(&bleu, 1, signature, sizeof signature, &needed, e); });
        texts.push_back(signature);
        bleu.smoothing_value = -0.25;
        add_message(texts, "smoothing",
                    [&](auto* e) { return farspan_bleu_signature(&bleu, 1, signature, sizeof signature, &needed, e); });
    }
    const farspan_text text = {"a", 1};
    farspan_chrf_config chrf;
    farspan_chrf_config_init(&chrf, sizeof chrf);
    chrf.beta = -1.5;
    farspan_chrf_counts counts;
    farspan_chrf_counts_init(&counts, sizeof counts);
    add_message(texts, "beta", [&](auto* e) { return farspan_chrf_add(nullptr, &chrf, "a", 1, &text, 1, &counts, e); });
    farspan_bootstrap_config bootstrap;
    farspan_bootstrap_config_init(&bootstrap, sizeof bootstrap);
    bootstrap.confidence = 1.5;
    const double value = 1;
    farspan_interval interval;
    farspan_interval_init(&interval, sizeof interval);
    add_message(texts, "confidence",
                [&](auto* e) { return farspan_bootstrap_mean(nullptr, &bootstrap, &value, 1, &interval, e); });
    farspan_passkey_config passkey;
    farspan_passkey_config_init(&passkey, sizeof passkey, FARSPAN_PASSKEY_LANDMARK);
    passkey.length = 2000;
    passkey.depth = 1.5;
    char buffer[2001];
    int64_t needed = 0;
    farspan_passkey answer;
    farspan_passkey_init(&answer, sizeof answer);
    add_message(texts, "depth", [&](auto* e) {
        return farspan_passkey_make(nullptr, &passkey, buffer, sizeof buffer, &needed, &answer, e);
    });
    passkey.depth = 0.25;
    add_message(texts, "passkey", [&](auto* e) {
        return farspan_passkey_make(nullptr, &passkey, buffer, sizeof buffer, &needed, &answer, e);
    });
    texts.push_back(buffer);
    const int64_t id = 1;
    int64_t out[4], position = 0;
    add_message(texts, "needle", [&](auto* e) {
        return farspan_needle_place(nullptr, &id, 1, &id, 1, &id, 1, -0.5, nullptr, 0, out, 4, &position, e);
    });
    farspan_loss loss;
    farspan_loss_init(&loss, sizeof loss);
    loss.open_sum = 2.5;
    farspan_loss_summary summary;
    farspan_loss_summary_init(&summary, sizeof summary);
    add_message(texts, "loss", [&](auto* e) { return farspan_loss_summarize(&loss, &summary, e); });
    texts.push_back(farspan_verdict_rule());
}

void add_tensors(text_list& texts) {
    const tensor_data out(FARSPAN_F32, {1, 1, 4, 64});
    for (const double base : {0.5, 1e300 * 1e300})
        add_message(texts, "sinusoidal", [&](auto* e) {
            return farspan_sinusoidal_fill(nullptr, FARSPAN_SINUSOIDAL_BLOCKS, 0, base, &out.view(), e);
        });
    farspan_fire_config fire;
    farspan_fire_config_init(&fire, sizeof fire);
    fire.epsilon = -0.5;
    add_message(texts, "fire", [&](auto* e) { return fire_fill(&fire, nullptr, nullptr, &out.view(), e); });
    char diagnosis[16384];
    cr_assert(farspan_diagnose(diagnosis, sizeof diagnosis) < int64_t{sizeof diagnosis});
    texts.push_back(diagnosis);
}

// Every published configuration, as it is and longer: what is read, and what is said about it.
void add_model(text_list& texts, const std::string& name, const std::string& text, int32_t extension) {
    farspan_model_options options;
    farspan_model_options_init(&options, sizeof options);
    options.extension = extension;
    if (extension != 0) options.target_length = 1234567;
    farspan_model* model = nullptr;
    add_message(texts, name, [&](auto* e) {
        return farspan_model_from_config(nullptr, text.data(), static_cast<int64_t>(text.size()), &options, &model, e);
    });
    if (!model) return;
    farspan_model_info info{};
    info.struct_size = sizeof info;
    cr_assert(farspan_model_describe(model, &info, nullptr) == FARSPAN_OK);
    for (int64_t n = 0; n < info.notes; ++n) {
        farspan_model_note note{};
        note.struct_size = sizeof note;
        cr_assert(farspan_model_note_at(model, n, &note, nullptr) == FARSPAN_OK);
        texts.push_back(name + ", " + note.path + ": " + note.text);
    }
    farspan_model_layer layer{};
    layer.struct_size = sizeof layer;
    cr_assert(farspan_model_layer_at(model, 0, &layer, nullptr) == FARSPAN_OK);
    if (layer.rope) texts.push_back(name + ": " + std::to_string(static_cast<int64_t>(layer.rope->base * 1e6)));
    if (layer.rope) texts.push_back(name + ": " + std::to_string(static_cast<int64_t>(layer.rope->factor * 1e6)));
    texts.push_back(name + ": " + std::to_string(static_cast<int64_t>(layer.attention_scale * 1e9)));
    farspan_model_destroy(model);
}

void add_models(text_list& texts) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(FARSPAN_CONFIG_FIXTURES)) files.push_back(file.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        std::ostringstream text;
        text << std::ifstream(file).rdbuf();
        for (int32_t extension = 0; extension <= FARSPAN_EXTENSION_ALIBI_SLOPES; ++extension)
            add_model(texts, file.filename(), text.str(), extension);
    }
    // Names are compared in English, numbers have points.
    const std::string begin =
        R"({"architectures": ["InternLM2ForCausalLM"], "model_type": "internlm2", "num_hidden_layers": 1,
        "hidden_size": 256, "num_attention_heads": 2, "max_position_embeddings": 4096, "rope_theta": )";
    for (const char* rest :
         {"12345.678}", "-0.5}", "\"x\"}", "1.5e-30}", R"(1e4, "rope_scaling": {"type": "dynamic", "factor": 0.5}})",
          R"(1e4, "rope_scaling": {"type": "dynamic", "factor": 2.5}})"})
        add_model(texts, rest, begin + rest, 0);
    add_model(texts, "architecture only",
              R"({"architectures": ["InternLM2ForCausalLM"], "num_hidden_layers": 1, "hidden_size": 256,
        "num_attention_heads": 2, "max_position_embeddings": 4096})",
              0);
    const double real = 0.25;
    const std::string key = "general.architecture";
    const farspan_metadata entries[] = {
        {key.data(), static_cast<int64_t>(key.size()), FARSPAN_METADATA_REAL, 0, nullptr, 0, &real, 1, nullptr, 0}};
    farspan_model* model = nullptr;
    add_message(texts, "metadata",
                [&](auto* e) { return farspan_model_from_metadata(nullptr, entries, 1, nullptr, &model, e); });
}

text_list all_texts() {
    text_list texts;
    add_schemes(texts);
    add_scheme_texts(texts);
    add_evaluation(texts);
    add_tensors(texts);
    add_models(texts);
    return texts;
}

bool any_has(const text_list& texts, const char* words) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return text.find(words) != text.npos; });
}

}  // namespace

Test(locale, texts_are_those_of_the_locale_c) {
    const text_list expected = all_texts();
    for (const char* words :
         {"floor[0.25]", "add-k[0.25]", "is 1.5", "is -1.5", "is 0.25", "12345.678", "[0.1, -2.5e-07]"})
        cr_expect(any_has(expected, words), "no text has %s", words);
    for (const char* name : foreign_locales) {
        const foreign_locale host(name);
        const text_list texts = all_texts();
        cr_assert(texts.size() == expected.size(), "%s: %zu texts", name, texts.size());
        for (std::size_t n = 0; n < texts.size(); ++n)
            cr_expect(texts[n] == expected[n], "%s\n%s\n%s", name, texts[n].c_str(), expected[n].c_str());
    }
}
