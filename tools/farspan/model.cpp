#include "model.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "failure.hpp"
#include "farspan/farspan.h"
#include "files.hpp"
#include "safetensors.hpp"
#include "scheme_file.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Reads the fields of one JSON object; every complaint names the file, the field and the value.
class fields {
public:
    fields(std::string path, std::string prefix, const json& object)
        : path_(std::move(path)), prefix_(std::move(prefix)), object_(object) {
        if (!object_.is_object())
            throw failure(path_ + ": " + (prefix_.empty() ? "is" : prefix_ + " is") + " not a JSON object");
    }

    int64_t integer(const char* name, int64_t least, int64_t most) const {
        const json& value = at(name);
        if (!value.is_number_integer() || value.get<double>() < static_cast<double>(least) ||
            value.get<double>() > static_cast<double>(most))
            fail(name, value, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
        return value.get<int64_t>();
    }

    double positive(const char* name) const {
        const json& value = at(name);
        if (!value.is_number() || !(value.get<double>() > 0) || !std::isfinite(value.get<double>()))
            fail(name, value, "a positive number");
        return value.get<double>();
    }

    std::string text(const char* name) const {
        const json& value = at(name);
        if (!value.is_string() || value.get<std::string>().empty()) fail(name, value, "a text");
        return value.get<std::string>();
    }

    bool flag(const char* name) const {
        const json& value = at(name);
        if (!value.is_boolean()) fail(name, value, "true or false");
        return value.get<bool>();
    }

    std::vector<double> numbers(const char* name) const {
        const json& value = at(name);
        bool good = value.is_array();
        for (const json& number : value) good = good && number.is_number();
        if (!good) fail(name, value, "an array of numbers");
        return value.get<std::vector<double>>();
    }

    // The text must be one of `allowed`; answers its index.
    size_t choice(const char* name, const std::vector<std::string>& allowed) const {
        const json& value = at(name);
        std::string list;
        for (size_t n = 0; n < allowed.size(); ++n) {
            if (value.is_string() && value.get<std::string>() == allowed[n]) return n;
            list += (n ? ", " : "") + allowed[n];
        }
        fail(name, value, (allowed.size() > 1 ? "one of " : "") + list);
    }

    const json& at(const char* name) const {
        if (!object_.contains(name)) throw failure(path_ + ": field \"" + prefix_ + name + "\" is missing");
        return object_.at(name);
    }

    [[noreturn]] void fail(const char* name, const json& value, const std::string& expected) const {
        throw failure(path_ + ": field \"" + prefix_ + name + "\" is " +
                      value.dump(-1, ' ', true, json::error_handler_t::replace).substr(0, 60) + ", expected " +
                      expected);
    }

private:
    std::string path_, prefix_;
    const json& object_;
};

position_config read_position(const fields& all, const std::string& path, const model_config& config) {
    const fields position(path, "position.", all.at("position"));
    const std::vector<std::string> methods = {"sinusoidal", "rope", "alibi", "t5", "xpos"};
    const std::vector<std::string> layouts = {"half", "interleaved"};  // in the order of FARSPAN_LAYOUT_*
    position_config p;
    p.method = methods[position.choice("method", methods)];
    if (p.method == "sinusoidal") {
        p.base = position.positive("base");
        position.choice("layout", {"interleaved"});
        position.choice("added_to", {"embeddings"});
        p.layout = FARSPAN_SINUSOIDAL_INTERLEAVED;
    }
    if (p.method == "rope" || p.method == "xpos") {
        p.base = position.positive("base");
        p.rotary_dim = static_cast<int32_t>(position.integer("rotary_dim", 2, config.head_dim));
        p.layout = FARSPAN_LAYOUT_HALF + static_cast<int32_t>(position.choice("layout", layouts));
    }
    if (p.method == "xpos") {
        p.xpos_scale_base = position.positive("scale_base");
        p.xpos_gamma = position.positive("gamma");
    }
    if (p.method == "alibi") {
        p.slopes = position.numbers("slopes");
        if (static_cast<int64_t>(p.slopes.size()) != config.heads)
            position.fail("slopes", position.at("slopes"), std::to_string(config.heads) + " numbers, one per head");
    }
    if (p.method == "t5") {
        p.buckets = static_cast<int32_t>(position.integer("num_buckets", 2, 1 << 16));
        p.max_distance = position.integer("max_distance", 2, 1 << 30);
        p.bidirectional = position.flag("bidirectional");
    }
    return p;
}

void append(std::vector<float>& to, const std::vector<float>& rows) { to.insert(to.end(), rows.begin(), rows.end()); }

// A model's tensors; those that its file does not hold are its base model's.
class tensor_source {
public:
    tensor_source(const fs::path& folder, const fine_tuning& tuned) : own_(folder / "model.safetensors") {
        if (!tuned.base_model.empty()) base_.emplace(folder.parent_path() / tuned.base_model / "model.safetensors");
    }
    std::vector<float> floats(const std::string& name, const std::vector<int64_t>& shape) const {
        return (base_ && !own_.contains(name) ? *base_ : own_).floats(name, shape);
    }

private:
    safetensors_file own_;
    std::optional<safetensors_file> base_;
};

layer_weights read_layer(const tensor_source& file, const model_config& c, int64_t layer) {
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    const auto matrix = [&](const char* name, int64_t out, int64_t in) {
        return file.floats(prefix + name + ".weight", {out, in});
    };
    layer_weights w;
    w.attention_norm = file.floats(prefix + "input_layernorm.weight", {c.width});
    w.qkv = matrix("self_attn.q_proj", c.heads * c.head_dim, c.width);
    append(w.qkv, matrix("self_attn.k_proj", c.key_heads * c.head_dim, c.width));
    append(w.qkv, matrix("self_attn.v_proj", c.key_heads * c.head_dim, c.width));
    w.output = matrix("self_attn.o_proj", c.width, c.heads * c.head_dim);
    w.mlp_norm = file.floats(prefix + "post_attention_layernorm.weight", {c.width});
    w.gate_up = matrix("mlp.gate_proj", c.hidden, c.width);
    append(w.gate_up, matrix("mlp.up_proj", c.hidden, c.width));
    w.down = matrix("mlp.down_proj", c.width, c.hidden);
    return w;
}

}  // namespace

model_config read_model_config(const std::filesystem::path& path) {
    const std::vector<uint8_t> text = read_bytes(path);
    json root;
    try {
        root = json::parse(text.begin(), text.end());
    } catch (const json::exception& error) {
        throw failure(path.string() + ": not JSON: " + error.what());
    }
    const fields all(path.string(), "", root);
    constexpr int64_t most = 1 << 16;
    model_config c;
    c.vocabulary = all.integer("vocab_size", 256, 256);  // bytes
    c.width = all.integer("hidden_size", 1, most);
    c.hidden = all.integer("intermediate_size", 1, most);
    c.layers = all.integer("num_hidden_layers", 1, 1000);
    c.heads = all.integer("num_attention_heads", 1, 1024);
    c.key_heads = all.integer("num_key_value_heads", 1, c.heads);
    if (c.heads % c.key_heads != 0)
        all.fail("num_key_value_heads", all.at("num_key_value_heads"), "a divisor of num_attention_heads");
    c.head_dim = all.integer("head_dim", 1, 512);
    c.norm_epsilon = static_cast<float>(all.positive("rms_norm_eps"));
    all.choice("hidden_act", {"silu"});
    if (all.flag("tie_word_embeddings")) all.fail("tie_word_embeddings", true, "false");
    c.embedding_scale = static_cast<float>(all.positive("embedding_scale"));
    c.softmax_scale = all.positive("softmax_scale");
    c.trained_length = all.integer("trained_length", 4, 1 << 24);
    c.position = read_position(all, path.string(), c);
    if (root.contains("scheme"))
        c.scheme = parse_scheme(root["scheme"].dump(), path.string() + ": field \"scheme\"").to_json();
    if (root.contains("fine_tuned")) {
        const fields tuned(path.string(), "fine_tuned.", root["fine_tuned"]);
        c.tuned = {tuned.text("base_model"), tuned.text("start"), tuned.integer("steps", 0, 1 << 30)};
    }
    return c;
}

language_model load_model(const std::filesystem::path& folder) {
    language_model model;
    model.config = read_model_config(folder / "config.json");
    const model_config& c = model.config;
    const fs::path canonical = fs::weakly_canonical(folder);
    model.name = canonical.filename().string();
    const tensor_source file(canonical, c.tuned);
    model.embedding = file.floats("model.embed_tokens.weight", {c.vocabulary, c.width});
    for (int64_t layer = 0; layer < c.layers; ++layer) model.layers.push_back(read_layer(file, c, layer));
    model.norm = file.floats("model.norm.weight", {c.width});
    model.head = file.floats("lm_head.weight", {c.vocabulary, c.width});
    if (c.position.method == "t5")
        model.t5_values = file.floats("relative_attention_bias.weight", {c.position.buckets, c.heads});
    return model;
}

}  // namespace tool
