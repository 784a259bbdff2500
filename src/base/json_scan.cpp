#include "base/json_scan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "base/failure.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace farspan::json {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::size_t longest_name = 40;  // of a key in a path

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A place in a text that moves on: takes steps of a pacer for each long piece.
class progress {
public:
    progress(pacer* pace, std::size_t at) : pace_(pace), next_(at + piece) {}

    void reach(std::size_t at) {
        if (at < next_) return;
        next_ = at + piece;
        if (pace_) pace_->step(piece / 2);
    }

private:
    static constexpr std::size_t piece = std::size_t{1} << 16;
    pacer* pace_;
    std::size_t next_;
};

constexpr std::string_view literals[] = {"null", "true", "false", "NaN", "Infinity", "-Infinity"};

// Goes over a document once. Knows the path of what comes next.
class checker {
public:
    checker(std::string_view text, pacer* pace) : text_(text), pace_(pace) {}

    void check() {
        if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
        value();
        while (depth_ > 0) {
            next();
            if (pace_) pace_->step(2);
        }
        blanks();
        if (at_ < text_.size()) fail("something follows the value");
    }

private:
    struct level {
        bool is_list;
        bool has_key;
        std::size_t index;
        std::string_view name;
    };

    void blanks() { at_ = skip_blanks(text_, at_, pace_); }
    bool ends() const { return at_ == text_.size(); }
    bool sees(char c) const { return !ends() && text_[at_] == c; }
    char take() { return text_[at_++]; }

    // Of the value that is being read: the last key or the next index of every open level.
    std::string path() const {
        std::string result = "$";
        for (std::size_t n = 0; n < depth_; ++n) {
            const level& open = levels_[n];
            if (open.is_list)
                result = join_path(result, open.index);
            else if (open.has_key)
                result = join_path(result, unescaped(open.name, pace_));
        }
        return result;
    }

    [[noreturn]] void fail(const char* what) const {
        const std::string_view before = text_.substr(0, at_);
        const auto line = std::count(before.begin(), before.end(), '\n') + 1;
        const std::size_t column = at_ - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
        throw failure(FARSPAN_ERROR_FORMAT, path().c_str(), ": error at line %zu, column %zu: %s",
                      static_cast<std::size_t>(line), column, ends() ? "the document ends too early" : what);
    }

    void open(bool is_list) {
        if (depth_ == deepest)
            throw failure(FARSPAN_ERROR_FORMAT, path().c_str(), ": more than %zu levels deep", deepest);
        ++at_;
        levels_[depth_++] = {is_list, false, 0, {}};
        blanks();
        if (sees(is_list ? ']' : '}')) return;
        if (!is_list) key();
        value();
    }

    void close() {
        ++at_;
        --depth_;
        if (depth_ == 0) return;
        levels_[depth_ - 1].has_key = false;
        ++levels_[depth_ - 1].index;
    }

    // What follows a value within a level.
    void next() {
        blanks();
        const bool is_list = levels_[depth_ - 1].is_list;
        if (sees(is_list ? ']' : '}')) return close();
        if (!sees(',')) fail(is_list ? "a comma or ] was expected" : "a comma or } was expected");
        ++at_;
        if (!is_list) key();
        value();
    }

    void key() {
        blanks();
        if (!sees('"')) fail("a key in quotes was expected");
        const std::size_t first = at_ + 1;
        string();
        level& top = levels_[depth_ - 1];
        top.name = text_.substr(first, at_ - first - 1);
        top.has_key = true;
        blanks();
        if (!sees(':')) fail("a colon was expected");
        ++at_;
    }

    // A scalar whole, a list or an object up to its first scalar.
    void value() {
        blanks();
        if (sees('{')) return open(false);
        if (sees('[')) return open(true);
        if (sees('"'))
            string();
        else if (!literal())
            number();
        if (depth_ == 0) return;
        levels_[depth_ - 1].has_key = false;
        ++levels_[depth_ - 1].index;
    }

    bool literal() {
        for (const std::string_view word : literals)
            if (text_.substr(at_).starts_with(word)) {
                at_ += word.size();
                return true;
            }
        return false;
    }

    void digits() {
        if (ends() || !is_digit(text_[at_])) fail("a digit was expected");
        progress done(pace_, at_);
        for (; !ends() && is_digit(text_[at_]); ++at_) done.reach(at_);
    }

    void number() {
        if (ends() || (text_[at_] != '-' && !is_digit(text_[at_]))) fail("no value of JSON");
        if (sees('-')) ++at_;
        if (sees('0'))
            ++at_;
        else
            digits();
        if (sees('.')) {
            ++at_;
            digits();
        }
        if (!sees('e') && !sees('E')) return;
        ++at_;
        if (sees('+') || sees('-')) ++at_;
        digits();
    }

    void string() {
        progress done(pace_, at_);
        for (++at_; !sees('"');) {
            if (ends()) fail("");
            done.reach(at_);
            const auto byte = static_cast<unsigned char>(text_[at_]);
            if (byte < 0x20) fail("a control character in a text must be escaped");
            if (byte == '\\')
                escape();
            else if (byte < 0x80)
                ++at_;
            else
                character();
        }
        ++at_;
    }

    void character() {
        const std::size_t length = utf8_length(text_.substr(at_));
        if (length == 0) fail("no UTF-8");
        at_ += length;
    }

    void escape() {
        ++at_;
        if (ends()) fail("");
        const char kind = take();
        if (kind != 'u') {
            if (std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos) return;
            --at_;
            fail("no escape that JSON has");
        }
        const unsigned unit = code_unit();
        if (unit < 0xD800 || unit > 0xDFFF) return;
        if (unit > 0xDBFF || !text_.substr(at_).starts_with("\\u")) fail("half a surrogate pair");
        at_ += 2;
        const unsigned low = code_unit();
        if (low < 0xDC00 || low > 0xDFFF) fail("half a surrogate pair");
    }

    unsigned code_unit() {
        unsigned result = 0;
        for (int n = 0; n < 4; ++n, ++at_) {
            if (ends() || hex_digit(text_[at_]) < 0) fail("four hexadecimal digits were expected");
            result = result * 16 + static_cast<unsigned>(hex_digit(text_[at_]));
        }
        return result;
    }

    std::string_view text_;
    pacer* pace_;
    std::size_t at_ = 0, depth_ = 0;
    std::array<level, deepest> levels_;
};

// The bytes of a raw text with its escapes resolved, one after the other.
class decoder {
public:
    explicit decoder(std::string_view raw) : raw_(raw) {}

    // -1 at the end.
    int next() {
        if (given_ < count_) return bytes_[given_++];
        if (raw_.empty()) return -1;
        const char first = raw_.front();
        raw_.remove_prefix(1);
        if (first != '\\') return static_cast<unsigned char>(first);
        const char kind = raw_.front();
        raw_.remove_prefix(1);
        switch (kind) {
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                encode(code_point());
                return bytes_[given_++];
            default:
                return static_cast<unsigned char>(kind);
        }
    }

private:
    unsigned code_unit() {
        unsigned result = 0;
        for (int n = 0; n < 4; ++n)
            result = result * 16 + static_cast<unsigned>(hex_digit(raw_[static_cast<std::size_t>(n)]));
        raw_.remove_prefix(4);
        return result;
    }

    unsigned code_point() {
        const unsigned unit = code_unit();
        if (unit < 0xD800 || unit > 0xDBFF) return unit;
        raw_.remove_prefix(2);
        return 0x10000 + ((unit - 0xD800) << 10) + (code_unit() - 0xDC00);
    }

    void encode(unsigned point) {
        const auto tail = [&](unsigned shift) { return static_cast<unsigned char>(0x80 | ((point >> shift) & 0x3F)); };
        given_ = 0;
        if (point < 0x80) {
            bytes_ = {static_cast<unsigned char>(point)};
            count_ = 1;
        } else if (point < 0x800) {
            bytes_ = {static_cast<unsigned char>(0xC0 | (point >> 6)), tail(0)};
            count_ = 2;
        } else if (point < 0x10000) {
            bytes_ = {static_cast<unsigned char>(0xE0 | (point >> 12)), tail(6), tail(0)};
            count_ = 3;
        } else {
            bytes_ = {static_cast<unsigned char>(0xF0 | (point >> 18)), tail(12), tail(6), tail(0)};
            count_ = 4;
        }
    }

    std::string_view raw_;
    std::array<unsigned char, 4> bytes_{};
    std::size_t given_ = 0, count_ = 0;
};

}  // namespace

void check(std::string_view text, pacer* pace) { checker(text, pace).check(); }

std::size_t first_value(std::string_view text) { return skip_blanks(text, text.starts_with("\xef\xbb\xbf") ? 3 : 0); }

std::string join_path(const std::string& path, std::string_view name) {
    return path + "." + escaped(name, longest_name);
}
std::string join_path(const std::string& path, std::size_t index) { return path + "[" + std::to_string(index) + "]"; }

std::size_t skip_blanks(std::string_view text, std::size_t at, pacer* pace) {
    progress done(pace, at);
    for (; at < text.size() && is_blank(text[at]); ++at) done.reach(at);
    return at;
}

std::size_t skip_value(std::string_view text, std::size_t at, pacer* pace) {
    progress done(pace, at);
    std::size_t depth = 0;
    do {
        at = skip_blanks(text, at, pace);
        done.reach(at);
        const char c = text[at];
        if (c == '"') {
            at += raw_text(text, at, pace).size() + 2;
        } else {
            depth += c == '{' || c == '[';
            depth -= c == '}' || c == ']';
            ++at;
            const bool word = depth == 0 && c != '}' && c != ']';
            for (; word && at < text.size() && !is_blank(text[at]) &&
                   std::string_view(",]}").find(text[at]) == std::string_view::npos;
                 ++at)
                done.reach(at);
        }
    } while (depth > 0);
    return at;
}

std::string_view raw_text(std::string_view text, std::size_t at, pacer* pace) {
    progress done(pace, at);
    std::size_t last = at + 1;
    for (; text[last] != '"'; last += text[last] == '\\' ? 2 : 1) done.reach(last);
    return text.substr(at + 1, last - at - 1);
}

std::string unescaped(std::string_view raw, pacer* pace) {
    std::string result;
    result.reserve(raw.size());  // escapes are longer than what they mean
    decoder bytes(raw);
    progress done(pace, 0);
    for (int byte = bytes.next(); byte >= 0; byte = bytes.next()) {
        result += static_cast<char>(byte);
        done.reach(result.size());
    }
    return result;
}

bool means_less(std::string_view raw, std::string_view other, pacer* pace) {
    if (raw.find('\\') == std::string_view::npos && other.find('\\') == std::string_view::npos) return raw < other;
    decoder a(raw), b(other);
    progress done(pace, 0);
    for (std::size_t n = 0;; ++n) {
        done.reach(n);
        const int left = a.next(), right = b.next();
        if (left != right) return left < right;
        if (left < 0) return false;
    }
}

number number_at(std::string_view text, std::size_t at) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("NaN")) return {false, 0, std::numeric_limits<double>::quiet_NaN()};
    if (rest.starts_with("Infinity")) return {false, 0, infinite};
    if (rest.starts_with("-Infinity")) return {false, 0, -infinite};
    const std::string_view word = rest.substr(0, std::min(rest.find_first_not_of("+-.0123456789eE"), rest.size()));
    const char *first = word.data(), *last = first + word.size();
    if (word.find_first_of(".eE") == std::string_view::npos) {
        int64_t whole = 0;
        if (std::from_chars(first, last, whole).ec == std::errc()) return {true, whole, static_cast<double>(whole)};
    }
    const c_locale scope;
    return {false, 0, std::strtod(std::string(word).c_str(), nullptr)};  // infinite if it is too large
}

}  // namespace farspan::json
