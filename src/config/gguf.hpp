// GGUF metadata as a tree of the architecture's keys, whether it comes from a file or from a caller.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "config/model.hpp"

namespace farspan::config {

struct gguf_metadata {
    std::string architecture;
    json_value keys{.kind = json_value::object};         // those of the architecture, without its name and dot
    std::map<std::string, std::vector<double>> tensors;  // rope_freqs.weight and its like, as far as the bytes reach
    std::vector<std::string> tensors_beyond;             // such tensors that the bytes do not reach
    int64_t parts = 1;                                   // files that the model is split into; this is the first
};

gguf_metadata parse_gguf(std::span<const unsigned char> file, pacer& pace);

// What a reader of metadata keeps at most: published files have some thirty keys of the architecture.
constexpr std::size_t most_keys = 4096;
constexpr std::size_t most_kept = 65536;  // items of all lists together

// Keeps the keys of one architecture; throws for a key twice.
class metadata_builder {
public:
    explicit metadata_builder(std::string architecture);

    bool wants(std::string_view key) const { return key.starts_with(prefix_); }
    // How many items of a list of `count` are kept.
    std::size_t room_for(std::string_view key, uint64_t count);
    void add(std::string_view key, json_value value);
    gguf_metadata finish();

private:
    std::string architecture_, prefix_;
    std::map<std::string, json_value, std::less<>> values_;
    std::size_t kept_ = 0;
};

// Says what is wrong with general.architecture, if it is no text.
[[noreturn]] void fail_architecture(const json_value* found);

std::unique_ptr<model> model_of(gguf_metadata metadata, const farspan_model_options& options);

}  // namespace farspan::config
