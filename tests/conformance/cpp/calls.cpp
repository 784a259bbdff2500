// Each call of the conformance cases, through farspan.hpp.
#include <cstdio>

#include "call.hpp"
#include "farspan/cpp/model.hpp"

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

model case_model(const call& c) {
    model made = model_of(c);
    c.r.given = member(c.r.one, "arguments");
    c.r.stage = text(c.r.one, "call");
    return made;
}

// Of the case, or of the layer of its model.
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

void rope_frequencies(const call& c) {
    const auto inv_freq = c.fresh<double>(OUTPUT_F64, c.whole("count"));
    give_real(&c.r, case_scheme(c).frequencies(inv_freq, c.whole("length")));
}

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

void scheme_to_json(const call& c) { new_text(&c.r, case_scheme(c).to_json().c_str()); }

void rope_apply(const call& c) {
    const scheme scheme = case_scheme(c);
    const auto options = c.config<farspan_rope_options, farspan::rope_options>("rope_options", "options");
    const tensor out = c.out_or("out", "in");
    farspan::rope_apply(scheme, c.has("out") ? c.in("in") : const_tensor(out), out, c.wholes("positions"), options,
                        c.context);
}

void bias_fill(const call& c) {
    case_scheme(c).bias(c.small("head"), c.whole("first_distance"), c.fresh<float>(OUTPUT_F32, c.whole("count")),
                        c.whole("length"), c.context);
}

void sinusoidal_fill(const call& c) {
    farspan::sinusoidal_fill(c.small("layout"), c.whole("first"), c.real("base"), c.out("out"), c.context);
}

void position_lookup(const call& c) {
    farspan::position_lookup(c.in("table"), c.out("out"), c.wholes("positions"), c.context);
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

void plan_tile_counts(const call& c) {
    for (const int64_t count : case_plan(c).tile_counts()) c.give({count});
}

void attention(const call& c) {
    farspan::attention(case_scheme(c), c.in("q"), c.in("k"), c.in("v"), c.out("out"), c.context);
}

void attention_merge(const call& c) {
    const auto lse = [&](const char* name, int is_output) {
        const auto count = static_cast<std::size_t>(whole(member(c.r.given, name), "elements"));
        return array_view<float>::of(new_lse(&c.r, name, is_output), count);
    };
    const tensor out_a = c.out("out_a");
    const auto lse_a = lse("lse_a", 1);
    farspan::attention_merge(out_a, lse_a, c.in("out_b"), lse("lse_b", 0), c.context);
}

void model_describe(const call& c) {
    const model made = case_model(c);
    const farspan_model_info info = made.describe();
    give(&c.r, "model_info", &info);
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
        {"rope_frequencies", rope_frequencies},
        {"scheme_probe", scheme_probe},
        {"scheme_visible", scheme_visible},
        {"scheme_to_json", scheme_to_json},
        {"rope_apply", rope_apply},
        {"bias_fill", bias_fill},
        {"sinusoidal_fill", sinusoidal_fill},
        {"position_lookup", position_lookup},
        {"fire_fill", fire_fill},
        {"attention_run", attention_run},
        {"plan_tile_counts", plan_tile_counts},
        {"attention", attention},
        {"attention_merge", attention_merge},
        {"model_describe", model_describe},
        {"model_layer_at", model_layer_at},
        {"model_note_at", model_note_at},
        {"cache_history", cache_history},
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
    const call_map& list = calls().count(name) ? calls() : eval_calls();
    r->stage = text(r->one, "call");
    r->given = member(r->one, "arguments");
    try {
        list.at(name)({*r, &context});
    } catch (const farspan::error& cause) {
        r->status = cause.status();
        r->error.argument = cause.argument();
        std::snprintf(r->error.message, sizeof r->error.message, "%s", cause.what());
    }
    flush(r);
}
