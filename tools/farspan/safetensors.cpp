#include "safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "failure.hpp"
#include "files.hpp"

namespace tool {
namespace {

using nlohmann::json;

constexpr uint64_t largest_header = 100'000'000;  // the limit of the format's own reader

struct dtype_size {
    const char* name;
    uint64_t bytes;
};
constexpr dtype_size dtypes[] = {{"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"I16", 2}, {"U16", 2}, {"F16", 2}, {"BF16", 2},
                                 {"I32", 4},  {"U32", 4}, {"F32", 4}, {"I64", 8}, {"U64", 8}, {"F64", 8}};

uint64_t bytes_of(const std::string& dtype) {
    for (const dtype_size& d : dtypes)
        if (dtype == d.name) return d.bytes;
    return 0;
}

template <class T>
T load_little_endian(const uint8_t* p) {
    T value = 0;
    for (size_t n = 0; n < sizeof(T); ++n)
        value = static_cast<T>(value | static_cast<T>(static_cast<T>(p[n]) << (8 * n)));
    return value;
}

float half_to_float(uint16_t half) {
    const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
    const uint32_t exponent = (half >> 10) & 31u, fraction = half & 1023u;
    if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | (fraction << 13));
    if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
    const float subnormal = static_cast<float>(fraction) * 0x1p-24f;
    return sign ? -subnormal : subnormal;
}

// The header's JSON; a key that occurs twice in one object is refused, as readers disagree on which one counts.
json parse_header(const char* text, uint64_t length, std::string& duplicate) {
    std::vector<std::set<std::string>> open;
    return json::parse(text, text + length, [&](int, json::parse_event_t event, json& parsed) {
        if (event == json::parse_event_t::object_start) open.emplace_back();
        if (event == json::parse_event_t::object_end) open.pop_back();
        if (event == json::parse_event_t::key && !open.back().insert(parsed.get<std::string>()).second)
            duplicate = parsed.get<std::string>();
        return true;
    });
}

// Text of a few bytes of someone else's data, safe to print.
std::string quote(const json& value) { return value.dump(-1, ' ', true, json::error_handler_t::replace).substr(0, 60); }

}  // namespace

std::string shape_text(const std::vector<int64_t>& shape) {
    std::string text = "[";
    for (size_t n = 0; n < shape.size(); ++n) text += (n ? ", " : "") + std::to_string(shape[n]);
    return text + "]";
}

safetensors_file::safetensors_file(const std::filesystem::path& path) : path_(path.string()), bytes_(read_bytes(path)) {
    if (bytes_.size() < 8)
        fail("a safetensors file begins with 8 bytes of header length, this one has " + std::to_string(bytes_.size()) +
             " bytes in all");
    const uint64_t length = load_little_endian<uint64_t>(bytes_.data());
    if (length > largest_header)
        fail("header length " + std::to_string(length) + " is above the format's limit of " +
             std::to_string(largest_header));
    if (length > bytes_.size() - 8)
        fail("header of " + std::to_string(length) + " bytes is truncated: " + std::to_string(bytes_.size() - 8) +
             " bytes follow its length");
    data_ = 8 + length;
    read_header(length);
    check_layout();
}

void safetensors_file::read_header(uint64_t length) {
    std::string duplicate;
    json header;
    try {
        header = parse_header(reinterpret_cast<const char*>(bytes_.data()) + 8, length, duplicate);
    } catch (const json::exception& error) {
        fail(std::string("header is not JSON: ") + error.what());
    }
    if (!header.is_object()) fail("header is not a JSON object");
    if (!duplicate.empty()) fail("header has the key \"" + duplicate + "\" twice");
    const auto is_count = [](const json& value) { return value.is_number_unsigned(); };
    for (const auto& [name, value] : header.items()) {
        if (name == "__metadata__") continue;
        if (!value.is_object()) fail(name, "is not described by a JSON object");
        for (const char* field : {"dtype", "shape", "data_offsets"})
            if (!value.contains(field)) fail(name, std::string("has no field \"") + field + "\"");
        const json &dtype = value["dtype"], &shape = value["shape"], &offsets = value["data_offsets"];
        if (!dtype.is_string() || bytes_of(dtype) == 0) fail(name, "has the unknown dtype " + quote(dtype));
        if (!shape.is_array() || !std::all_of(shape.begin(), shape.end(), is_count))
            fail(name, "has the shape " + quote(shape) + ", not an array of sizes");
        if (!offsets.is_array() || offsets.size() != 2 || !std::all_of(offsets.begin(), offsets.end(), is_count))
            fail(name, "has the data_offsets " + quote(offsets) + ", not two byte counts");
        for (const json& extent : shape)
            if (extent.get<uint64_t>() > (uint64_t{1} << 40))
                fail(name, "has the shape " + quote(shape) + ", too large");
        entries_[name] = {dtype, shape, offsets[0], offsets[1]};
    }
}

void safetensors_file::check_layout() const {
    const uint64_t size = bytes_.size() - data_;
    std::vector<std::pair<uint64_t, std::string>> order;
    for (const auto& [name, tensor] : entries_) {
        const std::string offsets =
            "data_offsets [" + std::to_string(tensor.first) + ", " + std::to_string(tensor.last) + "]";
        if (tensor.first > tensor.last) fail(name, "has " + offsets + " in the wrong order");
        if (tensor.last > size)
            fail(name, "has " + offsets + " outside the " + std::to_string(size) + " bytes of data");
        uint64_t bytes = bytes_of(tensor.dtype);
        for (const int64_t extent : tensor.shape)
            if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes)) bytes = ~uint64_t{0};
        if (bytes != tensor.last - tensor.first)
            fail(name, "of shape " + shape_text(tensor.shape) + " and dtype " + tensor.dtype + " needs " +
                           std::to_string(bytes) + " bytes, its " + offsets + " hold " +
                           std::to_string(tensor.last - tensor.first));
        order.emplace_back(tensor.first, name);
    }
    std::sort(order.begin(), order.end());
    uint64_t end = 0;
    for (const auto& [first, name] : order) {
        if (first != end)
            fail(name, "begins at byte " + std::to_string(first) + " of the data, the tensor before it ends at " +
                           std::to_string(end));
        end = entries_.at(name).last;
    }
    if (end != size)
        fail("the tensors end at byte " + std::to_string(end) + " of " + std::to_string(size) + " bytes of data");
}

std::vector<float> safetensors_file::floats(const std::string& name, const std::vector<int64_t>& shape) const {
    const entry& tensor = find(name);
    if (tensor.shape != shape)
        fail(name, "has shape " + shape_text(tensor.shape) + ", the configuration asks for " + shape_text(shape));
    const uint8_t* p = bytes_.data() + data_ + tensor.first;
    std::vector<float> out((tensor.last - tensor.first) / bytes_of(tensor.dtype));
    if (tensor.dtype == "F16") {
        for (float& x : out) x = half_to_float(load_little_endian<uint16_t>(p)), p += 2;
    } else if (tensor.dtype == "BF16") {
        for (float& x : out)
            x = std::bit_cast<float>(static_cast<uint32_t>(load_little_endian<uint16_t>(p)) << 16), p += 2;
    } else if (tensor.dtype == "F32") {
        for (float& x : out) x = std::bit_cast<float>(load_little_endian<uint32_t>(p)), p += 4;
    } else {
        fail(name, "has dtype " + tensor.dtype + ", expected F16, BF16 or F32");
    }
    return out;
}

std::vector<int32_t> safetensors_file::integers(const std::string& name) const {
    const entry& tensor = find(name);
    if (tensor.dtype != "I32" || tensor.shape.size() != 1)
        fail(name, "is " + tensor.dtype + " of shape " + shape_text(tensor.shape) + ", expected a list of I32");
    const uint8_t* p = bytes_.data() + data_ + tensor.first;
    std::vector<int32_t> out(static_cast<size_t>(tensor.shape[0]));
    for (int32_t& x : out) x = static_cast<int32_t>(load_little_endian<uint32_t>(p)), p += 4;
    return out;
}

const safetensors_file::entry& safetensors_file::find(const std::string& name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) fail(name, "is missing");
    return found->second;
}

void safetensors_file::fail(const std::string& text) const { throw failure(path_ + ": " + text); }

void safetensors_file::fail(const std::string& tensor, const std::string& text) const {
    fail("tensor \"" + quote(json(tensor)).substr(1, quote(json(tensor)).size() - 2) + "\" " + text);
}

}  // namespace tool
