#include <algorithm>
#include <array>
#include <cinttypes>

#include "base/failure.hpp"
#include "base/utf8.hpp"
#include "config/gguf.hpp"

namespace farspan::config {
namespace {

constexpr std::size_t longest_name = 80;

std::string_view key_of(const farspan_metadata& entry) {
    return {entry.key, static_cast<std::size_t>(entry.key_bytes)};
}

// One of the arrays that an entry may have.
struct entry_array {
    const char* name;
    int32_t type;
    const void* values;
    int64_t count;
};

std::array<entry_array, 3> arrays_of(const farspan_metadata& entry) {
    return {{{"integers", FARSPAN_METADATA_INTEGER, entry.integers, entry.integers_count},
             {"reals", FARSPAN_METADATA_REAL, entry.reals, entry.reals_count},
             {"texts", FARSPAN_METADATA_TEXT, entry.texts, entry.texts_count}}};
}

int64_t count_of(const farspan_metadata& entry) {
    return arrays_of(entry)[static_cast<std::size_t>(entry.type - 1)].count;
}

// One value of a caller's entry.
json_value value_at(const farspan_metadata& entry, int64_t n) {
    switch (entry.type) {
        case FARSPAN_METADATA_INTEGER:
            return {.kind = json_value::integer,
                    .integer_value = entry.integers[n],
                    .real_value = static_cast<double>(entry.integers[n])};
        case FARSPAN_METADATA_REAL:
            return {.kind = json_value::real, .real_value = entry.reals[n]};
        default: {
            const farspan_text& text = entry.texts[n];
            return {
                .kind = json_value::text,
                .text_value = text.data ? std::string(text.data, static_cast<std::size_t>(text.bytes)) : std::string()};
        }
    }
}

void check_text(const char* data, int64_t bytes, const char* data_path, const char* bytes_path) {
    if (bytes < 0) throw failure(FARSPAN_ERROR_SHAPE, bytes_path, "is %" PRId64 ": must not be negative", bytes);
    if (!data && bytes > 0) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, data_path, "is NULL");
}

// Only the array of the entry's type is there.
void check_array(const farspan_metadata& entry, const entry_array& array, std::size_t index) {
    const field_path values("entries[%zu].%s", index, array.name), count("entries[%zu].%s_count", index, array.name);
    if (array.type != entry.type) {
        if (array.values || array.count != 0)
            throw failure(FARSPAN_ERROR_COMBINATION, values, "is given: must be NULL and its count 0, as type is %d",
                          entry.type);
        return;
    }
    const bool fits = entry.is_array ? array.count >= 0 && array.count <= most_metadata : array.count == 1;
    if (!fits)
        throw failure(FARSPAN_ERROR_SHAPE, count, "is %" PRId64 ": must be %s", array.count,
                      entry.is_array ? "between 0 and 2^20" : "1, as is_array is 0");
    if (!array.values && array.count > 0) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, values, "is NULL");
}

void check_entry(const farspan_metadata& entry, std::size_t index, pacer& pace) {
    if (!entry.key) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, field_path("entries[%zu].key", index), "is NULL");
    check_text(entry.key, entry.key_bytes, "", field_path("entries[%zu].key_bytes", index));
    if (entry.type < FARSPAN_METADATA_INTEGER || entry.type > FARSPAN_METADATA_TEXT)
        throw failure(FARSPAN_ERROR_METHOD, field_path("entries[%zu].type", index),
                      "is %d: must be integer (1), real (2) or text (3)", entry.type);
    for (const entry_array& array : arrays_of(entry)) check_array(entry, array, index);
    for (int64_t n = 0; n < entry.texts_count; ++n) {
        pace.step();
        const farspan_text& text = entry.texts[n];
        if (text.bytes != 0)
            check_text(text.data, text.bytes, field_path("entries[%zu].texts[%" PRId64 "].data", index, n),
                       field_path("entries[%zu].texts[%" PRId64 "].bytes", index, n));
    }
}

json_value value_of(metadata_builder& builder, const farspan_metadata& entry) {
    if (!entry.is_array) return value_at(entry, 0);
    json_value list{.kind = json_value::array};
    const int64_t count = count_of(entry);
    const std::size_t room = builder.room_for(key_of(entry), static_cast<uint64_t>(count));
    for (std::size_t n = 0; n < room; ++n) list.items.push_back(value_at(entry, static_cast<int64_t>(n)));
    list.left_out = static_cast<std::size_t>(count) - room;
    return list;
}

std::string architecture_of(std::span<const farspan_metadata> entries) {
    const farspan_metadata* found = nullptr;
    for (const farspan_metadata& entry : entries) {
        if (key_of(entry) != "general.architecture") continue;
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

std::unique_ptr<model> read_metadata(std::span<const farspan_metadata> entries, const farspan_model_options& options,
                                     pacer& pace) {
    for (std::size_t n = 0; n < entries.size(); ++n) {
        pace.step(16);
        check_entry(entries[n], n, pace);
    }
    metadata_builder builder(architecture_of(entries));
    for (const farspan_metadata& entry : entries) {
        pace.step();
        if (builder.wants(key_of(entry))) builder.add(key_of(entry), value_of(builder, entry));
    }
    return model_of(builder.finish(), options);
}

std::unique_ptr<model> read_gguf(std::span<const unsigned char> file, const farspan_model_options& options,
                                 pacer& pace) {
    return model_of(parse_gguf(file, pace), options);
}

}  // namespace farspan::config
