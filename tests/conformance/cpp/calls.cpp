// Each call of the conformance cases, through farspan.hpp.
#include <cstring>
#include <map>

#include "../content.h"
#include "inputs.hpp"
#include "model.hpp"

namespace conformance {
namespace {

using namespace farspan;

plan make_plan(outcome& result, const json& one, const scheme& scheme, const context& context) {
    const json& given = one.at("arguments").at("problem");
    const auto array = [&](const char* name) { return array_or_empty<int64_t>(given, name); };
    problem problem;
    problem.set_query_positions(array("query_positions"));
    problem.set_key_positions(array("key_positions"));
    problem.set_axis_positions(array("query_axis_positions"), array("key_axis_positions"));
    problem.set_segments(array("query_offsets"), array("key_offsets"));
    problem.set_key_ranges(array("key_ranges"));
    set_fields<farspan_problem>(problem, problem_fields, given);
    result.stage = "plan_create";
    plan made(scheme, problem, &context);
    result.stage = one.at("call").get<std::string>();
    return made;
}

void rope_frequencies(outcome& result, const json& one, const context&) {
    const json& given = one.at("arguments");
    const scheme scheme = make_scheme(result, one);
    const auto inv_freq = result.doubles(given.at("count").get<std::size_t>());
    const auto magnitude = result.doubles(1);
    *magnitude.data() = scheme.frequencies(inv_freq, given.at("length").get<int64_t>());
}

void scheme_probe(outcome& result, const json& one, const context&) {
    const json& given = one.at("arguments");
    const scheme scheme = make_scheme(result, one);
    double* to = result.doubles(8 * given.at("pairs").size()).data();
    for (const json& pair : given.at("pairs")) {
        const farspan_probe p = scheme.probe(given.at("length").get<int64_t>(), pair[0].get<int64_t>(),
                                             pair[1].get<int64_t>(), pair[2].get<int32_t>());
        for (const double value :
             {static_cast<double>(p.visible), static_cast<double>(p.branch), p.query_angle_position,
              p.key_angle_position, p.relative_position, p.bias, p.scale, p.magnitude})
            *to++ = value;
    }
}

void scheme_visible(outcome& result, const json& one, const context&) {
    const json& given = one.at("arguments");
    const scheme scheme = make_scheme(result, one);
    int64_t* to = result.integers(4 * given.at("queries").size()).data();
    for (const json& query : given.at("queries"))
        for (const int64_t end : scheme.visible(query.get<int64_t>(), given.at("keys").get<int64_t>())) *to++ = end;
}

void scheme_to_json(outcome& result, const json& one, const context&) {
    result.add_text(make_scheme(result, one).to_json());
}

void rope_apply(outcome& result, const json& one, const context& context) {
    const json& given = one.at("arguments");
    const scheme scheme = make_scheme(result, one);
    rope_options options;
    options.side = given.at("side").get<int32_t>();
    options.branch = given.at("branch").get<int32_t>();
    options.direction = given.at("direction").get<int32_t>();
    options.length = given.at("length").get<int64_t>();
    options.axis_stride = given.at("axis_stride").get<int64_t>();
    if (given.contains("xpos_centre")) options.xpos_centre = real(given.at("xpos_centre"));
    const auto positions = array_or_empty<int64_t>(given, "positions");
    if (!given.contains("out")) {
        const tensor both = writable(result, given.at("in"));
        return farspan::rope_apply(scheme, both, both, positions, options, &context);
    }
    const input in(given.at("in"));
    farspan::rope_apply(scheme, in.view(), writable(result, given.at("out")), positions, options, &context);
}

void bias_fill(outcome& result, const json& one, const context& context) {
    const json& given = one.at("arguments");
    const scheme scheme = make_scheme(result, one);
    scheme.bias(given.at("head").get<int32_t>(), given.at("first_distance").get<int64_t>(),
                result.floats(given.at("count").get<std::size_t>()), given.at("length").get<int64_t>(), &context);
}

void sinusoidal_fill(outcome& result, const json& one, const context& context) {
    const json& given = one.at("arguments");
    farspan::sinusoidal_fill(given.at("layout").get<int32_t>(), given.at("first").get<int64_t>(),
                             real(given.at("base")), writable(result, given.at("out")), &context);
}

void position_lookup(outcome& result, const json& one, const context& context) {
    const json& given = one.at("arguments");
    const input table(given.at("table"));
    farspan::position_lookup(table.view(), writable(result, given.at("out")),
                             array_or_empty<int64_t>(given, "positions"), &context);
}

void fire_fill(outcome& result, const json& one, const context& context) {
    const json &given = one.at("arguments"), &weights = given.at("config");
    fire_config config;
    config.set_weights(array<float>(weights.at("w1")), array<float>(weights.at("b1")), array<float>(weights.at("w2")),
                       array<float>(weights.at("b2")));
    set_fields<farspan_fire_config>(config, fire_fields, weights);
    farspan::fire_fill(config, writable(result, given.at("out")), array_or_empty<int64_t>(given, "query_positions"),
                       array_or_empty<int64_t>(given, "key_positions"), &context);
}

void attention_run(outcome& result, const json& one, const context& context) {
    const json& given = one.at("arguments");
    const input q(given.at("q")), k(given.at("k")), v(given.at("v"));
    const tensor out = writable(result, given.at("out"));
    const scheme scheme = make_scheme(result, one);
    const plan plan = make_plan(result, one, scheme, context);
    run_options options;
    const const_tensor queries = q.view();
    if (given.contains("lse"))
        options.lse =
            result.floats(static_cast<std::size_t>(queries.extent(0) * queries.extent(1) * queries.extent(2)));
    std::vector<std::byte> workspace;
    if (given.contains("workspace")) {
        workspace.resize(plan.workspace_size());
        options.workspace = workspace;
    }
    if (!given.contains("bias")) return plan.run(queries, k.view(), v.view(), out, options, &context);
    const input bias(given.at("bias"));
    const const_tensor dense = bias.view();
    options.bias = &dense;
    plan.run(queries, k.view(), v.view(), out, options, &context);
}

void plan_tile_counts(outcome& result, const json& one, const context& context) {
    const scheme scheme = make_scheme(result, one);
    const plan plan = make_plan(result, one, scheme, context);
    int64_t* to = result.integers(4).data();
    for (const int64_t count : plan.tile_counts()) *to++ = count;
}

void attention(outcome& result, const json& one, const context& context) {
    const json& given = one.at("arguments");
    const input q(given.at("q")), k(given.at("k")), v(given.at("v"));
    const tensor out = writable(result, given.at("out"));
    const scheme scheme = make_scheme(result, one);
    farspan::attention(scheme, q.view(), k.view(), v.view(), out, &context);
}

void attention_merge(outcome& result, const json& one, const context& context) {
    const json& given = one.at("arguments");
    const auto lse_of = [&](const char* name) {
        return content_of(given.at(name), FARSPAN_F32, given.at(name).at("elements").get<std::size_t>());
    };
    const auto floats = [](std::vector<std::byte>& bytes) {
        return array_view<float>::of(reinterpret_cast<float*>(bytes.data()), bytes.size() / sizeof(float));
    };
    const tensor out_a = writable(result, given.at("out_a"));
    output& lse_a = result.outputs.emplace_back(output::kind::f32, lse_of("lse_a"));
    const input out_b(given.at("out_b"));
    std::vector<std::byte> lse_b = lse_of("lse_b");
    farspan::attention_merge(out_a, floats(lse_a.bytes()), out_b.view(), floats(lse_b), &context);
}

}  // namespace

outcome run_case(const json& one, const context& context) {
    static const std::map<std::string, void (*)(outcome&, const json&, const farspan::context&)> calls = {
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
        {"attention", conformance::attention},
        {"attention_merge", attention_merge},
        {"cache_history", cache_history},
        {"model_describe", model_describe},
        {"model_layer_at", model_layer_at},
        {"model_note_at", model_note_at},
    };
    outcome result;
    result.stage = one.at("call").get<std::string>();
    try {
        const auto call = calls.find(result.stage);
        if (call != calls.end())
            call->second(result, one, context);
        else
            eval_call(result, one, context);
    } catch (const error& cause) {
        result.status = cause.status();
        result.argument = cause.argument();
        result.message = cause.what();
    }
    return result;
}

}  // namespace conformance
