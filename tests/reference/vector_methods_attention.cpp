// Which oracle function answers which case of remap, mask and attention core.
#include <algorithm>
#include <cmath>

#include "attention.hpp"
#include "mask.hpp"
#include "vector_cases.hpp"

namespace oracle_test {
namespace {

double number(const parameters& p, const char* name) { return p.at(name).get<double>(); }
int64_t whole(const parameters& p, const char* name) { return p.at(name).get<int64_t>(); }
numbers list(const parameters& p, const char* name) { return p.at(name).get<numbers>(); }

using remap = std::function<oracle::rotated_pair(const parameters&, int64_t i, int64_t j)>;

// effective_distance: the row of one query over its causal keys. largest_distance: over a length of `keys`;
// distances grow with the row up to the length of a group, so the last 64 rows are enough.
void add_remap(answer_table& table, const std::string& method, const remap& positions) {
    table[method + "/effective_distance"] = [=](const parameters& p) {
        numbers row;
        for (int64_t j = 0; j <= whole(p, "query"); ++j) {
            const oracle::rotated_pair at = positions(p, whole(p, "query"), j);
            row.push_back(at.query - at.key);
        }
        return row;
    };
    table[method + "/largest_distance"] = [=](const parameters& p) {
        double largest = 0.0;
        const int64_t keys = whole(p, "keys"), first = std::max<int64_t>(0, keys - 64);
        for (int64_t i = first; i < keys; ++i)
            for (int64_t j = 0; j <= i; ++j) {
                const oracle::rotated_pair at = positions(p, i, j);
                largest = std::max(largest, at.query - at.key);
            }
        return numbers{largest};
    };
}

numbers over_keys(const parameters& p, const std::function<double(int64_t)>& value) {
    numbers row;
    for (int64_t j = 0; j < whole(p, "keys"); ++j) row.push_back(value(j));
    return row;
}

numbers widened(const std::vector<int64_t>& values) { return {values.begin(), values.end()}; }

void add_windows(answer_table& table) {
    using namespace oracle;
    add_remap(table, "rerope",
              [](const parameters& p, int64_t i, int64_t j) { return remap_rerope(i, j, whole(p, "window")); });
    add_remap(table, "leaky_rerope", [](const parameters& p, int64_t i, int64_t j) {
        return remap_leaky_rerope(i, j, whole(p, "window"), number(p, "leak"));
    });
    table["leaky_rerope/max_length"] = [](const parameters& p) {
        return numbers{leaky_rerope_max_length(whole(p, "window"), number(p, "leak"), number(p, "trained_length"))};
    };
    add_remap(table, "dual_chunk", [](const parameters& p, int64_t i, int64_t j) {
        return remap_dual_chunk(i, j, whole(p, "chunk"), whole(p, "local_window"), p.value("factor", 1.0));
    });
    add_remap(table, "lm_infinite", [](const parameters& p, int64_t i, int64_t j) {
        return remap_lm_infinite(i, j, whole(p, "window"), whole(p, "limit"), whole(p, "keys"));
    });
    table["streaming/tokens"] = [](const parameters& p) {
        return widened(streaming_tokens(whole(p, "query"), whole(p, "sinks"), whole(p, "window")));
    };
    table["streaming/slots"] = [](const parameters& p) {
        numbers slots;
        for (int64_t j : streaming_tokens(whole(p, "query"), whole(p, "sinks"), whole(p, "window")))
            slots.push_back(remap_streaming(whole(p, "query"), j, whole(p, "sinks"), whole(p, "window")).key);
        return slots;
    };
}

void add_self_extend(answer_table& table) {
    using namespace oracle;
    add_remap(table, "self_extend", [](const parameters& p, int64_t i, int64_t j) {
        return remap_self_extend(i, j, whole(p, "group"), whole(p, "window"));
    });
    add_remap(table, "self_extend_real", [](const parameters& p, int64_t i, int64_t j) {
        return remap_self_extend_real(i, j, whole(p, "group"), whole(p, "window"));
    });
    table["self_extend/group_query"] = [](const parameters& p) {
        return over_keys(p, [&](int64_t i) {
            return static_cast<double>(self_extend_group_query(i, whole(p, "group"), whole(p, "window")));
        });
    };
    // A key `window` behind the query is in the group branch.
    table["self_extend_real/group_query"] = [](const parameters& p) {
        return over_keys(p, [&](int64_t i) {
            return remap_self_extend_real(i, i - whole(p, "window"), whole(p, "group"), whole(p, "window")).query;
        });
    };
    table["self_extend/group_key"] = [](const parameters& p) {
        return over_keys(p,
                         [&](int64_t j) { return static_cast<double>(self_extend_group_key(j, whole(p, "group"))); });
    };
    table["self_extend/max_length"] = [](const parameters& p) {
        return numbers{static_cast<double>(
            self_extend_max_length(whole(p, "group"), whole(p, "window"), whole(p, "trained_length")))};
    };
    table["self_extend_llama_cpp/positions"] = [](const parameters& p) {
        return widened(self_extend_llama_cpp(whole(p, "group"), whole(p, "window"), whole(p, "keys")));
    };
}

using predicate = std::function<bool(const parameters&, int64_t i, int64_t j)>;

// visible: all rows of a queries x keys problem, aligned at the end. visible_row: one query row.
void add_mask(answer_table& table, const std::string& method, const predicate& visible) {
    table[method + "/visible"] = [=](const parameters& p) {
        const int64_t queries = whole(p, "queries"), keys = whole(p, "keys");
        numbers bits;
        for (int64_t row = 0; row < queries; ++row)
            for (int64_t j = 0; j < keys; ++j)
                bits.push_back(visible(p, oracle::aligned_row(row, queries, keys), j) ? 1.0 : 0.0);
        return bits;
    };
    table[method + "/visible_row"] = [=](const parameters& p) {
        return over_keys(p, [&](int64_t j) { return visible(p, whole(p, "query"), j) ? 1.0 : 0.0; });
    };
}

void add_masks(answer_table& table) {
    using namespace oracle;
    add_mask(table, "causal", [](const parameters&, int64_t i, int64_t j) { return visible_causal(i, j); });
    add_mask(table, "window",
             [](const parameters& p, int64_t i, int64_t j) { return visible_window(i, j, whole(p, "window")); });
    add_mask(table, "flash_window", [](const parameters& p, int64_t i, int64_t j) {
        return visible_flash_window(i, j, whole(p, "left"), whole(p, "right"));
    });
    add_mask(table, "symmetric_window", [](const parameters& p, int64_t i, int64_t j) {
        return visible_symmetric_window(i, j, whole(p, "half_width"));
    });
    add_mask(table, "sinks_window", [](const parameters& p, int64_t i, int64_t j) {
        return visible_sinks_window(i, j, whole(p, "sinks"), whole(p, "window"));
    });
    add_mask(table, "chunked",
             [](const parameters& p, int64_t i, int64_t j) { return visible_chunked(i, j, whole(p, "chunk")); });
    add_mask(table, "prefix_lm",
             [](const parameters& p, int64_t i, int64_t j) { return visible_prefix_lm(i, j, whole(p, "prefix")); });
    add_mask(table, "packed", [](const parameters& p, int64_t i, int64_t j) {
        return visible_packed(i, j, p.at("segment").get<std::vector<int>>());
    });
    add_mask(table, "lm_infinite", [](const parameters& p, int64_t i, int64_t j) {
        return visible_lm_infinite(i, j, whole(p, "sinks"), whole(p, "window"));
    });
}

oracle::softmax_row softmax(const parameters& p) {
    return p.contains("sink") ? oracle::softmax(list(p, "logits"), number(p, "sink"))
                              : oracle::softmax(list(p, "logits"));
}

// One query whose logits are given: q = 1, k = the logits, head_dim 1.
oracle::attention_result weighted_values(const parameters& p) {
    oracle::attention_inputs in;
    in.k = list(p, "logits");
    in.v = list(p, "v");
    in.q = {1.0};
    in.queries = 1;
    in.keys = std::ssize(in.k);
    in.head_dim = 1;
    in.value_dim = static_cast<int>(whole(p, "value_dim"));
    return oracle::attention(in, {});
}

oracle::attention_result merged(const parameters& p) {
    return oracle::merge({list(p, "first_out"), {number(p, "first_lse")}},
                         {list(p, "second_out"), {number(p, "second_lse")}}, static_cast<int>(whole(p, "value_dim")));
}

numbers fully_masked(const parameters& p) {
    oracle::attention_inputs in;
    in.q = in.k = {1.0};
    in.v = list(p, "v");
    in.queries = in.keys = in.head_dim = 1;
    in.value_dim = static_cast<int>(whole(p, "value_dim"));
    oracle::attention_rules rules;
    rules.visible = [](const oracle::pair&) { return false; };
    return oracle::attention(in, rules).out;
}

// Each key head holds its own number as value, so the output of a query head names the head it used.
numbers key_heads(const parameters& p) {
    oracle::attention_inputs in;
    in.query_heads = static_cast<int>(whole(p, "query_heads"));
    in.key_heads = static_cast<int>(whole(p, "key_heads"));
    in.queries = in.keys = in.head_dim = in.value_dim = 1;
    in.q.assign(static_cast<size_t>(in.query_heads), 1.0);
    in.k.assign(static_cast<size_t>(in.key_heads), 1.0);
    for (int h = 0; h < in.key_heads; ++h) in.v.push_back(h);
    return oracle::attention(in, {}).out;
}

void add_core(answer_table& table) {
    table["softmax/probability"] = [](const parameters& p) { return softmax(p).probability; };
    table["softmax/probability_sum"] = [](const parameters& p) {
        double sum = 0.0;
        for (double probability : softmax(p).probability) sum += probability;
        return numbers{sum};
    };
    table["softmax/lse"] = [](const parameters& p) { return numbers{softmax(p).lse}; };
    table["weighted_values/out"] = [](const parameters& p) { return weighted_values(p).out; };
    table["weighted_values/lse"] = [](const parameters& p) { return weighted_values(p).lse; };
    table["merge/out"] = [](const parameters& p) { return merged(p).out; };
    table["merge/lse"] = [](const parameters& p) { return merged(p).lse; };
    table["attention_fully_masked/out"] = fully_masked;
    table["key_head/key_heads"] = key_heads;
}

}  // namespace

void add_attention_answers(answer_table& table) {
    add_windows(table);
    add_self_extend(table);
    add_masks(table);
    add_core(table);
}

}  // namespace oracle_test
