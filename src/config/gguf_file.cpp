// The beginning of a GGUF file (ggml's docs/gguf.md, version 2 and 3): magic, counts, key-value pairs, tensor list.
// Little-endian.
#include <algorithm>
#include <bit>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "base/failure.hpp"
#include "base/utf8.hpp"
#include "config/gguf.hpp"

namespace farspan::config {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are taken from the file as they are");

enum : uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64, type_count };
constexpr std::size_t sizes[type_count] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

constexpr uint64_t longest_key = 65535;
constexpr std::size_t longest_name = 80;
constexpr uint64_t longest_text = uint64_t{1} << 24;
constexpr const char* position_tensors[] = {"rope_freqs.weight", "rope_factors_short.weight",
                                            "rope_factors_long.weight"};

class file_reader {
public:
    file_reader(std::span<const unsigned char> bytes, pacer& pace) : bytes_(bytes), pace_(pace) {}

    template <class T>
    T number(const char* what) {
        T value;
        std::memcpy(&value, take(sizeof value, what), sizeof value);
        return value;
    }

    // Refers to the file.
    std::string_view text(const char* what, uint64_t longest) {
        const auto length = number<uint64_t>(what);
        if (length > longest) fail("%s has %" PRIu64 " bytes: must have at most %" PRIu64, what, length, longest);
        const unsigned char* first = take(length, what);
        return {reinterpret_cast<const char*>(first), static_cast<std::size_t>(length)};
    }

    void go_to(std::size_t at) { at_ = at; }

    void skip(uint64_t count, uint64_t size, const char* what) {
        if (size > 0 && count > left() / size) fail("%s reaches beyond the %zu bytes given", what, bytes_.size());
        at_ += static_cast<std::size_t>(count * size);
    }

    uint64_t left() const { return bytes_.size() - at_; }
    std::size_t at() const { return at_; }
    std::span<const unsigned char> bytes() const { return bytes_; }

    [[noreturn, gnu::format(printf, 2, 3)]] void fail(const char* format, ...) const {
        char text[256];
        va_list values;
        va_start(values, format);
        format_text_list(text, sizeof text, format, values);
        va_end(values);
        throw failure(FARSPAN_ERROR_FORMAT, "file", ": GGUF, byte %zu: %s", at_, text);
    }

private:
    const unsigned char* take(uint64_t count, const char* what) {
        if (count > left()) fail("%s reaches beyond the %zu bytes given", what, bytes_.size());
        pace_.step(4);
        const unsigned char* first = bytes_.data() + at_;
        at_ += static_cast<std::size_t>(count);
        return first;
    }

    std::span<const unsigned char> bytes_;
    pacer& pace_;
    std::size_t at_ = 0;
};

std::string shown(std::string_view name) { return escaped(name, longest_name); }

json_value whole(int64_t value) {
    return {.kind = json_value::integer, .integer_value = value, .real_value = static_cast<double>(value)};
}
json_value real(double value) { return {.kind = json_value::real, .real_value = value}; }

json_value read_scalar(file_reader& in, uint32_t type, const char* key) {
    switch (type) {
        case u8:
            return whole(in.number<uint8_t>(key));
        case i8:
            return whole(in.number<int8_t>(key));
        case u16:
            return whole(in.number<uint16_t>(key));
        case i16:
            return whole(in.number<int16_t>(key));
        case u32:
            return whole(in.number<uint32_t>(key));
        case i32:
            return whole(in.number<int32_t>(key));
        case i64:
            return whole(in.number<int64_t>(key));
        case f32:
            return real(in.number<float>(key));
        case f64:
            return real(in.number<double>(key));
        case boolean:
            return {.kind = json_value::boolean, .integer_value = in.number<uint8_t>(key) != 0};
        case string:
            return {.kind = json_value::text, .text_value = std::string(in.text(key, longest_text))};
        case u64: {
            const auto value = in.number<uint64_t>(key);
            return value <= INT64_MAX ? whole(static_cast<int64_t>(value)) : real(static_cast<double>(value));
        }
        default:
            in.fail("%s has the type %" PRIu32 ": must be between 0 and %" PRIu32, key, type, type_count - 1);
    }
}

void skip_items(file_reader& in, uint32_t type, uint64_t count, const char* key) {
    if (type != string) return in.skip(count, sizes[type], key);
    for (uint64_t n = 0; n < count; ++n) in.text(key, longest_text);
}

struct list_head {
    uint32_t type;
    uint64_t count;
};

list_head read_list_head(file_reader& in, const char* key) {
    const auto type = in.number<uint32_t>(key);
    if (type >= type_count || type == array)
        in.fail("%s is an array of type %" PRIu32 ": must be one of numbers, booleans or texts", key, type);
    return {type, in.number<uint64_t>(key)};
}

void skip_value(file_reader& in, const char* key) {
    const auto type = in.number<uint32_t>(key);
    if (type >= type_count) read_scalar(in, type, key);  // says what is wrong
    if (type != array) return skip_items(in, type, 1, key);
    const list_head list = read_list_head(in, key);
    skip_items(in, list.type, list.count, key);
}

json_value read_value(file_reader& in, metadata_builder& builder, std::string_view name, const char* key) {
    const auto type = in.number<uint32_t>(key);
    if (type != array) return read_scalar(in, type, key);
    const list_head list = read_list_head(in, key);
    json_value result{.kind = json_value::array};
    const std::size_t room = builder.room_for(name, list.count);
    for (std::size_t n = 0; n < room; ++n) result.items.push_back(read_scalar(in, list.type, key));
    result.left_out = static_cast<std::size_t>(list.count) - room;
    skip_items(in, list.type, result.left_out, key);
    return result;
}

struct tensor_place {
    std::string_view name;
    uint64_t elements;
    uint32_t type;
    uint64_t offset;
};

tensor_place read_tensor(file_reader& in) {
    tensor_place result{.name = in.text("the name of a tensor", longest_key), .elements = 1, .type = 0, .offset = 0};
    const auto dimensions = in.number<uint32_t>("the dimensions of a tensor");
    if (dimensions > 8)
        in.fail("tensor %s has %" PRIu32 " dimensions: must have at most 8", shown(result.name).c_str(), dimensions);
    for (uint32_t n = 0; n < dimensions; ++n) {
        const auto extent = in.number<uint64_t>("the extents of a tensor");
        if (extent != 0 && result.elements > UINT64_MAX / extent)
            in.fail("tensor %s is too large", shown(result.name).c_str());
        result.elements *= extent;
    }
    result.type = in.number<uint32_t>("the type of a tensor");
    result.offset = in.number<uint64_t>("the offset of a tensor");
    return result;
}

// The numbers of a small F32 tensor, or nothing if the bytes do not reach that far.
bool copy_tensor(const file_reader& in, const tensor_place& place, uint64_t data, std::vector<double>& values) {
    constexpr uint32_t type_f32 = 0;
    if (place.type != type_f32 || place.elements > static_cast<uint64_t>(most_head_dim))
        in.fail("tensor %s has type %" PRIu32 " and %" PRIu64 " elements: must be F32 with at most %" PRId64,
                shown(place.name).c_str(), place.type, place.elements, most_head_dim);
    const uint64_t bytes = in.bytes().size(), length = place.elements * sizeof(float);
    if (data > bytes || place.offset > bytes - data || length > bytes - data - place.offset) return false;
    for (uint64_t n = 0; n < place.elements; ++n) {
        float value;
        std::memcpy(&value, in.bytes().data() + data + place.offset + n * sizeof value, sizeof value);
        values.push_back(value);
    }
    return true;
}

// What a file says of itself, wherever it stands among the keys.
struct general_keys {
    json_value architecture, alignment, part, parts;

    json_value* find(std::string_view key) {
        if (key == "general.architecture") return &architecture;
        if (key == "general.alignment") return &alignment;
        if (key == "split.no") return &part;
        return key == "split.count" ? &parts : nullptr;
    }
};

general_keys read_general(file_reader& in, uint64_t pairs) {
    general_keys result;
    for (uint64_t n = 0; n < pairs; ++n) {  // ends with the bytes, whatever the count says
        const std::string_view name = in.text("a key", longest_key);
        json_value* const wanted = result.find(name);
        const std::string key = shown(name);
        if (!wanted) {
            skip_value(in, key.c_str());
            continue;
        }
        if (wanted->kind != json_value::null) in.fail("%s is there twice", key.c_str());
        const auto type = in.number<uint32_t>(key.c_str());
        if (type == array) in.fail("%s is a list: must be one value", key.c_str());
        *wanted = read_scalar(in, type, key.c_str());
    }
    return result;
}

uint64_t alignment_of(const file_reader& in, const json_value& given) {
    if (given.kind == json_value::null) return 32;
    if (given.kind != json_value::integer || given.integer_value < 1 || given.integer_value > (1 << 20))
        in.fail("general.alignment is %s: must be between 1 and 2^20", describe(given).c_str());
    return static_cast<uint64_t>(given.integer_value);
}

// The later parts of a split file have tensors and no keys.
void check_part(const file_reader& in, const general_keys& general) {
    if (general.part.kind == json_value::integer && general.part.integer_value > 0)
        in.fail("split.no is %" PRId64 ": this is part %" PRId64 " of %s of a split file; the first has the metadata",
                general.part.integer_value, general.part.integer_value + 1,
                general.parts.kind == json_value::integer ? describe(general.parts).c_str() : "several");
}

void check_beginning(file_reader& in) {
    const auto magic = in.number<uint32_t>("the magic number");
    if (magic != 0x46554747) in.fail("the file does not begin with GGUF");
    const auto version = in.number<uint32_t>("the version");
    if (version == 2 || version == 3) return;
    if (version == 0x02000000 || version == 0x03000000)
        in.fail("the file is big-endian (version %" PRIu32 " from the other end): must be little-endian",
                version >> 24);
    in.fail("version %" PRIu32 ": must be 2 or 3", version);
}

}  // namespace

gguf_metadata parse_gguf(std::span<const unsigned char> file, pacer& pace) {
    file_reader in(file, pace);
    check_beginning(in);
    const auto tensors = in.number<uint64_t>("the number of tensors"),
               pairs = in.number<uint64_t>("the number of keys");
    const std::size_t first = in.at();
    const general_keys general = read_general(in, pairs);
    check_part(in, general);
    if (general.architecture.kind != json_value::text)
        fail_architecture(general.architecture.kind == json_value::null ? nullptr : &general.architecture);
    metadata_builder builder(general.architecture.text_value);
    in.go_to(first);
    for (uint64_t n = 0; n < pairs; ++n) {
        const std::string_view name = in.text("a key", longest_key);
        const std::string key = shown(name);
        if (builder.wants(name))
            builder.add(name, read_value(in, builder, name, key.c_str()));
        else
            skip_value(in, key.c_str());
    }
    gguf_metadata result = builder.finish();
    if (general.parts.kind == json_value::integer) result.parts = general.parts.integer_value;
    std::vector<tensor_place> places;
    for (uint64_t n = 0; n < tensors; ++n) {
        const tensor_place place = read_tensor(in);
        if (std::find(std::begin(position_tensors), std::end(position_tensors), place.name) !=
            std::end(position_tensors))
            places.push_back(place);
    }
    const uint64_t step = alignment_of(in, general.alignment);
    const uint64_t data = (in.at() + step - 1) / step * step;
    for (const tensor_place& place : places) {
        std::vector<double> values;
        if (copy_tensor(in, place, data, values))
            result.tensors[std::string(place.name)] = std::move(values);
        else
            result.tensors_beyond.emplace_back(place.name);
    }
    return result;
}

}  // namespace farspan::config
