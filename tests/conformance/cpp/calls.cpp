// The calls that do not follow from the headers alone, through farspan.hpp.
#include <cstdio>

#include "call.hpp"

namespace conformance {
namespace {

using namespace farspan;

void plan_create(call& c) {
    auto problem = c.config<farspan_problem, farspan::problem>("problem", "problem");
    c.within(member(c.r.given, "problem"), [&] {
        problem.set_query_positions(c.wholes("query_positions"), problem.query_position_stride);
        problem.set_key_positions(c.wholes("key_positions"), problem.key_position_stride);
        problem.set_axis_positions(c.wholes("query_axis_positions"), c.wholes("key_axis_positions"));
        problem.set_segments(c.wholes("query_offsets"), c.wholes("key_offsets"));
        problem.set_key_ranges(c.wholes("key_ranges"));
        problem.segments = c.whole("segments", problem.segments);
    });
    c.plan.emplace(*c.scheme, problem, c.context);
}

void attention_run(call& c) {
    const const_tensor q = c.in("q"), k = c.in("k"), v = c.in("v"), bias = c.in(c.has("bias") ? "bias" : "q");
    const tensor out = c.out("out");
    std::vector<std::byte> workspace(c.has("workspace") ? c.plan->workspace_size() : 0);
    c.plan->run(q, k, v, out, {c.has("bias") ? &bias : nullptr, c.memory<float>("lse", 1), workspace}, c.context);
}

void attention(call& c) { farspan::attention(*c.scheme, c.in("q"), c.in("k"), c.in("v"), c.out("out"), c.context); }

void cache_create(call& c) {
    c.cache.emplace(c.config<farspan_cache_config, cache_config>("cache_config", "config"));
    c.sequences.clear();
}

// Of what was saved: all, perhaps with an inverted byte, or its beginning.
void cache_restore(call& c) {
    std::vector<std::byte> bytes = c.saved.at(c.index("saved"));
    bytes.resize(static_cast<std::size_t>(c.whole("bytes", static_cast<int64_t>(bytes.size()))));
    if (c.has("damage")) bytes.at(c.index("damage")) ^= std::byte{0xff};
    c.sequences.push_back(c.cache->restore(bytes));
}

void cache_plan_create(call& c) {
    c.cache_plan.emplace(*c.scheme, *c.cache, c.batch(), c.whole("query_heads"), c.wholes("positions"),
                         c.whole("length"), c.context);
}

void cache_run(call& c) {
    const const_tensor q = c.in("q");
    const tensor out = c.out("out");
    const auto lse = c.memory<float>("lse", 1);
    std::vector<std::byte> workspace(c.has("workspace") ? c.cache_plan->workspace_size() : 0);
    c.cache_plan->run(c.whole("layer"), q, out, {lse, workspace}, c.context);
}

void attention_decode(call& c) {
    const const_tensor q = c.in("q");
    const tensor out = c.out("out");
    farspan::attention_decode(*c.scheme, *c.cache, c.whole("layer"), c.batch(), q, out, c.memory<float>("lse", 1),
                              c.context);
}

eval::windows windows_of(call& c) {
    return eval::windows(c.config<farspan_windows_config, eval::windows_config>("windows_config", "config", "kind"));
}

void windows_get(call& c) {
    const farspan_window window = windows_of(c)[c.whole("index")];
    give(&c.r, "window", &window);
}

void loss_init(call& c) {
    c.loss[c.index("loss")] = {};
    c.loss[c.index("loss")].block_tokens = c.whole("block_tokens");
}

void loss_add_by_context(call& c) {
    eval::loss empty;
    empty.block_tokens = c.whole("block_tokens");
    if (!c.curve) c.curve.emplace(c.wholes("edges"), empty);
    c.curve->add(c.whole("first_context"), c.reals("nll"), c.wholes("targets"), c.whole("ignore_index"));
    c.loss.assign(c.curve->buckets().begin(), c.curve->buckets().end());
}

void passkey_make(call& c) {
    const eval::passkey made =
        eval::passkey_make(c.config<farspan_passkey_config, eval::passkey_config>("passkey_config", "config", "form"));
    new_text(&c.r, made.text.c_str());
    c.give({made.key, made.key_begin, made.key_end, made.bytes});
    give_real(&c.r, made.depth);
}

model_options options_of(call& c) {
    auto options = c.config<farspan_model_options, model_options>("model_options", "options");
    c.within(member(c.r.given, "options"), [&] {
        options.set_t5(c.floats("t5_encoder"), c.floats("t5_decoder"));
        options.set_rope(c.reals("rope_freqs"), c.reals("rope_short"), c.reals("rope_long"));
    });
    return options;
}

void model_from_metadata(call& c) {
    std::vector<metadata> list;
    c.each("entries", [&] {
        metadata& entry = list.emplace_back();
        entry.key = c.text("key");
        const auto set = [&](const auto& values) {
            if (c.whole("is_array"))
                entry.value = values;
            else
                entry.value = values.at(0);
        };
        if (c.small("type") == FARSPAN_METADATA_INTEGER) return set(c.wholes("values"));
        if (c.small("type") == FARSPAN_METADATA_REAL) return set(c.reals("values"));
        std::vector<std::string> texts;
        c.each("values", [&] { texts.emplace_back(c.r.given->valuestring); });
        set(texts);
    });
    c.model.emplace(model::from_metadata(list, options_of(c)));
}

// The layer, and what its scheme is made of.
void model_layer_at(call& c) {
    const farspan_model_layer l = c.model->layer_at(c.whole("layer"));
    give(&c.r, "model_layer", &l);
    if (!l.scheme) return;
    const layer_parts p = c.model->parts_of(c.whole("layer"));
    give(&c.r, "rope_config", &p.rope);
    give(&c.r, "remap_config", &p.remap);
    give(&c.r, "bias_config", &p.bias);
    give(&c.r, "mask_config", &p.mask);
    give(&c.r, "score_config", &p.score);
}

void model_note_at(call& c) {
    std::string said;
    int64_t severity = -1, count = 0;
    for (const farspan_model_note& note : c.model->notes()) {
        if (note.code != c.small("code") || note.path != c.text("path")) continue;
        if (count++ == 0) said = note.text;
        severity = note.severity;
    }
    c.give({severity, count});
    for (const char one : said) c.give({static_cast<unsigned char>(one)});
}

const call_map& calls() {
    static const call_map all = {
        {"plan_create", plan_create},
        {"attention_run", attention_run},
        {"attention", attention},
        {"cache_create", cache_create},
        {"cache_save", [](call& c) { c.saved.push_back(c.cache->save(c.sequence())); }},
        {"cache_restore", cache_restore},
        {"cache_plan_create", cache_plan_create},
        {"cache_run", cache_run},
        {"attention_decode", attention_decode},
        {"windows_count", [](call& c) { c.give({windows_of(c).size()}); }},
        {"windows_get", windows_get},
        {"loss_init", loss_init},
        {"loss_add_by_context", loss_add_by_context},
        {"verdict_name", [](call& c) { new_text(&c.r, std::string(eval::verdict_name(c.small("verdict"))).c_str()); }},
        {"passkey_make", passkey_make},
        {"model_from_metadata", model_from_metadata},
        {"model_scheme", [](call& c) { c.scheme.emplace(c.model->scheme_of(c.whole("layer"))); }},
        {"model_layer_at", model_layer_at},
        {"model_note_at", model_note_at},
    };
    return all;
}

std::optional<call> now;

}  // namespace
}  // namespace conformance

using namespace conformance;

void begin_case(run* r) {
    static const farspan::context context = [&] {  // as main.c made one through C
        farspan::context_config config;
        config.threads = farspan_context_threads(r->context);
        config.isa = farspan_context_isa(r->context);
        return farspan::context(config);
    }();
    now.emplace(*r, &context);
}

void run_call(run* r) {
    r->stage = text(r->given, "call");
    const call_map& list = calls().count(r->stage) ? calls() : regular_calls();
    try {
        list.at(r->stage)(*now);
    } catch (const farspan::error& cause) {
        r->status = cause.status();
        r->error.argument = cause.argument();
        std::snprintf(r->error.message, sizeof r->error.message, "%s", cause.what());
    }
}
