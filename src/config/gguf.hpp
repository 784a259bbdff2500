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
};

gguf_metadata parse_gguf(std::span<const unsigned char> file);

// From keys with or without the architecture in front; throws for a key twice or without general.architecture.
class metadata_builder {
public:
    void add(const std::string& key, json_value value);
    gguf_metadata finish();

private:
    std::map<std::string, json_value> values_;
};

std::unique_ptr<model> model_of(gguf_metadata metadata, const farspan_model_options& options);

}  // namespace farspan::config
