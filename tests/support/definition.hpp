// What a logit is by definition, with the rules of scheme_oracle. Each rotated row is kept, so that hundreds of keys
// cost milliseconds.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "attention_case.hpp"
#include "scheme_oracle.hpp"

namespace farspan_test {

constexpr double hidden_logit = -std::numeric_limits<double>::infinity();

// The data of a problem as real numbers.
struct attention_values {
    std::vector<double> q, k, v, bias;
    attention_values() = default;
    explicit attention_values(const attention_data& data);
};

// The rotations of one row under the few angle positions at which it is seen.
class rotated_row {
public:
    using row = std::vector<double>;
    template <class Rotate>
    const row& at(double position, Rotate rotate) {
        for (auto& known : known_)
            if (!known.values.empty() && known.position == position) return known.values;
        entry& slot = known_[next_++ % known_.size()];
        slot = {position, rotate()};
        return slot.values;
    }

private:
    struct entry {
        double position;
        row values;
    };
    std::array<entry, 4> known_;
    size_t next_ = 0;
};

class definition {
public:
    using row = std::vector<double>;
    definition(const scheme_spec& spec, const attention_problem& problem, attention_values values);

    // Before the rows of a batch entry and key head.
    void begin(int64_t b, int64_t key_head);

    struct logit_terms {
        double product = 0;  // scaled, before the cap
        double logit = hidden_logit;
        double magnitudes = 0;  // of the terms of the sum: scale * |q[d] k[d]| over d, and |bias|
        oracle::rotated_pair seen = {0, 0};
        const row *query = nullptr, *key = nullptr;  // rotated; valid until four others were asked for
        bool visible = false;
    };
    // Row i of head h against key j, of the batch entry and key head that was begun. `cache` is the row's own.
    logit_terms logit(int64_t h, int64_t i, int64_t j, rotated_row& cache);
    double scale(int64_t i) const;
    double sink(int64_t h) const;
    const double* value(int64_t j) const;

    // The transposes of the rotations of query i and key j.
    row query_back(const row& x, double position, int64_t i) const;
    row key_back(const row& x, double position, int64_t j) const;

    int64_t key_line(int64_t j) const { return (b_ * p.key_heads + key_head_) * p.keys + j; }
    int64_t bias_line(int64_t b, int64_t h, int64_t i) const;

    const attention_problem& p;
    const scheme_oracle rules;
    const attention_values values;

private:
    const row& rotated_query(int64_t h, int64_t i, double position, rotated_row& cache) const;
    const row& rotated_key(int64_t j, double position);

    const bool raw_;
    std::vector<rotated_row> keys_;
    int64_t b_ = 0, key_head_ = 0;
    double centre_ = 0;
};

}  // namespace farspan_test
