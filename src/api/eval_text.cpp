// Tokens, BLEU, chrF, ROUGE.
#include <limits>
#include <vector>

#include "api/eval_bleu.hpp"
#include "api/eval_checks.hpp"
#include "api/handles.hpp"
#include "base/pacer.hpp"
#include "eval/bleu.hpp"
#include "eval/chrf.hpp"
#include "eval/rouge.hpp"
#include "eval/tokenize.hpp"

namespace farspan {
namespace {

// The references that a segment has: those whose data is NULL are missing.
template <class View>
struct reference_list {
    std::vector<View> views;
    std::vector<int64_t> index;  // of each among the references given
};

int64_t length_of(const farspan_text& text) { return text.bytes; }
int64_t length_of(const farspan_ids& ids) { return ids.count; }
constexpr const char* length_name(const farspan_text&) { return "bytes"; }
constexpr const char* length_name(const farspan_ids&) { return "count"; }

template <class View, class Given>
reference_list<View> read_references(const Given* references, int64_t count, pacer& pace) {
    if (count < 1) throw failure(FARSPAN_ERROR_SHAPE, "references_count", "is %" PRId64 ": must be at least 1", count);
    required(references, "references");
    reference_list<View> list;
    for (int64_t r = 0; r < count; ++r) {
        pace.step();
        const Given& one = references[r];
        const int64_t length = length_of(one);
        if (length < 0 || length > (one.data ? most_in_sequence : 0))
            throw failure(FARSPAN_ERROR_SHAPE, field_path("references[%" PRId64 "].%s", r, length_name(one)),
                          "is %" PRId64 ": must be %s", length,
                          one.data ? "between 0 and 2^31 - 1" : "0, data is NULL");
        if (!one.data) continue;
        list.views.emplace_back(one.data, static_cast<std::size_t>(length));
        list.index.push_back(r);
    }
    if (list.views.empty())
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, "references", "are all NULL: a segment needs at least one");
    return list;
}

using text_list = reference_list<std::string_view>;
using ids_list = reference_list<std::span<const int64_t>>;

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

// The best result, with the place of its reference among those given.
farspan_rouge_result best_of(const farspan_rouge_config& config, const std::vector<rouge_pair>& pairs,
                             const std::vector<int64_t>& index, pacer& pace) {
    farspan_rouge_result best = best_rouge(config, pairs, pace);
    best.reference = index[static_cast<std::size_t>(best.reference)];
    return best;
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

farspan_status farspan_tokenize(const farspan_context* context, int32_t tokenizer, int32_t lowercase, const char* text,
                                int64_t text_bytes, char* buffer, int64_t buffer_bytes, int64_t* needed,
                                farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const text_result result(buffer, buffer_bytes, needed);
        const std::string_view given = read_text(text, text_bytes, "text");
        pacer pace(settings(context).cancel);
        result.write(join_tokens(tokenizer, lowercase, given, pace));
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

void farspan_bleu_result_init(farspan_bleu_result* result, size_t size) {
    write_defaults(result, size, farspan_bleu_result{});
}
void farspan_rouge_result_init(farspan_rouge_result* result, size_t size) {
    write_defaults(result, size, farspan_rouge_result{});
}

farspan_status farspan_bleu_add(const farspan_context* context, const farspan_bleu_config* config,
                                const char* hypothesis, int64_t hypothesis_bytes, const farspan_text* references,
                                int64_t references_count, farspan_bleu_counts* counts, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        pacer pace(settings(context).cancel);
        const farspan_bleu_config given = read_bleu(config, "config");
        const std::string_view text = read_text(hypothesis, hypothesis_bytes, "hypothesis");
        const text_list list = read_references<std::string_view>(references, references_count, pace);
        farspan_bleu_counts sums = read_bleu_counts(required(counts, "counts"), given.max_order, {"counts"});
        numbering<std::u32string> numbers;
        const auto sequence = [&](std::string_view t) {
            return numbers.number_all(tokenize(given.tokenizer, given.lowercase != 0, t, pace), pace);
        };
        std::vector<number_sequence> sequences = {sequence(text)};
        for (const std::string_view reference : list.views) sequences.push_back(sequence(reference));
        add_counters(sums, count_bleu_segment(given.max_order, std::move(sequences), pace), {"counts"});
        write_struct(*counts, sums);
    });
}

farspan_status farspan_bleu_add_tokens(const farspan_context* context, const farspan_bleu_config* config,
                                       const int64_t* hypothesis, int64_t hypothesis_count,
                                       const farspan_ids* references, int64_t references_count,
                                       farspan_bleu_counts* counts, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        pacer pace(settings(context).cancel);
        const farspan_bleu_config given = read_bleu(config, "config");
        const std::span<const int64_t> ids = read_ids(hypothesis, hypothesis_count, "hypothesis");
        const ids_list list = read_references<std::span<const int64_t>>(references, references_count, pace);
        farspan_bleu_counts sums = read_bleu_counts(required(counts, "counts"), given.max_order, {"counts"});
        numbering<int64_t> numbers;
        std::vector<number_sequence> sequences = {numbers.number_all(ids, pace)};
        for (const std::span<const int64_t> reference : list.views)
            sequences.push_back(numbers.number_all(reference, pace));
        add_counters(sums, count_bleu_segment(given.max_order, std::move(sequences), pace), {"counts"});
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

farspan_status farspan_bleu_signature(const farspan_bleu_config* config, int32_t references, char* buffer,
                                      int64_t buffer_bytes, int64_t* needed, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_bleu_config given = read_bleu(config, "config");
        check_number(references, "references");
        text_result(buffer, buffer_bytes, needed).write(bleu_signature(given, references));
    });
}

farspan_status farspan_chrf_add(const farspan_context* context, const farspan_chrf_config* config,
                                const char* hypothesis, int64_t hypothesis_bytes, const farspan_text* references,
                                int64_t references_count, farspan_chrf_counts* counts, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        pacer pace(settings(context).cancel);
        const farspan_chrf_config given = read_chrf(config);
        const std::string_view text = read_text(hypothesis, hypothesis_bytes, "hypothesis");
        const text_list list = read_references<std::string_view>(references, references_count, pace);
        farspan_chrf_counts sums =
            read_chrf_counts(required(counts, "counts"), given.char_order + given.word_order, {"counts"});
        add_counters(sums, count_chrf_segment(given, text, list.views, pace), {"counts"});
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

farspan_status farspan_rouge(const farspan_context* context, const farspan_rouge_config* config, const char* hypothesis,
                             int64_t hypothesis_bytes, const farspan_text* references, int64_t references_count,
                             farspan_rouge_result* result, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        pacer pace(settings(context).cancel);
        const farspan_rouge_config given = read_rouge(config);
        const std::string_view text = read_text(hypothesis, hypothesis_bytes, "hypothesis");
        const text_list list = read_references<std::string_view>(references, references_count, pace);
        farspan_rouge_result& answer = required_result(result, "result");
        std::vector<rouge_pair> pairs;
        for (const std::string_view reference : list.views)
            pairs.push_back(read_rouge_pair(given, text, reference, pace));
        write_struct(answer, best_of(given, pairs, list.index, pace));
    });
}

farspan_status farspan_rouge_tokens(const farspan_context* context, const farspan_rouge_config* config,
                                    const int64_t* hypothesis, int64_t hypothesis_count, const farspan_ids* references,
                                    int64_t references_count, farspan_rouge_result* result, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        pacer pace(settings(context).cancel);
        const farspan_rouge_config given = read_rouge(config);
        if (given.kind == FARSPAN_ROUGE_LSUM || given.stem != 0)
            throw failure(FARSPAN_ERROR_COMBINATION, "config",
                          "asks for LSUM or stems: token ids have neither sentences nor letters");
        const std::span<const int64_t> ids = read_ids(hypothesis, hypothesis_count, "hypothesis");
        const ids_list list = read_references<std::span<const int64_t>>(references, references_count, pace);
        farspan_rouge_result& answer = required_result(result, "result");
        std::vector<rouge_pair> pairs;
        for (const std::span<const int64_t> reference : list.views) {
            numbering<int64_t> numbers;
            number_sequence mine = numbers.number_all(ids, pace), theirs = numbers.number_all(reference, pace);
            pairs.push_back({{std::move(mine)}, {std::move(theirs)}});
        }
        write_struct(answer, best_of(given, pairs, list.index, pace));
    });
}

}  // extern "C"
