#include "config/json.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/failure.hpp"
#include "base/steps.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "farspan/model.h"

namespace farspan::config {

using namespace json;

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;
constexpr std::size_t most_fields = std::size_t{1} << 20;
constexpr std::size_t longest_text = 40;
constexpr std::size_t most_kept = 65536;  // items of all lists together that became values

// The document, and how many items of its lists became values.
struct json_text {
    std::string_view text;
    pacer* pace;  // may be missing
    std::size_t kept = 0;

    void step(int64_t steps) const {
        if (pace) pace->step(steps);
    }
};
using text_handle = std::shared_ptr<json_text>;

json_value value_at(const text_handle& document, std::size_t at, const std::string& path);

}  // namespace

// Where the fields of an object stand in the text, ordered by name.
class json_object {
public:
    json_object(text_handle document, std::size_t at, std::string path)
        : document_(std::move(document)),
          text_(document_->text),
          pace_(document_->pace),
          at_(at),
          path_(std::move(path)) {}

    std::size_t size() const { return fields().size(); }
    bool empty() const { return text_[skip_blanks(text_, at_ + 1, pace_)] == '}'; }

    const json_value* find(std::string_view name) const {
        const auto& all = fields();
        const auto found = std::lower_bound(
            all.begin(), all.end(), name,
            [this](const field& f, std::string_view wanted) { return means_less(name_of(f), wanted, pace_); });
        if (found == all.end() || unescaped(name_of(*found), pace_) != name) return nullptr;
        const auto [known, fresh] = values_.try_emplace(found->value);
        if (fresh) known->second = value_at(document_, found->value, join_path(path_, name));
        return &known->second;
    }

    // For work of some hundred nanoseconds on each.
    std::string unescaped_name(std::string_view raw) const {
        document_->step(16);
        return unescaped(raw, pace_);
    }

    // In the order of the document.
    std::vector<std::string_view> names() const {
        std::vector<field> all = fields();
        sort(all, [](const field& a, const field& b) { return a.name < b.name; });
        std::vector<std::string_view> result;
        for (const field& f : all) {
            document_->step(2);
            result.push_back(name_of(f));
        }
        return result;
    }

private:
    struct field {
        uint32_t name, value;  // offsets in the text
    };

    std::string_view name_of(const field& f) const { return raw_text(text_, f.name, pace_); }

    template <class Less>
    void sort(std::vector<field>& fields, Less less) const {
        sort_in_steps(fields.begin(), fields.end(), less, pace_ ? pace_->flag() : nullptr);
    }

    const std::vector<field>& fields() const {
        if (opened_) return fields_;
        std::size_t count = 0;
        each_field(
            text_, at_, [&](std::size_t, std::size_t) { ++count; }, pace_);
        if (count > most_fields)
            throw failure(FARSPAN_ERROR_FORMAT, path_.c_str(), "has %zu keys: must have at most %zu", count,
                          most_fields);
        fields_.reserve(count);
        const auto keep = [&](std::size_t name, std::size_t value) {
            fields_.push_back({static_cast<uint32_t>(name), static_cast<uint32_t>(value)});
        };
        each_field(text_, at_, keep, pace_);
        const auto less = [this](const field& a, const field& b) { return means_less(name_of(a), name_of(b), pace_); };
        sort(fields_, less);
        const auto same = std::adjacent_find(fields_.begin(), fields_.end(), [&](const field& a, const field& b) {
            document_->step(8);
            return !less(a, b);
        });
        if (same != fields_.end())
            throw failure(FARSPAN_ERROR_FORMAT, path_.c_str(), ": has the key \"%s\" twice",
                          escaped(unescaped(name_of(*same), pace_), longest_text).c_str());
        opened_ = true;
        return fields_;
    }

    text_handle document_;
    std::string_view text_;
    pacer* pace_;
    std::size_t at_;
    std::string path_;
    mutable bool opened_ = false;
    mutable std::vector<field> fields_;
    mutable std::map<uint32_t, json_value> values_;  // those that were looked for
};

namespace {

json_value list_at(const text_handle& document, std::size_t at, const std::string& path) {
    const std::string_view text = document->text;
    json_value result{.kind = json_value::array};
    const auto take = [&](std::size_t item) {
        if (result.items.size() == most_items)
            ++result.left_out;
        else if (++document->kept > most_kept)
            throw failure(FARSPAN_ERROR_FORMAT, path.c_str(),
                          ": the lists that are read have more than %zu items together", most_kept);
        else
            result.items.push_back(value_at(document, item, join_path(path, result.items.size())));
    };
    each_item(text, at, take, document->pace);
    return result;
}

json_value value_at(const text_handle& document, std::size_t at, const std::string& path) {
    const std::string_view text = document->text;
    switch (text[at]) {
        case '{':
            return {.kind = json_value::object, .fields = std::make_shared<json_object>(document, at, path)};
        case '[':
            return list_at(document, at, path);
        case '"':
            return {.kind = json_value::text,
                    .text_value = unescaped(raw_text(text, at, document->pace), document->pace)};
        case 't':
        case 'f':
            return {.kind = json_value::boolean, .integer_value = text[at] == 't'};
        case 'n':
            return {};
        default: {
            const json::number number = number_at(text, at);
            return {.kind = number.whole ? json_value::integer : json_value::real,
                    .integer_value = number.integer,
                    .real_value = number.real};
        }
    }
}

std::string number(const json_value& value) {
    char text[32];
    if (value.kind == json_value::integer)
        format_text(text, sizeof text, "%lld", static_cast<long long>(value.integer_value));
    else if (std::isnan(value.real_value))
        return "NaN";
    else if (std::isinf(value.real_value))
        return value.real_value < 0 ? "-Infinity" : "Infinity";
    else
        format_text(text, sizeof text, "%.10g", value.real_value);
    return text;
}

}  // namespace

std::size_t json_value::size() const {
    if (fields) return fields->size();
    return items.size() + left_out;
}

bool json_value::empty() const { return fields ? fields->empty() : size() == 0; }

void json_value::each_name(const std::function<void(std::string_view)>& each) const {
    for (const std::string& name : names) each(name);
    if (fields)
        for (const std::string_view raw : fields->names()) each(fields->unescaped_name(raw));
}

const json_value* json_value::find(std::string_view name) const {
    if (fields) return fields->find(name);
    for (std::size_t n = 0; n < names.size(); ++n)
        if (names[n] == name) return &items[n];
    return nullptr;
}

std::string describe(const json_value& value) {
    switch (value.kind) {
        case json_value::null:
            return "null";
        case json_value::boolean:
            return value.integer_value ? "true" : "false";
        case json_value::text:
            return "\"" + escaped(value.text_value, longest_text) + "\"";
        case json_value::array:
            return "a list of " + std::to_string(value.size());
        case json_value::object:
            return "an object";
        default:
            return number(value);
    }
}

json_value parse_json(std::string_view document, pacer* pace) {
    if (document.size() > most_bytes)
        throw failure(FARSPAN_ERROR_FORMAT, "$", ": the document has %zu bytes: must have at most %zu", document.size(),
                      most_bytes);
    json::check(document, pace);
    return value_at(std::make_shared<json_text>(json_text{document, pace}), first_value(document), "$");
}

}  // namespace farspan::config
