#include "tensor_data.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "number_types.hpp"

namespace farspan_test {
namespace {

constexpr unsigned char canary = 0xC5;

struct placed {
    std::array<int64_t, 4> stride;
    int64_t first;     // element index of [0, 0, 0, 0]
    int64_t elements;  // in all
};

placed place(const tensor_data::shape_t& n, layout how) {
    const auto [batch, heads, rows, dim] = n;
    switch (how) {
        case layout::sequence_major:
            return {{rows * heads * dim, dim, heads * dim, 1}, 0, batch * heads * rows * dim};
        case layout::reversed:
            return {{heads * rows * dim, rows * dim, -dim, 1}, (rows - 1) * dim, batch * heads * rows * dim};
        case layout::feature_reversed:
            return {{heads * rows * dim, rows * dim, dim, -1}, dim - 1, batch * heads * rows * dim};
        case layout::padded_rows: {
            const int64_t row = dim + 3;
            return {{heads * rows * row, rows * row, row, 1}, 0, batch * heads * rows * row - 3};
        }
        case layout::every_second: {
            const int64_t row = 2 * dim;
            return {{heads * rows * row, rows * row, row, 2}, 0, batch * heads * rows * row - 1};
        }
        case layout::feature_major:
            return {{heads * rows * dim, rows * dim, 1, rows}, 0, batch * heads * rows * dim};
        case layout::shared_heads:
            return {{0, 0, dim, 1}, 0, rows * dim};
        case layout::contiguous:
            break;
    }
    return {{heads * rows * dim, rows * dim, dim, 1}, 0, batch * heads * rows * dim};
}

}  // namespace

memory_block::memory_block(std::size_t bytes, placement where, unsigned char fill) : bytes_(bytes) {
    if (where == placement::heap) {
        data_ = static_cast<unsigned char*>(std::malloc(std::max<std::size_t>(bytes, 1)));
        owner_ = std::shared_ptr<void>(data_, std::free);
    } else {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t inner = (bytes + page - 1) / page * page, whole = inner + 2 * page;
        void* map = mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (map == MAP_FAILED) throw std::runtime_error("mmap failed");
        owner_ = std::shared_ptr<void>(map, [whole](void* memory) { munmap(memory, whole); });
        unsigned char* start = static_cast<unsigned char*>(map) + page;
        if (inner > 0 && mprotect(start, inner, PROT_READ | PROT_WRITE) != 0)
            throw std::runtime_error("mprotect failed");
        data_ = where == placement::before_guard ? start + (inner - bytes) : start;
    }
    std::memset(data_, fill, bytes);
}

tensor_data::tensor_data(int32_t dtype, const shape_t& shape, layout how, placement where)
    : dtype_(dtype),
      shape_(shape),
      first_element_(place(shape, how).first),
      memory_(static_cast<std::size_t>(place(shape, how).elements * number_bytes(dtype)), where, canary),
      view_{} {
    const placed at = place(shape, how);
    view_.data = memory_.data() + first_element_ * number_bytes(dtype);
    view_.dtype = dtype;
    std::copy(shape.begin(), shape.end(), view_.shape);
    std::copy(at.stride.begin(), at.stride.end(), view_.stride);
}

std::size_t tensor_data::offset(int64_t b, int64_t h, int64_t s, int64_t f) const {
    const int64_t* stride = view_.stride;
    const int64_t element = first_element_ + b * stride[0] + h * stride[1] + s * stride[2] + f * stride[3];
    return static_cast<std::size_t>(element * number_bytes(dtype_));
}

template <class Visit>
void tensor_data::for_each(Visit visit) const {
    for (int64_t b = 0; b < shape_[0]; ++b)
        for (int64_t h = 0; h < shape_[1]; ++h)
            for (int64_t s = 0; s < shape_[2]; ++s)
                for (int64_t f = 0; f < shape_[3]; ++f) visit(offset(b, h, s, f));
}

double tensor_data::get(int64_t b, int64_t h, int64_t s, int64_t f) const {
    return load_number(dtype_, memory_.data() + offset(b, h, s, f));
}

void tensor_data::set(int64_t b, int64_t h, int64_t s, int64_t f, double value) {
    store_number(dtype_, value, memory_.data() + offset(b, h, s, f));
}

std::vector<double> tensor_data::values() const {
    std::vector<double> result;
    result.reserve(static_cast<std::size_t>(count()));
    for_each([&](std::size_t at) { result.push_back(load_number(dtype_, memory_.data() + at)); });
    return result;
}

void tensor_data::assign(const std::vector<double>& values) {
    std::size_t n = 0;
    for_each([&](std::size_t at) { store_number(dtype_, values.at(n++), memory_.data() + at); });
}

void tensor_data::fill(const std::function<double()>& value) {
    for_each([&](std::size_t at) { store_number(dtype_, value(), memory_.data() + at); });
}

std::vector<unsigned char> tensor_data::bytes() const { return {memory_.data(), memory_.data() + memory_.size()}; }

bool tensor_data::gaps_untouched() const {
    std::vector<bool> element(memory_.size(), false);
    for_each([&](std::size_t at) {
        for (int64_t n = 0; n < number_bytes(dtype_); ++n) element[at + static_cast<std::size_t>(n)] = true;
    });
    for (std::size_t n = 0; n < memory_.size(); ++n)
        if (!element[n] && memory_.data()[n] != canary) return false;
    return true;
}

bool tensor_data::untouched() const {
    return std::all_of(memory_.data(), memory_.data() + memory_.size(),
                       [](unsigned char byte) { return byte == canary; });
}

}  // namespace farspan_test
