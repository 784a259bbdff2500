#include "model_file.hpp"

#include <cmath>
#include <cstring>

#include "files.hpp"
#include "handles.hpp"

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

farspan_model_options library_options(const model_options& o) {
    farspan_model_options options;
    farspan_model_options_init(&options, sizeof options);
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

// The fields of a part that a reader wants to see: the method's name and all numbers that are not 0.
class part_json {
public:
    explicit part_json(const char* method) { json_["method"] = method; }
    template <class Value>
    part_json& add(const char* name, Value value, Value silent = 0) {
        if (value != silent) json_[name] = value;
        return *this;
    }
    part_json& add_list(const char* name, const double* values, int32_t count) {
        if (values) json_[name] = std::vector<double>(values, values + count);
        return *this;
    }
    ordered_json take() { return std::move(json_); }

private:
    ordered_json json_;
};

ordered_json rope_settings(const farspan_rope_config& c) {
    if (c.method == FARSPAN_ROPE_NONE) return part_json("none").take();
    farspan_rope_config plain;
    farspan_rope_config_init(&plain, sizeof plain, c.method);
    part_json part(farspan_method_name(FARSPAN_PART_ROPE, c.method));
    part.add("layout", c.layout == FARSPAN_LAYOUT_HALF ? "half" : "interleaved", "");
    part.add("rotary_dim", c.rotary_dim).add("rotary_offset", c.rotary_offset).add("base", c.base);
    part.add("factor", c.factor, plain.factor).add("original_context", c.original_context);
    const bool ramp = c.method == FARSPAN_ROPE_YARN;
    part.add("beta_fast", ramp ? c.beta_fast : 0).add("beta_slow", ramp ? c.beta_slow : 0);
    part.add("extrapolation_factor", c.extrapolation_factor, 1.0).add("truncate", c.truncate, 1);
    part.add("mscale", c.mscale).add("mscale_all_dim", c.mscale_all_dim).add("magnitude", c.magnitude);
    part.add("attention_factor", c.attention_factor, 1.0);
    const bool bands = c.method == FARSPAN_ROPE_LLAMA3;
    part.add("low_freq_factor", bands ? c.low_freq_factor : 0).add("high_freq_factor", bands ? c.high_freq_factor : 0);
    part.add("rotated_fraction", c.rotated_fraction, 1.0);
    part.add_list("short_factors", c.short_factors, c.pair_factor_count);
    part.add_list("long_factors", c.long_factors, c.pair_factor_count);
    ordered_json json = part.add("axes", c.axes).take();
    if (c.axes) json["axis_sections"] = std::vector<int32_t>(c.axis_sections, c.axis_sections + 4);
    return json;
}

ordered_json remap_settings(const farspan_remap_config& c) {
    farspan_remap_config plain;
    farspan_remap_config_init(&plain, sizeof plain, c.method);
    const bool groups = c.method == FARSPAN_REMAP_SELF_EXTEND, leaks = c.method == FARSPAN_REMAP_LEAKY_REROPE;
    return part_json(farspan_method_name(FARSPAN_PART_REMAP, c.method))
        .add("window", c.window)
        .add("group", groups ? c.group : int64_t{0})
        .add("leak", leaks ? c.leak : 0.0)
        .add("chunk", c.chunk)
        .add("local_window", c.local_window)
        .take();
}

ordered_json bias_settings(const farspan_bias_config& c) {
    part_json part(farspan_method_name(FARSPAN_PART_BIAS, c.method));
    if (c.method == FARSPAN_BIAS_NONE) return part.take();
    const bool alibi = c.method == FARSPAN_BIAS_ALIBI;
    part.add("heads", c.heads)
        .add("max_bias", alibi ? c.max_bias : 0.0)
        .add("scale", c.scale, 1.0)
        .add("trained_length", c.trained_length);
    return part.add("buckets", alibi ? 0 : c.buckets)
        .add("max_distance", alibi ? int64_t{0} : c.max_distance)
        .add("bidirectional", c.bidirectional)
        .take();
}

}  // namespace

model_handle open_model(const std::string& path, const model_options& options) {
    constexpr int64_t most_bytes = int64_t{256} << 20;  // a GGUF file begins with what is read here, its weights follow
    const std::vector<uint8_t> bytes = read_bytes(path, most_bytes);
    const farspan_model_options given = library_options(options);
    farspan_model* model = nullptr;
    call(path, [&](farspan_error* e) {
        if (bytes.size() >= 4 && std::memcmp(bytes.data(), "GGUF", 4) == 0)
            return farspan_model_from_gguf(bytes.data(), bytes.size(), &given, &model, e);
        return farspan_model_from_config(bytes.empty() ? "" : reinterpret_cast<const char*>(bytes.data()), bytes.size(),
                                         &given, &model, e);
    });
    return model_handle(model, farspan_model_destroy);
}

farspan_model_info describe(const farspan_model* model) {
    farspan_model_info info{};
    info.struct_size = sizeof info;
    call("model", [&](farspan_error* e) { return farspan_model_describe(model, &info, e); });
    return info;
}

farspan_model_layer layer_at(const farspan_model* model, int64_t index) {
    farspan_model_layer layer{};
    layer.struct_size = sizeof layer;
    call("layer", [&](farspan_error* e) { return farspan_model_layer_at(model, index, &layer, e); });
    return layer;
}

ordered_json layer_settings(const farspan_model_layer& layer) {
    constexpr const char* kinds[] = {"full", "sliding", "chunked", "no softmax attention"};
    ordered_json json = {{"kind", kinds[layer.kind]}};
    if (!layer.scheme) return json;
    json["query_heads"] = layer.query_heads;
    json["key_heads"] = layer.key_heads;
    json["head_dim"] = layer.head_dim;
    json["value_dim"] = layer.value_dim;
    json["window"] = layer.window > 0 ? ordered_json(layer.window) : ordered_json();  // null: every key
    if (!layer.mask->causal) json["causal"] = false;
    json["attention_scale"] = layer.attention_scale;
    json["rope"] = rope_settings(*layer.rope);
    json["remap"] = remap_settings(*layer.remap);
    json["bias"] = bias_settings(*layer.bias);
    const farspan_score_config& score = *layer.score;
    const bool weighted =
        score.temperature == FARSPAN_TEMPERATURE_LLAMA4 || score.temperature == FARSPAN_TEMPERATURE_MINISTRAL3;
    json["temperature"] = part_json(farspan_method_name(FARSPAN_PART_TEMPERATURE, score.temperature))
                              .add("trained_length", score.trained_length)
                              .add("alpha", weighted ? score.alpha : 0.0)
                              .add("power", score.power, 1.0)
                              .take();
    if (score.softcap != 0) json["softcap"] = score.softcap;
    return json;
}

std::string layers_alike(const farspan_model* model, int64_t first) {
    const int64_t layers = describe(model).layers;
    std::string text;
    for (int64_t n = first; n < layers; ++n) {
        if (layer_at(model, n).alike != first) continue;
        int64_t last = n;
        while (last + 1 < layers && layer_at(model, last + 1).alike == first) ++last;
        text += (text.empty() ? "" : ", ") + std::to_string(n) + (last > n ? "-" + std::to_string(last) : "");
        n = last;
    }
    return text;
}

}  // namespace tool
