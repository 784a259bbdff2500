// What stands for the numbers of keys, values, variables and words in English text.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "eval/shuffled.hpp"

namespace farspan {

// A name or a sentence, without memory of its own.
class short_text {
public:
    operator std::string_view() const { return {text_, size_}; }
    short_text& operator+=(std::string_view more) {
        const std::size_t count =
            std::min(more.size(), sizeof text_ - size_);  // all of it: the longest needle has 119 bytes
        std::memcpy(text_ + size_, more.data(), count);
        size_ += count;
        return *this;
    }
    short_text& operator+=(int64_t number) {
        char digits[20];
        const char* const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        return *this += std::string_view(digits, static_cast<std::size_t>(end - digits));
    }

private:
    char text_[160];
    std::size_t size_ = 0;
};

// Two different numbers never have the same name.
class ruler_names {
public:
    // `is_example`: of the solved example, from the other end of what names there are.
    ruler_names(uint64_t key, bool is_example);

    int64_t count(int32_t kind) const;                                  // of keys and values
    short_text needle(int32_t kind, int64_t name) const;                // amber-falcon, 1234567 or a UUID
    short_text variable(int64_t n) const;                               // five capitals
    short_text chain_value(int64_t n) const;                            // five digits
    short_text listed(int64_t n) const;                                 // three syllables
    int64_t most_listed() const { return listed_.size() - (1 << 16); }  // the others are for examples
    short_text frequent(int64_t n) const;                               // six letters
    int64_t most_frequent() const { return frequent_.size(); }

private:
    int64_t at(const shuffled& names, int64_t n) const { return names.at(is_example_ ? names.size() - 1 - n : n); }
    short_text word(int64_t name) const;
    short_text uuid(int64_t name) const;

    bool is_example_;
    uint64_t uuids_;
    shuffled pairs_, triples_, numbers_, variables_, chain_values_, listed_, frequent_;
};

// "word", "number" or "uuid".
std::string_view noun_of(int32_t kind);

// A sentence of the library's own.
short_text own_sentence(uint64_t key, int64_t n);

}  // namespace farspan
