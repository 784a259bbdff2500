// Cases of bias, absolute encoding and score.
#include <algorithm>

#include "method/absolute.hpp"
#include "vector_library.hpp"

namespace oracle_test {
namespace {

using farspan::bias_part;
using farspan_test::bias_of;
using farspan_test::scheme_spec;
using farspan_test::score_of;

using configure = std::function<void(scheme_spec&, const parameters&)>;

scheme_spec with_bias(int32_t method, const parameters& p) {
    scheme_spec spec("vector");
    spec.with_bias(method, p.value("heads", 1));
    return spec;
}

numbers softmax(const numbers& logits) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    numbers probability;
    double sum = 0;
    for (const double logit : logits) sum += probability.emplace_back(std::exp(logit - largest));
    for (double& value : probability) value /= sum;
    return probability;
}

// The row of one query over its keys. Key-only and right-aligned forms differ from ours by a constant per row, so their
// probabilities are ours too.
void add_alibi(answer_table& table, const std::string& method, const configure& more, bool same_bias = true) {
    const auto row = [=](const parameters& p) {
        scheme_spec spec = with_bias(FARSPAN_BIAS_ALIBI, p);
        more(spec, p);
        const int64_t keys = whole(p, "keys"), query = p.value("query", keys - 1);
        const bias_part part = bias_of(spec, keys);
        numbers values;
        for (int64_t j = 0; j < keys; ++j) values.push_back(part.value(small(p, "head"), query - j));
        return values;
    };
    if (same_bias) table[method + "/bias"] = row;
    if (method == "alibi_right_aligned")  // the row of the last query, whatever the case says
        table[method + "/bias"] = [=](parameters p) { return p.erase("query"), row(p); };
    table[method + "/probability"] = [=](const parameters& p) { return softmax(row(p)); };
}

void add_alibi(answer_table& table) {
    const configure nothing = [](scheme_spec&, const parameters&) {};
    table["alibi/slopes"] = [](const parameters& p) {
        scheme_spec spec = with_bias(FARSPAN_BIAS_ALIBI, p);
        return bias_of(spec).slopes;
    };
    add_alibi(table, "alibi_relative", nothing);
    add_alibi(table, "alibi_key_only", nothing, false);
    add_alibi(table, "alibi_right_aligned", nothing);
    add_alibi(table, "alibi_symmetric", [](scheme_spec& s, const parameters&) { s.bias.bidirectional = 1; });
    add_alibi(
        table, "alibi_falcon",
        [](scheme_spec& s, const parameters& p) { s.bias.scale = 1 / std::sqrt(number(p, "head_dim")); }, false);
    add_alibi(table, "alibi_lm_infinite",
              [](scheme_spec& s, const parameters& p) { s.bias.distance_limit = whole(p, "limit"); });
    add_alibi(table, "alibi_interpolated",
              [](scheme_spec& s, const parameters& p) { s.bias.trained_length = whole(p, "trained_length"); });
}

// A table whose value is the number of its bucket.
bias_part t5_buckets(const parameters& p) {
    scheme_spec spec = with_bias(FARSPAN_BIAS_T5, p);
    spec.bias.buckets = small(p, "buckets");
    spec.bias.max_distance = whole(p, "max_distance");
    spec.bias.bidirectional = p.at("bidirectional").get<bool>();
    for (int32_t bucket = 0; bucket < spec.bias.buckets; ++bucket)
        spec.bias_values.push_back(static_cast<float>(bucket));
    return bias_of(spec);
}

numbers t5_first_distances(const parameters& p) {
    const bias_part part = t5_buckets(p);
    numbers first;
    for (int64_t distance = 0; distance < 2 * whole(p, "max_distance"); ++distance)
        if (distance == 0 || part.value(0, distance) != part.value(0, distance - 1))
            first.push_back(static_cast<double>(distance));
    return first;
}

double kerple(int32_t method, const parameters& p) {
    scheme_spec spec = with_bias(method, p);
    spec.bias_a = {number(p, "a")};
    spec.bias_p = {number(p, "p")};
    return bias_of(spec).value(0, whole(p, "distance"));
}

// The network as given, or one that hands its input through.
numbers fire(const parameters& p) {
    const auto weights = [&](const char* name, float otherwise) {
        std::vector<float> values{otherwise};
        if (p.contains(name)) {
            const numbers given = list(p, name);
            values.assign(given.begin(), given.end());
        }
        return values;
    };
    const auto w1 = weights("w1", 1), b1 = weights("b1", 0), w2 = weights("w2", 1), b2 = weights("b2", 0);
    farspan_fire_config config{};
    config.hidden = static_cast<int32_t>(w1.size());
    config.heads = 1;
    config.c = number(p, "c");
    config.threshold = number(p, "threshold") * number(p, "multiplier");
    config.epsilon = number(p, "eps");
    config.w1 = w1.data();
    config.b1 = b1.data();
    config.w2 = w2.data();
    config.b2 = b2.data();
    float out = 0;
    farspan::pacer pace(nullptr);
    farspan::fire_bias(config, whole(p, "query"), whole(p, "key"), &out, 1, pace);
    return {static_cast<double>(out)};
}

void add_other_biases(answer_table& table) {
    table["t5/bucket"] = [](const parameters& p) { return numbers{t5_buckets(p).value(0, -whole(p, "relative"))}; };
    table["t5/first_distance"] = t5_first_distances;
    table["kerple_log/bias"] = [](const parameters& p) { return numbers{kerple(FARSPAN_BIAS_KERPLE_LOG, p)}; };
    table["kerple_power/bias"] = [](const parameters& p) { return numbers{kerple(FARSPAN_BIAS_KERPLE_POWER, p)}; };
    table["sandwich/bias"] = [](const parameters& p) {
        scheme_spec spec = with_bias(FARSPAN_BIAS_SANDWICH, p);
        spec.bias.dim = small(p, "width");
        return numbers{bias_of(spec).value(small(p, "head"), whole(p, "distance"))};
    };
    table["fire/input"] = fire;
    table["fire/bias"] = fire;
}

void add_absolute(answer_table& table) {
    table["sinusoidal/row"] = [](const parameters& p) {
        const std::string name = p.at("layout");
        const int32_t layout = name == "interleaved" ? FARSPAN_SINUSOIDAL_INTERLEAVED
                               : name == "blocks"    ? FARSPAN_SINUSOIDAL_BLOCKS
                                                     : FARSPAN_SINUSOIDAL_TENSOR2TENSOR;
        std::vector<float> row(p.at("features").get<std::size_t>());
        farspan::pacer pace(nullptr);
        farspan::sinusoidal_encoding(layout, whole(p, "features"), number(p, "base"))
            .fill(whole(p, "position"), row.data(), pace);
        return numbers(row.begin(), row.end());
    };
}

// scale 1, so that the temperature alone is left; length and query are what the case has of them.
double temperature(int32_t method, const parameters& p, const char* trained, const configure& more = {}) {
    scheme_spec spec("vector");
    spec.score.temperature = method;
    spec.score.scale = 1;
    spec.score.trained_length = number(p, trained);
    if (more) more(spec, p);
    const int64_t length = p.value("keys", p.value("length", int64_t{1}));
    return score_of(spec, length).query_scale(p.value("query", int64_t{0}), 64);
}

void add_scales(answer_table& table) {
    const auto log_n = [&](const char* name, int32_t method) {
        table[name] = [=](const parameters& p) { return numbers{temperature(method, p, "trained_length")}; };
    };
    log_n("log_n/scale", FARSPAN_TEMPERATURE_LOG_N);
    log_n("log_n_unclamped/scale", FARSPAN_TEMPERATURE_LOG_N_TRAINED);
    log_n("log_n_qwen/scale", FARSPAN_TEMPERATURE_LOG_N_LONG);
    table["llama4_temperature/scale"] = [](const parameters& p) {
        return numbers{
            temperature(FARSPAN_TEMPERATURE_LLAMA4, p, "floor_scale",
                        [](scheme_spec& s, const parameters& q) { s.score.alpha = number(q, "attn_scale"); })};
    };
    table["ministral3_temperature/scale"] = [](const parameters& p) {
        return numbers{temperature(FARSPAN_TEMPERATURE_MINISTRAL3, p, "original_context",
                                   [](scheme_spec& s, const parameters& q) { s.score.alpha = number(q, "beta"); })};
    };
    table["dual_chunk_vllm/temperature"] = [](const parameters& p) {
        return numbers{temperature(FARSPAN_TEMPERATURE_LENGTH, p, "original_context")};
    };
    table["dual_chunk_chunkllama/magnitude"] = [](const parameters& p) {  // on q and on k, so the logit has power 2
        return numbers{temperature(FARSPAN_TEMPERATURE_LENGTH, p, "max_position",
                                   [](scheme_spec& s, const parameters&) { s.score.alpha = 0.05; })};
    };
    table["softmax_scale/scale"] = [](const parameters& p) {
        scheme_spec spec("vector");
        return numbers{score_of(spec).query_scale(0, whole(p, "head_dim"))};
    };
    table["deepseek/scale"] = [](const parameters& p) {
        scheme_spec yarn("mscale");
        yarn.with_rope(FARSPAN_ROPE_YARN, FARSPAN_LAYOUT_INTERLEAVED, 64);
        yarn.rope.factor = number(p, "factor");
        yarn.rope.original_context = 4096;
        const double magnitude = farspan_test::rope_of(yarn).magnitude;  // g(s, 1); the case has mscale_all_dim 1
        scheme_spec spec("vector");
        spec.score.multiplier = magnitude * magnitude;
        return numbers{score_of(spec).query_scale(0, whole(p, "head_dim"))};
    };
}

}  // namespace

void add_bias_answers(answer_table& table) {
    add_alibi(table);
    add_other_biases(table);
    add_absolute(table);
    add_scales(table);
}

}  // namespace oracle_test
