#include "config/gguf_families.hpp"

namespace farspan::config {
namespace {

constexpr int32_t half = FARSPAN_LAYOUT_HALF, interleaved = FARSPAN_LAYOUT_INTERLEAVED;

// Interleaved are the architectures whose rows the converter permutes (llama and its relatives) and those that are
// stored so.
const gguf_family families[] = {
    {.architecture = "llama", .layout = interleaved},
    {.architecture = "llama4", .layout = interleaved, .full_every = 4, .full_layers_rotate = false, .chunked = true},
    {.architecture = "deci", .layout = interleaved},
    {.architecture = "mistral3", .layout = interleaved},
    {.architecture = "baichuan", .layout = interleaved},
    {.architecture = "internlm2", .layout = interleaved},
    {.architecture = "minicpm", .layout = interleaved},
    {.architecture = "granite", .layout = interleaved},
    {.architecture = "granitemoe", .layout = interleaved},
    {.architecture = "olmo", .layout = interleaved},
    {.architecture = "command-r", .layout = interleaved},
    {.architecture = "cohere2", .layout = interleaved, .full_every = 4, .full_layers_rotate = false},
    {.architecture = "chatglm", .layout = interleaved},
    {.architecture = "glm4", .layout = interleaved, .axes = FARSPAN_AXES_SECTIONS, .axes_optional = true},
    {.architecture = "smollm3", .layout = interleaved, .no_rope_every = 4},
    {.architecture = "ernie4_5", .layout = interleaved},
    {.architecture = "ernie4_5-moe", .layout = interleaved},
    {.architecture = "deepseek2", .layout = interleaved, .rotary_last = true, .log_multiplier = 0.1},
    {.architecture = "gptj", .layout = interleaved},
    {.architecture = "falcon", .layout = half},
    {.architecture = "gptneox", .layout = half},
    {.architecture = "stablelm", .layout = half},
    {.architecture = "qwen", .layout = half},
    {.architecture = "qwen2", .layout = half},
    {.architecture = "qwen2moe", .layout = half},
    {.architecture = "qwen3", .layout = half},
    {.architecture = "qwen3moe", .layout = half},
    {.architecture = "qwen2vl", .layout = half, .axes = FARSPAN_AXES_SECTIONS},
    {.architecture = "qwen3vl", .layout = half, .axes = FARSPAN_AXES_INTERLEAVED_GGML},
    {.architecture = "qwen3vlmoe", .layout = half, .axes = FARSPAN_AXES_INTERLEAVED_GGML},
    {.architecture = "phi2", .layout = half},
    {.architecture = "phi3", .layout = half},
    {.architecture = "phimoe", .layout = half},
    {.architecture = "gemma", .layout = half},
    {.architecture = "gemma2", .layout = half, .full_every = 2, .softcap = true, .window = 4096, .layers_of_27b = 46},
    {.architecture = "gemma3",
     .layout = half,
     .full_every = 6,
     .local_base = 10000,
     .local_scaled = false,
     .layers_of_27b = 62},
    {.architecture = "gemma4",
     .layout = half,
     .pattern_listed = true,
     .local_base = 10000,
     .local_scaled = false,
     .scale = 1},
    {.architecture = "modern-bert",
     .layout = half,
     .encoder = true,
     .full_every = 3,
     .full_first = true,
     .local_base = 10000,
     .local_scaled = false},
    {.architecture = "olmo2", .layout = half, .full_every = 4, .local_scaled = false},
    {.architecture = "olmoe", .layout = half},
    {.architecture = "exaone", .layout = half},
    {.architecture = "exaone4", .layout = half, .full_every = 4, .full_layers_rotate = false},
    {.architecture = "nemotron", .layout = half},
    {.architecture = "minicpm3", .layout = half, .rotary_last = true},
    {.architecture = "hunyuan-moe", .layout = half},
    {.architecture = "hunyuan-dense", .layout = half},
    {.architecture = "gpt-oss", .layout = half, .full_every = 2, .sink_rule = sinks::every_layer},
    {.architecture = "starcoder2", .layout = half},
    {.architecture = "glm4moe", .layout = half, .axes = FARSPAN_AXES_SECTIONS, .axes_optional = true},
    {.architecture = "minimax-m2", .layout = half},
    {.architecture = "seed_oss", .layout = half},
    {.architecture = "bloom", .kind = positions::alibi},
    {.architecture = "mpt", .kind = positions::alibi},
    {.architecture = "gpt2", .kind = positions::learned},
};

}  // namespace

std::vector<class_default> defaults_of(const gguf_family& row) {
    std::vector<class_default> result;
    if (row.kind == positions::rotary) result.push_back({"rope.freq_base", 10000});
    if (row.local_base > 0) result.push_back({"rope.freq_base_swa", row.local_base});
    if (row.window > 0) result.push_back({"attention.sliding_window", static_cast<double>(row.window)});
    if (row.softcap) result.insert(result.end(), {{"attn_logit_softcapping", 50}, {"final_logit_softcapping", 30}});
    if (row.kind == positions::alibi) result.push_back({"attention.max_alibi_bias", 8});
    return result;
}

const gguf_family* find_gguf_family(const std::string& architecture) {
    for (const gguf_family& row : families)
        if (architecture == row.architecture) return &row;
    for (const gguf_family& row : more_gguf_rows())
        if (architecture == row.architecture) return &row;
    return nullptr;
}

std::vector<std::string> known_architectures() {
    std::vector<std::string> result;
    for (const gguf_family& row : families) result.push_back(row.architecture);
    for (const gguf_family& row : more_gguf_rows()) result.push_back(row.architecture);
    return result;
}

}  // namespace farspan::config
