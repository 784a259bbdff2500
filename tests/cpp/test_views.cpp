// Borrowed memory: what a view addresses must lie in it, whatever the shape, strides, offset and element type.
#include <array>
#include <limits>
#include <vector>

#include "refusal.hpp"

using namespace farspan;

namespace {

void expect_outside(const char* what, const shape4& shape, const shape4& stride, int64_t offset,
                    farspan_status status) {
    const std::vector<float> memory(24);
    expect_refused(what, status, 1, "tensor", [&] { const_tensor(memory, shape, stride, offset); });
}

}  // namespace

Test(cpp_views, array_views_take_what_has_data_and_size) {
    std::vector<int64_t> vector{1, 2, 3};
    const std::array<int64_t, 2> array{4, 5};
    int64_t plain[4] = {6, 7, 8, 9};
    cr_expect(array_view<int64_t>(vector).size() == 3 && array_view<const int64_t>(vector).data() == vector.data());
    cr_expect(array_view<const int64_t>(array).size() == 2 && array_view<int64_t>(plain).size() == 4);
    cr_expect(array_view<const int64_t>().empty() && array_view<const int64_t>().data() == nullptr);
    static_assert(!std::is_constructible_v<array_view<int64_t>, const std::vector<int64_t>&>,
                  "a const array is not written");
    static_assert(!std::is_constructible_v<array_view<const int64_t>, std::vector<int32_t>&>, "other elements");
}

Test(cpp_views, element_types) {
    std::vector<float> f(4);
    std::vector<double> d(4);
    std::vector<f16> h(4);
    std::vector<bf16> b(4);
    const shape4 shape{1, 1, 1, 4};
    cr_expect(const_tensor(f, shape).get()->dtype == FARSPAN_F32 && const_tensor(d, shape).get()->dtype == FARSPAN_F64);
    cr_expect(const_tensor(h, shape).get()->dtype == FARSPAN_F16 &&
              const_tensor(b, shape).get()->dtype == FARSPAN_BF16);
    const std::vector<int> whole(4);
    expect_refused("integers", FARSPAN_ERROR_DTYPE, 1, "dtype", [&] { const_tensor(whole, shape); });
    expect_refused("an unknown type", FARSPAN_ERROR_DTYPE, 1, "dtype", [&] { const_tensor(9, f.data(), 16, shape); });
    static_assert(!std::is_constructible_v<tensor, const std::vector<float>&, shape4>,
                  "constant memory is not written");
}

Test(cpp_views, strides_and_offset) {
    std::vector<float> memory(24);
    const tensor dense(memory, {1, 2, 3, 4});
    cr_expect(dense.get()->data == memory.data() && dense.get()->stride[1] == 12 && dense.extent(2) == 3);
    const tensor backwards(memory, {1, 2, 3, 4}, {24, 12, -4, 1}, 8);
    cr_expect(backwards.get()->data == memory.data() + 8 && backwards.get()->stride[2] == -4);
    const const_tensor shared(memory, {5, 7, 3, 4}, {0, 0, 4, 1}, 12);
    cr_expect(shared.get()->data == memory.data() + 12);
    std::vector<double> wide(24);
    cr_expect(const_tensor(wide, {1, 1, 1, 2}, {0, 0, 0, 1}, 22).get()->data == wide.data() + 22);
    std::vector<bf16> narrow(24);
    cr_expect(const_tensor(narrow, {1, 1, 1, 2}, {0, 0, 0, 1}, 22).get()->data == narrow.data() + 22);
}

Test(cpp_views, what_leaves_the_memory_is_refused) {
    constexpr int64_t most = std::numeric_limits<int64_t>::max(), least = std::numeric_limits<int64_t>::min();
    constexpr farspan_status shape = FARSPAN_ERROR_SHAPE, stride = FARSPAN_ERROR_STRIDE;
    const shape4 n{1, 2, 3, 4};
    expect_outside("one element too far", n, {24, 12, 4, 1}, 1, shape);
    expect_outside("before the first", n, {24, 12, -4, 1}, 7, shape);
    expect_outside("a negative offset", n, {24, 12, 4, 1}, -1, shape);
    expect_outside("a huge offset", n, {24, 12, 4, 1}, most, shape);
    expect_outside("the least offset", n, {24, 12, 4, 1}, least, shape);
    expect_outside("a wide stride", n, {24, 13, 4, 1}, 0, shape);
    expect_outside("strides that overflow", n, {24, most, 4, 1}, 0, stride);
    expect_outside("the least stride", n, {24, 12, least, 1}, 0, stride);
    expect_outside("an empty axis", {1, 0, 3, 4}, {24, 12, 4, 1}, 0, shape);
    expect_outside("a negative axis", {1, 2, -3, 4}, {24, 12, 4, 1}, 0, shape);
    const std::vector<float> memory(24), none;
    expect_refused("more than there is", shape, 1, "24", [&] { const_tensor(memory, {1, 2, 3, 5}); });
    constexpr int64_t large = int64_t{1} << 39;
    expect_refused("sizes that overflow", stride, 1, "stride", [&] { const_tensor(memory, {1, large, large, large}); });
    expect_refused("an axis beyond 2^40", shape, 1, "shape[2]", [&] { const_tensor(memory, {1, 1, most, 1}); });
    expect_refused("no memory", shape, 1, "tensor", [&] { const_tensor(none, {1, 1, 1, 1}); });
    expect_refused("half an element", shape, 1, "tensor", [&] {
        const_tensor(FARSPAN_F32, memory.data(), 3, {1, 1, 1, 1});
    });
}
