#include "segments.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "failure.hpp"
#include "files.hpp"

namespace tool {
namespace {

constexpr std::size_t batch_bytes = std::size_t{1} << 24;

[[noreturn]] void fail(const std::string& name, const char* doing) {
    throw failure(name + ": " + doing + ": " + std::strerror(errno));
}

std::FILE* open_file(const std::string& name) {
    if (name == "-") return stdin;
    struct stat status {};
    if (stat(name.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
        throw failure(name + ": is a directory, not a file");
    std::FILE* file = std::fopen(name.c_str(), "rb");
    if (!file) fail(name, "cannot open");
    return file;
}

}  // namespace

void segment_reader::close_file::operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
}

segment_reader::segment_reader(const std::vector<std::string>& files, const std::string& separator)
    : names_(files), separator_(separator) {
    if (std::count(files.begin(), files.end(), "-") > 1)
        throw failure("standard input, -, can be one of the files only");
    for (const std::string& name : files) files_.emplace_back(open_file(name));
    struct stat status {};
    if (fstat(fileno(files_[0].get()), &status) == 0 && S_ISREG(status.st_mode)) bytes_ = status.st_size;
}

bool segment_reader::read_line(std::size_t file, std::string& line) {
    char* buffer = nullptr;
    std::size_t capacity = 0;
    errno = 0;
    const ssize_t length = getline(&buffer, &capacity, files_[file].get());
    const std::unique_ptr<char, destroyer<std::free>> owner(buffer);
    if (length < 0) {
        if (errno != 0 || std::ferror(files_[file].get())) fail(names_[file], "cannot read");
        return false;
    }
    if (file == 0) bytes_read_ += length;
    line.assign(buffer, static_cast<std::size_t>(length));
    if (line.ends_with('\n')) line.pop_back();
    return true;
}

bool segment_reader::read_segment(std::size_t file, std::string& text) {
    if (separator_.empty()) return read_line(file, text);
    text.clear();
    std::string line;
    bool any = false;
    while (read_line(file, line)) {
        if (line == separator_) return true;
        if (any) text += '\n';
        text += line;
        any = true;
    }
    return any;
}

std::vector<std::vector<std::string>> segment_reader::next_batch() {
    std::vector<std::vector<std::string>> batch(files_.size());
    std::string text;
    for (std::size_t bytes = 0; batch[0].size() < segments_of_a_batch && bytes < batch_bytes;) {
        std::size_t present = 0, last_present = 0, last_missing = 0;
        for (std::size_t file = 0; file < files_.size(); ++file) {
            const bool found = read_segment(file, text);
            (found ? last_present : last_missing) = file;
            present += found;
            bytes += text.size();
            if (found) batch[file].push_back(std::move(text));
        }
        if (present == 0) break;
        if (present < files_.size())
            throw failure(names_[last_missing] + " ends after " + std::to_string(segments_) + " texts, " +
                          names_[last_present] + " has more");
        ++segments_;
    }
    return batch;
}

double segment_reader::share_read() const {
    return bytes_ > 0 ? std::min(1.0, static_cast<double>(bytes_read_) / static_cast<double>(bytes_)) : 0;
}

}  // namespace tool
