#include "made_model.hpp"

#include <unistd.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <stdexcept>

#include "failure.hpp"

using nlohmann::ordered_json;

scratch_folder::scratch_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "farspan-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
    path_ = name;
}

scratch_folder::~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}

std::string with_header(const std::string& header, const std::string& data) {
    std::string bytes;
    for (int n = 0; n < 8; ++n) bytes += static_cast<char>((static_cast<uint64_t>(header.size()) >> (8 * n)) & 255);
    return bytes + header + data;
}

std::string safetensors_bytes(const std::vector<std::pair<std::string, made_tensor>>& tensors) {
    ordered_json header = {{"__metadata__", {{"format", "pt"}}}};
    std::string data;
    for (const auto& [name, tensor] : tensors) {
        header[name] = {{"dtype", tensor.dtype},
                        {"shape", tensor.shape},
                        {"data_offsets", {data.size(), data.size() + tensor.bytes.size()}}};
        data += tensor.bytes;
    }
    return with_header(header.dump(), data);
}

ordered_json made_config(const std::string& position) {
    ordered_json config = {{"vocab_size", 256},
                           {"hidden_size", 16},
                           {"intermediate_size", 24},
                           {"num_hidden_layers", 2},
                           {"num_attention_heads", 2},
                           {"num_key_value_heads", 2},
                           {"head_dim", 8},
                           {"rms_norm_eps", 1e-5},
                           {"hidden_act", "silu"},
                           {"tie_word_embeddings", false},
                           {"embedding_scale", 1.0},
                           {"softmax_scale", 1 / std::sqrt(8.0)},
                           {"trained_length", 16}};
    ordered_json& p = config["position"];
    p["method"] = position;
    if (position == "sinusoidal") p.update({{"base", 10000.0}, {"layout", "interleaved"}, {"added_to", "embeddings"}});
    if (position == "rope") p.update({{"base", 100.0}, {"rotary_dim", 8}, {"layout", "half"}});
    if (position == "alibi") p.update({{"slopes", {0.0625, 0.00390625}}});
    if (position == "t5") p.update({{"num_buckets", 8}, {"max_distance", 16}, {"bidirectional", false}});
    if (position == "xpos")
        p.update({{"base", 100.0}, {"rotary_dim", 8}, {"layout", "interleaved"}, {"scale_base", 64.0}, {"gamma", 0.4}});
    return config;
}

std::vector<std::pair<std::string, made_tensor>> made_tensors(const ordered_json& config) {
    std::mt19937 generator(7);
    std::vector<std::pair<std::string, made_tensor>> tensors;
    const auto add = [&](const std::string& name, std::vector<int64_t> shape, float spread, float centre) {
        size_t count = 1;
        for (const int64_t extent : shape) count *= static_cast<size_t>(extent);
        std::vector<float> values(count);
        for (float& v : values) v = centre + spread * (static_cast<float>(generator() >> 8) * 0x1p-23f - 1.0f);
        std::string bytes(count * sizeof(float), '\0');
        std::memcpy(bytes.data(), values.data(), bytes.size());
        tensors.push_back({name, {"F32", std::move(shape), std::move(bytes)}});
    };
    const int64_t width = config["hidden_size"], hidden = config["intermediate_size"],
                  heads = config["num_attention_heads"], heads_width = heads * config["head_dim"].get<int64_t>();
    add("model.embed_tokens.weight", {256, width}, 1.0f, 0.0f);
    for (int64_t layer = 0; layer < config["num_hidden_layers"]; ++layer) {
        const std::string prefix = "model.layers." + std::to_string(layer) + ".";
        for (const char* name : {"q_proj", "k_proj", "v_proj"})
            add(prefix + "self_attn." + name + ".weight", {heads_width, width}, 0.6f, 0.0f);
        add(prefix + "self_attn.o_proj.weight", {width, heads_width}, 0.4f, 0.0f);
        add(prefix + "mlp.gate_proj.weight", {hidden, width}, 0.4f, 0.0f);
        add(prefix + "mlp.up_proj.weight", {hidden, width}, 0.4f, 0.0f);
        add(prefix + "mlp.down_proj.weight", {width, hidden}, 0.4f, 0.0f);
        add(prefix + "input_layernorm.weight", {width}, 0.2f, 1.0f);
        add(prefix + "post_attention_layernorm.weight", {width}, 0.2f, 1.0f);
    }
    add("model.norm.weight", {width}, 0.2f, 1.0f);
    add("lm_head.weight", {256, width}, 0.3f, 0.0f);
    if (config["position"]["method"] == "t5")
        add("relative_attention_bias.weight", {config["position"]["num_buckets"], heads}, 1.0f, 0.0f);
    return tensors;
}

std::filesystem::path write_model(const std::filesystem::path& folder, const std::string& name,
                                  const std::string& position) {
    const ordered_json config = made_config(position);
    write_file(folder / name / "config.json", config.dump());
    write_file(folder / name / "model.safetensors", safetensors_bytes(made_tensors(config)));
    return folder / name;
}

std::filesystem::path write_tuned_model(const std::filesystem::path& folder, const std::string& base_model) {
    ordered_json config = made_config("rope");
    config["trained_length"] = 32;
    config["scheme"] = {
        {"rope", {{"method", "linear"}, {"layout", "half"}, {"rotary_dim", 8}, {"base", 100.0}, {"factor", 2.0}}},
        {"score", {{"scale", 1 / std::sqrt(8.0)}}}};
    config["fine_tuned"] = {{"base_model", base_model}, {"start", "pi"}, {"steps", 200}};
    auto tensors = made_tensors(config);
    std::erase_if(tensors, [](const auto& named) {
        return named.first == "model.embed_tokens.weight" || named.first == "lm_head.weight";
    });
    const std::string name = base_model + "-pi";
    write_file(folder / name / "config.json", config.dump());
    write_file(folder / name / "model.safetensors", safetensors_bytes(tensors));
    return folder / name;
}

std::string made_text(size_t bytes) {
    static const char* words[] = {"far ", "near ", "key ", "query ", "turns ", "by ", "its ", "position.\n"};
    std::mt19937 generator(11);
    std::string text;
    while (text.size() < bytes) text += words[generator() % std::size(words)];
    return text.substr(0, bytes);
}

std::string failure_of(void (*f)(const std::filesystem::path&), const std::filesystem::path& path) {
    try {
        f(path);
    } catch (const tool::failure& error) {
        return error.what();
    }
    return "";
}
