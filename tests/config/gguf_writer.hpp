// GGUF files, made byte by byte after ggml's description of the format.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace farspan_test {

class file_writer {
public:
    template <class T>
    file_writer& number(T v) {
        const auto* first = reinterpret_cast<const char*>(&v);
        bytes.insert(bytes.end(), first, first + sizeof v);
        return *this;
    }
    file_writer& text(const std::string& t) {
        number(uint64_t{t.size()});
        bytes += t;
        return *this;
    }
    file_writer& u32(const std::string& key, uint32_t v) { return text(key).number(uint32_t{4}).number(v); }
    file_writer& f32(const std::string& key, float v) { return text(key).number(uint32_t{6}).number(v); }
    file_writer& string(const std::string& key, const std::string& v) { return text(key).number(uint32_t{8}).text(v); }
    file_writer& u32s(const std::string& key, const std::vector<uint32_t>& values) {
        text(key).number(uint32_t{9}).number(uint32_t{4}).number(uint64_t{values.size()});
        for (const uint32_t v : values) number(v);
        return *this;
    }
    file_writer& flags(const std::string& key, const std::vector<bool>& values) {
        text(key).number(uint32_t{9}).number(uint32_t{7}).number(uint64_t{values.size()});
        for (const bool v : values) number(static_cast<uint8_t>(v));
        return *this;
    }
    file_writer& tensor(const std::string& name, uint64_t elements, uint64_t offset, uint32_t type = 0) {
        return text(name).number(uint32_t{1}).number(elements).number(type).number(offset);
    }
    file_writer& align(size_t step) {
        bytes.resize((bytes.size() + step - 1) / step * step, '\0');
        return *this;
    }
    std::string bytes;
};

inline file_writer header(uint64_t tensors, uint64_t keys, uint32_t version = 3) {
    file_writer out;
    out.bytes = "GGUF";
    out.number(version).number(tensors).number(keys);
    return out;
}

}  // namespace farspan_test
