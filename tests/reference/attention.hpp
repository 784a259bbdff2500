// Attention by definition: every pair of query and key, one after the other, in double precision.
//
//   logit = cap( scale * row_scale(i) * <rotate_query(q, a), rotate_key(k, c)> ) + bias      if visible
//   order: scale, cap, bias, mask, sink, softmax.       (a, c) = remap(i, j)
#pragma once

#include <functional>
#include <vector>

#include "remap.hpp"
#include "rotation.hpp"

namespace oracle {

// Row-major, one batch entry. Query head h uses key head h / (query_heads / key_heads).
struct attention_inputs {
    int query_heads = 1;
    int key_heads = 1;
    int64_t queries = 0;
    int64_t keys = 0;
    int head_dim = 0;
    int value_dim = 0;
    std::vector<double> q;  // query_heads x queries x head_dim
    std::vector<double> k;  // key_heads x keys x head_dim
    std::vector<double> v;  // key_heads x keys x value_dim
    // Empty: query row r is at r + keys - queries, key t at t.
    std::vector<int64_t> query_positions;
    std::vector<int64_t> key_positions;
};

// One pair of the double loop: indices into the tensors, and positions.
struct pair {
    int head;
    int64_t row;
    int64_t column;
    int64_t i;
    int64_t j;
};

using rotation = std::function<std::vector<double>(const std::vector<double>& x, double position)>;

// An empty function means: identity, no bias, visible, 1.
struct attention_rules {
    rotation rotate_query;
    rotation rotate_key;
    std::function<rotated_pair(const pair&)> remap;
    std::function<double(const pair&)> bias;
    std::function<bool(const pair&)> visible;
    std::function<double(int64_t i)> row_scale;
    double scale = 1.0;
    double softcap = 0.0;
    std::vector<double> sink;  // one logit per query head, or empty
};

struct attention_result {
    std::vector<double> out;  // query_heads x queries x value_dim
    std::vector<double> lse;  // query_heads x queries, natural log, the sink included
};

// Sets both rotations to `rotate` with these frequencies.
void use_rope(attention_rules& rules, const rope_frequencies& frequencies, pair_layout layout, int offset = 0);

double attention_logit(const attention_inputs& inputs, const attention_rules& rules, const pair& at);
attention_result attention(const attention_inputs& inputs, const attention_rules& rules);

// Softmax of one row of logits (-inf = masked) with an optional sink logit (-inf = none).
// A row with nothing in it gives probabilities 0 and lse -inf.
struct softmax_row {
    std::vector<double> probability;
    double lse;
};
softmax_row softmax(const std::vector<double>& logits, double sink);
softmax_row softmax(const std::vector<double>& logits);

// Results over two disjoint sets of keys, joined: L = logaddexp(l1, l2), o = e^(l1-L) o1 + e^(l2-L) o2.
attention_result merge(const attention_result& first, const attention_result& second, int value_dim);

}  // namespace oracle
