// More rows of GGUF architectures, by what their layers do, and the architectures that are refused.
#include "config/gguf_families.hpp"

namespace farspan::config {
namespace {

constexpr int32_t half = FARSPAN_LAYOUT_HALF, interleaved = FARSPAN_LAYOUT_INTERLEAVED;

const gguf_family rows[] = {
    // Every layer rotates and sees everything; encoders and diffusion models say attention.causal = false.
    {.architecture = "arcee", .layout = interleaved},
    {.architecture = "arctic", .layout = interleaved},
    {.architecture = "bailingmoe", .layout = interleaved},
    {.architecture = "chameleon", .layout = interleaved},
    {.architecture = "deepseek", .layout = interleaved},
    {.architecture = "deepseek2-ocr", .layout = interleaved},
    {.architecture = "llada", .layout = interleaved},
    {.architecture = "llama-embed", .layout = interleaved, .encoder = true},
    {.architecture = "maincoder", .layout = interleaved},
    {.architecture = "neo-bert", .layout = interleaved, .encoder = true},
    {.architecture = "plm", .layout = interleaved, .rotary_last = true},
    {.architecture = "xverse", .layout = interleaved},
    {.architecture = "apertus", .layout = half},
    {.architecture = "bailingmoe2", .layout = half},
    {.architecture = "bitnet", .layout = half},
    {.architecture = "codeshell", .layout = half},
    {.architecture = "cogvlm", .layout = half},
    {.architecture = "dbrx", .layout = half},
    {.architecture = "dots1", .layout = half},
    {.architecture = "dream", .layout = half},
    {.architecture = "eurobert", .layout = half, .encoder = true},
    {.architecture = "grovemoe", .layout = half},
    {.architecture = "jais2", .layout = half},
    {.architecture = "jina-bert-v3", .layout = half, .encoder = true},
    {.architecture = "llada-moe", .layout = half},
    {.architecture = "nomic-bert", .layout = half, .encoder = true},
    {.architecture = "nomic-bert-moe", .layout = half, .encoder = true},
    {.architecture = "openelm", .layout = half},
    {.architecture = "orion", .layout = half},
    {.architecture = "pangu-embedded", .layout = half},
    {.architecture = "plamo", .layout = half},
    {.architecture = "rnd1", .layout = half},
    {.architecture = "hunyuan_vl", .layout = half, .axes = FARSPAN_AXES_SECTIONS, .axes_optional = true},
    {.architecture = "paddleocr", .layout = half, .axes = FARSPAN_AXES_SECTIONS},
    // Windows.
    {.architecture = "afmoe", .layout = half, .full_every = 4, .full_layers_rotate = false},
    {.architecture = "exaone-moe", .layout = half, .full_every = 4, .full_layers_rotate = false},
    {.architecture = "gemma-embedding",
     .layout = half,
     .encoder = true,
     .full_every = 6,
     .local_base = 10000,
     .local_scaled = false},
    {.architecture = "gemma3n",
     .layout = half,
     .full_every = 5,
     .local_base = 10000,
     .local_scaled = false,
     .scale = 1},
    {.architecture = "mimo2", .layout = half, .pattern_listed = true, .sink_rule = sinks::sliding_layers},
    {.architecture = "plamo3", .layout = half, .full_every = 8, .local_scaled = false},
    {.architecture = "smallthinker", .layout = half, .full_every = 4, .full_first = true, .full_layers_rotate = false},
    // Layers without softmax attention have no key heads, or stand between every n-th that has.
    {.architecture = "falcon-h1", .layout = half},
    {.architecture = "plamo2", .layout = half},
    {.architecture = "qwen3next", .layout = half, .attention_every = 4},
    {.architecture = "qwen35", .layout = half, .axes = FARSPAN_AXES_INTERLEAVED_GGML, .attention_every = 4},
    {.architecture = "qwen35moe", .layout = half, .axes = FARSPAN_AXES_INTERLEAVED_GGML, .attention_every = 4},
    {.architecture = "granitehybrid", .layout = interleaved},
    {.architecture = "lfm2", .layout = half},
    {.architecture = "lfm2moe", .layout = half},
    {.architecture = "jamba", .kind = positions::none},
    {.architecture = "kimi-linear", .kind = positions::none},
    {.architecture = "nemotron_h", .kind = positions::none},
    {.architecture = "nemotron_h_moe", .kind = positions::none},
    // ALiBi and learned positions.
    {.architecture = "jais", .kind = positions::alibi, .scale_by_size = true},
    {.architecture = "jina-bert-v2", .kind = positions::alibi, .encoder = true},
    {.architecture = "refact", .kind = positions::alibi},
    {.architecture = "bert", .kind = positions::learned, .encoder = true},
    {.architecture = "starcoder", .kind = positions::learned},
};

constexpr const char *recurrent = "no layer has softmax attention",
                     *no_text = "no language model: it encodes images or sound",
                     *bias_table = "its bias is a table of weights: read config.json and set options.t5_encoder";

constexpr refused_architecture refused[] = {
    {"arwkv7", recurrent},
    {"clip", no_text},
    {"glm-dsa", "each query attends to keys that an indexer selects by content"},
    {"grok", "cap and scale are constants that the releases of llama.cpp have changed"},
    {"mamba", recurrent},
    {"mamba2", recurrent},
    {"mistral4", "llama.cpp scales its logits under YaRN unlike those of its relatives"},
    {"rwkv6", recurrent},
    {"rwkv6qwen2", recurrent},
    {"rwkv7", recurrent},
    {"step35", "widths of the rotation and caps that differ from layer to layer"},
    {"t5", bias_table},
    {"t5encoder", bias_table},
    {"wavtokenizer-dec", no_text},
};

}  // namespace

std::span<const gguf_family> more_gguf_rows() { return rows; }

const char* why_architecture_refused(const std::string& architecture) {
    for (const refused_architecture& row : refused)
        if (architecture == row.name) return row.reason;
    return nullptr;
}

}  // namespace farspan::config
