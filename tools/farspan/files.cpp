#include "files.hpp"

#include <cerrno>
#include <cstring>

#include "failure.hpp"

namespace tool {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* doing) {
    throw failure(path.string() + ": " + doing + ": " + std::strerror(errno));
}

}  // namespace

std::vector<uint8_t> read_bytes(const std::filesystem::path& path, int64_t limit) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) throw failure(path.string() + ": is a directory, not a file");
    const file_handle file(std::fopen(path.c_str(), "rb"));
    if (!file) fail(path, "cannot open");
    std::vector<uint8_t> bytes;
    constexpr int64_t step = 1 << 20;
    while (limit < 0 || static_cast<int64_t>(bytes.size()) < limit) {
        const size_t have = bytes.size();
        const int64_t want = limit < 0 ? step : std::min<int64_t>(step, limit - static_cast<int64_t>(have));
        bytes.resize(have + static_cast<size_t>(want));
        const size_t got = std::fread(bytes.data() + have, 1, static_cast<size_t>(want), file.get());
        bytes.resize(have + got);
        if (got == static_cast<size_t>(want)) continue;
        if (std::ferror(file.get())) fail(path, "cannot read");
        break;
    }
    return bytes;
}

void write_text(const std::filesystem::path& path, const std::string& text) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (!file) fail(path, "cannot create");
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (std::fclose(file) != 0 || !written) fail(path, "cannot write");
}

}  // namespace tool
