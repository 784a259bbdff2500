// Losses, windows, accumulators, the verdict, and what is refused.
#include "cases.hpp"
#include "farspan/eval.h"

namespace conformance {
namespace {

constexpr int64_t ignored = -100;

// `rows` targets below `vocabulary`, every fifth of them left out.
json targets(int64_t rows, int64_t vocabulary) {
    json result = json::array();
    for (int64_t n = 0; n < rows; ++n) result.push_back(n % 5 == 3 ? ignored : (n * 7919 + 3) % vocabulary);
    return result;
}

json loss_arguments(const json& logits, int64_t rows) {
    return {{"logits", logits},
            {"targets", targets(rows, logits.at("shape")[3].get<int64_t>())},
            {"ignore_index", ignored}};
}

// Losses like those of a text: mostly small.
json losses(int count, int first = 0) {
    json result = json::array();
    for (int n = first; n < first + count; ++n) result.push_back(0.0625 * ((n * 37) % 61) + (n % 11 == 0 ? 8.5 : 0.25));
    return result;
}

void add_token_losses(case_list& list) {
    for (const char* dtype : {"f32", "f16", "bf16"})
        for (const int64_t vocabulary : {1, 7, 1000}) {
            const std::string what = std::string(dtype) + ", vocabulary " + std::to_string(vocabulary);
            const json given = loss_arguments(input(dtype, {2, 1, 9, vocabulary}, 700), 18);
            list.add("token_nll: " + what, "token_nll", {}, given);
            list.add("token_nll_grad: " + what, "token_nll_grad", {},
                     with(given, {{"grad", output(dtype, {2, 1, 9, vocabulary})}}));
        }
    const json gaps = placed(input("f32", {1, 2, 5, 33}, 701), {0, 200, 37, 1}, 400, 3);
    list.add("token_nll: two heads, rows with gaps", "token_nll", {}, loss_arguments(gaps, 10));
    const json turned = placed(input("f16", {1, 1, 6, 40}, 702), {0, 0, 1, 6}, 240);
    list.add("token_nll: the vocabulary outside", "token_nll", {}, loss_arguments(turned, 6));
    json weights = json::array();
    for (int n = 0; n < 10; ++n) weights.push_back(0.125 * n - 0.5);
    list.add("token_nll_grad: weights, in place", "token_nll_grad", {},
             with(loss_arguments(gaps, 10), {{"weights", weights}}));
    list.add("token_nll_grad: bf16 logits, f32 gradient", "token_nll_grad", {},
             with(loss_arguments(input("bf16", {1, 1, 4, 129}, 703), 4), {{"grad", output("f32", {1, 1, 4, 129})}}));
}

void add_windows(case_list& list) {
    const struct {
        const char* name;
        json config;
        int windows;
    } schedules[] = {
        {"blocks", {{"kind", FARSPAN_WINDOWS_BLOCKS}, {"tokens", 10}, {"length", 4}}, 3},
        {"sliding", {{"kind", FARSPAN_WINDOWS_SLIDING}, {"tokens", 20}, {"length", 8}, {"stride", 4}}, 4},
        {"growing", {{"kind", FARSPAN_WINDOWS_GROWING}, {"tokens", 18}, {"length", 8}, {"stride", 4}}, 5},
        {"last", {{"kind", FARSPAN_WINDOWS_LAST}, {"tokens", 101}, {"length", 8}, {"segment", 20}}, 3},
        {"one", {{"kind", FARSPAN_WINDOWS_LAST}, {"tokens", 30}, {"length", 500}, {"segment", 10}}, 1},
    };
    for (const auto& [name, config, windows] : schedules)
        for (const int32_t bos : {FARSPAN_BOS_NONE, FARSPAN_BOS_FIRST, FARSPAN_BOS_EVERY}) {
            const std::string what = std::string(name) + ", bos " + std::to_string(bos);
            const json given = with(config, {{"bos", bos}});
            list.add("windows_count: " + what, "windows_count", {}, {{"config", given}});
            json indices = json::array();
            for (int n = 0; n < windows; ++n) indices.push_back(n);
            list.add("windows_get: " + what, "windows_get", {}, {{"config", given}, {"indices", indices}});
        }
    list.add("windows_count: a million windows", "windows_count", {},
             {{"config",
               {{"kind", FARSPAN_WINDOWS_SLIDING},
                {"bos", FARSPAN_BOS_EVERY},
                {"tokens", 4000000},
                {"length", 4096},
                {"stride", 4}}}});
}

void add_accumulators(case_list& list) {
    const json first = {{"nll", losses(130)}, {"bytes", 500}}, second = {{"nll", losses(40, 130)}, {"bytes", 155}};
    json skips = json::array();
    for (int n = 0; n < 40; ++n) skips.push_back(n % 3 == 0 ? ignored : n);
    const json third = {{"nll", losses(40, 7)}, {"targets", skips}, {"ignore_index", ignored}, {"bytes", 99}};
    for (const int64_t block : {128, 16, 1})
        list.add("loss_add: blocks of " + std::to_string(block), "loss_add", {},
                 {{"block_tokens", block}, {"parts", {first, second, third}}});
    list.add("loss_add: bytes unknown", "loss_add", {},
             {{"block_tokens", 4}, {"parts", {{{"nll", losses(9)}, {"bytes", 0}}}}});
    list.add("loss_add: less than two blocks", "loss_add", {},
             {{"block_tokens", 128}, {"parts", {{{"nll", losses(5)}, {"bytes", 21}}}}});
    list.add("loss_merge: open blocks on both sides", "loss_merge", {},
             {{"block_tokens", 16}, {"parts", {first, third}}, {"from", {second}}});
    list.add("loss_merge: into nothing", "loss_merge", {},
             {{"block_tokens", 8}, {"parts", json::array()}, {"from", {second}}});
    const json edges = {1, 10, 50, 120, 400};
    list.add("loss_add_by_context: two windows", "loss_add_by_context", {},
             {{"block_tokens", 4},
              {"edges", edges},
              {"parts",
               {{{"nll", losses(130)}, {"first_context", 0}},
                {{"nll", losses(40, 7)}, {"targets", skips}, {"ignore_index", ignored}, {"first_context", 100}},
                {{"nll", losses(9)}, {"first_context", 395}}}}});
}

void add_verdicts(case_list& list) {
    const auto add = [&](const char* what, const json& lengths, const json& nll, int64_t trained) {
        list.add(std::string("judge: ") + what, "judge", {},
                 {{"lengths", lengths}, {"nll", nll}, {"trained_length", trained}});
    };
    const json lengths = {512, 1024, 2048, 4096};
    add("improves", lengths, {3.1, 3.0, 2.96, 2.9}, 1024);
    add("holds", lengths, {3.1, 3.0, 3.05, 2.9}, 1024);
    add("degrades", lengths, {3.1, 3.0, 3.05, 3.3}, 1500);
    add("explodes", lengths, {3.1, 3.0, 6.5, 5.0}, 1024);
    add("nothing beyond", lengths, {3.1, 3.0, 6.5, 5.0}, 4096);
    add("nothing within", lengths, {3.1, 3.0, 6.5, 5.0}, 100);
    add("nothing", json::array(), json::array(), 100);
}

}  // namespace

case_list eval_loss_cases() {
    case_list list;
    add_token_losses(list);
    add_windows(list);
    add_accumulators(list);
    add_verdicts(list);
    return list;
}

case_list eval_loss_error_cases() {
    case_list list;
    const auto refuse = [&](const char* call, const char* what, const json& arguments, int32_t status,
                            int32_t argument) {
        list.refuse(std::string(call) + " refused: " + what, call, {}, arguments, call, status, argument);
    };
    const json logits = input("f32", {1, 1, 3, 5}, 710);
    const auto with_targets = [&](const json& ids, int64_t ignore) -> json {
        return {{"logits", logits}, {"targets", ids}, {"ignore_index", ignore}};
    };
    refuse("token_nll", "a target outside", with_targets({0, 5, 1}, ignored), FARSPAN_ERROR_PARAMETER_RANGE, 3);
    refuse("token_nll", "a negative target", with_targets({0, -1, 1}, ignored), FARSPAN_ERROR_PARAMETER_RANGE, 3);
    refuse("token_nll", "a token to be ignored", with_targets({0, 4, 1}, 4), FARSPAN_ERROR_PARAMETER_RANGE, 5);
    const json grad = {{"grad", output("f32", {1, 1, 3, 5})}};
    refuse("token_nll_grad", "a target outside", with(with_targets({0, 5, 1}, ignored), grad),
           FARSPAN_ERROR_PARAMETER_RANGE, 3);
    refuse("token_nll_grad", "NaN weight",
           with(with(with_targets({0, 4, 1}, ignored), grad), {{"weights", {1, "nan", 1}}}),
           FARSPAN_ERROR_PARAMETER_RANGE, 6);
    refuse("token_nll_grad", "another shape",
           with(with_targets({0, 4, 1}, ignored), {{"grad", output("f32", {1, 1, 3, 6})}}), FARSPAN_ERROR_SHAPE, 8);
    const json blocks = {{"kind", FARSPAN_WINDOWS_BLOCKS}, {"bos", FARSPAN_BOS_EVERY}, {"tokens", 10}, {"length", 4}};
    refuse("windows_count", "no BOS policy", {{"config", with(blocks, {{"bos", 0}})}}, FARSPAN_ERROR_METHOD, 1);
    refuse("windows_count", "no length", {{"config", with(blocks, {{"length", 0}})}}, FARSPAN_ERROR_PARAMETER_RANGE, 1);
    refuse("windows_count", "a stride that blocks ignore", {{"config", with(blocks, {{"stride", 2}})}},
           FARSPAN_ERROR_COMBINATION, 1);
    refuse("windows_get", "a window behind the last", {{"config", blocks}, {"indices", {3}}},
           FARSPAN_ERROR_PARAMETER_RANGE, 2);
    refuse("windows_get", "a negative window", {{"config", blocks}, {"indices", {-1}}}, FARSPAN_ERROR_PARAMETER_RANGE,
           2);
    refuse("loss_add", "negative bytes", {{"block_tokens", 4}, {"parts", {{{"nll", {1}}, {"bytes", -1}}}}},
           FARSPAN_ERROR_SHAPE, 8);
    refuse("loss_add", "blocks of nothing", {{"block_tokens", 0}, {"parts", {{{"nll", {1}}, {"bytes", 1}}}}},
           FARSPAN_ERROR_PARAMETER_RANGE, 2);
    refuse("loss_merge", "other blocks",
           {{"block_tokens", 4}, {"from_block_tokens", 5}, {"parts", json::array()}, {"from", json::array()}},
           FARSPAN_ERROR_COMBINATION, 2);
    const auto curve = [](const json& edges, int64_t first) -> json {
        return {{"block_tokens", 4}, {"edges", edges}, {"parts", {{{"nll", {1, 2}}, {"first_context", first}}}}};
    };
    refuse("loss_add_by_context", "edges that do not ascend", curve({1, 5, 5}, 1), FARSPAN_ERROR_POSITIONS, 4);
    refuse("loss_add_by_context", "one edge", curve({1}, 1), FARSPAN_ERROR_SHAPE, 3);
    refuse("loss_add_by_context", "a negative context", curve({1, 5}, -1), FARSPAN_ERROR_POSITIONS, 6);
    refuse("judge", "lengths that do not ascend", {{"lengths", {4, 2}}, {"nll", {1, 1}}, {"trained_length", 3}},
           FARSPAN_ERROR_POSITIONS, 2);
    refuse("judge", "no trained length", {{"lengths", {4, 8}}, {"nll", {1, 1}}, {"trained_length", 0}},
           FARSPAN_ERROR_PARAMETER_RANGE, 6);
    return list;
}

}  // namespace conformance
