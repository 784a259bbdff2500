// Each call of eval.h, through eval.hpp.
#include <map>

#include "farspan/cpp/eval.hpp"
#include "inputs.hpp"

namespace conformance {
namespace {

using namespace farspan;
using namespace farspan::eval;

std::vector<int64_t> whole_list(const json& object, const char* key) { return array_or_empty<int64_t>(object, key); }

int64_t ignored(const json& object) { return object.value("ignore_index", int64_t{0}); }

// A segment with the memory of its sequences.
template <class Memory, class Sequence>
struct segment {
    Memory hypothesis;
    std::vector<Memory> texts;
    std::vector<std::optional<Sequence>> references;

    explicit segment(const json& given) : hypothesis(given.at("hypothesis").get<Memory>()) {
        for (const json& one : given.at("references")) texts.push_back(one.is_null() ? Memory{} : one.get<Memory>());
        for (std::size_t n = 0; n < texts.size(); ++n)
            references.push_back(given.at("references")[n].is_null() ? std::nullopt
                                                                     : std::optional<Sequence>(texts[n]));
    }
};
using text_segment = segment<std::string, std::string_view>;
using id_segment = segment<std::vector<int64_t>, ids>;

template <class Config>
Config of_kind(const json& given, const char* kind) {
    return Config(given.at(kind).get<int32_t>());
}

windows read_windows(outcome& result, const json& given) {
    auto config = of_kind<windows_config>(given.at("config"), "kind");
    set_fields<farspan_windows_config>(config, windows_fields, given.at("config"));
    const std::string call = std::exchange(result.stage, "windows_count");
    windows made(config);
    result.stage = call;
    return made;
}

void call_token_nll(outcome& result, const json& given, const context& context) {
    const input logits(given.at("logits"));
    const auto targets = whole_list(given, "targets");
    token_nll(logits.view(), targets, ignored(given), result.doubles(targets.size()), &context);
}

void call_token_nll_grad(outcome& result, const json& given, const context& context) {
    const auto targets = whole_list(given, "targets");
    const auto weights = array_or_empty<float>(given, "weights");
    if (!given.contains("grad")) {
        const tensor both = writable(result, given.at("logits"));
        return token_nll_grad(both, targets, ignored(given), both, weights, &context);
    }
    const input logits(given.at("logits"));
    token_nll_grad(logits.view(), targets, ignored(given), writable(result, given.at("grad")), weights, &context);
}

void call_windows_count(outcome& result, const json& given, const context&) {
    result.integers(1).data()[0] = read_windows(result, given).size();
}

void call_windows_get(outcome& result, const json& given, const context&) {
    const windows all = read_windows(result, given);
    int64_t* to = result.integers(6 * given.at("indices").size()).data();
    for (const json& index : given.at("indices")) {
        const farspan_window w = all[index.get<int64_t>()];
        for (const int64_t value : {int64_t{w.bos}, w.begin, w.end, w.first_scored, w.rows, w.first_row}) *to++ = value;
    }
}

loss empty_loss(const json& given, const char* key) {
    loss made;
    made.block_tokens = given.value(key, given.at("block_tokens").get<int64_t>());
    return made;
}

void add_parts(outcome& result, loss& sums, const json& parts) {
    result.stage = "loss_add";
    for (const json& part : parts)
        sums.add(array<double>(part.at("nll")), whole_list(part, "targets"), ignored(part),
                 part.at("bytes").get<int64_t>());
}

template <class Losses>
void summarize(outcome& result, const Losses& losses) {
    result.stage = "loss_summarize";
    std::vector<int64_t> tokens;
    std::vector<double> means;
    for (const loss& one : losses) {
        const farspan_loss_summary s = one.summary();
        tokens.push_back(s.tokens);
        means.insert(means.end(), {s.nll, s.standard_error, s.perplexity, s.bits_per_token, s.bits_per_byte});
    }
    result.add_wholes(tokens);
    result.add_reals(means);
}

void call_loss(outcome& result, const json& given, const context&) {
    loss sums = empty_loss(given, "block_tokens");
    add_parts(result, sums, given.at("parts"));
    if (given.contains("from")) {
        loss from = empty_loss(given, "from_block_tokens");
        add_parts(result, from, given.at("from"));
        result.stage = "loss_merge";
        sums.merge(from);
    }
    summarize(result, std::vector<loss>{sums});
}

void call_curve(outcome& result, const json& given, const context&) {
    loss_curve curve(whole_list(given, "edges"), empty_loss(given, "block_tokens"));
    for (const json& part : given.at("parts"))
        curve.add(part.at("first_context").get<int64_t>(), array<double>(part.at("nll")), whole_list(part, "targets"),
                  ignored(part));
    summarize(result, curve.buckets());
}

void call_judge(outcome& result, const json& given, const context&) {
    const farspan_verdict v =
        judge(whole_list(given, "lengths"), array<double>(given.at("nll")), given.at("trained_length").get<int64_t>());
    result.add_wholes({v.verdict, v.reference_length, v.worst_length});
    result.add_reals({v.worst_ratio});
}

void call_verdict_name(outcome& result, const json& given, const context&) {
    result.add_text(verdict_name(given.at("verdict").get<int32_t>()));
}

void call_tokenize(outcome& result, const json& given, const context&) {
    const auto text = given.at("text").get<std::string>();
    result.add_text(tokenize(given.at("tokenizer").get<int32_t>(), text, given.at("lowercase").get<int32_t>() != 0));
}

bleu_config read_bleu(const json& given) {
    bleu_config config;
    set_fields<farspan_bleu_config>(config, bleu_fields, given);
    return config;
}

void add_segment(outcome& result, const bleu_config& config, const json& given, bleu_counts& counts) {
    const bool words = given.at("hypothesis").is_string();
    result.stage = words ? "bleu_add" : "bleu_add_tokens";
    if (words) {
        const text_segment one(given);
        counts.add(config, one.hypothesis, one.references);
    } else {
        const id_segment one(given);
        counts.add_tokens(config, one.hypothesis, one.references);
    }
}

void call_bleu(outcome& result, const json& given, const context&) {
    const bool merge = result.stage == "bleu_merge";
    const bleu_config config = read_bleu(given.at("config"));
    bleu_counts counts, half;
    int turn = 0;
    for (const json& one : given.at("segments")) add_segment(result, config, one, merge && turn++ % 2 ? half : counts);
    if (merge) counts.merge(half);
    const farspan_bleu_result r = counts.score(config);
    std::vector<double> values{r.score, r.brevity_penalty};
    values.insert(values.end(), r.precisions, r.precisions + FARSPAN_BLEU_MAX_ORDER);
    values.push_back(static_cast<double>(r.hypothesis_length));
    values.push_back(static_cast<double>(r.reference_length));
    result.add_reals(values);
}

void call_signature(outcome& result, const json& given, const context&) {
    result.add_text(read_bleu(given.at("config")).signature(given.at("references").get<int32_t>()));
}

void call_chrf(outcome& result, const json& given, const context&) {
    const bool merge = result.stage == "chrf_merge";
    chrf_config config;
    set_fields<farspan_chrf_config>(config, chrf_fields, given.at("config"));
    chrf_counts counts, half;
    int turn = 0;
    result.stage = "chrf_add";
    for (const json& segment : given.at("segments")) {
        const text_segment one(segment);
        (merge && turn++ % 2 ? half : counts).add(config, one.hypothesis, one.references);
    }
    if (merge) counts.merge(half);
    result.add_reals({counts.score(config)});
}

void call_rouge(outcome& result, const json& given, const context&) {
    auto config = of_kind<rouge_config>(given.at("config"), "kind");
    set_fields<farspan_rouge_config>(config, rouge_fields, given.at("config"));
    farspan_rouge_result r;
    if (given.at("hypothesis").is_string()) {
        const text_segment one(given);
        r = rouge(config, one.hypothesis, one.references);
    } else {
        const id_segment one(given);
        r = rouge_tokens(config, one.hypothesis, one.references);
    }
    result.add_reals({r.precision, r.recall, r.f_measure, static_cast<double>(r.reference)});
}

bootstrap_config read_bootstrap(const json& given) {
    bootstrap_config config;
    set_fields<farspan_bootstrap_config>(config, bootstrap_fields, given.at("config"));
    return config;
}

void add_interval(outcome& result, const farspan_interval& interval) {
    result.add_reals({interval.low, interval.median, interval.high, interval.mean});
}

void call_bootstrap_mean(outcome& result, const json& given, const context& context) {
    add_interval(result, bootstrap_mean(array<double>(given.at("values")), read_bootstrap(given), &context));
}

void call_bleu_bootstrap(outcome& result, const json& given, const context& context) {
    const bleu_config bleu = read_bleu(given.at("bleu"));
    std::vector<bleu_counts> segments;
    for (const json& one : given.at("segments")) add_segment(result, bleu, one, segments.emplace_back());
    result.stage = "bleu_bootstrap";
    add_interval(result, bleu_bootstrap(bleu, segments, read_bootstrap(given), &context));
}

void call_passkey_make(outcome& result, const json& given, const context&) {
    auto config = of_kind<passkey_config>(given.at("config"), "form");
    set_fields<farspan_passkey_config>(config, passkey_fields, given.at("config"));
    const passkey made = passkey_make(config);
    result.add_text(made.text);
    result.add_wholes({made.key, made.key_begin, made.key_end, made.bytes});
    result.add_reals({made.depth});
}

void call_passkey_check(outcome& result, const json& given, const context&) {
    const bool correct = passkey_check(given.at("generated").get<std::string>(), given.at("key").get<int64_t>());
    result.add_wholes({correct});
}

void call_needle_place(outcome& result, const json& given, const context&) {
    const auto out = result.integers(given.at("length").get<std::size_t>());
    const auto position = result.integers(1);
    std::vector<int64_t> boundaries;
    if (given.contains("boundary")) boundaries = {given.at("boundary").get<int64_t>()};
    *position.data() = needle_place(whole_list(given, "haystack"), whole_list(given, "needle"),
                                    whole_list(given, "question"), real(given.at("depth")), out, boundaries);
}

}  // namespace

void eval_call(outcome& result, const json& one, const context& context) {
    static const std::map<std::string, void (*)(outcome&, const json&, const farspan::context&)> calls = {
        {"token_nll", call_token_nll},
        {"token_nll_grad", call_token_nll_grad},
        {"windows_count", call_windows_count},
        {"windows_get", call_windows_get},
        {"loss_add", call_loss},
        {"loss_merge", call_loss},
        {"loss_add_by_context", call_curve},
        {"judge", call_judge},
        {"verdict_name", call_verdict_name},
        {"tokenize", call_tokenize},
        {"bleu_score", call_bleu},
        {"bleu_merge", call_bleu},
        {"bleu_add_tokens", call_bleu},
        {"bleu_signature", call_signature},
        {"chrf_score", call_chrf},
        {"chrf_merge", call_chrf},
        {"rouge", call_rouge},
        {"rouge_tokens", call_rouge},
        {"bootstrap_mean", call_bootstrap_mean},
        {"bleu_bootstrap", call_bleu_bootstrap},
        {"passkey_make", call_passkey_make},
        {"passkey_check", call_passkey_check},
        {"needle_place", call_needle_place},
    };
    calls.at(result.stage)(result, one.at("arguments"), context);
}

}  // namespace conformance
