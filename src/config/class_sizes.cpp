// The sizes that a model class assumes when a file leaves them out: layers, query heads, width, longest context; 0: the
// class has none. As of transformers 5.24; tests/oracles compares them. Families that transformers does not have must
// state their sizes.
#include <string_view>

#include "config/families.hpp"

namespace farspan::config {
namespace {

constexpr struct {
    const char* model_type;
    int64_t layers, query_heads, hidden, context;
} sizes[] = {
    {"llama", 32, 32, 4096, 2048},
    {"mistral", 32, 32, 4096, 131072},
    {"mixtral", 32, 32, 4096, 131072},
    {"ministral3", 34, 32, 4096, 262144},
    {"llama4_text", 48, 40, 5120, 131072},
    {"qwen2", 32, 32, 4096, 32768},
    {"qwen2_moe", 24, 16, 2048, 32768},
    {"qwen3", 32, 32, 4096, 32768},
    {"qwen3_moe", 24, 32, 2048, 32768},
    {"qwen2_vl", 80, 64, 8192, 32768},
    {"qwen3_vl", 32, 32, 4096, 128000},
    {"qwen3_next", 48, 16, 2048, 32768},
    {"phi", 24, 32, 2048, 2048},
    {"phi3", 32, 32, 3072, 4096},
    {"phimoe", 32, 32, 4096, 131072},
    {"gemma", 28, 16, 3072, 8192},
    {"gemma2", 26, 8, 2304, 8192},
    {"gemma3_text", 26, 8, 2304, 131072},
    {"gemma3n_text", 35, 8, 2048, 32768},
    {"gemma4_text", 30, 8, 2304, 131072},
    {"gpt_oss", 36, 64, 2880, 131072},
    {"deepseek_v2", 32, 32, 4096, 2048},
    {"deepseek_v3", 61, 128, 7168, 4096},
    {"minicpm3", 62, 40, 2560, 32768},
    {"bloom", 2, 8, 64, 0},
    {"mpt", 24, 16, 2048, 0},
    {"falcon", 32, 71, 4544, 2048},
    {"gpt_neox", 44, 64, 6144, 2048},
    {"gptj", 28, 16, 4096, 2048},
    {"codegen", 28, 16, 4096, 2048},
    {"stablelm", 32, 32, 2560, 4096},
    {"cohere", 40, 64, 8192, 8192},
    {"cohere2", 40, 64, 8192, 8192},
    {"olmo", 32, 32, 4096, 2048},
    {"olmo2", 32, 32, 4096, 2048},
    {"olmo3", 32, 32, 4096, 2048},
    {"glm", 40, 32, 4096, 131072},
    {"glm4", 40, 32, 4096, 131072},
    {"glm4_moe", 46, 96, 4096, 131072},
    {"granite", 32, 32, 4096, 2048},
    {"granitemoe", 32, 32, 4096, 2048},
    {"smollm3", 36, 16, 2048, 32768},
    {"exaone", 32, 32, 4096, 4096},
    {"exaone4", 32, 32, 4096, 2048},
    {"nemotron", 32, 48, 6144, 4096},
    {"starcoder2", 30, 24, 3072, 4096},
    {"ernie4_5", 18, 16, 1024, 131072},
    {"minimax_m2", 62, 48, 3072, 196608},
    {"hunyuan_v1_dense", 32, 32, 4096, 2048},
    {"hunyuan_v1_moe", 32, 32, 4096, 2048},
    {"hunyuan_vl", 32, 32, 4096, 2048},
    {"helium", 24, 20, 2560, 4096},
    {"seed_oss", 64, 80, 4096, 524288},
    {"apertus", 32, 32, 4096, 65536},
    {"t5", 6, 8, 512, 0},
    {"roformer", 12, 12, 768, 1536},
    {"modernbert", 22, 12, 768, 8192},
    {"bert", 12, 12, 768, 512},
    {"gpt2", 12, 12, 768, 1024},
    {"opt", 12, 12, 768, 2048},
};

}  // namespace

std::vector<class_default> class_sizes(const family& row) {
    std::vector<class_default> result;
    for (const auto& s : sizes) {
        if (std::string_view(row.model_type) != s.model_type) continue;
        for (const auto& [key, value] : {std::pair{"num_hidden_layers", s.layers}, {"num_attention_heads", s.query_heads},
                                         {"hidden_size", s.hidden}, {"max_position_embeddings", s.context}})
            if (value > 0) result.push_back({key, static_cast<double>(value)});
    }
    return result;
}

}  // namespace farspan::config
