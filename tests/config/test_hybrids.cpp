// Families whose layers are of several kinds by keys or patterns of their own, what a class has where the file says
// nothing, and names that are refused.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>

#include "model_case.hpp"

using namespace farspan_test;

namespace {

// Four heads of 32 and as many layers as `kinds` has letters, with more keys.
std::string document(const std::string& model_type, const std::string& kinds, const std::string& more) {
    return R"({"model_type": ")" + model_type + R"(", "num_hidden_layers": )" + std::to_string(kinds.size()) +
           R"(, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 128)" +
           (more.empty() ? "" : ", " + more) + "}";
}

// F full, S sliding, O none; lower case where a layer does not rotate.
std::string letters_of(const model_handle& model) {
    std::string result;
    for (int64_t n = 0; n < info_of(model).layers; ++n) {
        const model_layer layer = layer_of(model, n);
        const char letter = layer.kind == FARSPAN_LAYER_OTHER ? 'O' : layer.kind == FARSPAN_LAYER_SLIDING ? 'S' : 'F';
        const bool turns = letter != 'O' && layer.rope->method != FARSPAN_ROPE_NONE;
        result += turns || letter == 'O' ? letter : static_cast<char>(std::tolower(letter));
    }
    return result;
}

constexpr struct {
    const char *model_type, *kinds, *more;
} patterns[] = {
    // What the class does if the file does not say.
    {"afmoe", "SSSfSSSf", ""},
    {"bailing_hybrid", "OOOOOFO", R"("qk_rope_head_dim": 16, "qk_nope_head_dim": 16, "v_head_dim": 32)"},
    {"bamba", "OOO", ""},
    {"cohere2_moe", "SSSfSSSf", ""},
    {"cwm", "FSSSFSSS", ""},
    {"flint", "ffSSSfSSf", ""},
    {"gpt_neo", "fsfs", ""},
    {"granite_swa", "FSSSF", ""},
    {"granitemoehybrid", "OOO", ""},
    {"jamba", "OOOOfOOOOOOOf", ""},
    {"kimi_linear", "OOOOfOOOf", ""},
    {"kolibri1", "SSSSfSSSSf", ""},
    {"laguna", "FFF", ""},
    {"lara_mini", "OSOfSOSOfS", ""},
    {"lfm2", "FFF", ""},
    {"lfm3", "OOFOSOFOS", ""},
    {"mimo_v2_flash", "FSSSSFSSSSSF", ""},
    {"minimax", "FOFO", ""},
    {"mllama", "FFFOFFFFOF", ""},
    {"nemotron_h", "OOfO", ""},
    {"olmo_hybrid", "OOOFOOOF", ""},
    {"qwen3_5", "OOOFOOOF", ""},
    {"recurrent_gemma", "OOSOOS", ""},
    {"zamba", "OOfOOOOfOOOOOf", ""},
    // Its own keys.
    {"bamba", "OFOF", R"("attn_layer_indices": [1, 3])"},
    {"cohere2_moe", "FFSSSf", R"("first_k_dense_replace": 2)"},
    {"cohere2_moe", "SfSSSf", R"("first_k_dense_replace": 2, "prefix_dense_sliding_window_pattern": 2)"},
    {"cohere2_moe", "FfS", R"("layer_types": ["full_attention", "full_attention", "sliding_attention"],
                              "mlp_layer_types": ["dense", "sparse", "sparse"])"},
    {"dots1", "FFSS", R"("max_window_layers": 2, "sliding_window": 8)"},
    {"gpt_neo", "sssf",
     R"("attention_types": [[["local"], 3], [["global"], 1]], "attention_layers": ["local", "local", "local", "global"])"},
    {"granite_swa", "fSSS", R"("layer_rope_theta": [0, 10000, 500000, 10000])"},
    {"granitemoehybrid", "OFO",
     R"("layers_block_type": ["mamba", "attention", "mamba"], "position_embedding_type": "rope")"},
    {"granitemoehybrid", "OfO", R"("layer_types": ["mamba", "attention", "mamba"], "position_embedding_type": "nope")"},
    {"kimi_linear", "OfOf", R"("linear_attn_config": {"kda_layers": [1, 3], "full_attn_layers": [2, 4]})"},
    {"lfm2", "OFO", R"("full_attn_idxs": [1])"},
    {"mimo_v2_flash", "SFFS", R"("hybrid_layer_pattern": [1, 0, 0, 1])"},
    {"minimax", "OOF", R"("attn_type_list": [0, 0, 1])"},
    {"minimax", "SOSO", R"("sliding_window": 8)"},
    {"mllama", "OFFF", R"("cross_attention_layers": [0])"},
    {"nemotron_h", "OfOOf", R"("hybrid_override_pattern": "M*-E*")"},
    {"recurrent_gemma", "OSOS", R"("block_types": ["recurrent", "attention"])"},
    {"zamba2", "OFO", R"("layers_block_type": ["mamba", "hybrid", "mamba"], "use_mem_rope": true)"},
    {"zaya", "FS", R"("layer_types": ["hybrid", "hybrid_sliding"], "sliding_window": 8)"},
};

}  // namespace

Test(hybrids, layers) {
    for (const auto& row : patterns) {
        const std::string seen = letters_of(read_model(document(row.model_type, row.kinds, row.more)));
        cr_expect(seen == row.kinds, "%s {%s}: %s, must be %s", row.model_type, row.more, seen.c_str(), row.kinds);
    }
}

// What the class has instead of a plain rotation where the file says nothing.
Test(hybrids, rotations_of_the_class) {
    const model_handle cwm = read_model(document("cwm", "FSSS", ""));
    cr_expect(layer_of(cwm, 0).rope->method == FARSPAN_ROPE_LLAMA3 && layer_of(cwm, 0).rope->factor == 16);
    const model_handle other = read_model(document("cwm", "FSSS", R"("rope_scaling": {"rope_type": "default"})"));
    cr_expect(layer_of(other, 0).rope->method == FARSPAN_ROPE_BASE && layer_of(other, 0).rope->base == 1e6);

    const model_handle lfm3 = read_model(document("lfm3", "OOFOS", ""));
    cr_expect(layer_of(lfm3, 2).rope->method == FARSPAN_ROPE_PROPORTIONAL);
    cr_expect(layer_of(lfm3, 4).rope->method == FARSPAN_ROPE_BASE && layer_of(lfm3, 4).rope->base == 10000);
    const model_handle gpt_oss = read_model(document("gpt_oss", "SF", ""));
    cr_expect(layer_of(gpt_oss, 0).rope->method == FARSPAN_ROPE_YARN && layer_of(gpt_oss, 0).rope->factor == 32);
    const model_handle ministral3 = read_model(document("ministral3", "F", ""));
    cr_expect(layer_of(ministral3, 0).score->temperature == FARSPAN_TEMPERATURE_MINISTRAL3);
    cr_expect(layer_of(ministral3, 0).score->trained_length == 16384);
}

Test(hybrids, heads_of_layers) {
    const model_handle laguna =
        read_model(document("laguna", "FF", R"("head_dim": 32, "num_attention_heads_per_layer": [4, 8])"));
    cr_expect(layer_of(laguna, 0).query_heads == 4 && layer_of(laguna, 1).query_heads == 8);
    expect_model_refused("three heads for two keys",
                         document("laguna", "FF", R"("num_attention_heads_per_layer": [4, 3])"),
                         FARSPAN_ERROR_HEAD_GROUPS, {"$.num_attention_heads_per_layer[1]", "3"});

    const model_handle mimo = read_model(document("mimo_v2_flash", "FS", R"("sliding_window_size": 8)"));
    cr_expect(layer_of(mimo, 0).key_heads == 2 && layer_of(mimo, 1).key_heads == 4);
    cr_expect(layer_of(mimo, 1).head_dim == 192 && layer_of(mimo, 1).value_dim == 128 && layer_of(mimo, 1).window == 9);
    cr_expect(layer_of(mimo, 1).rope->rotary_dim == 64);  // int(192 * 0.334)

    const model_handle zamba = read_model(document("zamba", "OOF", ""));
    cr_expect(layer_of(zamba, 2).head_dim == 64 &&
              std::fabs(layer_of(zamba, 2).attention_scale * std::sqrt(32.0) - 1) < 1e-15);
}

Test(hybrids, encoders_and_decoders) {
    const model_handle bart = read_model(
        R"({"model_type": "bart", "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 2,
            "decoder_attention_heads": 4, "d_model": 128, "max_position_embeddings": 64})");
    const farspan_model_info info = info_of(bart);
    cr_expect(info.layers == 5 && info.encoder_layers == 2 && info.absolute_rows == 66 && info.absolute_offset == 2);
    cr_expect(layer_of(bart, 0).mask->causal == 0 && layer_of(bart, 0).query_heads == 2);
    cr_expect(layer_of(bart, 2).mask->causal == 1 && layer_of(bart, 4).query_heads == 4);

    const farspan_model_info roberta =
        info_of(read_model(document("roberta", "F", R"("max_position_embeddings": 514)")));
    cr_expect(roberta.absolute_rows == 514 && roberta.absolute_offset == 2 && roberta.context == 512);
    const farspan_model_info xglm =
        info_of(read_model(R"({"model_type": "xglm", "num_layers": 2, "attention_heads": 2, "d_model": 64})"));
    cr_expect(xglm.absolute == FARSPAN_ABSOLUTE_SINUSOIDAL && xglm.absolute_offset == 2);
}

// JinaBERT: BERT whose positions are ALiBi to both sides.
Test(hybrids, bert_with_alibi) {
    const std::string more = R"("position_embedding_type": "alibi")";
    const model_layer encoder = layer_of(read_model(document("bert", "F", more)), 0);
    cr_expect(encoder.bias->method == FARSPAN_BIAS_ALIBI && encoder.bias->bidirectional == 1 &&
              encoder.bias->heads == 4);
    cr_expect(encoder.mask->causal == 0 && info_of(encoder.model).absolute == FARSPAN_ABSOLUTE_NONE);
    const model_layer decoder = layer_of(read_model(document("bert", "F", more + R"(, "is_decoder": true)")), 0);
    cr_expect(decoder.bias->bidirectional == 0 && decoder.mask->causal == 1);
    expect_model_refused("ALiBi beside a rotation", document("roformer", "F", more), FARSPAN_ERROR_METHOD, {"alibi"});
}

Test(hybrids, refused) {
    for (const auto& [name, word] : {std::pair("mamba", "softmax"),
                                     {"deepseek_v32", "selects"},
                                     {"inkling_text", "content"},
                                     {"nanochat", "halves"},
                                     {"qwen4_exp", "selects"}})
        expect_model_refused(name, document(name, "F", ""), FARSPAN_ERROR_METHOD, {"$.model_type", name, word});
    expect_model_refused("no such layer", document("bamba", "FF", R"("attn_layer_indices": [2])"),
                         FARSPAN_ERROR_PARAMETER_RANGE, {"$.attn_layer_indices[0]", "2", "0 and 1"});
    expect_model_refused("a letter too many", document("nemotron_h", "FF", R"("hybrid_override_pattern": "M*M")"),
                         FARSPAN_ERROR_SHAPE, {"$.hybrid_override_pattern", "3", "2 layers"});
    expect_model_refused("no such letter", document("nemotron_h", "FF", R"("hybrid_override_pattern": "MX")"),
                         FARSPAN_ERROR_FORMAT, {"$.hybrid_override_pattern"});
    expect_model_refused("no such kind", document("gpt_neo", "F", R"("attention_layers": ["far"])"),
                         FARSPAN_ERROR_FORMAT, {"$.attention_layers[0]", "far"});
    expect_model_refused("groups alone", document("gpt_neo", "F", R"("attention_types": [[["local"], 1]])"),
                         FARSPAN_ERROR_FORMAT, {"$.attention_types", "attention_layers"});
    expect_model_refused("a base below 1", document("granite_swa", "F", R"("layer_rope_theta": [0.5])"),
                         FARSPAN_ERROR_PARAMETER_RANGE, {"$.layer_rope_theta[0]", "0.5"});
    expect_model_refused("no period", document("jamba", "FF", R"("attn_layer_period": 2, "attn_layer_offset": 2)"),
                         FARSPAN_ERROR_PARAMETER_RANGE, {"$.attn_layer_offset", "2"});
}
