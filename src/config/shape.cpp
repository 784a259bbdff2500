// Layers, heads and sizes, in all their spellings.
#include <algorithm>
#include <cinttypes>

#include "base/failure.hpp"
#include "config/families.hpp"

namespace farspan::config {
namespace {

constexpr names key_head_names = {"num_key_value_heads", "n_kv_heads", "n_head_kv", "num_kv_heads"};

void check_groups(config_source& s) {
    const auto check = [&](const std::string& path, int64_t key_heads) {
        if (s.query_heads % key_heads != 0)
            throw failure(FARSPAN_ERROR_HEAD_GROUPS, path.c_str(),
                          ": %" PRId64 " query heads are not a multiple of %" PRId64 " key heads", s.query_heads,
                          key_heads);
    };
    const entry stated = s.keys.find(key_head_names);
    check(stated ? stated.path : s.keys.path(), s.key_heads);
    check(s.keys.path_of("num_global_key_value_heads"), s.key_heads_of(true));
}

// hidden / heads, which must be a whole number that a head can have.
int64_t divided_head_dim(const config_source& s) {
    const std::string path = s.keys.path_of("hidden_size");
    if (s.hidden == 0)
        throw failure(FARSPAN_ERROR_FORMAT, path.c_str(),
                      "is absent: must be a whole number, as there is no head_dim either");
    if (s.hidden % s.query_heads != 0)
        throw failure(FARSPAN_ERROR_SHAPE, path.c_str(),
                      "is %" PRId64 ": must be a multiple of the %" PRId64 " heads, as there is no head_dim", s.hidden,
                      s.query_heads);
    if (s.hidden / s.query_heads > most_head_dim)
        fail_range(path + " / heads", static_cast<double>(s.hidden / s.query_heads), 1, most_head_dim);
    return s.hidden / s.query_heads;
}

// Multi-head latent attention (DeepSeek-V2): a query is [unrotated | rotated]; head_dim, if the file has it, is the
// rotated part.
bool read_latent_heads(config_source& s) {
    reader& keys = s.keys;
    if (!s.may_be_latent) return false;
    const std::optional<int64_t> rotated = keys.integer({"qk_rope_head_dim"}, 2, most_head_dim);
    if (!rotated) return false;
    s.rotary_offset = keys.required_integer({"qk_nope_head_dim"}, 0, most_head_dim);
    s.head_dim = s.rotary_offset + *rotated;
    s.value_dim = keys.required_integer({"v_head_dim"}, 1, most_head_dim);
    s.key_heads = s.query_heads;  // every head has keys of its own once the latent is expanded
    if (s.head_dim > most_head_dim)
        fail_range(keys.path() + ": qk_nope_head_dim + qk_rope_head_dim", static_cast<double>(s.head_dim), 2,
                   most_head_dim);
    if (keys.flag({"rope_interleave"}) == false) s.layout = FARSPAN_LAYOUT_HALF;
    return true;
}

}  // namespace

void read_shape(config_source& s) {
    reader& keys = s.keys;
    if (s.layers == 0)
        s.layers = keys.required_integer(
            {"num_hidden_layers", "n_layers", "n_layer", "num_layers", "encoder_layers", "decoder_layers"}, 1,
            most_layers);
    s.query_heads = keys.required_integer({"num_attention_heads", "n_head", "n_heads", "num_heads", "attention_heads",
                                           "encoder_attention_heads", "decoder_attention_heads"},
                                          1, most_heads);
    s.hidden =
        keys.integer({"hidden_size", "n_embd", "n_embed", "d_model", "dim", "emb_dim"}, 1, most_length).value_or(0);
    s.context =
        keys.integer({"max_position_embeddings", "n_ctx", "n_positions", "max_length", "max_sequence_length",
                      "model_max_length", "max_seq_len", "seq_length", "max_context_length", "max_target_positions"},
                     1, most_length)
            .value_or(0);
    s.result.info.vocabulary = std::max<int64_t>(
        keys.integer({"vocab_size", "padded_vocab_size"}, -1, most_length).value_or(0), 0);  // -1: unknown
    if (!read_latent_heads(s)) {
        if (s.key_heads == 0) s.key_heads = keys.integer(key_head_names, 1, most_heads).value_or(s.query_heads);
        const std::optional<int64_t> given =
            keys.integer({"head_dim", "kv_channels", "d_kv", "attention_dim", "attention_head_dim"}, 1, most_head_dim);
        if (s.head_dim == 0) s.head_dim = given ? *given : divided_head_dim(s);
        if (s.value_dim == 0) s.value_dim = s.head_dim;
    }
    check_groups(s);
}

}  // namespace farspan::config
