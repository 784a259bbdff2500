// Every versioned struct from a caller whose version is longer than this header's: a tail of zeros is accepted, a tail
// in which something is set is refused. With the argument "grown" the library is one that knows one more field, and
// accepts it.
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "calls.hpp"
#include "farspan/cache.h"
#include "farspan/eval.h"
#include "farspan/farspan.h"
#include "farspan/gradient.h"
#include "farspan/model.h"

namespace {

int failures = 0;

void fail(const char* name, const char* what, const farspan_error& error) {
    ++failures;
    std::printf("%s: %s (%d: %s)\n", name, what, error.code, error.message);
}

template <class T>
T made(void (*init)(T*, size_t)) {
    T value;
    init(&value, sizeof value);
    return value;
}

template <class T>
T made(void (*init)(T*, size_t, int32_t), int32_t method) {
    T value;
    init(&value, sizeof value, method);
    return value;
}

// What the calls need besides.
farspan_scheme* scheme = nullptr;
farspan_cache* cache = nullptr;
farspan_model* model = nullptr;
int64_t sequence = 0;
float numbers[64 * 64];
farspan_tensor tensor;

void prepare() {
    farspan_test::scheme_create(nullptr, nullptr, nullptr, nullptr, nullptr, &scheme, nullptr);
    farspan_tensor_contiguous(&tensor, numbers, FARSPAN_F32, 1, 1, 4, 16);
    farspan_cache_config config = made(farspan_cache_config_init);
    config.key_heads = 1;
    config.head_dim = 16;
    farspan_cache_create(&config, &cache, nullptr);
    farspan_cache_sequence_create(cache, &sequence, nullptr);
    static const char text[] =
        "{\"model_type\": \"llama\", \"hidden_size\": 64, \"num_attention_heads\": 4, \"num_hidden_layers\": 1, "
        "\"rope_theta\": 10000, \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2}, \"max_position_embeddings\": "
        "64, \"use_attention_sinks\": true}";
    farspan_error error = FARSPAN_ERROR_INIT;
    if (farspan_model_from_config(nullptr, text, sizeof text - 1, nullptr, &model, &error))
        fail("model", "not made", error);
}

// For each struct a valid value, and a call that is given it.
template <class T>
struct use;

template <>
struct use<farspan_rope_config> {
    static farspan_rope_config valid() { return made(farspan_rope_config_init, FARSPAN_ROPE_NONE); }
    static farspan_status give(farspan_rope_config* c, farspan_error* error) {
        farspan_scheme* result = nullptr;
        const farspan_status status =
            farspan_test::scheme_create(c, nullptr, nullptr, nullptr, nullptr, &result, error);
        farspan_scheme_destroy(result);
        return status;
    }
};
template <>
struct use<farspan_remap_config> {
    static farspan_remap_config valid() { return made(farspan_remap_config_init, FARSPAN_REMAP_NONE); }
    static farspan_status give(farspan_remap_config* c, farspan_error* error) {
        farspan_scheme* result = nullptr;
        const farspan_status status =
            farspan_test::scheme_create(nullptr, c, nullptr, nullptr, nullptr, &result, error);
        farspan_scheme_destroy(result);
        return status;
    }
};
template <>
struct use<farspan_bias_config> {
    static farspan_bias_config valid() { return made(farspan_bias_config_init, FARSPAN_BIAS_NONE); }
    static farspan_status give(farspan_bias_config* c, farspan_error* error) {
        farspan_scheme* result = nullptr;
        const farspan_status status =
            farspan_test::scheme_create(nullptr, nullptr, c, nullptr, nullptr, &result, error);
        farspan_scheme_destroy(result);
        return status;
    }
};
template <>
struct use<farspan_mask_config> {
    static farspan_mask_config valid() { return made(farspan_mask_config_init); }
    static farspan_status give(farspan_mask_config* c, farspan_error* error) {
        farspan_scheme* result = nullptr;
        const farspan_status status =
            farspan_test::scheme_create(nullptr, nullptr, nullptr, c, nullptr, &result, error);
        farspan_scheme_destroy(result);
        return status;
    }
};
template <>
struct use<farspan_score_config> {
    static farspan_score_config valid() { return made(farspan_score_config_init); }
    static farspan_status give(farspan_score_config* c, farspan_error* error) {
        farspan_scheme* result = nullptr;
        const farspan_status status =
            farspan_test::scheme_create(nullptr, nullptr, nullptr, nullptr, c, &result, error);
        farspan_scheme_destroy(result);
        return status;
    }
};
template <>
struct use<farspan_scheme_parts> {
    static farspan_scheme_parts valid() { return made(farspan_scheme_parts_init); }
    static farspan_status give(farspan_scheme_parts* c, farspan_error* error) {
        farspan_scheme* result = nullptr;
        const farspan_status status = farspan_scheme_create(c, &result, error);
        farspan_scheme_destroy(result);
        return status;
    }
};
template <>
struct use<farspan_attention_data> {
    static farspan_attention_data valid() {
        static float numbers_out[64];
        static farspan_tensor out;
        farspan_tensor_contiguous(&out, numbers_out, FARSPAN_F32, 1, 1, 4, 16);
        return farspan_test::data_of(&tensor, &tensor, &tensor, nullptr, &out);
    }
    static farspan_status give(farspan_attention_data* c, farspan_error* error) {
        return farspan_attention(nullptr, scheme, c, error);
    }
};
template <>
struct use<farspan_probe> {
    static farspan_probe valid() { return made(farspan_probe_init); }
    static farspan_status give(farspan_probe* c, farspan_error* error) {
        return farspan_scheme_probe(scheme, 0, 1, 0, 0, c, error);
    }
};
template <>
struct use<farspan_rope_options> {
    static farspan_rope_options valid() { return made(farspan_rope_options_init); }
    static farspan_status give(farspan_rope_options* c, farspan_error* error) {
        farspan_rope_config rope = made(farspan_rope_config_init, FARSPAN_ROPE_BASE);
        rope.layout = FARSPAN_LAYOUT_HALF;
        rope.rotary_dim = 16;
        farspan_scheme* rotating = nullptr;
        farspan_status status =
            farspan_test::scheme_create(&rope, nullptr, nullptr, nullptr, nullptr, &rotating, error);
        if (status == FARSPAN_OK)
            status = farspan_test::rope_apply(nullptr, rotating, c, nullptr, &tensor, &tensor, error);
        farspan_scheme_destroy(rotating);
        return status;
    }
};
template <>
struct use<farspan_fire_config> {
    static farspan_fire_config valid() {
        static const float weight = 1;
        farspan_fire_config config = made(farspan_fire_config_init);
        config.hidden = config.heads = 1;
        config.w1 = config.b1 = config.w2 = config.b2 = &weight;
        config.w1_count = config.b1_count = config.w2_count = config.b2_count = 1;
        return config;
    }
    static farspan_status give(farspan_fire_config* c, farspan_error* error) {
        return farspan_test::fire_fill(c, nullptr, nullptr, &tensor, error);
    }
};
template <>
struct use<farspan_problem> {
    static farspan_problem valid() {
        farspan_problem problem = made(farspan_problem_init);
        problem.query_heads = problem.key_heads = 1;
        problem.queries = problem.keys = 4;
        problem.head_dim = 16;
        return problem;
    }
    static farspan_status give(farspan_problem* c, farspan_error* error) {
        farspan_plan* plan = nullptr;
        const farspan_status status = farspan_plan_create(nullptr, scheme, c, &plan, error);
        farspan_plan_destroy(plan);
        return status;
    }
};
template <>
struct use<farspan_context_config> {
    static farspan_context_config valid() { return made(farspan_context_config_init); }
    static farspan_status give(farspan_context_config* c, farspan_error* error) {
        farspan_context* context = nullptr;
        const farspan_status status = farspan_context_create(c, &context, error);
        farspan_context_destroy(context);
        return status;
    }
};

template <>
struct use<farspan_cache_config> {
    static farspan_cache_config valid() {
        farspan_cache_config config = made(farspan_cache_config_init);
        config.key_heads = 1;
        config.head_dim = 16;
        return config;
    }
    static farspan_status give(farspan_cache_config* c, farspan_error* error) {
        farspan_cache* result = nullptr;
        const farspan_status status = farspan_cache_create(c, &result, error);
        farspan_cache_destroy(result);
        return status;
    }
};
template <>
struct use<farspan_sequence_info> {
    static farspan_sequence_info valid() { return {sizeof(farspan_sequence_info), 0, 0, 0, 0, 0, 0}; }
    static farspan_status give(farspan_sequence_info* c, farspan_error* error) {
        return farspan_cache_sequence_info(cache, sequence, c, error);
    }
};
template <>
struct use<farspan_cache_statistics> {
    static farspan_cache_statistics valid() { return {sizeof(farspan_cache_statistics), 0, 0, 0, 0, 0}; }
    static farspan_status give(farspan_cache_statistics* c, farspan_error* error) {
        return farspan_cache_get_statistics(cache, c, error);
    }
};
template <>
struct use<farspan_cache_batch> {
    static farspan_cache_batch valid() {
        farspan_cache_batch batch = made(farspan_cache_batch_init);
        batch.sequence_count = 1;
        batch.sequence = &sequence;
        return batch;
    }
    static farspan_status give(farspan_cache_batch* c, farspan_error* error) {
        return farspan_cache_append(nullptr, cache, c, nullptr, 0, error);
    }
};

template <>
struct use<farspan_cache_problem> {
    static farspan_cache_problem valid() {
        farspan_cache_problem problem = made(farspan_cache_problem_init);
        problem.query_heads = 1;
        return problem;
    }
    static farspan_status give(farspan_cache_problem* c, farspan_error* error) {
        const farspan_cache_batch batch = use<farspan_cache_batch>::valid();
        farspan_cache_plan* plan = nullptr;
        const farspan_status status = farspan_cache_plan_create(nullptr, scheme, cache, &batch, c, &plan, error);
        farspan_cache_plan_destroy(plan);
        return status;
    }
};

template <>
struct use<farspan_windows_config> {
    static farspan_windows_config valid() {
        farspan_windows_config config = made(farspan_windows_config_init, FARSPAN_WINDOWS_SLIDING);
        config.bos = FARSPAN_BOS_NONE;
        config.tokens = 100;
        config.length = 10;
        config.stride = 5;
        return config;
    }
    static farspan_status give(farspan_windows_config* c, farspan_error* error) {
        int64_t count = 0;
        return farspan_windows_count(c, &count, error);
    }
};
template <>
struct use<farspan_window> {
    static farspan_window valid() {
        farspan_window window;
        farspan_window_init(&window, sizeof window);
        return window;
    }
    static farspan_status give(farspan_window* c, farspan_error* error) {
        const farspan_windows_config config = use<farspan_windows_config>::valid();
        return farspan_windows_get(&config, 0, c, error);
    }
};
template <>
struct use<farspan_loss> {
    static farspan_loss valid() { return made(farspan_loss_init); }
    static farspan_status give(farspan_loss* c, farspan_error* error) {
        const double nll = 1;
        return farspan_loss_add(nullptr, c, &nll, 1, nullptr, 0, 0, 0, error);
    }
};
template <>
struct use<farspan_loss_summary> {
    static farspan_loss_summary valid() {
        farspan_loss_summary summary;
        farspan_loss_summary_init(&summary, sizeof summary);
        return summary;
    }
    static farspan_status give(farspan_loss_summary* c, farspan_error* error) {
        const farspan_loss loss = made(farspan_loss_init);
        return farspan_loss_summarize(&loss, c, error);
    }
};
template <>
struct use<farspan_verdict> {
    static farspan_verdict valid() {
        farspan_verdict verdict;
        farspan_verdict_init(&verdict, sizeof verdict);
        return verdict;
    }
    static farspan_status give(farspan_verdict* c, farspan_error* error) {
        const int64_t lengths[2] = {10, 20};
        const double nll[2] = {1, 2};
        return farspan_judge(nullptr, lengths, 2, nll, 2, 10, c, error);
    }
};
template <>
struct use<farspan_bleu_config> {
    static farspan_bleu_config valid() { return made(farspan_bleu_config_init); }
    static farspan_status give(farspan_bleu_config* c, farspan_error* error) {
        const farspan_bleu_counts counts = made(farspan_bleu_counts_init);
        farspan_bleu_result result;
        farspan_bleu_result_init(&result, sizeof result);
        return farspan_bleu_score(c, &counts, &result, error);
    }
};
template <>
struct use<farspan_bleu_counts> {
    static farspan_bleu_counts valid() { return made(farspan_bleu_counts_init); }
    static farspan_status give(farspan_bleu_counts* c, farspan_error* error) {
        const farspan_bleu_counts from = made(farspan_bleu_counts_init);
        return farspan_bleu_merge(c, &from, error);
    }
};
template <>
struct use<farspan_bleu_result> {
    static farspan_bleu_result valid() {
        farspan_bleu_result result;
        farspan_bleu_result_init(&result, sizeof result);
        return result;
    }
    static farspan_status give(farspan_bleu_result* c, farspan_error* error) {
        const farspan_bleu_config config = made(farspan_bleu_config_init);
        const farspan_bleu_counts counts = made(farspan_bleu_counts_init);
        return farspan_bleu_score(&config, &counts, c, error);
    }
};
template <>
struct use<farspan_chrf_config> {
    static farspan_chrf_config valid() { return made(farspan_chrf_config_init); }
    static farspan_status give(farspan_chrf_config* c, farspan_error* error) {
        const farspan_chrf_counts counts = made(farspan_chrf_counts_init);
        double score = 0;
        return farspan_chrf_score(c, &counts, &score, error);
    }
};
template <>
struct use<farspan_chrf_counts> {
    static farspan_chrf_counts valid() { return made(farspan_chrf_counts_init); }
    static farspan_status give(farspan_chrf_counts* c, farspan_error* error) {
        const farspan_chrf_counts from = made(farspan_chrf_counts_init);
        return farspan_chrf_merge(c, &from, error);
    }
};
const farspan_text words[1] = {{"one two", 7}};
template <>
struct use<farspan_rouge_config> {
    static farspan_rouge_config valid() { return made(farspan_rouge_config_init, FARSPAN_ROUGE_L); }
    static farspan_status give(farspan_rouge_config* c, farspan_error* error) {
        farspan_rouge_result result;
        farspan_rouge_result_init(&result, sizeof result);
        return farspan_rouge(nullptr, c, words[0].data, words[0].bytes, words, 1, &result, error);
    }
};
template <>
struct use<farspan_rouge_result> {
    static farspan_rouge_result valid() {
        farspan_rouge_result result;
        farspan_rouge_result_init(&result, sizeof result);
        return result;
    }
    static farspan_status give(farspan_rouge_result* c, farspan_error* error) {
        const farspan_rouge_config config = use<farspan_rouge_config>::valid();
        return farspan_rouge(nullptr, &config, words[0].data, words[0].bytes, words, 1, c, error);
    }
};
const double values[2] = {1, 2};
template <>
struct use<farspan_bootstrap_config> {
    static farspan_bootstrap_config valid() { return made(farspan_bootstrap_config_init); }
    static farspan_status give(farspan_bootstrap_config* c, farspan_error* error) {
        farspan_interval interval;
        farspan_interval_init(&interval, sizeof interval);
        return farspan_bootstrap_mean(nullptr, c, values, 2, &interval, error);
    }
};
template <>
struct use<farspan_interval> {
    static farspan_interval valid() {
        farspan_interval interval;
        farspan_interval_init(&interval, sizeof interval);
        return interval;
    }
    static farspan_status give(farspan_interval* c, farspan_error* error) {
        return farspan_bootstrap_mean(nullptr, nullptr, values, 2, c, error);
    }
};
template <>
struct use<farspan_key_tokens_config> {
    static farspan_key_tokens_config valid() { return made(farspan_key_tokens_config_init); }
    static farspan_status give(farspan_key_tokens_config* c, farspan_error* error) {
        int64_t keys[2];
        return farspan_key_tokens(nullptr, c, values, 2, values, 2, keys, 2, error);
    }
};
template <>
struct use<farspan_long_perplexity> {
    static farspan_long_perplexity valid() { return made(farspan_long_perplexity_init); }
    static farspan_status give(farspan_long_perplexity* c, farspan_error* error) {
        const int64_t keys[2] = {1, 1};
        return farspan_long_ppl(nullptr, nullptr, 1, values, 2, keys, 2, c, error);
    }
};
template <>
struct use<farspan_reach> {
    static farspan_reach valid() { return made(farspan_reach_init); }
    static farspan_status give(farspan_reach* c, farspan_error* error) {
        const int64_t lengths[2] = {10, 20};
        return farspan_effective_length(nullptr, lengths, 2, values, 2, 0.5, c, error);
    }
};
template <>
struct use<farspan_passkey_config> {
    static farspan_passkey_config valid() {
        farspan_passkey_config config = made(farspan_passkey_config_init, FARSPAN_PASSKEY_LANDMARK);
        config.length = 5000;
        return config;
    }
    static farspan_status give(farspan_passkey_config* c, farspan_error* error) {
        int64_t needed = 0;
        farspan_passkey passkey;
        farspan_passkey_init(&passkey, sizeof passkey);
        return farspan_passkey_make(nullptr, c, nullptr, 0, &needed, &passkey, error);
    }
};
template <>
struct use<farspan_passkey> {
    static farspan_passkey valid() {
        farspan_passkey passkey;
        farspan_passkey_init(&passkey, sizeof passkey);
        return passkey;
    }
    static farspan_status give(farspan_passkey* c, farspan_error* error) {
        const farspan_passkey_config config = use<farspan_passkey_config>::valid();
        int64_t needed = 0;
        return farspan_passkey_make(nullptr, &config, nullptr, 0, &needed, c, error);
    }
};

template <>
struct use<farspan_ruler_config> {
    static farspan_ruler_config valid() {
        farspan_ruler_config config = made(farspan_ruler_config_init, FARSPAN_RULER_MULTIQUERY);
        config.length = 5000;
        return config;
    }
    static farspan_status give(farspan_ruler_config* c, farspan_error* error) {
        int64_t needed = 0;
        return farspan_ruler_text(nullptr, c, nullptr, 0, FARSPAN_PROMPT_WHOLE, nullptr, 0, &needed, error);
    }
};
template <>
struct use<farspan_ruler_info> {
    static farspan_ruler_info valid() { return made(farspan_ruler_info_init); }
    static farspan_status give(farspan_ruler_info* i, farspan_error* error) {
        const farspan_ruler_config config = use<farspan_ruler_config>::valid();
        return farspan_ruler_describe(nullptr, &config, i, error);
    }
};
template <>
struct use<farspan_recall> {
    static farspan_recall valid() { return made(farspan_recall_init); }
    static farspan_status give(farspan_recall* r, farspan_error* error) {
        return farspan_ruler_score(nullptr, "a", 1, "b", 1, r, error);
    }
};

template <>
struct use<farspan_model_options> {
    static farspan_model_options valid() { return made(farspan_model_options_init); }
    static farspan_status give(farspan_model_options* c, farspan_error* error) {
        static const char text[] =
            "{\"model_type\": \"gpt2\", \"n_embd\": 64, \"n_head\": 4, \"n_layer\": 1, \"n_positions\": 64}";
        farspan_model* result = nullptr;
        const farspan_status status = farspan_model_from_config(nullptr, text, sizeof text - 1, c, &result, error);
        farspan_model_destroy(result);
        return status;
    }
};
template <>
struct use<farspan_model_info> {
    static farspan_model_info valid() { return made(farspan_model_info_init); }
    static farspan_status give(farspan_model_info* c, farspan_error* error) {
        return farspan_model_describe(model, c, error);
    }
};
template <>
struct use<farspan_model_layer> {
    static farspan_model_layer valid() { return made(farspan_model_layer_init); }
    static farspan_status give(farspan_model_layer* c, farspan_error* error) {
        return farspan_model_layer_at(model, 0, c, error);
    }
};
template <>
struct use<farspan_model_note> {
    static farspan_model_note valid() { return made(farspan_model_note_init); }
    static farspan_status give(farspan_model_note* c, farspan_error* error) {
        return farspan_model_note_at(model, 0, c, error);
    }
};

template <>
struct use<farspan_attention_gradient> {
    static farspan_attention_gradient valid() {
        static float gradient[64];
        static farspan_tensor d_q;
        farspan_tensor_contiguous(&d_q, gradient, FARSPAN_F32, 1, 1, 4, 16);
        farspan_attention_gradient data = made(farspan_attention_gradient_init);
        data.q = data.k = data.v = data.out = data.d_out = &tensor;
        data.lse = numbers;
        data.lse_count = 4;
        data.d_q = &d_q;
        return data;
    }
    static farspan_status give(farspan_attention_gradient* data, farspan_error* error) {
        farspan_problem problem = made(farspan_problem_init);
        problem.query_heads = problem.key_heads = 1;
        problem.queries = problem.keys = 4;
        problem.head_dim = 16;
        farspan_plan* plan = nullptr;
        farspan_plan_create(nullptr, scheme, &problem, &plan, nullptr);
        const farspan_status status = farspan_attention_backward(nullptr, plan, data, error);
        farspan_plan_destroy(plan);
        return status;
    }
};

template <>
struct use<farspan_merge_gradient> {
    static farspan_merge_gradient valid() {
        static float gradient[64];
        static farspan_tensor d_out_a;
        farspan_tensor_contiguous(&d_out_a, gradient, FARSPAN_F32, 1, 1, 4, 16);
        farspan_merge_gradient data = made(farspan_merge_gradient_init);
        data.out_a = data.out_b = data.d_out = &tensor;
        data.lse_a = data.lse_b = numbers;
        data.lse_a_count = data.lse_b_count = 4;
        data.d_out_a = &d_out_a;
        return data;
    }
    static farspan_status give(farspan_merge_gradient* data, farspan_error* error) {
        return farspan_attention_merge_backward(nullptr, data, error);
    }
};

constexpr std::size_t tail = 32;  // longer than what a grown library knows

// The struct with a tail of which one byte is set, or none.
template <class T>
farspan_status give_with_tail(std::size_t set, farspan_error* error) {
    const T valid = use<T>::valid();
    std::vector<int64_t> memory((sizeof(T) + tail) / 8 + 1);
    auto* bytes = reinterpret_cast<unsigned char*>(memory.data());
    std::memcpy(bytes, &valid, sizeof valid);
    const uint32_t size = sizeof(T) + tail;
    std::memcpy(bytes, &size, sizeof size);
    if (set < size) bytes[set] = 1;
    return use<T>::give(reinterpret_cast<T*>(bytes), error);
}

template <class T>
void check(const char* name, bool grown) {
    farspan_error error = FARSPAN_ERROR_INIT;
    T valid = use<T>::valid();
    if (use<T>::give(&valid, &error) != FARSPAN_OK) fail(name, "the struct of this header is refused", error);
    if (valid.struct_size != sizeof valid) fail(name, "struct_size was changed", error);
    if (give_with_tail<T>(SIZE_MAX, &error) != FARSPAN_OK) fail(name, "a tail of zeros is refused", error);
    for (const std::size_t at : {std::size_t{0}, std::size_t{5}, tail - 1}) {
        const farspan_status wanted = grown && at < 8 ? FARSPAN_OK : FARSPAN_ERROR_STRUCT_SIZE;
        const farspan_status status = give_with_tail<T>(sizeof(T) + at, &error);
        if (status != wanted) fail(name, "a tail in which something is set has the wrong status", error);
        if (status != FARSPAN_OK && !std::strstr(error.field, "struct_size"))
            fail(name, "field must name struct_size", error);
    }
}

// An error is written and never read: no tail is refused, nor touched.
template <>
void check<farspan_error>(const char* name, bool grown) {
    struct {
        farspan_error error;
        unsigned char behind[tail];
    } slot;
    std::memset(&slot, 0x5A, sizeof slot);
    slot.error.struct_size = sizeof slot;
    if (farspan_test::scheme_create(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, &slot.error) !=
            FARSPAN_ERROR_NULL_ARGUMENT ||
        slot.error.code != FARSPAN_ERROR_NULL_ARGUMENT || std::strcmp(slot.error.field, "scheme") != 0)
        fail(name, "a longer one is not filled", slot.error);
    for (std::size_t n = grown ? 8 : 0; n < tail; ++n)
        if (slot.behind[n] != 0x5A) return fail(name, "its tail was written to", slot.error);
}

}  // namespace

int main(int count, char** arguments) {
    const bool grown = count > 1 && std::strcmp(arguments[1], "grown") == 0;
    prepare();
    int structs = 0;
#define STRUCT(name) check<name>(#name, grown), ++structs;
#include "versioned.inl"
    farspan_model_destroy(model);
    farspan_cache_destroy(cache);
    farspan_scheme_destroy(scheme);
    std::printf("%d structs, %d failures\n", structs, failures);
    return failures != 0 || structs == 0;
}
