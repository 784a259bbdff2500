#include "config/reader.hpp"

#include <cmath>

#include "base/failure.hpp"
#include "farspan/model.h"

namespace farspan::config {

void fail_type(const entry& at, const char* must) {
    throw failure(FARSPAN_ERROR_FORMAT, at.path.c_str(), "is %s: must be %s", describe(*at.value).c_str(), must);
}

void fail_range(const std::string& path, double value, double low, double high) {
    if (!std::isfinite(value))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, path.c_str(), "is %s: must be between %.15g and %.15g",
                      std::isnan(value) ? "NaN"
                      : value < 0       ? "-Infinity"
                                        : "Infinity",
                      low, high);
    throw failure(FARSPAN_ERROR_PARAMETER_RANGE, path.c_str(), "is %.15g: must be between %.15g and %.15g", value, low,
                  high);
}

double to_real(const entry& at, double low, double high) {
    if (at.value->kind != json_value::integer && at.value->kind != json_value::real) fail_type(at, "a number");
    const double value = at.value->real_value;
    if (!(value >= low && value <= high)) fail_range(at.path, value, low, high);
    return value;
}

// 8192.0 counts as the integer it is: some writers know only one kind of number.
int64_t to_integer(const entry& at, int64_t low, int64_t high) {
    const double value = to_real(at, static_cast<double>(low), static_cast<double>(high));
    if (value != std::floor(value)) fail_type(at, "a whole number");
    return static_cast<int64_t>(value);
}

void reader::add_scope(const json_value& object, std::string path) {
    if (object.kind != json_value::object) fail_type({&object, path}, "an object");
    scopes_.push_back({&object, std::move(path)});
}

entry reader::find(names spellings) {
    for (const char* name : spellings)
        if (is_visible(name)) read_.insert(name);
    for (const scope& s : scopes_) {
        entry null_entry;
        for (const char* name : spellings) {
            if (!is_visible(name)) continue;
            const json_value* value = s.object->find(name);
            if (value && value->kind != json_value::null) return {value, join_path(s.path, name)};
            if (value && !null_entry.value) null_entry = {value, join_path(s.path, name)};
        }
        if (null_entry.value) return null_entry;
    }
    return {};
}

entry reader::look(std::string_view name) const {
    entry null_entry;
    for (const scope& s : scopes_) {
        const json_value* value = s.object->find(name);
        if (value && value->kind != json_value::null) return {value, join_path(s.path, name)};
        if (value && !null_entry.value) null_entry = {value, join_path(s.path, name)};
    }
    return null_entry;
}

std::string reader::path_of(names spellings) const {
    for (const char* name : spellings)
        if (const entry found = look(name); found.value) return found.path;
    return join_path(path(), *spellings.begin());
}

bool reader::is_null(names spellings) {
    const entry found = find(spellings);
    return found.value && !found;
}

std::optional<double> reader::default_of(names spellings) {
    for (const char* name : spellings)
        for (const class_default& d : defaults_)
            if (std::string_view(d.key) == name) {
                notes_.add(FARSPAN_NOTE_DEFAULT, path_of(name), "absent: the model class assumes %.15g", d.value);
                return d.value;
            }
    return {};
}

std::optional<int64_t> reader::integer(names spellings, int64_t low, int64_t high) {
    const entry found = find(spellings);
    if (found) return to_integer(found, low, high);
    if (found.value) return {};
    const std::optional<double> assumed = default_of(spellings);
    return assumed ? std::optional(static_cast<int64_t>(*assumed)) : std::nullopt;
}

std::optional<double> reader::real(names spellings, double low, double high) {
    const entry found = find(spellings);
    if (found) return to_real(found, low, high);
    return found.value ? std::nullopt : default_of(spellings);
}

std::optional<bool> reader::flag(names spellings) {
    const entry found = find(spellings);
    if (found) {
        if (found.value->kind != json_value::boolean && found.value->kind != json_value::integer)
            fail_type(found, "true or false");
        return found.value->integer_value != 0;
    }
    if (found.value) return {};
    const std::optional<double> assumed = default_of(spellings);
    return assumed ? std::optional(*assumed != 0) : std::nullopt;
}

std::optional<std::string> reader::text(names spellings) {
    const entry found = find(spellings);
    if (!found) return {};
    if (found.value->kind != json_value::text) fail_type(found, "a text");
    return found.value->text_value;
}

std::vector<double> reader::reals(names spellings, double low, double high, std::size_t most) {
    const entry found = find(spellings);
    if (!found) return {};
    if (found.value->kind != json_value::array) fail_type(found, "a list of numbers");
    if (found.value->size() > most)
        throw failure(FARSPAN_ERROR_SHAPE, found.path.c_str(), "has %zu entries: must have at most %zu",
                      found.value->size(), most);
    std::vector<double> result;
    for (const json_value& item : found.value->items)
        result.push_back(to_real({&item, join_path(found.path, result.size())}, low, high));
    return result;
}

int64_t reader::required_integer(names spellings, int64_t low, int64_t high) {
    const std::optional<int64_t> value = integer(spellings, low, high);
    if (value) return *value;
    throw failure(FARSPAN_ERROR_FORMAT, path_of(spellings).c_str(), "is %s: must be a whole number",
                  is_null(spellings) ? "null" : "absent");
}

double reader::required_real(names spellings, double low, double high) {
    const std::optional<double> value = real(spellings, low, high);
    if (value) return *value;
    throw failure(FARSPAN_ERROR_FORMAT, path_of(spellings).c_str(), "is %s: must be a number",
                  is_null(spellings) ? "null" : "absent");
}

std::optional<reader> reader::child(names spellings) {
    const entry found = find(spellings);
    if (!found) return {};
    reader result(notes_);
    result.add_scope(*found.value, found.path);
    return result;
}

void reader::note_unread(const char* meaning, const std::function<bool(std::string_view)>& concerns) {
    constexpr std::size_t most_notes = 32;  // a hostile file could have a million such keys
    std::size_t unread = 0;
    scopes_.front().object->each_name([&](std::string_view name) {
        if (!read_.contains(name) && (!concerns || concerns(name)) && ++unread <= most_notes)
            notes_.add(FARSPAN_NOTE_UNKNOWN_FIELD, join_path(path(), name), "%s", meaning);
    });
    if (unread > most_notes)
        notes_.add(FARSPAN_NOTE_UNKNOWN_FIELD, path(), "%zu more keys like these", unread - most_notes);
}

}  // namespace farspan::config
