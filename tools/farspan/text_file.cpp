#include "text_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "failure.hpp"

namespace tool {
namespace {

[[noreturn]] void fail(const std::string& path, const char* doing) {
    throw failure(path + ": " + doing + ": " + std::strerror(errno));
}

}  // namespace

text_file::text_file(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "rb")) {
    if (!file_) fail(path, "cannot open");
    struct stat status {};
    if (fstat(fileno(file_.get()), &status) != 0) fail(path, "cannot read");
    if (!S_ISREG(status.st_mode)) throw failure(path + ": is not a regular file, so it cannot be read in parts");
    size_ = status.st_size;
}

std::vector<uint8_t> text_file::read(int64_t first, int64_t count) const {
    std::vector<uint8_t> bytes(static_cast<size_t>(count));
    if (fseeko(file_.get(), first, SEEK_SET) != 0) fail(path_, "cannot read");
    if (std::fread(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
        if (std::ferror(file_.get())) fail(path_, "cannot read");
        throw failure(path_ + ": has become shorter while it was read");
    }
    return bytes;
}

output_file::output_file(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "wb")) {
    if (!file_) fail(path, "cannot create");
}

void output_file::write(const void* bytes, size_t size) {
    if (std::fwrite(bytes, 1, size, file_.get()) != size) fail(path_, "cannot write");
}

void output_file::close() {
    if (std::fclose(file_.release()) != 0) fail(path_, "cannot write");
}

}  // namespace tool
