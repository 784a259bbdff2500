// Histories of a cache: appends, writes, forks, evictions, saves, and the attention of the newest tokens.
#include "cache_steps.hpp"

namespace conformance {
namespace {

constexpr int32_t half = FARSPAN_LAYOUT_HALF, interleaved = FARSPAN_LAYOUT_INTERLEAVED;
constexpr int64_t key_heads = cache_steps::key_heads, query_heads = cache_steps::query_heads;
constexpr int64_t head_dim = cache_steps::head_dim, value_dim = cache_steps::value_dim;

class case_maker {
public:
    cache_steps begin(const json& config = json::object()) { return cache_steps(seed_ += 100, config); }
    void add(const std::string& name, const cache_steps& steps) {
        list.add("cache: " + name, "cache_history", json::object(), steps.arguments());
    }
    case_list list;

private:
    uint64_t seed_ = 70000;
};

struct named_scheme {
    const char* name;
    json scheme;
};

std::vector<named_scheme> rotations() {
    return {
        {"no positions", json::object()},
        {"rope, half", rope()},
        {"rope, interleaved", rope(FARSPAN_ROPE_BASE, interleaved)},
        {"yarn", rope(FARSPAN_ROPE_YARN)},
        {"dynamic_ntk", rope(FARSPAN_ROPE_DYNAMIC_NTK)},
        {"longrope", rope(FARSPAN_ROPE_LONGROPE)},
    };
}

std::vector<named_scheme> remaps() {
    const auto remap = [&](const json& given) { return with(rope(), {{"remap", given}}); };
    const auto masked = [&](const json& given, const json& mask) { return with(remap(given), {{"mask", mask}}); };
    return {
        {"rerope", remap({{"method", FARSPAN_REMAP_REROPE}, {"window", 12}})},
        {"leaky_rerope", remap({{"method", FARSPAN_REMAP_LEAKY_REROPE}, {"window", 12}, {"leak", 4}})},
        {"self_extend", remap({{"method", FARSPAN_REMAP_SELF_EXTEND}, {"window", 12}, {"group", 3}})},
        {"dual_chunk", remap({{"method", FARSPAN_REMAP_DUAL_CHUNK}, {"chunk", 24}, {"local_window", 8}})},
        {"lm_infinite",
         masked({{"method", FARSPAN_REMAP_LM_INFINITE}, {"window", 17}}, {{"sinks", 3}, {"window_left", 16}})},
        {"streaming", masked({{"method", FARSPAN_REMAP_STREAMING}, {"window", 17}, {"sinks", 3}},
                             {{"sinks", 3}, {"window_left", 17}})},
    };
}

std::vector<named_scheme> biases_masks_and_scores() {
    const json slopes = {0.25, 0.5, 1, 0.75}, powers = {0.5, 1, 1.5, 1};
    json table = json::array();
    for (int n = 0; n < 8 * 4; ++n) table.push_back(0.125 * (n * 11 % 31) - 2);
    const auto bias = [](const json& given) { return json{{"bias", with({{"heads", 4}}, given)}}; };
    return {
        {"alibi", bias({{"method", FARSPAN_BIAS_ALIBI}})},
        {"t5", bias({{"method", FARSPAN_BIAS_T5}, {"buckets", 8}, {"max_distance", 50}, {"values", table}})},
        {"kerple_log", bias({{"method", FARSPAN_BIAS_KERPLE_LOG}, {"a", slopes}, {"p", powers}})},
        {"kerple_power", bias({{"method", FARSPAN_BIAS_KERPLE_POWER}, {"a", slopes}, {"p", powers}})},
        {"sinks of the score", with(rope(), {{"score", {{"sink_logits", {0.5, -1, 2, 0}}, {"softcap", 3}}}})},
        {"log-n", with(rope(), {{"score", {{"temperature", FARSPAN_TEMPERATURE_LOG_N}, {"trained_length", 16}}}})},
        {"window and sinks", with(rope(), {{"mask", {{"window_left", 9}, {"sinks", 4}}}})},
    };
}

// A hole in the middle, and a few new tokens behind a block's end: the rows of which are decoded.
void schemes(case_maker& all) {
    const int32_t stored[] = {FARSPAN_F32, FARSPAN_BF16, FARSPAN_F16, FARSPAN_I8};
    const char* const given[] = {"f32", "bf16", "f16"};
    int n = 0;
    for (const auto& table : {rotations(), remaps(), biases_masks_and_scores()})
        for (const auto& [name, scheme] : table) {
            cache_steps steps = all.begin({{"dtype", stored[n % 4]}});
            steps.create();
            steps.grow({0}, {66}, {}, stored[n % 4] == FARSPAN_I8 ? "f32" : given[n % 3]);
            steps.evict(0, 10, 21);
            steps.grow({0}, {8});
            json& run = steps.attend(n % 2 == 0 ? "cache_run" : "attention_decode", scheme, {0}, {1 + n % 8});
            if (n % 2 == 1) run["lse"] = true;
            run["q"]["dtype"] = given[(n + 1) % 3];
            run["out"]["dtype"] = given[n % 5 == 4 ? n % 3 : 0];
            all.add(name, steps);
            ++n;
        }
}

void batches(case_maker& all) {
    cache_steps steps = all.begin({{"layers", 2}, {"dtype", FARSPAN_I8}});
    steps.create(3);
    steps.grow({0, 1, 2}, {5, 70, 20});
    json& run = steps.attend("cache_run", rope(FARSPAN_ROPE_DYNAMIC_NTK), {2, 0, 1}, {1, 0, 4}, 1);
    run["lse"] = run["workspace"] = true;
    steps.grow({0, 1, 2}, {1, 1, 1});
    steps.attend("attention_decode", rope(), {0, 1, 2}, {1, 1, 1}, 0);
    all.add("batches of sequences, two layers", steps);
}

void positions(case_maker& all) {
    cache_steps steps = all.begin({{"dtype", FARSPAN_F16}, {"value_dim", 0}});
    steps.create();
    json& append = steps.batch("cache_append", {0}, {30});
    append["positions"] = json::array();
    for (int n = 0; n < 30; ++n) append["positions"].push_back(7 * n + n % 3);
    json& write = steps.write({0}, {30}, 0, "bf16");
    write["v"] = input("bf16", {1, key_heads, 30, head_dim}, 1);
    json& far = steps.attend("cache_run", rope(), {0}, {3});
    far["positions"] = {20, 300, 100};
    far["length"] = 400;
    far["lse"] = true;
    far["out"] = output("f32", {1, query_heads, 3, head_dim});
    all.add("queries at positions of their own, keys with gaps", steps);

    steps = all.begin();
    steps.create();
    steps.grow({0}, {3}, {10, 11, 12});
    json& blind = steps.attend("cache_run", rope(), {0}, {2});
    blind["positions"] = {4, 11};
    blind["lse"] = true;
    all.add("a query before all keys", steps);

    steps = all.begin({{"dtype", FARSPAN_F32}});
    steps.create();
    steps.grow({0}, {90});
    steps.attend("cache_run", rope(), {0}, {80})["lse"] = true;
    all.add("many rows", steps);

    steps = all.begin({{"dtype", FARSPAN_BF16}});
    steps.create();
    json& late = steps.batch("cache_append", {0}, {20});
    late["positions"] = json::array();
    for (int64_t n = 0; n < 20; ++n) late["positions"].push_back(10000000 + n);
    steps.write({0}, {20}, 0);
    steps.attend("attention_decode", rope(), {0}, {4})["lse"] = true;
    all.add("positions near ten million", steps);
}

// Memory of other orders: k rows backwards, q and out [row][head][feature].
void strides(case_maker& all) {
    cache_steps steps = all.begin();
    steps.create();
    steps.batch("cache_append", {0}, {6});
    json& turned = steps.write({0}, {6}, 0);
    turned["k"] = placed(turned["k"], {192, 96, -16, 1}, 192, 80);
    turned["v"] = placed(turned["v"], {144, 12, 24, 1}, 144);
    json& strided = steps.attend("cache_run", rope(), {0}, {2});
    strided["q"] = placed(strided["q"], {128, 16, 64, 1}, 128);
    strided["out"] = placed(strided["out"], {96, 12, 48, 1}, 100, 2);
    all.add("strides", steps);
}

void forks(case_maker& all) {
    cache_steps steps = all.begin({{"dtype", FARSPAN_F32}});
    steps.create();
    steps.grow({0}, {100});
    steps.of("cache_fork", 0);
    steps.of("cache_sequence_info", 1);
    steps.grow({0, 1}, {2, 3});
    for (const int64_t sequence : {0, 1}) steps.of("cache_sequence_info", sequence);
    steps.step("cache_get_statistics");
    steps.attend("attention_decode", rope(), {0, 1}, {1, 2});
    steps.of("cache_sequence_destroy", 0);
    steps.of("cache_sequence_info", 1);
    steps.attend("attention_decode", rope(), {1}, {1});
    all.add("forks", steps);
}

void forgotten_tokens(case_maker& all) {
    cache_steps steps = all.begin({{"dtype", FARSPAN_F16}});
    steps.create();
    steps.grow({0}, {200});
    steps.keep(0, 4, 70);
    steps.of("cache_sequence_info", 0);
    steps.truncate(0, 190);
    steps.of("cache_sequence_info", 0);
    steps.grow({0}, {5});
    const json streaming = {{"rope", rope_of(FARSPAN_ROPE_BASE, half, 16, 40)},
                            {"remap", {{"method", FARSPAN_REMAP_STREAMING}, {"window", 60}, {"sinks", 4}}},
                            {"mask", {{"sinks", 4}, {"window_left", 60}}}};
    steps.attend("cache_run", streaming, {0}, {2});
    steps.attend("cache_run", rope(FARSPAN_ROPE_YARN, interleaved), {0}, {2});  // another scheme, the same keys
    steps.truncate(0, 0);
    steps.of("cache_sequence_info", 0);
    steps.grow({0}, {3});
    steps.attend("cache_run", rope(), {0}, {3});
    all.add("keep, truncation, a switch of scheme", steps);
}

void saved_sequences(case_maker& all) {
    for (const int32_t dtype : std::vector<int32_t>{FARSPAN_BF16, FARSPAN_I8}) {
        cache_steps steps = all.begin({{"dtype", dtype}});
        steps.create();
        steps.grow({0}, {80});
        steps.evict(0, 3, 9);
        steps.of("cache_save", 0);
        steps.step("cache_restore")["saved"] = 0;
        steps.step("cache_create")["config"] = steps.config();
        steps.step("cache_restore")["saved"] = 0;
        steps.of("cache_sequence_info", 0);
        steps.grow({0}, {1});
        steps.attend("attention_decode", rope(), {0}, {2})["lse"] = true;
        json& damaged = steps.step("cache_restore");
        damaged["saved"] = 0;
        damaged["damage"] = 400;  // the byte that is inverted
        steps.refused(FARSPAN_ERROR_PARAMETER_RANGE, 3);
        json& part = steps.step("cache_restore");
        part["saved"] = 0;
        part["bytes"] = 300;  // of what was saved
        steps.refused(FARSPAN_ERROR_PARAMETER_RANGE, 3);
        steps.step("cache_create")["config"] = with(steps.config(), {{"layers", 2}});
        steps.step("cache_restore")["saved"] = 0;
        steps.refused(FARSPAN_ERROR_SHAPE, 3);
        steps.step("cache_get_statistics");
        all.add(std::string("save and restore, ") + (dtype == FARSPAN_I8 ? "i8" : "bf16"), steps);
    }
}

// Two blocks fit, three do not: nothing is half appended.
void memory_limit(case_maker& all) {
    cache_steps steps =
        all.begin({{"dtype", FARSPAN_F32}, {"memory_limit", 2 * 64 * key_heads * (head_dim + value_dim) * 4 * 5 / 4}});
    steps.create(2);
    steps.grow({0, 1}, {20, 20});
    steps.batch("cache_append", {0, 1}, {30, 60});
    steps.refused(FARSPAN_ERROR_OUT_OF_MEMORY, 0);
    for (const int64_t sequence : {0, 1}) steps.of("cache_sequence_info", sequence);
    steps.attend("attention_decode", rope(), {0, 1}, {1, 1});
    steps.step("cache_clear");
    steps.step("cache_get_statistics");
    steps.of("cache_sequence_info", 0);
    steps.refused(FARSPAN_ERROR_PARAMETER_RANGE, 2);
    all.add("the memory limit", steps);
}

}  // namespace

case_list cache_cases() {
    case_maker all;
    schemes(all);
    batches(all);
    positions(all);
    strides(all);
    forks(all);
    forgotten_tokens(all);
    saved_sequences(all);
    memory_limit(all);
    return all.list;
}

}  // namespace conformance
