#include "config/identify.hpp"

#include "base/failure.hpp"

namespace farspan::config {
namespace {

constexpr const char* image_blocks = "the tokens of an image see each other to both sides; the scheme is causal";
constexpr const char* prefix =
    "the tokens of image and prompt see each other to both sides: set mask.prefix to their number";

// Multimodal models: the family of a text model that does not name its own, and what they do beyond it.
constexpr struct {
    const char *name, *text;
    const char* unsaid = nullptr;
} wrappers[] = {
    {"paligemma", "gemma", prefix},
    {"colpali", "gemma", prefix},
    {"pi0", "gemma", prefix},
    {"gemma3", "gemma3_text", image_blocks},
    {"shieldgemma2", "gemma3_text", image_blocks},
    {"moondream", "phi", prefix},
    {"audioflamingo3", "qwen2"},
    {"aya_vision", "cohere2"},
    {"blip-2", "opt"},
    {"cohere2_vision", "cohere2"},
    {"deepseek_vl", "llama"},
    {"deepseek_vl_hybrid", "llama"},
    {"fast_vlm", "qwen2"},
    {"gemma3n", "gemma3n_text"},
    {"glmasr", "llama"},
    {"got_ocr2", "qwen2"},
    {"granite_speech", "granite"},
    {"idefics2", "mistral"},
    {"idefics3", "llama"},
    {"instructblip", "opt"},
    {"internvl", "qwen2"},
    {"janus", "llama"},
    {"kimi_k25", "deepseek_v3"},
    {"llava", "llama"},
    {"llava_next", "llama"},
    {"llava_next_video", "llama"},
    {"llava_onevision", "qwen2"},
    {"mistral3", "mistral"},
    {"ovis2", "qwen2"},
    {"perception_lm", "llama"},
    {"qwen2_audio", "qwen2"},
    {"smolvlm", "llama"},
    {"video_llama_3", "qwen2"},
    {"video_llava", "llama"},
    {"vipllava", "llama"},
    {"voxtral", "llama"},
};

// Where multimodal files keep the text model.
const json_value* nested_text(const json_value& root, std::string& path) {
    for (const char* name : {"text_config", "llm_config", "lm_config", "language_config", "decoder"})
        if (const json_value* inner = root.find(name); inner && inner->kind == json_value::object) {
            path = join_path("$", name);
            return inner;
        }
    for (const char* name : {"thinker_config", "vlm_config"}) {
        const json_value* outer = root.find(name);
        const json_value* inner = outer ? outer->find("text_config") : nullptr;
        path = join_path(join_path("$", name), "text_config");
        if (inner && inner->kind == json_value::object) return inner;
    }
    return nullptr;
}

// "LlamaForCausalLM" and "llama": letters and digits only, without what follows the family's name.
std::string bare_name(std::string name) {
    for (const char* tail : {"For", "LMHeadModel", "Model"})
        if (const std::size_t at = name.find(tail); at != std::string::npos) name.resize(at);
    std::string letters;
    for (const char c : name)
        if (is_ascii_alphanumeric(c)) letters += ascii_lower(c);
    return letters;
}

// Classes whose names have other letters than their model_type.
constexpr struct {
    const char *letters, *meant;
} classes[] = {
    {"rw", "falcon"},
    {"hunyuandensev1", "hunyuan_v1_dense"},
    {"hunyuanmoev1", "hunyuan_v1_moe"},
    {"stablelmepoch", "stablelm"},
    {"codellama", "llama"},
};

const family* family_of_class(const std::string& name) {
    const std::string letters = bare_name(name);
    for (const auto& known : classes)
        if (letters == known.letters) return find_family(known.meant);
    for (const family* row : known_rows())
        if (letters == bare_name(row->model_type)) return row;
    return find_alias([&](const char* alias) { return letters == bare_name(alias); });
}

// The first class of a list of architectures; an empty path if there is none.
entry first_class(const json_value& scope, const std::string& path) {
    const json_value* list = scope.find("architectures");
    if (!list || list->kind != json_value::array || list->items.empty() || list->items[0].kind != json_value::text)
        return {};
    return {&list->items[0], join_path(join_path(path, "architectures"), std::size_t{0})};
}

entry model_type(const json_value& scope, const std::string& path) {
    const json_value* type = scope.find("model_type");
    if (!type || type->kind == json_value::null) return {};
    const entry found{type, join_path(path, "model_type")};
    if (type->kind != json_value::text) fail_type(found, "a text");
    return type->text_value.empty() ? entry{} : found;
}

const char* wrapped_family(const std::string& name) {
    for (const auto& wrapper : wrappers)
        if (name == wrapper.name) return wrapper.text;
    return nullptr;
}

// Formats without a family's name have their own names of sizes, and share some of them.
const char* params_format(reader& keys) {
    if (!keys.has({"dim"}) || !keys.has({"n_layers"})) return nullptr;
    if (keys.has({"multiple_of"}) || keys.has({"ffn_dim_multiplier"}) || keys.has({"use_scaled_rope"}))
        return "llama_params";
    for (const char* mark :
         {"hidden_dim", "head_dim", "sliding_window", "yarn", "llama_4_scaling", "q_lora_rank", "moe"})
        if (keys.look(mark).value) return "mistral_params";
    throw failure(FARSPAN_ERROR_FORMAT, "$.model_type",
                  "is absent: dim and n_layers alone are of Meta's params.json, which has multiple_of, or "
                  "of Mistral's, which has hidden_dim or head_dim");
}

[[noreturn]] void fail_unknown(const entry& at) {
    throw failure(FARSPAN_ERROR_METHOD, at.path.c_str(), "is %s: no model family that is known",
                  describe(*at.value).c_str());
}

identity named(const entry& type, bool wraps) {
    const std::string& name = type.value->text_value;
    const char* text = wraps ? wrapped_family(name) : nullptr;
    const family* row = find_family(text ? text : name);
    if (const char* reason = row ? nullptr : why_refused(name))
        throw failure(FARSPAN_ERROR_METHOD, type.path.c_str(), "is %s, which is not supported: %s",
                      describe(*type.value).c_str(), reason);
    if (!row) fail_unknown(type);
    return {.row = row, .name = text ? text : name, .wrapper_path = {}};
}

// The text model says more of itself than what is around it, and a model_type more than a class.
identity search(reader& keys, const json_value& document, const json_value* inner, const std::string& path) {
    if (inner) {
        if (const entry type = model_type(*inner, path)) return named(type, false);
        if (const entry known = first_class(*inner, path))
            if (const family* row = family_of_class(known.value->text_value))
                return {.row = row, .name = row->model_type, .wrapper_path = {}};
    }
    if (const entry type = model_type(document, "$")) return named(type, inner != nullptr);
    const entry known = first_class(document, "$");
    if (known) {
        const family* row = family_of_class(known.value->text_value);
        if (!row) fail_unknown(known);
        return {.row = row, .name = row->model_type, .wrapper_path = {}};
    }
    if (const char* format = params_format(keys))
        return {.row = find_family(format), .name = format, .wrapper_path = {}};
    throw failure(FARSPAN_ERROR_FORMAT, field_path("%s.model_type", inner ? path.c_str() : "$"),
                  "is absent, and so are architectures");
}

}  // namespace

identity identify(reader& keys, const json_value& document) {
    std::string path;
    const json_value* inner = nested_text(document, path);
    if (inner) keys.add_scope(*inner, path);
    keys.add_scope(document, "$");
    identity result = search(keys, document, inner, path);
    const entry outer = inner ? model_type(document, "$") : entry{};
    if (!outer) return result;
    for (const auto& wrapper : wrappers) {
        if (outer.value->text_value != wrapper.name) continue;
        result.unsaid = wrapper.unsaid;
        result.wrapper_path = outer.path;
    }
    return result;
}

}  // namespace farspan::config
