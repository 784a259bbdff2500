// Documents in English: haystacks, statements and words.
#pragma once

#include <string_view>

#include "eval/haystack.hpp"
#include "eval/ruler_names.hpp"
#include "eval/ruler_task.hpp"

namespace farspan {

// Pieces of a haystack, without end.
class text_haystack {
public:
    text_haystack(const ruler_task& task, const ruler_names& names, std::string_view essay);

    char separator() const { return task_.config().haystack == FARSPAN_HAYSTACK_ESSAY ? ' ' : '\n'; }
    std::string_view piece(pacer& pace) {
        if (!is_made_) make(pace);
        is_made_ = true;
        return piece_;
    }
    void pass() { is_made_ = false; }

private:
    void make(pacer& pace);
    std::string_view next_sentence(pacer& pace);

    const ruler_task& task_;
    const ruler_names& names_;
    std::string_view essay_;
    std::size_t at_ = 0;
    int64_t count_ = 0;
    bool is_made_ = false;
    short_text own_;
    std::string_view piece_;
};

class document_writer final : public ruler_writer {
public:
    document_writer(const ruler_task& task, const ruler_names& names, std::string_view essay, text_writer& to)
        : config_(task.config()), names_(names), haystack_(task, names, essay), to_(to), start_(to.size()) {}

    int64_t size() const override { return to_.size() - start_; }
    void needle(int64_t key, int64_t value) override;
    void assignment(const statement& made) override;
    int64_t hay_size() override {
        return static_cast<int64_t>(haystack_.piece(to_.pace()).size()) + (size() > 0 ? 1 : 0);
    }
    void hay() override {
        put(haystack_.piece(to_.pace()));
        haystack_.pass();
    }
    void listed(int64_t place, int64_t word) override;
    void frequent(int64_t word) override { put(names_.frequent(word), ' '); }
    void no_word() override { put("...", ' '); }
    int64_t most_listed() const override { return names_.most_listed(); }
    int64_t most_frequent() const override { return names_.most_frequent(); }

private:
    void put(std::string_view text) { put(text, haystack_.separator()); }
    void put(std::string_view text, char separator) {
        if (size() > 0) to_.put({&separator, 1});
        to_.put(text);
    }

    const farspan_ruler_config& config_;
    const ruler_names& names_;
    text_haystack haystack_;
    text_writer& to_;
    int64_t start_;
};

}  // namespace farspan
