// Encodings that are added to embeddings, FIRE, and merging: what takes no scheme.
#include "cases.hpp"
#include "farspan/farspan.h"

namespace conformance {

case_list absolute_cases() {
    case_list list;
    for (const int32_t layout :
         {FARSPAN_SINUSOIDAL_INTERLEAVED, FARSPAN_SINUSOIDAL_BLOCKS, FARSPAN_SINUSOIDAL_TENSOR2TENSOR})
        for (const char* dtype : {"f32", "f16", "bf16"})
            for (const int64_t width : {16, 7})
                list.add(
                    "sinusoidal: layout " + std::to_string(layout) + ", " + dtype + ", width " + std::to_string(width),
                    "sinusoidal_fill", {},
                    {{"layout", layout}, {"first", 5}, {"base", 10000}, {"out", output(dtype, {1, 1, 4, width})}});
    list.add("sinusoidal: far away, base 500, rows with gaps", "sinusoidal_fill", {},
             {{"layout", FARSPAN_SINUSOIDAL_BLOCKS},
              {"first", 100000},
              {"base", 500},
              {"out", placed(output("f32", {1, 1, 4, 16}), {80, 80, 20, 1}, 80, 2)}});

    for (const char* from : {"f32", "f16", "bf16"})
        for (const char* to : {"f32", "f16", "bf16"})
            list.add(std::string("position_lookup: ") + from + " to " + to, "position_lookup", {},
                     {{"table", input(from, {1, 1, 9, 12}, 50)},
                      {"positions", {8, 0, 3, 3, 7}},
                      {"out", output(to, {2, 1, 5, 12})}});
    list.add("position_lookup: default positions, rows backwards", "position_lookup", {},
             {{"table", placed(input("f32", {1, 1, 9, 12}, 51), {0, 0, -12, 1}, 108, 96)},
              {"out", output("f32", {1, 1, 6, 12})}});

    json w1 = json::array(), b1 = json::array(), w2 = json::array(), b2 = {0.25, -0.5, 0.125};
    for (int u = 0; u < 5; ++u) {
        w1.push_back(0.75 - 0.25 * u);
        b1.push_back(0.125 * u);
        for (int h = 0; h < 3; ++h) w2.push_back(0.5 * ((u + 2 * h) % 5) - 1);
    }
    const json config = {{"hidden", 5}, {"heads", 3}, {"w1", w1}, {"b1", b1}, {"w2", w2}, {"b2", b2}};
    const json far = {{"query_positions", {10, 600, 3000, 3001}}, {"key_positions", {0, 1, 9, 10, 10}}};
    list.add("fire: default positions", "fire_fill", {}, {{"config", config}, {"out", output("f32", {1, 3, 4, 9})}});
    list.add("fire: positions, f16", "fire_fill", {},
             with({{"config", config}, {"out", output("f16", {1, 3, 4, 5})}}, far));
    list.add("fire: another threshold and c", "fire_fill", {},
             with({{"config", with(config, {{"threshold", 4}, {"c", 2}, {"epsilon", 1e-3}})},
                   {"out", output("f32", {1, 3, 4, 5})}},
                  far));
    return list;
}

case_list merge_cases() {
    case_list list;
    uint64_t seed = 60;
    for (const char* a : {"f32", "f16", "bf16"})
        for (const char* b : {"f32", "f16", "bf16"}) {
            list.add(std::string("merge: ") + b + " into " + a, "attention_merge", {},
                     {{"out_a", input(a, {2, 3, 4, 5}, seed)},
                      {"lse_a", {{"elements", 24}, {"seed", seed + 1}}},
                      {"out_b", input(b, {2, 3, 4, 5}, seed + 2)},
                      {"lse_b", {{"elements", 24}, {"seed", seed + 3}}}});
            seed += 4;
        }
    list.add("merge: rows with gaps and backwards", "attention_merge", {},
             {{"out_a", placed(input("f32", {1, 2, 3, 5}, seed), {48, 24, 8, 1}, 50, 1)},
              {"lse_a", {{"elements", 6}, {"seed", seed + 1}}},
              {"out_b", placed(input("f32", {1, 2, 3, 5}, seed + 2), {0, 15, -5, 1}, 30, 10)},
              {"lse_b", {{"elements", 6}, {"seed", seed + 3}}}});
    return list;
}

}  // namespace conformance
