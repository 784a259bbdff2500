#include <cmath>
#include <limits>

#include "base/failure.hpp"
#include "base/json_scan.hpp"
#include "base/utf8.hpp"
#include "method/registry.hpp"
#include "method/scheme_json.hpp"

namespace farspan {
namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;
constexpr std::size_t longest_quote = 24;

std::string quoted(const char* word) { return '"' + std::string(word) + '"'; }

// Words as a sentence names them: none, base or yarn.
class word_list {
public:
    void add(const std::string& word) {
        if (!last_.empty()) text_ += (text_.empty() ? "" : ", ") + last_;
        last_ = word;
    }
    std::string text() const { return text_.empty() ? last_ : text_ + " or " + last_; }

private:
    std::string text_, last_;
};

class reader {
public:
    explicit reader(std::string_view text) : text_(text) {}

    std::unique_ptr<scheme> read() {
        if (text_.size() > most_bytes)
            throw failure(FARSPAN_ERROR_FORMAT, "$", ": the text has %zu bytes: must have at most %zu", text_.size(),
                          most_bytes);
        json::check(text_);
        const auto parts = configs_.parts();
        const std::size_t at = json::first_value(text_);
        if (text_[at] != '{') refuse_type("$", at, "an object with the parts of a scheme");
        unsigned seen = 0;
        json::each_field(text_, at, [&](std::size_t name, std::size_t value) {
            const std::string key = json::unescaped(json::raw_text(text_, name));
            for (std::size_t n = 0; n < parts.size(); ++n) {
                if (key != parts[n].name) continue;
                if (seen >> n & 1) refuse_twice("$", key);
                seen |= 1u << n;
                return read_part(parts[n], value);
            }
            refuse(FARSPAN_ERROR_FORMAT, json::join_path("$", key),
                   "is no part of a scheme: those are rope, remap, bias, mask and score");
        });
        for (const scheme_part& part : parts) connect_arrays(part);
        return make_scheme({sizeof(farspan_scheme_parts), 0, &configs_.rope, &configs_.remap, &configs_.bias,
                            &configs_.mask, &configs_.score});
    }

private:
    struct list {
        const field* of;
        std::string path;
        std::vector<double> doubles;
        std::vector<float> floats;
        std::size_t size() const { return of->type == field_type::floats ? floats.size() : doubles.size(); }
    };

    [[noreturn]] void refuse(farspan_status status, const std::string& path, const std::string& what) const {
        throw failure(status, path.c_str(), "%s", what.c_str());
    }
    [[noreturn]] void refuse_type(const std::string& path, std::size_t at, const std::string& must) const {
        refuse(FARSPAN_ERROR_FORMAT, path, "is " + found(at) + ": must be " + must);
    }
    [[noreturn]] void refuse_twice(const std::string& path, const std::string& key) const {
        throw failure(FARSPAN_ERROR_FORMAT, path.c_str(), ": has the key \"%s\" twice",
                      escaped(key, longest_quote).c_str());
    }

    // The value at `at`, short enough for a message.
    std::string found(std::size_t at) const {
        if (text_[at] == '{') return "an object";
        if (text_[at] == '[') return "a list";
        if (text_[at] == '"') return quoted(escaped(json::unescaped(json::raw_text(text_, at)), longest_quote).c_str());
        return escaped(text_.substr(at, json::skip_value(text_, at) - at), longest_quote);
    }

    bool is_number(std::size_t at) const {
        return std::string_view("{[\"tfn").find(text_[at]) == std::string_view::npos;
    }

    void read_part(const scheme_part& part, std::size_t at) {
        const std::string path = json::join_path("$", part.name);
        if (text_[at] != '{') refuse_type(path, at, "an object");
        field_set seen = 0;
        bool seen_method = false;
        json::each_field(text_, at, [&](std::size_t name, std::size_t value) {
            const std::string key = json::unescaped(json::raw_text(text_, name));
            const std::string field_path = json::join_path(path, key);
            if (part.method_key && key == part.method_key) {
                if (seen_method) refuse_twice(path, key);
                seen_method = true;
                *part.method = method_at(part, field_path, value);
                return;
            }
            for (std::size_t n = 0; n < part.fields.size(); ++n) {
                if (key.empty() || key != json_name(part.fields[n])) continue;
                if (seen >> n & 1) refuse_twice(path, key);
                seen |= field_set{1} << n;
                return read_field(part, n, field_path, value);
            }
            refuse(FARSPAN_ERROR_FORMAT, field_path, std::string("is not a field of ") + part.name);
        });
    }

    std::string word_at(const std::string& path, std::size_t at, const std::string& must) const {
        if (text_[at] != '"') refuse_type(path, at, must);
        return json::unescaped(json::raw_text(text_, at));
    }

    int32_t method_at(const scheme_part& part, const std::string& path, std::size_t at) const {
        word_list known;
        for (int32_t method = 0; method < method_count(part.naming); ++method)
            known.add(method_name(part.naming, method));
        const std::string word = word_at(path, at, known.text());
        for (int32_t method = 0; method < method_count(part.naming); ++method)
            if (word == method_name(part.naming, method)) return method;
        refuse(FARSPAN_ERROR_METHOD, path, "is " + found(at) + ": must be " + known.text());
    }

    void read_field(const scheme_part& part, std::size_t n, const std::string& path, std::size_t at) {
        const field& f = part.fields[n];
        if (f.is_array()) return read_array(f, path, at);
        if (std::string_view(f.name).find('[') == std::string_view::npos) return read_scalar(f, part.config, path, at);
        const std::size_t most = json_run(part.fields, n);
        if (text_[at] != '[') refuse_type(path, at, "a list of whole numbers");
        std::size_t entry = 0;
        json::each_item(text_, at, [&](std::size_t item) {
            if (entry == most) refuse(FARSPAN_ERROR_SHAPE, path, "has more than " + std::to_string(most) + " numbers");
            read_scalar(part.fields[n + entry], part.config, json::join_path(path, entry), item);
            ++entry;
        });
    }

    void read_scalar(const field& f, void* config, const std::string& path, std::size_t at) const {
        if (f.type == field_type::real) return store(f, config, real_at(path, at));
        const int64_t value = f.range.use == field_use::word   ? word_of(f, path, at)
                              : f.range.use == field_use::flag ? flag_at(path, at)
                                                               : whole_at(f, path, at);
        if (f.type == field_type::int64)
            store(f, config, value);
        else
            store(f, config, static_cast<int32_t>(value));
    }

    int64_t word_of(const field& f, const std::string& path, std::size_t at) const {
        word_list known;
        for (const char* word : f.range.words)
            if (word) known.add(quoted(word));
        const std::string given = word_at(path, at, known.text());
        for (std::size_t n = 0; n < f.range.words.size() && f.range.words[n]; ++n)
            if (given == f.range.words[n]) return static_cast<int64_t>(f.range.low) + static_cast<int64_t>(n);
        refuse(FARSPAN_ERROR_METHOD, path, "is " + found(at) + ": must be " + known.text());
    }

    int64_t flag_at(const std::string& path, std::size_t at) const {
        if (text_[at] != 't' && text_[at] != 'f') refuse_type(path, at, "true or false");
        return text_[at] == 't';
    }

    // 4096, and 4096.0 as some languages write it.
    int64_t whole_at(const field& f, const std::string& path, std::size_t at) const {
        constexpr double exact = 0x1p53;
        if (!is_number(at)) refuse_type(path, at, "a whole number");
        const json::number number = json::number_at(text_, at);
        if (!number.whole && !(std::abs(number.real) <= exact && number.real == std::floor(number.real)))
            refuse_type(path, at, "a whole number");
        const int64_t value = number.whole ? number.integer : static_cast<int64_t>(number.real);
        if (f.type == field_type::int32 && value != static_cast<int32_t>(value))
            refuse(f.range.status, path, "is " + found(at) + ": must be a whole number of 32 bits");
        return value;
    }

    double real_at(const std::string& path, std::size_t at) const {
        if (!is_number(at)) refuse_type(path, at, "a number");
        const double value = json::number_at(text_, at).real;
        if (!std::isfinite(value))
            refuse(FARSPAN_ERROR_PARAMETER_RANGE, path, "is " + found(at) + ": must be a finite number");
        return value == 0 && text_[at] == '-' ? -0.0 : value;
    }

    void read_array(const field& f, const std::string& path, std::size_t at) {
        if (text_[at] != '[') refuse_type(path, at, "a list of numbers");
        list entries{&f, path, {}, {}};
        json::each_item(text_, at, [&](std::size_t item) {
            const std::string item_path = json::join_path(path, entries.size());
            const double value = real_at(item_path, item);
            if (f.type == field_type::doubles) return entries.doubles.push_back(value);
            const auto narrow = static_cast<float>(value);
            if (!std::isfinite(narrow))
                refuse(FARSPAN_ERROR_PARAMETER_RANGE, item_path,
                       "is " + found(item) + ": must be a finite number of float32");
            entries.floats.push_back(narrow);
        });
        lists_.push_back(std::move(entries));
    }

    // Puts the lists into the configuration.
    void connect_arrays(const scheme_part& part) {
        for (const list& one : lists_) {
            if (one.of < part.fields.data() || one.of >= part.fields.data() + part.fields.size() || one.size() == 0)
                continue;
            if (one.of->type == field_type::floats)
                store(*one.of, part.config, one.floats.data());
            else
                store(*one.of, part.config, one.doubles.data());
            store(count_of(*one.of), part.config, static_cast<int64_t>(one.size()));
        }
    }

    std::string_view text_;
    scheme_configs configs_;
    std::vector<list> lists_;
};

}  // namespace

std::unique_ptr<scheme> scheme_from_json(std::string_view text) { return reader(text).read(); }

}  // namespace farspan
