// A strict reader of safetensors files: u64 little-endian header length, JSON header, raw tensors.
//
// The whole layout is checked when the file is opened: a tensor that lies outside the data, overlaps another, leaves a
// gap, or whose bytes do not match its shape is a failure that names the file, the tensor and the numbers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tool {

class safetensors_file {
public:
    explicit safetensors_file(const std::filesystem::path& path);

    bool contains(const std::string& name) const { return entries_.count(name) != 0; }
    const std::vector<int64_t>& shape(const std::string& name) const { return find(name).shape; }

    // The tensor as float; it must have this shape and be F16, BF16 or F32.
    std::vector<float> floats(const std::string& name, const std::vector<int64_t>& shape) const;
    // A one-dimensional I32 tensor.
    std::vector<int32_t> integers(const std::string& name) const;

private:
    struct entry {
        std::string dtype;
        std::vector<int64_t> shape;
        uint64_t first, last;  // bytes [first, last) of the data
    };

    const entry& find(const std::string& name) const;
    [[noreturn]] void fail(const std::string& text) const;
    [[noreturn]] void fail(const std::string& tensor, const std::string& text) const;
    void read_header(uint64_t length);
    void check_layout() const;

    std::string path_;
    std::vector<uint8_t> bytes_;
    uint64_t data_ = 0;  // offset of the data in the file
    std::map<std::string, entry> entries_;
};

std::string shape_text(const std::vector<int64_t>& shape);  // "[128, 344]"

}  // namespace tool
