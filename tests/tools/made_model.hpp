// Small models with random weights, written to disk as the training program writes its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

// A new folder that is deleted with all its contents.
class scratch_folder {
public:
    scratch_folder();
    ~scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

struct made_tensor {
    std::string dtype;
    std::vector<int64_t> shape;
    std::string bytes;
};

// In the order of the vector; offsets follow from the bytes.
std::string safetensors_bytes(const std::vector<std::pair<std::string, made_tensor>>& tensors);
std::string with_header(const std::string& header, const std::string& data);  // 8 bytes of length, header, data
void write_file(const std::filesystem::path& path, const std::string& bytes);

// config.json of a model with 2 layers, width 16, 2 heads of 8, trained length 16.
nlohmann::ordered_json made_config(const std::string& position);

// Its tensors as F32, the same for every position method.
std::vector<std::pair<std::string, made_tensor>> made_tensors(const nlohmann::ordered_json& config);

// folder/name with both files.
std::filesystem::path write_model(const std::filesystem::path& folder, const std::string& name,
                                  const std::string& position);

// folder/base_model-pi, fine-tuned from a rope model beside it to twice its length: its file has no tables of bytes.
std::filesystem::path write_tuned_model(const std::filesystem::path& folder, const std::string& base_model);

// Text of a few words in random order.
std::string made_text(size_t bytes);

// The message of the tool::failure that f throws; "" if it throws none.
std::string failure_of(void (*f)(const std::filesystem::path&), const std::filesystem::path& path);
