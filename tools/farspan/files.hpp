// Whole files in and out, with the file's name in every failure.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tool {

// Frees what is not the library's.
template <auto Destroy>
struct destroyer {
    template <class T>
    void operator()(T* object) const {
        Destroy(object);
    }
};
using file_handle = std::unique_ptr<std::FILE, destroyer<std::fclose>>;

// At most `limit` bytes from the start of the file; limit < 0: all.
std::vector<uint8_t> read_bytes(const std::filesystem::path& path, int64_t limit = -1);
void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace tool
