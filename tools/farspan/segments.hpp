// Parallel texts read in step from several files, a batch at a time: files of any size in the same memory.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace tool {

constexpr std::size_t segments_of_a_batch = 8192;  // at most

class segment_reader {
public:
    // files[0] is the hypothesis, the others are its references; one of them may be "-", standard input. A segment is a
    // line, or with a `separator` the lines up to one that equals it.
    segment_reader(const std::vector<std::string>& files, const std::string& separator);

    // texts[file][segment] of the next batch, equally many of each file; none at the end. Throws failure if a file ends
    // earlier than another.
    std::vector<std::vector<std::string>> next_batch();

    double share_read() const;  // of the hypothesis' bytes, 0 .. 1; 0 if its size is unknown

private:
    struct close_file {
        void operator()(std::FILE* file) const;
    };
    bool read_segment(std::size_t file, std::string& text);
    bool read_line(std::size_t file, std::string& line);

    std::vector<std::string> names_;
    std::vector<std::unique_ptr<std::FILE, close_file>> files_;
    std::string separator_;
    int64_t segments_ = 0, bytes_read_ = 0, bytes_ = 0;
};

}  // namespace tool
