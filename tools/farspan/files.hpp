// Whole files in and out, with the file's name in every failure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tool {

// At most `limit` bytes from the start of the file; limit < 0: all.
std::vector<uint8_t> read_bytes(const std::filesystem::path& path, int64_t limit = -1);
void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace tool
