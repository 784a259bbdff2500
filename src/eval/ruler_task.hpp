// What text and ids have in common: which statements a document has, and where.
#pragma once

#include <cstdint>
#include <vector>

#include "base/pacer.hpp"
#include "eval/bootstrap.hpp"
#include "eval/shuffled.hpp"
#include "eval/zipf.hpp"
#include "farspan/eval.h"

namespace farspan {

inline bool is_needle_task(int32_t task) { return task >= FARSPAN_RULER_SINGLE_1 && task <= FARSPAN_RULER_MULTIQUERY; }

constexpr int64_t most_length = int64_t{1} << 40;

// One needle, or one assignment. Keys, values, variables and words have numbers here; a language gives them names.
struct statement {
    double depth;
    int64_t what;  // key or variable
    int64_t is;    // value; of an assignment the variable before, or of the first one the chain
    bool is_first;
};

// A document before it is written.
struct ruler_layout {
    int64_t size;                       // bytes or ids
    std::vector<statement> statements;  // in their order
    int64_t pieces, hay;                // of the haystack, and their size
    int64_t entries;                    // of the list
    std::vector<int64_t> ends;          // of each frequent word's places in the order; the first is no word
};

// Writes statements and words in a language, from its start, without taking memory.
class ruler_writer {
public:
    virtual ~ruler_writer() = default;
    virtual int64_t size() const = 0;  // bytes or ids so far
    virtual void needle(int64_t key, int64_t value) = 0;
    virtual void assignment(const statement& made) = 0;
    virtual int64_t hay_size() = 0;  // of the next piece of the haystack
    virtual void hay() = 0;
    virtual void listed(int64_t place, int64_t word) = 0;  // an entry of a list, from 0
    virtual void frequent(int64_t word) = 0;
    virtual void no_word() = 0;
    virtual int64_t most_listed() const = 0;  // different words that the language has
    virtual int64_t most_frequent() const = 0;
};

// What the seed decides: names, depths and orders.
class ruler_task {
public:
    explicit ruler_task(const farspan_ruler_config& config);

    const farspan_ruler_config& config() const { return config_; }
    uint64_t name_key() const { return name_key_; }
    int64_t answers() const;
    double depth() const { return depth_; }

    // The size of the document without anything that can be left out. `trial` writes nowhere.
    int64_t least_size(ruler_writer& trial, pacer& pace) const;

    // The document in at most `room`. `most`: pieces of the haystack or entries of the list, at most. `trial` writes
    // nowhere. All memory is taken here, and all failures are.
    ruler_layout lay_out(ruler_writer& trial, int64_t room, int64_t most, pacer& pace) const;
    void write(const ruler_layout& layout, ruler_writer& to, pacer& pace) const;

    // The number of the statement's n-th key or value, which differ even where both are of one kind.
    static int64_t key_name(int64_t key) { return 2 * key; }
    static int64_t value_name(int64_t value) { return 2 * value + 1; }

private:
    std::vector<statement> statements() const;
    void put(const statement& made, ruler_writer& to) const;
    ruler_layout lay_out_haystack(ruler_writer& trial, int64_t room, int64_t most, pacer& pace) const;
    ruler_layout lay_out_list(ruler_writer& trial, int64_t room, int64_t most, pacer& pace) const;
    ruler_layout lay_out_frequent(ruler_writer& trial, int64_t room, pacer& pace) const;

    farspan_ruler_config config_;
    uint64_t name_key_, order_key_, depth_seed_;
    double depth_;
};

}  // namespace farspan
