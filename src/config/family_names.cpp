// Names that mean another row, and those that are refused.
#include "config/family_rows.hpp"

namespace farspan::config {
namespace {

// Text parts of multimodal models, relatives with the same attention and the same defaults, old names.
constexpr family_alias aliases[] = {
    {"RefinedWeb", "falcon"},
    {"RefinedWebModel", "falcon"},
    {"apertus1p5", "apertus"},
    {"apertus1p5_text", "apertus"},
    {"arcee", "llama"},
    {"aria", "llama"},
    {"aria_text", "llama"},
    {"axk1", "deepseek_v3"},
    {"bert-generation", "bert"},
    {"blenderbot-small", "blenderbot"},
    {"camembert", "roberta"},
    {"code_llama", "llama"},
    {"data2vec-text", "roberta"},
    {"electra", "bert"},
    {"emu3", "emu3_text_model"},
    {"ernie", "bert"},
    {"exaone_moe", "exaone4"},
    {"fuyu", "persimmon"},
    {"gemma3", "gemma3_text"},
    {"gemma3n", "gemma3n_text"},
    {"gemma4", "gemma4_text"},
    {"gemma4_unified", "gemma4_unified_text"},
    {"gpt-sw3", "gpt2"},
    {"granitemoeshared", "granite"},
    {"hunyuan_vl_text", "hunyuan_vl"},
    {"jais2", "llama"},
    {"kimi_k2", "deepseek_v3"},
    {"lfm2_moe", "lfm2"},
    {"llama4", "llama4_text"},
    {"mbart", "bart"},
    {"megatron-bert", "bert"},
    {"ministral", "mistral"},
    {"mllama", "mllama_text_model"},
    {"mt5", "t5"},
    {"musicgen", "musicgen_decoder"},
    {"musicgen_melody", "musicgen_decoder"},
    {"musicgen_melody_decoder", "musicgen_decoder"},
    {"mvp", "bart"},
    {"olmoe", "olmo"},
    {"openai-gpt", "gpt2"},
    {"pegasus", "marian"},
    {"plbart", "bart"},
    {"qwen2_5_vl", "qwen2_vl"},
    {"qwen2_5_vl_text", "qwen2_vl"},
    {"qwen2_vl_text", "qwen2_vl"},
    {"qwen3_5", "qwen3_5_text"},
    {"qwen3_5_moe", "qwen3_5_moe_text"},
    {"qwen3_vl_moe_text", "qwen3_vl_moe"},
    {"qwen3_vl_text", "qwen3_vl"},
    {"rembert", "bert"},
    {"roberta-prelayernorm", "roberta"},
    {"roc_bert", "bert"},
    {"sarvam_mla", "deepseek_v3"},
    {"vaultgemma", "gemma2"},
    {"xlm-roberta", "roberta"},
    {"xlm-roberta-xl", "roberta"},
    {"xmod", "roberta"},
    {"youtu", "deepseek_v3"},
};

constexpr const char *selected = "each query attends to keys that an indexer selects by content",
                     *recurrent = "no layer has softmax attention",
                     *content_bias = "a bias of the logits depends on content";

constexpr refused_family refused[] = {
    {"axk2", selected},
    {"beam", "layers without rotation scale queries by a power of the position"},
    {"big_bird", "attention over random and block-sparse keys"},
    {"bigbird_pegasus", "its encoder attends to random and block-sparse keys"},
    {"blt", "several transformers over bytes and patches, joined by cross attention"},
    {"cohere_compass_text", "sections over interleaved pairs are not supported"},
    {"cpmant", "relative positions of prompt, segment and text"},
    {"deepseek_v32", selected},
    {"deepseek_v4", "selected and compressed keys, and rotated values"},
    {"diffllama", "the difference of two softmaxes"},
    {"doge", "a mask and a bias of the keys depend on content"},
    {"dory", "layers run several times and attend to the keys of earlier passes"},
    {"dots3_note", selected},
    {"dots3_note_text", selected},
    {"falcon_mamba", recurrent},
    {"gemma4_assistant", "attends to the keys of another model"},
    {"gemma4_unified_assistant", "attends to the keys of another model"},
    {"glm_moe_dsa", selected},
    {"hy_v4", selected},
    {"inkling2_loop_text", content_bias},
    {"inkling2_text", content_bias},
    {"inkling_text", content_bias},
    {"jetmoe", "query head h attends to key head h modulo their number, and experts choose the heads"},
    {"mamba", recurrent},
    {"mamba2", recurrent},
    {"minimax_m3_vl_text", selected},
    {"nanochat", "pairs turn the other way: swap the halves of each head in the weights and read it as llama"},
    {"prophetnet", "several streams of queries with relative buckets"},
    {"qwen4_exp", selected},
    {"qwen4_exp_text", selected},
    {"reformer", "keys are chosen by hashing"},
    {"rwkv", recurrent},
    {"xlnet", "relative positions with learned vectors, in permuted order"},
    {"xlstm", recurrent},
};

}  // namespace

std::span<const family_alias> family_aliases() {
    return aliases;
}

std::span<const refused_family> refused_families() {
    return refused;
}

}  // namespace farspan::config
