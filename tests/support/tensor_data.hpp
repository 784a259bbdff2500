// Tensors of test data: any element type, any strides, and memory that notices who touches more than it should.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "farspan/farspan.h"

namespace farspan_test {

// Where a block of memory lies: free, or against an inaccessible page at its end or its start.
enum class placement { heap, before_guard, after_guard };

class memory_block {
public:
    memory_block(std::size_t bytes, placement where, unsigned char fill);
    unsigned char* data() const { return data_; }
    std::size_t size() const { return bytes_; }

private:
    std::shared_ptr<void> owner_;
    unsigned char* data_;
    std::size_t bytes_;
};

// How [batch, head, sequence, feature] lies in memory.
enum class layout {
    contiguous,
    sequence_major,    // [batch][sequence][head][feature]
    reversed,          // rows in falling order: negative stride
    feature_reversed,  // features in falling order
    padded_rows,       // 3 unused elements behind each row
    every_second,      // feature stride 2
    feature_major,     // [batch][head][feature][sequence]
    shared_heads,      // head and batch stride 0
};

class tensor_data {
public:
    using shape_t = std::array<int64_t, 4>;
    tensor_data(int32_t dtype, const shape_t& shape, layout how = layout::contiguous,
                placement where = placement::heap);

    const farspan_tensor& view() const { return view_; }
    const shape_t& shape() const { return shape_; }
    int64_t count() const { return shape_[0] * shape_[1] * shape_[2] * shape_[3]; }

    double get(int64_t b, int64_t h, int64_t s, int64_t f) const;
    void set(int64_t b, int64_t h, int64_t s, int64_t f, double value);
    // Values row by row; what was rounded on the way in comes back rounded.
    std::vector<double> values() const;
    void assign(const std::vector<double>& values);
    // value() is called once per element, in order.
    void fill(const std::function<double()>& value);

    // The bytes as they lie in memory, and whether all bytes outside the elements (or really all) are as they were
    // made.
    std::vector<unsigned char> bytes() const;
    bool gaps_untouched() const;
    bool untouched() const;

private:
    std::size_t offset(int64_t b, int64_t h, int64_t s, int64_t f) const;
    template <class Visit>
    void for_each(Visit visit) const;

    int32_t dtype_;
    shape_t shape_;
    int64_t first_element_;
    memory_block memory_;
    farspan_tensor view_;
};

}  // namespace farspan_test
