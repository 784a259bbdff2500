// Each call of the conformance cases, through farspan.hpp.
#include <cstdio>

#include "call.hpp"

namespace conformance {
namespace {

using namespace farspan;

farspan::model model_of(const call& c) {
    const cJSON* given = member(c.r.one, "model");
    const std::string call = c.r.stage;
    c.r.given = given;
    model_options options;
    if (c.has("options")) {
        options = c.config<farspan_model_options>("model_options", "options", std::move(options));
        c.r.given = member(given, "options");
        options.set_t5(c.floats("t5_encoder"), c.floats("t5_decoder"));
        options.set_rope(c.reals("rope_freqs"), c.reals("rope_short"), c.reals("rope_long"));
        c.r.given = given;
    }
    if (c.has("metadata")) {
        std::vector<metadata> list;
        c.each("metadata", [&](const cJSON*) {
            metadata& entry = list.emplace_back();
            entry.key = c.text("key");
            const auto set = [&](const auto& values) {
                if (c.whole("is_array"))
                    entry.value = values;
                else
                    entry.value = values.at(0);
            };
            std::vector<std::string> texts;
            if (c.small("type") == FARSPAN_METADATA_INTEGER) return set(c.wholes("values"));
            if (c.small("type") == FARSPAN_METADATA_REAL) return set(c.reals("values"));
            c.each("values", [&](const cJSON* value) { texts.emplace_back(value->valuestring); });
            set(texts);
        });
        c.r.stage = "model_from_metadata";
        return model::from_metadata(list, options);
    }
    if (c.has("gguf")) {
        const std::string hexadecimal = c.text("gguf");
        std::vector<std::byte> file;
        for (std::size_t n = 0; n < hexadecimal.size(); n += 2)
            file.push_back(static_cast<std::byte>(std::stoi(hexadecimal.substr(n, 2), nullptr, 16)));
        c.r.stage = "model_from_gguf";
        return model::from_gguf(file, options);
    }
    c.r.stage = "model_from_config";
    return model::from_config(c.text("config"), options);
}

}  // namespace

model case_model(const call& c) {
    model made = model_of(c);
    c.r.given = member(c.r.one, "arguments");
    c.r.stage = text(c.r.one, "call");
    return made;
}

scheme case_scheme(const call& c) {
    if (has(c.r.one, "model")) {
        const model made = case_model(c);
        return made.scheme_of(whole(member(c.r.one, "model"), "layer"));
    }
    c.r.given = c.r.one;
    scheme made = c.scheme();
    c.r.given = member(c.r.one, "arguments");
    return made;
}

plan case_plan(const call& c) {
    const scheme scheme = case_scheme(c);
    auto problem = c.config<farspan_problem, farspan::problem>("problem", "problem");
    c.r.given = member(c.r.given, "problem");
    problem.set_query_positions(c.wholes("query_positions"), problem.query_position_stride);
    problem.set_key_positions(c.wholes("key_positions"), problem.key_position_stride);
    problem.set_axis_positions(c.wholes("query_axis_positions"), c.wholes("key_axis_positions"));
    problem.set_segments(c.wholes("query_offsets"), c.wholes("key_offsets"));
    problem.set_key_ranges(c.wholes("key_ranges"));
    problem.segments = whole_or(c.r.given, "segments", problem.segments);
    c.r.given = member(c.r.one, "arguments");
    c.r.stage = "plan_create";
    plan made(scheme, problem, c.context);
    c.r.stage = text(c.r.one, "call");
    return made;
}

namespace {

void scheme_probe(const call& c) {
    const scheme scheme = case_scheme(c);
    const int64_t length = c.whole("length");
    c.each("pairs", [&](const cJSON* pair) {
        const auto number = [&](int n) { return static_cast<int64_t>(real_of(at(pair, n))); };
        const farspan_probe probe = scheme.probe(length, number(0), number(1), static_cast<int32_t>(number(2)));
        give(&c.r, "probe", &probe);
    });
}

void scheme_visible(const call& c) {
    const scheme scheme = case_scheme(c);
    for (const int64_t query : c.wholes("queries"))
        for (const int64_t end : scheme.visible(query, c.whole("keys"))) c.give({end});
}

void fire_fill(const call& c) {
    const cJSON* given = c.r.given;
    auto config = c.config<farspan_fire_config, fire_config>("fire_config", "config");
    const int32_t hidden = config.hidden, heads = config.heads;
    c.r.given = member(given, "config");
    config.set_weights(c.floats("w1"), c.floats("b1"), c.floats("w2"), c.floats("b2"));
    config.hidden = hidden;
    config.heads = heads;
    c.r.given = given;
    farspan::fire_fill(config, c.out("out"), c.wholes("query_positions"), c.wholes("key_positions"), c.context);
}

void attention_run(const call& c) {
    const const_tensor q = c.in("q"), k = c.in("k"), v = c.in("v");
    const tensor out = c.out("out");
    run_options options;
    options.lse = c.lse_of(q);
    const plan plan = case_plan(c);
    std::vector<std::byte> workspace(c.has("workspace") ? plan.workspace_size() : 0);
    options.workspace = workspace;
    const const_tensor bias = c.has("bias") ? c.in("bias") : q;
    if (c.has("bias")) options.bias = &bias;
    plan.run(q, k, v, out, options, c.context);
}

void attention(const call& c) {
    farspan::attention(case_scheme(c), c.in("q"), c.in("k"), c.in("v"), c.out("out"), c.context);
}

void model_layer_at(const call& c) {
    const model made = case_model(c);
    const farspan_model_layer l = made.layer_at(c.whole("layer"));
    c.give({l.kind, l.alike, l.query_heads, l.key_heads, l.head_dim, l.value_dim, l.window});
    give_real(&c.r, l.attention_scale);
    if (!l.scheme) {
        c.give({0, 0, 0, 0, 0, 0, 0, 0, 0});
        for (int n = 0; n < 3; ++n) give_real(&c.r, 0);
        return;
    }
    const layer_parts p = made.parts_of(c.whole("layer"));
    c.give({p.rope.method, p.rope.layout, p.rope.rotary_dim, p.rope.rotary_offset, p.remap.method, p.bias.method,
            p.mask.window_left, p.mask.chunk, p.score.temperature});
    for (const double value : {p.rope.base, p.score.softcap, p.score.trained_length}) give_real(&c.r, value);
}

void model_note_at(const call& c) {
    const model made = case_model(c);
    std::string said;
    int64_t severity = -1, count = 0;
    for (const farspan_model_note& note : made.notes()) {
        if (note.code != c.small("code") || note.path != c.text("path")) continue;
        if (count++ == 0) said = note.text;
        severity = note.severity;
    }
    c.give({severity, count});
    for (const char one : said) c.give({static_cast<unsigned char>(one)});
}

const call_map& calls() {
    static const call_map all = {
        {"scheme_probe", scheme_probe},   {"scheme_visible", scheme_visible}, {"fire_fill", fire_fill},
        {"attention_run", attention_run}, {"attention", attention},           {"model_layer_at", model_layer_at},
        {"model_note_at", model_note_at}, {"cache_history", cache_history},
    };
    return all;
}

}  // namespace
}  // namespace conformance

void run_case(run* r) {
    using namespace conformance;
    static const farspan::context context = [&] {  // as main.c made one through C
        farspan::context_config config;
        config.threads = farspan_context_threads(r->context);
        config.isa = farspan_context_isa(r->context);
        return farspan::context(config);
    }();
    const std::string name = text(r->one, "call");
    const call_map* list = &regular_calls();
    for (const call_map* other : {&calls(), &eval_calls()})
        if (other->count(name)) list = other;
    r->stage = text(r->one, "call");
    r->given = member(r->one, "arguments");
    try {
        list->at(name)({*r, &context});
    } catch (const farspan::error& cause) {
        r->status = cause.status();
        r->error.argument = cause.argument();
        std::snprintf(r->error.message, sizeof r->error.message, "%s", cause.what());
    }
    flush(r);
}
