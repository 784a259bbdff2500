// Each call of eval.h, through eval.hpp.
#include "call.hpp"

namespace conformance {
namespace {

using namespace farspan::eval;

// A segment with the memory of its sequences: texts or ids.
template <class Memory, class Sequence>
struct segment {
    Memory hypothesis;
    std::vector<Memory> memory;
    std::vector<std::optional<Sequence>> references;

    template <class Read>
    segment(const call& c, Read&& read) : hypothesis(read(member(c.r.given, "hypothesis"))) {
        const cJSON* one;
        cJSON_ArrayForEach(one, member(c.r.given, "references")) memory.push_back(read(one));
        int n = 0;
        for (const Memory& each : memory)
            references.push_back(
                cJSON_IsNull(at(member(c.r.given, "references"), n++)) ? std::nullopt : std::optional<Sequence>(each));
    }
};
struct text_segment : segment<std::string, std::string_view> {
    explicit text_segment(const call& c)
        : segment(c, [](const cJSON* text) { return std::string(text->valuestring ? text->valuestring : ""); }) {}
};
struct id_segment : segment<std::vector<int64_t>, ids> {
    explicit id_segment(const call& c)
        : segment(c, [](const cJSON* list) {
              std::vector<int64_t> result;
              const cJSON* id;
              cJSON_ArrayForEach(id, list) result.push_back(static_cast<int64_t>(real_of(id)));
              return result;
          }) {}
};

bool is_text(const call& c) { return cJSON_IsString(member(c.r.given, "hypothesis")); }

windows windows_of(const call& c) {
    const char* stage = std::exchange(c.r.stage, "windows_count");
    windows made(c.config<farspan_windows_config>(
        "windows_config", "config", windows_config(static_cast<int32_t>(whole(member(c.r.given, "config"), "kind")))));
    c.r.stage = stage;
    return made;
}

void call_windows_count(const call& c) { c.give({windows_of(c).size()}); }

void call_windows_get(const call& c) {
    const windows all = windows_of(c);
    for (const int64_t index : c.wholes("indices")) {
        const farspan_window window = all[index];
        give(&c.r, "window", &window);
    }
}

loss gathered(const call& c, const char* parts, const char* block_tokens) {
    loss made;
    made.block_tokens = c.whole(block_tokens, c.whole("block_tokens"));
    c.r.stage = "loss_add";
    c.each(parts, [&](const cJSON*) {
        made.add(c.reals("nll"), c.wholes("targets"), c.whole("ignore_index"), c.whole("bytes"));
    });
    return made;
}

void summarize(const call& c, const loss& one) {
    c.r.stage = "loss_summarize";
    const farspan_loss_summary summary = one.summary();
    give(&c.r, "loss_summary", &summary);
}

void call_loss(const call& c) {
    loss sums = gathered(c, "parts", "block_tokens");
    if (c.has("from")) {
        const loss from = gathered(c, "from", "from_block_tokens");
        c.r.stage = "loss_merge";
        sums.merge(from);
    }
    summarize(c, sums);
}

void call_curve(const call& c) {
    loss empty;
    empty.block_tokens = c.whole("block_tokens");
    loss_curve curve(c.wholes("edges"), empty);
    c.each("parts", [&](const cJSON*) {
        curve.add(c.whole("first_context"), c.reals("nll"), c.wholes("targets"), c.whole("ignore_index"));
    });
    for (const loss& one : curve.buckets()) summarize(c, one);
}

bleu_config bleu_of(const call& c, const char* name) {
    return c.config<farspan_bleu_config, bleu_config>("bleu_config", name);
}

void add_segment(const call& c, const bleu_config& config, bleu_counts& counts) {
    c.r.stage = is_text(c) ? "bleu_add" : "bleu_add_tokens";
    if (is_text(c)) {
        const text_segment one(c);
        counts.add(config, one.hypothesis, one.references);
    } else {
        const id_segment one(c);
        counts.add_tokens(config, one.hypothesis, one.references);
    }
}

// Counts segments in two halves by turns, or all in the first.
template <class Counts, class Add>
Counts counted(const call& c, const char* merging, Add&& add) {
    const bool merges = c.r.stage == std::string_view(merging);
    Counts halves[2];
    int turn = 0;
    c.each("segments", [&](const cJSON*) { add(halves[merges ? turn++ % 2 : 0]); });
    if (merges) halves[0].merge(halves[1]);
    return halves[0];
}

void call_bleu(const call& c) {
    const bleu_config config = bleu_of(c, "config");
    const auto counts = counted<bleu_counts>(c, "bleu_merge", [&](bleu_counts& to) { add_segment(c, config, to); });
    const farspan_bleu_result result = counts.score(config);
    give(&c.r, "bleu_result", &result);
}

void call_signature(const call& c) { new_text(&c.r, bleu_of(c, "config").signature(c.small("references")).c_str()); }

void call_chrf(const call& c) {
    const auto config = c.config<farspan_chrf_config, chrf_config>("chrf_config", "config");
    const auto counts = counted<chrf_counts>(c, "chrf_merge", [&](chrf_counts& to) {
        c.r.stage = "chrf_add";
        const text_segment one(c);
        to.add(config, one.hypothesis, one.references);
    });
    give_real(&c.r, counts.score(config));
}

void call_rouge(const call& c) {
    const auto config = c.config<farspan_rouge_config>(
        "rouge_config", "config", rouge_config(static_cast<int32_t>(whole(member(c.r.given, "config"), "kind"))));
    farspan_rouge_result result;
    if (is_text(c)) {
        const text_segment one(c);
        result = rouge(config, one.hypothesis, one.references);
    } else {
        const id_segment one(c);
        result = rouge_tokens(config, one.hypothesis, one.references);
    }
    give(&c.r, "rouge_result", &result);
}

bootstrap_config bootstrap_of(const call& c) {
    return c.config<farspan_bootstrap_config, bootstrap_config>("bootstrap_config", "config");
}

void call_bleu_bootstrap(const call& c) {
    const bleu_config bleu = bleu_of(c, "bleu");
    std::vector<bleu_counts> segments;
    c.each("segments", [&](const cJSON*) { add_segment(c, bleu, segments.emplace_back()); });
    c.r.stage = "bleu_bootstrap";
    const farspan_interval interval = bleu_bootstrap(bleu, segments, bootstrap_of(c), c.context);
    give(&c.r, "interval", &interval);
}

void call_passkey_make(const call& c) {
    const passkey made = passkey_make(c.config<farspan_passkey_config>(
        "passkey_config", "config", passkey_config(static_cast<int32_t>(whole(member(c.r.given, "config"), "form")))));
    new_text(&c.r, made.text.c_str());
    c.give({made.key, made.key_begin, made.key_end, made.bytes});
    give_real(&c.r, made.depth);
}

void call_needle_place(const call& c) {
    const auto out = c.fresh<int64_t>(OUTPUT_INT64, c.whole("length"));
    std::vector<int64_t> boundaries;
    if (c.has("boundary")) boundaries = {c.whole("boundary")};
    c.give({needle_place(c.wholes("haystack"), c.wholes("needle"), c.wholes("question"), c.real("depth"), out,
                         boundaries)});
}

}  // namespace

const call_map& eval_calls() {
    static const call_map all = {
        {"windows_count", call_windows_count},
        {"windows_get", call_windows_get},
        {"loss_add", call_loss},
        {"loss_merge", call_loss},
        {"loss_add_by_context", call_curve},
        {"verdict_name", [](const call& c) { new_text(&c.r, std::string(verdict_name(c.small("verdict"))).c_str()); }},
        {"bleu_score", call_bleu},
        {"bleu_merge", call_bleu},
        {"bleu_add_tokens", call_bleu},
        {"bleu_signature", call_signature},
        {"chrf_score", call_chrf},
        {"chrf_merge", call_chrf},
        {"rouge", call_rouge},
        {"rouge_tokens", call_rouge},
        {"bleu_bootstrap", call_bleu_bootstrap},
        {"passkey_make", call_passkey_make},
        {"needle_place", call_needle_place},
    };
    return all;
}

}  // namespace conformance
