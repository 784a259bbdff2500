#include <cinttypes>

#include "base/failure.hpp"
#include "config/gguf.hpp"

namespace farspan::config {
namespace {

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
            if (!text) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, 1, "%.80s: text %" PRId64 " is NULL", entry.key, n);
            return {.kind = json_value::text, .text_value = text};
        }
    }
}

json_value value_of(const farspan_metadata& entry, std::size_t index) {
    if (!entry.key || !entry.values)
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, 1, "entries[%zu].%s is NULL", index, entry.key ? "values" : "key");
    if (entry.type < FARSPAN_METADATA_INTEGER || entry.type > FARSPAN_METADATA_TEXT)
        throw failure(FARSPAN_ERROR_METHOD, 1, "entries[%zu].type is %d: must be one of FARSPAN_METADATA_*", index,
                      entry.type);
    const bool fits = entry.is_array ? entry.count >= 0 && entry.count <= most_metadata : entry.count == 1;
    if (!fits)
        throw failure(FARSPAN_ERROR_SHAPE, 1, "entries[%zu].count is %" PRId64 ": must be %s", index, entry.count,
                      entry.is_array ? "between 0 and 2^20" : "1, as is_array is 0");
    if (!entry.is_array) return value_at(entry, 0);
    json_value list{.kind = json_value::array};
    for (int64_t n = 0; n < entry.count; ++n) list.items.push_back(value_at(entry, n));
    return list;
}

}  // namespace

void metadata_builder::add(const std::string& key, json_value value) {
    if (!values_.emplace(key, std::move(value)).second)
        throw failure(FARSPAN_ERROR_FORMAT, 1, "%.80s is there twice", key.c_str());
}

gguf_metadata metadata_builder::finish() {
    const auto found = values_.find("general.architecture");
    if (found == values_.end() || found->second.kind != json_value::text)
        throw failure(FARSPAN_ERROR_FORMAT, 1, "general.architecture is %s: must be a text",
                      found == values_.end() ? "absent" : describe(found->second).c_str());
    gguf_metadata result;
    result.architecture = found->second.text_value;
    const std::string prefix = result.architecture + ".";
    for (auto& [key, value] : values_) {
        if (!key.starts_with(prefix)) continue;
        result.keys.names.push_back(key.substr(prefix.size()));
        result.keys.items.push_back(std::move(value));
    }
    return result;
}

std::unique_ptr<model> read_metadata(std::span<const farspan_metadata> entries, const farspan_model_options& options) {
    metadata_builder builder;
    for (std::size_t n = 0; n < entries.size(); ++n) {
        json_value value = value_of(entries[n], n);
        builder.add(entries[n].key, std::move(value));
    }
    return model_of(builder.finish(), options);
}

std::unique_ptr<model> read_gguf(std::span<const unsigned char> file, const farspan_model_options& options) {
    return model_of(parse_gguf(file), options);
}

}  // namespace farspan::config
