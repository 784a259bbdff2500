// Files of any size, read and written in parts, with the file's name in every failure.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "files.hpp"

namespace tool {

class text_file {
public:
    explicit text_file(const std::string& path);
    int64_t size() const { return size_; }
    std::vector<uint8_t> read(int64_t first, int64_t count) const;

private:
    std::string path_;
    file_handle file_;
    int64_t size_ = 0;
};

class output_file {
public:
    explicit output_file(const std::string& path);
    void write(const void* bytes, size_t size);
    void close();  // what could not be written is a failure here at the latest

private:
    std::string path_;
    file_handle file_;
};

}  // namespace tool
