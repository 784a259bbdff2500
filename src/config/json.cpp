#include "config/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "base/failure.hpp"
#include "farspan/model.h"

namespace farspan::config {
namespace {

using json = nlohmann::json;

constexpr std::size_t most_bytes = std::size_t{64} << 20;
constexpr std::size_t most_depth = 64;  // published files have 4; a limit also bounds the recursion that frees the tree
constexpr std::size_t longest_text = 40;

// Text of a document for a message: cut at a character's end, without control characters.
std::string shown(std::string_view text) {
    std::string result(text.substr(0, longest_text));
    if (text.size() > longest_text) {
        while (!result.empty() && (static_cast<unsigned char>(text[result.size()]) & 0xC0) == 0x80) result.pop_back();
        result += "...";
    }
    for (char& c : result)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    return result;
}

// nlohmann's texts begin "[json.exception.parse_error.101] parse error at line 1, column 5: ".
std::string cause_of(const json::exception& error) {
    std::string text = error.what();
    const std::size_t bracket = text.find("] ");
    if (bracket != std::string::npos) text.erase(0, bracket + 2);
    if (text.starts_with("parse error")) text.replace(0, 11, "error");
    return text;
}

// Builds the tree and knows the path of what comes next.
class tree_builder : public json::json_sax_t {
public:
    tree_builder(json_value& root, int32_t argument) : root_(root), argument_(argument) {}

    bool null() override { return add({}); }
    bool boolean(bool value) override { return add({.kind = json_value::boolean, .integer_value = value}); }
    bool number_integer(json::number_integer_t value) override {
        return add({.kind = json_value::integer, .integer_value = value, .real_value = static_cast<double>(value)});
    }
    bool number_unsigned(json::number_unsigned_t value) override {
        if (value <= INT64_MAX) return number_integer(static_cast<int64_t>(value));
        return number_float(static_cast<double>(value), {});
    }
    bool number_float(json::number_float_t value, const json::string_t&) override {
        return add({.kind = json_value::real, .real_value = value});
    }
    bool string(json::string_t& value) override {
        return add({.kind = json_value::text, .text_value = std::move(value)});
    }
    bool binary(json::binary_t&) override { return false; }  // not part of JSON

    bool start_object(std::size_t) override { return open(json_value::object); }
    bool start_array(std::size_t) override { return open(json_value::array); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(json::string_t& name) override {
        level& top = levels_.back();
        if (!top.names.insert(name).second) fail(path(), "has the key \"" + shown(name) + "\" twice");
        top.value->names.push_back(name);
        top.has_key = true;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
        fail(path(), cause_of(error));
    }

private:
    struct level {
        json_value* value;
        std::unordered_set<std::string> names;
        bool has_key = false;
    };

    [[noreturn]] void fail(const std::string& where, const std::string& what) const {
        throw failure(FARSPAN_ERROR_FORMAT, argument_, "%s: %s", where.c_str(), what.c_str());
    }

    // Of the value that is being read: the last key or the next index of every open level.
    std::string path() const {
        std::string result = "$";
        for (const level& open : levels_) {
            if (open.value->kind == json_value::array)
                result = join_path(result, open.value->items.size() - (&open != &levels_.back() ? 1 : 0));
            else if (open.has_key)
                result = join_path(result, open.value->names.back());
        }
        return result;
    }

    json_value& place(json_value&& value) {
        if (levels_.empty()) return root_ = std::move(value);
        return levels_.back().value->items.emplace_back(std::move(value));
    }

    bool add(json_value&& value) {
        place(std::move(value));
        if (!levels_.empty()) levels_.back().has_key = false;
        return true;
    }

    bool open(json_value::kind_t kind) {
        if (levels_.size() == most_depth) fail(path(), "more than " + std::to_string(most_depth) + " levels deep");
        json_value& placed = place({.kind = kind});
        levels_.push_back({&placed, {}, false});
        return true;
    }

    bool close() {
        levels_.pop_back();
        if (!levels_.empty()) levels_.back().has_key = false;
        return true;
    }

    json_value& root_;
    int32_t argument_;
    std::vector<level> levels_;
};

std::string number(const json_value& value) {
    char text[32];
    if (value.kind == json_value::integer)
        std::snprintf(text, sizeof text, "%lld", static_cast<long long>(value.integer_value));
    else
        std::snprintf(text, sizeof text, "%.10g", value.real_value);
    return text;
}

}  // namespace

const json_value* json_value::find(std::string_view name) const {
    for (std::size_t n = 0; n < names.size(); ++n)
        if (names[n] == name) return &items[n];
    return nullptr;
}

std::string join_path(const std::string& path, std::string_view name) {
    return path + "." + shown(name);
}
std::string join_path(const std::string& path, std::size_t index) {
    return path + "[" + std::to_string(index) + "]";
}

std::string describe(const json_value& value) {
    switch (value.kind) {
        case json_value::null:
            return "null";
        case json_value::boolean:
            return value.integer_value ? "true" : "false";
        case json_value::text:
            return "\"" + shown(value.text_value) + "\"";
        case json_value::array:
            return "a list of " + std::to_string(value.items.size());
        case json_value::object:
            return "an object";
        default:
            return number(value);
    }
}

json_value parse_json(std::string_view document, int32_t argument) {
    if (document.size() > most_bytes)
        throw failure(FARSPAN_ERROR_FORMAT, argument, "the document has %zu bytes: must have at most %zu",
                      document.size(), most_bytes);
    json_value root;
    tree_builder builder(root, argument);
    json::sax_parse(document.begin(), document.end(), &builder);
    return root;
}

}  // namespace farspan::config
