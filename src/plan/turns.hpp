// The rotation of cached keys on reading. For a key at lane l of the page at base position B,
//   < R(a) q, R(c(B + l)) k >  =  < R(a - c(B)) q, R(c(B + l) - c(B)) k >
// so a query is turned once per page, by an angle formed in double, and the keys by small offsets from a table that is
// the same for (nearly) all pages.
//
// Nothing here grows with the number of pages. With O the angle position of a sequence's first query, a page turns by
//   O - c(B) = 4096 h + 64 m + i + f,   m and i whole and below 64, f below 1,
// which is the product of three rotations: those of m and i are tabulated, that of 4096 h + f is formed when it changes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/aligned.hpp"
#include "method/scheme.hpp"
#include "plan/cached_page.hpp"
#include "plan/rotary_table.hpp"

namespace farspan {

// Per pair and lane, magnitude and decay included: [pairs][64].
struct lane_table {
    aligned_vector<float> cosine, sine;
};

// Of the queries of a sequence, in one branch: the rotation from the first one's angle position on, magnitude and decay
// included.
struct query_turns {
    double origin = 0;          // of the first; 0 if angles are formed in float: those do not add up
    std::vector<double> turns;  // [queries][cosines, then sines]
};

// What a scheme's rotation needs for pages, whatever their number; in all branches of its remap.
class page_turns {
public:
    page_turns(const kernels::kernel_table& kernels, const lowered_scheme& scheme);

    query_turns queries(int branch, const std::vector<int64_t>& positions) const;
    // Tabulates what these pages need for queries with this origin.
    void prepare(int branch, double origin, std::span<const cached_page> pages, const volatile int32_t* cancel);
    // Of a page that has been prepared for.
    const lane_table& lanes(int branch, int64_t base) const;

    int64_t pairs() const { return pairs_; }

private:
    friend class turn_cursor;

    // Rotations by 0, step, 2 step ... 63 step; those that were asked for.
    struct digit_table {
        double step;
        uint64_t known = 0;
        std::vector<double> rows;  // [64][cosines, then sines]
    };
    // The pages of a key map: those of one phase have the same offsets.
    struct map_lanes {
        position_map map;
        std::vector<int64_t> phases;  // ascending
        std::vector<lane_table> tables;
    };

    double page_position(int branch, double origin, int64_t base) const;
    void add_digits(int branch, double origin, std::span<const cached_page> pages);
    void tabulate(digit_table& digits, uint64_t wanted) const;
    const double* digit(const digit_table& digits, int64_t n) const { return digits.rows.data() + n * 2 * pairs_; }
    void add_phase(map_lanes& lanes, int64_t phase) const;
    // A row of the rotation by a position, its decay included.
    void direct(double position, double* row) const;

    const kernels::kernel_table& kernels_;
    const lowered_scheme& scheme_;
    const int64_t pairs_;
    const bool adds_up_;  // rotations are products of others
    digit_table large_{64, 0, {}}, small_{1, 0, {}};
    std::vector<map_lanes> maps_;  // those that differ
    std::vector<std::size_t> map_of_branch_;
};

// The turns of some queries of a sequence from page to page.
class turn_cursor {
public:
    static int64_t scratch_doubles(int64_t pairs) { return 6 * pairs; }

    // Of the queries [first, first + count), in one branch.
    void start(const page_turns& turns, int branch, const query_turns& queries, int64_t first, int64_t count,
               double* scratch);
    // cos and sin of every query at this page, rows of ld. False: they are those of the page before.
    bool turn_to(int64_t base, float* cosine, float* sine, int64_t ld);

private:
    const double* query(int64_t n) const { return queries_ + n * 2 * pairs_; }
    void compose(const double* a, const double* b, double* row) const;

    const page_turns* turns_;
    int branch_;
    double origin_;
    const double* queries_;
    int64_t count_, pairs_;
    double *far_, *near_, *page_;
    double position_, far_position_;
    int64_t small_;
};

}  // namespace farspan
