#include <algorithm>
#include <cinttypes>

#include "base/failure.hpp"
#include "base/utf8.hpp"
#include "config/gguf.hpp"

namespace farspan::config {
namespace {

constexpr std::size_t longest_name = 80;

// One value of a caller's entry.
json_value value_at(const farspan_metadata& entry, int64_t n) {
    switch (entry.type) {
        case FARSPAN_METADATA_INTEGER: {
            const int64_t value = static_cast<const int64_t*>(entry.values)[n];
            return {.kind = json_value::integer, .integer_value = value, .real_value = static_cast<double>(value)};
        }
        case FARSPAN_METADATA_REAL:
            return {.kind = json_value::real, .real_value = static_cast<const double*>(entry.values)[n]};
        default: {
            const char* text = static_cast<const char* const*>(entry.values)[n];
            return {.kind = json_value::text, .text_value = text};
        }
    }
}

void check_entry(const farspan_metadata& entry, std::size_t index) {
    if (!entry.key || !entry.values)
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, field_path("entries[%zu].%s", index, entry.key ? "values" : "key"),
                      "is NULL");
    if (entry.type < FARSPAN_METADATA_INTEGER || entry.type > FARSPAN_METADATA_TEXT)
        throw failure(FARSPAN_ERROR_METHOD, field_path("entries[%zu].type", index),
                      "is %d: must be integer (1), real (2) or text (3)", entry.type);
    const bool fits = entry.is_array ? entry.count >= 0 && entry.count <= most_metadata : entry.count == 1;
    if (!fits)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("entries[%zu].count", index), "is %" PRId64 ": must be %s",
                      entry.count, entry.is_array ? "between 0 and 2^20" : "1, as is_array is 0");
    for (int64_t n = 0; n < entry.count && entry.type == FARSPAN_METADATA_TEXT; ++n)
        if (!static_cast<const char* const*>(entry.values)[n])
            throw failure(FARSPAN_ERROR_NULL_ARGUMENT, escaped(entry.key, longest_name).c_str(),
                          ": text %" PRId64 " is NULL", n);
}

json_value value_of(metadata_builder& builder, const farspan_metadata& entry) {
    if (!entry.is_array) return value_at(entry, 0);
    json_value list{.kind = json_value::array};
    const std::size_t room = builder.room_for(entry.key, static_cast<uint64_t>(entry.count));
    for (std::size_t n = 0; n < room; ++n) list.items.push_back(value_at(entry, static_cast<int64_t>(n)));
    list.left_out = static_cast<std::size_t>(entry.count) - room;
    return list;
}

std::string architecture_of(std::span<const farspan_metadata> entries) {
    const farspan_metadata* found = nullptr;
    for (const farspan_metadata& entry : entries) {
        if (std::string_view(entry.key) != "general.architecture") continue;
        if (found) throw failure(FARSPAN_ERROR_FORMAT, "general.architecture", "is there twice");
        found = &entry;
    }
    if (!found) fail_architecture(nullptr);
    const json_value value = found->is_array ? json_value{.kind = json_value::array} : value_at(*found, 0);
    if (value.kind != json_value::text) fail_architecture(&value);
    return value.text_value;
}

}  // namespace

void fail_architecture(const json_value* found) {
    throw failure(FARSPAN_ERROR_FORMAT, "general.architecture", "is %s: must be a text",
                  found ? describe(*found).c_str() : "absent");
}

metadata_builder::metadata_builder(std::string architecture)
    : architecture_(std::move(architecture)), prefix_(architecture_ + ".") {}

std::size_t metadata_builder::room_for(std::string_view key, uint64_t count) {
    const std::size_t room = static_cast<std::size_t>(std::min<uint64_t>(count, most_items));
    kept_ += room;
    if (kept_ > most_kept)
        throw failure(FARSPAN_ERROR_FORMAT, escaped(key, longest_name).c_str(),
                      ": the lists of the architecture have more than %zu items together", most_kept);
    return room;
}

void metadata_builder::add(std::string_view key, json_value value) {
    if (values_.size() == most_keys)
        throw failure(FARSPAN_ERROR_FORMAT, "general.architecture", "has more than %zu keys", most_keys);
    if (!values_.emplace(key.substr(prefix_.size()), std::move(value)).second)
        throw failure(FARSPAN_ERROR_FORMAT, escaped(key, longest_name).c_str(), "is there twice");
}

gguf_metadata metadata_builder::finish() {
    gguf_metadata result;
    result.architecture = std::move(architecture_);
    for (auto& [key, value] : values_) {
        result.keys.names.push_back(key);
        result.keys.items.push_back(std::move(value));
    }
    return result;
}

std::unique_ptr<model> read_metadata(std::span<const farspan_metadata> entries, const farspan_model_options& options) {
    for (std::size_t n = 0; n < entries.size(); ++n) check_entry(entries[n], n);
    metadata_builder builder(architecture_of(entries));
    for (const farspan_metadata& entry : entries)
        if (builder.wants(entry.key)) builder.add(entry.key, value_of(builder, entry));
    return model_of(builder.finish(), options);
}

std::unique_ptr<model> read_gguf(std::span<const unsigned char> file, const farspan_model_options& options) {
    return model_of(parse_gguf(file), options);
}

}  // namespace farspan::config
