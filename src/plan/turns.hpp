// The rotation of cached keys on reading. For a key at lane l of the block at base position B,
//   < R(a) q, R(c(B + l)) k >  =  < R(a - c(B)) q, R(c(B + l) - c(B)) k >
// so a query is turned once per block, by an angle formed in double, and the keys by small offsets from a table that is
// the same for (nearly) all blocks.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/aligned.hpp"
#include "plan/rotary_table.hpp"

namespace farspan {

// cos and sin of every pair at one angle position, as double products of few direct evaluations.
class turn_source {
public:
    turn_source(const kernels::kernel_table& kernels, const rope_part& rope) : kernels_(kernels), rope_(rope) {}
    int64_t pairs() const { return static_cast<int64_t>(rope_.inv_freq.size()); }
    void fill(double position, double* cosine, double* sine);

private:
    const std::vector<double>& direct(double position);

    const kernels::kernel_table& kernels_;
    const rope_part& rope_;
    std::map<double, std::vector<double>> known_;  // cosines, then sines
};

// Per pair and lane, magnitude and decay included: [pairs][64].
struct lane_table {
    aligned_vector<float> cosine, sine;
};

// Rows of doubles: cosine[row * pairs + p].
struct turn_rows {
    std::vector<double> cosine, sine;
};

// How one branch of a remap sees the pages and the queries of a sequence. The turn of row r at page n is the product of
// rows[r] and pages[page_turn[n]].
struct branch_turns {
    turn_rows rows, pages;
    std::vector<int32_t> page_turn;  // [pages]
    std::vector<int32_t> lanes;      // [pages]: which lane table
};

// The lane tables of all sequences of a plan that share a rotation.
class turn_maker {
public:
    turn_maker(const kernels::kernel_table& kernels, const rope_part& rope) : rope_(rope), source_(kernels, rope) {}

    branch_turns make(const position_map& query_map, const position_map& key_map, const std::vector<int64_t>& queries,
                      const std::vector<int64_t>& bases, const volatile int32_t* cancel = nullptr);
    const std::vector<lane_table>& tables() const { return tables_; }

private:
    int32_t table_of(const position_map& key_map, int64_t base);

    const rope_part& rope_;
    turn_source source_;
    std::vector<lane_table> tables_;
    std::map<std::vector<double>, int32_t> known_;  // by the offsets of the lanes
};

}  // namespace farspan
