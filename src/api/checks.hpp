// Checks of what callers pass: versioned structs and tensors.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>

#include "api/guard.hpp"
#include "base/strided.hpp"
#include "base/versioned.hpp"

namespace farspan {

// Writes an answer into a caller's struct, which says by struct_size how much of it there is.
template <class T>
void write_answer(T* given, const char* path, T answer) {
    T& to = required(given, path);
    read_struct(to, T{}, path);
    write_struct(to, answer);
}

// The memory of a run: the caller's workspace, or own memory if there is none.
class run_memory {
public:
    run_memory(void* workspace, int64_t bytes, std::size_t needed, const char* path) : data_(workspace) {
        if (!workspace && bytes != 0)
            throw failure(FARSPAN_ERROR_SHAPE, field_path("%s_bytes", path), "is %lld: must be 0, %s is NULL",
                          static_cast<long long>(bytes), path);
        if (workspace && (bytes < 0 || static_cast<uint64_t>(bytes) < needed))
            throw failure(FARSPAN_ERROR_WORKSPACE_SIZE, field_path("%s_bytes", path), "is %lld: this plan needs %zu",
                          static_cast<long long>(bytes), needed);
        if (workspace) return;
        own_ = std::make_unique_for_overwrite<char[]>(needed);
        data_ = own_.get();
    }
    void* data() const { return data_; }

private:
    std::unique_ptr<char[]> own_;
    void* data_;
};

constexpr int64_t any_extent = -1;
constexpr int64_t any_shape[4] = {any_extent, any_extent, any_extent, any_extent};

enum class access { read, write };

// A tensor of an arithmetic type (f32, f16, bf16) whose extents are `shape` (any_extent: any positive one) and whose
// addresses do not overflow; written ones must not overlap themselves.
strided check_tensor(const farspan_tensor* tensor, const char* name, const int64_t (&shape)[4], access mode);

// Rows of all batch entries and heads.
int64_t row_count(const strided& tensor, const char* name);

// Throws unless the memory of the two differs or they are the same view.
void check_disjoint(const strided& out, const char* out_name, const strided& in, const char* in_name);

}  // namespace farspan
