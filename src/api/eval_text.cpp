// Tokens, BLEU, chrF, ROUGE.
#include <limits>
#include <vector>

#include "api/eval_bleu.hpp"
#include "api/eval_checks.hpp"
#include "eval/bleu.hpp"
#include "eval/chrf.hpp"
#include "eval/rouge.hpp"
#include "eval/tokenize.hpp"
#include "eval/unicode.hpp"

namespace farspan {
namespace {

// A reference that is NULL is missing.
template <class Element>
void check_references(const Element* const* references, const int64_t* lengths, const char* lengths_name,
                      int32_t count) {
    required(references, "references");
    required(lengths, lengths_name);
    if (count < 1) throw failure(FARSPAN_ERROR_SHAPE, "reference_count", "is %d: must be at least 1", count);
    bool any = false;
    for (int32_t r = 0; r < count; ++r) {
        any |= references[r] != nullptr;
        if (references[r] && (lengths[r] < 0 || lengths[r] >= int64_t{1} << 31))
            throw failure(FARSPAN_ERROR_SHAPE, field_path("%s[%d]", lengths_name, r),
                          "is %" PRId64 ": must be between 0 and 2^31", lengths[r]);
    }
    if (!any) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, "references", "are all NULL: a segment needs at least one");
}

struct text_list {
    std::vector<std::string_view> texts;
    std::vector<int32_t> index;  // of each among the references given
};

text_list read_references(const char* const* references, const int64_t* bytes, int32_t count) {
    check_references(references, bytes, "reference_bytes", count);
    text_list list;
    for (int32_t r = 0; r < count; ++r) {
        if (!references[r]) continue;
        list.texts.emplace_back(references[r], static_cast<std::size_t>(bytes[r]));
        list.index.push_back(r);
    }
    return list;
}

farspan_bleu_config default_bleu() {
    farspan_bleu_config config{};
    config.struct_size = sizeof config;
    config.tokenizer = FARSPAN_TOKENIZER_13A;
    config.smoothing = FARSPAN_SMOOTHING_EXP;
    config.max_order = 4;
    config.smoothing_value = std::numeric_limits<double>::quiet_NaN();
    return config;
}

farspan_chrf_config default_chrf() {
    farspan_chrf_config config{};
    config.struct_size = sizeof config;
    config.char_order = 6;
    config.beta = 2;
    return config;
}

farspan_rouge_config default_rouge(int32_t kind) {
    farspan_rouge_config config{};
    config.struct_size = sizeof config;
    config.kind = kind;
    config.order = kind == FARSPAN_ROUGE_N ? 1 : 0;
    return config;
}

template <class Counts>
Counts no_counts() {
    Counts counts{};
    counts.struct_size = sizeof counts;
    return counts;
}

farspan_chrf_config read_chrf(const farspan_chrf_config* config) {
    const farspan_chrf_config given = read_struct(required(config, "config"), default_chrf(), "config");
    check_chrf(given);
    return given;
}

farspan_rouge_config read_rouge(const farspan_rouge_config* config) {
    const farspan_rouge_config given =
        read_struct(required(config, "config"), default_rouge(FARSPAN_ROUGE_N), "config");
    check_rouge(given);
    return given;
}

farspan_chrf_counts read_chrf_counts(const farspan_chrf_counts& counts, const counter_owner& owner) {
    const farspan_chrf_counts given = read_struct(counts, no_counts<farspan_chrf_counts>(), owner.name);
    check_counts(given, owner);
    return given;
}

farspan_chrf_counts read_chrf_counts(const farspan_chrf_counts& counts, int32_t orders, const counter_owner& owner) {
    farspan_chrf_counts given = read_chrf_counts(counts, owner);
    if (given.orders == 0) given.orders = orders;
    if (given.orders != orders)
        throw failure(FARSPAN_ERROR_COMBINATION, field_path("%s.orders", owner.name), "is %d: the configuration has %d",
                      given.orders, orders);
    return given;
}

farspan_rouge_result best_of(const farspan_rouge_config& config, const std::vector<rouge_pair>& pairs,
                             const std::vector<int32_t>& index) {
    double work = 0;
    for (const rouge_pair& pair : pairs) work += lcs_work(config, pair);
    if (work > most_lcs_work)
        throw failure(FARSPAN_ERROR_SHAPE, "hypothesis",
                      "and its references have %.0f pairs of tokens: must be at most 2^38 for ROUGE-L and "
                      "LSUM, as two texts of 500000 tokens have",
                      work);
    farspan_rouge_result best{};
    for (std::size_t n = 0; n < pairs.size(); ++n) {
        farspan_rouge_result now = score_rouge(config, pairs[n]);
        now.reference = index[n];
        if (n == 0 || now.f_measure > best.f_measure) best = now;
    }
    return best;
}

rouge_pair number_ids(const int64_t* hypothesis, int64_t length, const int64_t* reference, int64_t reference_length) {
    numbering<int64_t> numbers;
    const std::vector<int64_t> a(hypothesis, hypothesis + length), b(reference, reference + reference_length);
    return {{numbers.number_all(a)}, {numbers.number_all(b)}};
}

std::string joined_tokens(int32_t tokenizer, int32_t lowercase, std::string_view text) {
    if (tokenizer < FARSPAN_TOKENIZER_NONE || tokenizer > FARSPAN_TOKENIZER_ZH)
        throw failure(FARSPAN_ERROR_METHOD, "tokenizer",
                      "is %d: must be none (1), 13a (2), char (3), intl (4), rouge (5) or rouge_stemmed (6)",
                      tokenizer);
    if (lowercase != 0 && lowercase != 1)
        throw failure(FARSPAN_ERROR_METHOD, "lowercase", "is %d: must be 0 or 1", lowercase);
    std::string joined;
    for (const std::u32string& token : tokenize(tokenizer, lowercase != 0, text)) {
        if (!joined.empty()) joined.push_back(' ');
        for (const char32_t code : token) append_utf8(joined, code);
    }
    return joined;
}

}  // namespace

farspan_bleu_config read_bleu(const farspan_bleu_config* config, const char* name) {
    const farspan_bleu_config given = read_struct(required(config, name), default_bleu(), name);
    check_bleu(given, name);
    return given;
}

farspan_bleu_counts read_bleu_counts(const farspan_bleu_counts& counts, const counter_owner& owner) {
    const farspan_bleu_counts given = read_struct(counts, no_counts<farspan_bleu_counts>(), owner.name);
    check_counts(given, owner);
    return given;
}

farspan_bleu_counts read_bleu_counts(const farspan_bleu_counts& counts, int32_t max_order, const counter_owner& owner) {
    farspan_bleu_counts given = read_bleu_counts(counts, owner);
    if (given.max_order == 0) given.max_order = max_order;
    if (given.max_order != max_order)
        throw failure(FARSPAN_ERROR_COMBINATION, counter_name(owner, "max_order", -1).text,
                      "is %d: must be that of the configuration, %d", given.max_order, max_order);
    return given;
}

}  // namespace farspan

using namespace farspan;

extern "C" {

farspan_status farspan_tokenize(int32_t tokenizer, int32_t lowercase, const char* text, int64_t bytes, char* buffer,
                                int64_t size, int64_t* needed, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const text_result result(buffer, size, needed);
        result.write(joined_tokens(tokenizer, lowercase, read_text(text, bytes, "text", "bytes")));
    });
}

void farspan_bleu_config_init(farspan_bleu_config* config, size_t size) {
    write_defaults(config, size, default_bleu());
}
void farspan_bleu_counts_init(farspan_bleu_counts* counts, size_t size) {
    write_defaults(counts, size, no_counts<farspan_bleu_counts>());
}
void farspan_chrf_config_init(farspan_chrf_config* config, size_t size) {
    write_defaults(config, size, default_chrf());
}
void farspan_chrf_counts_init(farspan_chrf_counts* counts, size_t size) {
    write_defaults(counts, size, no_counts<farspan_chrf_counts>());
}
void farspan_rouge_config_init(farspan_rouge_config* config, size_t size, int32_t kind) {
    write_defaults(config, size, default_rouge(kind));
}

farspan_status farspan_bleu_add(const farspan_bleu_config* config, const char* hypothesis, int64_t hypothesis_bytes,
                                const char* const* references, const int64_t* reference_bytes, int32_t reference_count,
                                farspan_bleu_counts* counts, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_bleu_config given = read_bleu(config, "config");
        const std::string_view text = read_text(hypothesis, hypothesis_bytes, "hypothesis", "hypothesis_bytes");
        const text_list list = read_references(references, reference_bytes, reference_count);
        farspan_bleu_counts sums = read_bleu_counts(required(counts, "counts"), given.max_order, {"counts"});
        numbering<std::u32string> numbers;
        const auto sequence = [&](std::string_view t) {
            return numbers.number_all(tokenize(given.tokenizer, given.lowercase != 0, t));
        };
        std::vector<number_sequence> sequences = {sequence(text)};
        for (const std::string_view reference : list.texts) sequences.push_back(sequence(reference));
        add_counters(sums, count_bleu_segment(given.max_order, std::move(sequences)), {"counts"});
        write_struct(*counts, sums);
    });
}

farspan_status farspan_bleu_add_tokens(const farspan_bleu_config* config, const int64_t* hypothesis,
                                       int64_t hypothesis_length, const int64_t* const* references,
                                       const int64_t* reference_lengths, int32_t reference_count,
                                       farspan_bleu_counts* counts, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_bleu_config given = read_bleu(config, "config");
        check_sequence(hypothesis, hypothesis_length, "hypothesis", "hypothesis_length");
        check_references(references, reference_lengths, "reference_lengths", reference_count);
        farspan_bleu_counts sums = read_bleu_counts(required(counts, "counts"), given.max_order, {"counts"});
        numbering<int64_t> numbers;
        const auto sequence = [&](const int64_t* ids, int64_t count) {
            return numbers.number_all(std::vector<int64_t>(ids, ids + count));
        };
        std::vector<number_sequence> sequences = {sequence(hypothesis, hypothesis_length)};
        for (int32_t r = 0; r < reference_count; ++r)
            if (references[r]) sequences.push_back(sequence(references[r], reference_lengths[r]));
        add_counters(sums, count_bleu_segment(given.max_order, std::move(sequences)), {"counts"});
        write_struct(*counts, sums);
    });
}

farspan_status farspan_bleu_merge(farspan_bleu_counts* counts, const farspan_bleu_counts* from, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan_bleu_counts sums = read_bleu_counts(required(counts, "counts"), {"counts"});
        const farspan_bleu_counts other = read_bleu_counts(required(from, "from"), {"from"});
        if (other.segments == 0) return;
        sums = read_bleu_counts(*counts, other.max_order, {"counts"});
        add_counters(sums, other, {"counts"});
        write_struct(*counts, sums);
    });
}

farspan_status farspan_bleu_score(const farspan_bleu_config* config, const farspan_bleu_counts* counts,
                                  farspan_bleu_result* result, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_bleu_config given = read_bleu(config, "config");
        const farspan_bleu_counts sums = read_bleu_counts(required(counts, "counts"), given.max_order, {"counts"});
        write_struct(required_result(result, "result"), score_bleu(given, sums));
    });
}

farspan_status farspan_bleu_signature(const farspan_bleu_config* config, int32_t references, char* buffer, int64_t size,
                                      int64_t* needed, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_bleu_config given = read_bleu(config, "config");
        check_count(references, "references");
        text_result(buffer, size, needed).write(bleu_signature(given, references));
    });
}

farspan_status farspan_chrf_add(const farspan_chrf_config* config, const char* hypothesis, int64_t hypothesis_bytes,
                                const char* const* references, const int64_t* reference_bytes, int32_t reference_count,
                                farspan_chrf_counts* counts, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_chrf_config given = read_chrf(config);
        const std::string_view text = read_text(hypothesis, hypothesis_bytes, "hypothesis", "hypothesis_bytes");
        const text_list list = read_references(references, reference_bytes, reference_count);
        farspan_chrf_counts sums =
            read_chrf_counts(required(counts, "counts"), given.char_order + given.word_order, {"counts"});
        add_counters(sums, count_chrf_segment(given, text, list.texts), {"counts"});
        write_struct(*counts, sums);
    });
}

farspan_status farspan_chrf_merge(farspan_chrf_counts* counts, const farspan_chrf_counts* from, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan_chrf_counts sums = read_chrf_counts(required(counts, "counts"), {"counts"});
        const farspan_chrf_counts other = read_chrf_counts(required(from, "from"), {"from"});
        if (other.segments == 0) return;
        sums = read_chrf_counts(*counts, other.orders, {"counts"});
        add_counters(sums, other, {"counts"});
        write_struct(*counts, sums);
    });
}

farspan_status farspan_chrf_score(const farspan_chrf_config* config, const farspan_chrf_counts* counts, double* score,
                                  farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_chrf_config given = read_chrf(config);
        const farspan_chrf_counts sums =
            read_chrf_counts(required(counts, "counts"), given.char_order + given.word_order, {"counts"});
        required(score, "score") = score_chrf(given, sums);
    });
}

farspan_status farspan_rouge(const farspan_rouge_config* config, const char* hypothesis, int64_t hypothesis_bytes,
                             const char* const* references, const int64_t* reference_bytes, int32_t reference_count,
                             farspan_rouge_result* result, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_rouge_config given = read_rouge(config);
        const std::string_view text = read_text(hypothesis, hypothesis_bytes, "hypothesis", "hypothesis_bytes");
        const text_list list = read_references(references, reference_bytes, reference_count);
        farspan_rouge_result& answer = required_result(result, "result");
        std::vector<rouge_pair> pairs;
        for (const std::string_view reference : list.texts) pairs.push_back(read_rouge_pair(given, text, reference));
        write_struct(answer, best_of(given, pairs, list.index));
    });
}

farspan_status farspan_rouge_tokens(const farspan_rouge_config* config, const int64_t* hypothesis,
                                    int64_t hypothesis_length, const int64_t* const* references,
                                    const int64_t* reference_lengths, int32_t reference_count,
                                    farspan_rouge_result* result, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_rouge_config given = read_rouge(config);
        if (given.kind == FARSPAN_ROUGE_LSUM || given.stem != 0)
            throw failure(FARSPAN_ERROR_COMBINATION, "config",
                          "asks for LSUM or stems: token ids have neither sentences nor letters");
        check_sequence(hypothesis, hypothesis_length, "hypothesis", "hypothesis_length");
        check_references(references, reference_lengths, "reference_lengths", reference_count);
        farspan_rouge_result& answer = required_result(result, "result");
        std::vector<rouge_pair> pairs;
        std::vector<int32_t> index;
        for (int32_t r = 0; r < reference_count; ++r) {
            if (!references[r]) continue;
            pairs.push_back(number_ids(hypothesis, hypothesis_length, references[r], reference_lengths[r]));
            index.push_back(r);
        }
        write_struct(answer, best_of(given, pairs, index));
    });
}

}  // extern "C"
