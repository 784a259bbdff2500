#include "model_file.hpp"

#include <cstddef>
#include <string_view>

#include "failure.hpp"
#include "files.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

int32_t index_of(const char* option, const std::string& name, std::initializer_list<const char*> known) {
    int32_t index = 0;
    std::string all;
    for (const char* each : known) {
        if (name == each) return index;
        all += (index++ == 0 ? "" : ", ") + std::string(each);
    }
    throw failure(std::string(option) + " " + name + ": unknown; known are " + all);
}

farspan::model_options library_options(const model_options& o) {
    farspan::model_options options;
    options.release = index_of("--release", o.release, {"reference", "transformers-4.48", "llama.cpp"});
    if (!o.extend.empty())
        options.extension = index_of("--extend", o.extend,
                                     {"none", "linear", "ntk", "dynamic_ntk", "yarn", "self_extend", "rerope",
                                      "leaky_rerope", "dual_chunk", "alibi_slopes"});
    options.target_length = o.target;
    options.window = o.window;
    options.group = o.group;
    return options;
}

}  // namespace

farspan::model open_model(const std::string& path, const model_options& options) {
    constexpr int64_t most_bytes = int64_t{256} << 20;  // a GGUF file begins with what is read here, its weights follow
    const std::vector<uint8_t> bytes = read_bytes(path, most_bytes);
    const farspan::model_options given = library_options(options);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    try {
        if (!text.starts_with("GGUF")) return farspan::model::from_config(text, given);
        const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
        return farspan::model::from_gguf(farspan::array_view<const std::byte>::of(first, bytes.size()), given);
    } catch (const farspan::error& error) {
        throw failure(path + ": " + error.what());
    }
}

ordered_json layer_settings(const farspan::model& model, int64_t index) {
    constexpr const char* kinds[] = {"full", "sliding", "chunked", "no softmax attention"};
    const farspan_model_layer layer = model.layer_at(index);
    ordered_json json = {{"kind", kinds[layer.kind]}};
    if (!layer.scheme) return json;
    json["query_heads"] = layer.query_heads;
    json["key_heads"] = layer.key_heads;
    json["head_dim"] = layer.head_dim;
    json["value_dim"] = layer.value_dim;
    json["window"] = layer.window > 0 ? ordered_json(layer.window) : ordered_json();  // null: every key
    json["attention_scale"] = layer.attention_scale;
    json.update(ordered_json::parse(model.scheme_of(index).to_json()));
    return json;
}

std::string layers_alike(const farspan::model& model, int64_t first) {
    const int64_t layers = model.describe().layers;
    std::string text;
    for (int64_t n = first; n < layers; ++n) {
        if (model.layer_at(n).alike != first) continue;
        int64_t last = n;
        while (last + 1 < layers && model.layer_at(last + 1).alike == first) ++last;
        text += (text.empty() ? "" : ", ") + std::to_string(n) + (last > n ? "-" + std::to_string(last) : "");
        n = last;
    }
    return text;
}

}  // namespace tool
