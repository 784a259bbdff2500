// Errors and borrowed memory: array_view, const_tensor and tensor. Included by farspan.hpp.
#ifndef FARSPAN_CPP_VIEWS_HPP
#define FARSPAN_CPP_VIEWS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "farspan/farspan.h"

namespace farspan {

class error : public std::runtime_error {
public:
    // `field` is what the message begins with.
    error(farspan_status status, int32_t argument, const std::string& message, const std::string& field = {})
        : std::runtime_error(message), status_(status), argument_(argument), field_bytes_(field.size()) {}
    farspan_status status() const noexcept { return status_; }
    int32_t argument() const noexcept { return argument_; }       // 1-based, of the C function; 0 if none
    std::string field() const { return {what(), field_bytes_}; }  // "problem.key_positions[7]"; empty if none

private:
    farspan_status status_;
    int32_t argument_;
    std::size_t field_bytes_;
};

namespace detail {

// Makes a call of the C interface: call(farspan_error*) -> farspan_status.
template <class Call>
void check(Call&& call) {
    farspan_error cause = FARSPAN_ERROR_INIT;
    const farspan_status status = call(&cause);
    if (status != FARSPAN_OK) throw error(status, cause.argument, cause.message, cause.field);
}

// What anything with data and size holds.
template <class Memory>
using element_of = std::remove_pointer_t<decltype(std::data(std::declval<Memory&>()))>;

}  // namespace detail

// A borrowed array: made from anything with data and size (std::vector, std::array, std::span, a C array).
template <class Value>
class array_view {
public:
    array_view() = default;
    template <class Memory,
              class = std::enable_if_t<std::is_convertible_v<detail::element_of<Memory> (*)[], Value (*)[]>>>
    array_view(Memory&& memory) : data_(std::data(memory)), size_(std::size(memory)) {}
    static array_view of(Value* data, std::size_t size) {
        array_view result;
        result.data_ = data;
        result.size_ = size;
        return result;
    }
    Value* data() const { return data_; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

private:
    Value* data_ = nullptr;
    std::size_t size_ = 0;
};

// Storage of half precision: the bits as they lie in memory.
struct f16 {
    std::uint16_t bits;
};
struct bf16 {
    std::uint16_t bits;
};

template <class Value>
inline constexpr int32_t dtype_of = std::is_same_v<Value, float>    ? FARSPAN_F32
                                    : std::is_same_v<Value, double> ? FARSPAN_F64
                                    : std::is_same_v<Value, f16>    ? FARSPAN_F16
                                    : std::is_same_v<Value, bf16>   ? FARSPAN_BF16
                                                                    : 0;

using shape4 = std::array<int64_t, 4>;  // batch, head, sequence, feature

// A view of memory that is only read. That all it addresses lies in the memory is checked here (farspan_tensor_check).
class const_tensor {
public:
    // Dense and row-major, in an array of float, double, f16 or bf16.
    template <class Memory>
    const_tensor(const Memory& memory, const shape4& shape)
        : const_tensor(element<Memory>, std::data(memory), std::size(memory) * sizeof(*std::data(memory)), shape) {}
    // With strides in elements, beginning at element `offset`.
    template <class Memory>
    const_tensor(const Memory& memory, const shape4& shape, const shape4& stride, int64_t offset = 0)
        : const_tensor(element<Memory>, std::data(memory), std::size(memory) * sizeof(*std::data(memory)), shape,
                       stride, offset) {}
    // The same for `bytes` bytes of untyped memory.
    const_tensor(int32_t dtype, const void* memory, std::size_t bytes, const shape4& shape)
        : const_tensor(dtype, memory, bytes, shape, nullptr, 0) {}
    const_tensor(int32_t dtype, const void* memory, std::size_t bytes, const shape4& shape, const shape4& stride,
                 int64_t offset = 0)
        : const_tensor(dtype, memory, bytes, shape, &stride, offset) {}

    const farspan_tensor* get() const { return &view_; }
    int64_t extent(int axis) const { return view_.shape[axis]; }

protected:
    template <class Memory>
    static constexpr int32_t element = dtype_of<std::remove_cv_t<detail::element_of<Memory>>>;

private:
    const_tensor(int32_t dtype, const void* memory, std::size_t bytes, const shape4& n, const shape4* stride,
                 int64_t offset) {
        auto* const start = static_cast<unsigned char*>(const_cast<void*>(memory));
        farspan_tensor_contiguous(&view_, start, dtype, n[0], n[1], n[2], n[3]);
        if (stride) std::copy(stride->begin(), stride->end(), view_.stride);
        detail::check([&](farspan_error* cause) { return farspan_tensor_check(&view_, bytes, offset, cause); });
        view_.data = start + offset * (dtype == FARSPAN_F64 ? 8 : dtype == FARSPAN_F32 ? 4 : 2);
    }
    farspan_tensor view_;
};

// A view of memory that may be written; made like a const_tensor.
class tensor : public const_tensor {
public:
    template <class Memory, class = std::enable_if_t<!std::is_const_v<detail::element_of<Memory>>>>
    tensor(Memory&& memory, const shape4& shape) : const_tensor(memory, shape) {}
    template <class Memory, class = std::enable_if_t<!std::is_const_v<detail::element_of<Memory>>>>
    tensor(Memory&& memory, const shape4& shape, const shape4& stride, int64_t offset = 0)
        : const_tensor(memory, shape, stride, offset) {}
    tensor(int32_t dtype, void* memory, std::size_t bytes, const shape4& shape)
        : const_tensor(dtype, memory, bytes, shape) {}
    tensor(int32_t dtype, void* memory, std::size_t bytes, const shape4& shape, const shape4& stride,
           int64_t offset = 0)
        : const_tensor(dtype, memory, bytes, shape, stride, offset) {}
};

}  // namespace farspan

#endif
