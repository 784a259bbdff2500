#include <criterion/criterion.h>

#include "expect.hpp"
#include "failure.hpp"
#include "made_model.hpp"
#include "safetensors.hpp"

using tool::safetensors_file;

namespace {

// The failure that opening these bytes gives.
std::string refusal(const std::string& bytes) {
    const scratch_folder folder;
    const std::filesystem::path path = folder / "damaged.safetensors";
    write_file(path, bytes);
    const std::string message = failure_of([](const std::filesystem::path& p) { safetensors_file{p}; }, path);
    cr_assert(message.rfind(path.string() + ": ", 0) == 0, "the message names the file: '%s'", message.c_str());
    return message.substr(path.string().size() + 2);
}

// A header with one tensor "w" described by `entry` over `bytes` bytes of data.
std::string one_tensor(const std::string& entry, size_t bytes) {
    return with_header("{\"w\":" + entry + "}", std::string(bytes, '\0'));
}

}  // namespace

Test(safetensors, values_of_every_dtype) {
    const scratch_folder folder;
    const auto path = folder / "good.safetensors";
    // 1, -2, the least subnormal, the largest and infinity in half precision
    const std::string half("\x00\x3c\x00\xc0\x01\x00\xff\x7b\x00\x7c", 10);
    write_file(path, safetensors_bytes({{"half", {"F16", {5}, half}},
                                        {"brain", {"BF16", {2}, std::string("\x80\x3f\x40\xc0", 4)}},
                                        {"single", {"F32", {1, 1}, std::string("\x00\x00\x20\x40", 4)}},
                                        {"rows", {"I32", {2}, std::string("\x01\x00\x00\x00\xff\xff\xff\xff", 8)}},
                                        {"empty", {"F32", {0, 3}, ""}}}));
    const safetensors_file file(path);
    const std::vector<float> h = file.floats("half", {5});
    cr_expect(h[0] == 1.0f && h[1] == -2.0f && h[2] == 0x1p-24f && h[3] == 65504.0f && h[4] == HUGE_VALF);
    const std::vector<float> b = file.floats("brain", {2});
    cr_expect(b[0] == 1.0f && b[1] == -3.0f);
    cr_expect(file.floats("single", {1, 1})[0] == 2.5f);
    cr_expect(file.integers("rows") == (std::vector<int32_t>{1, -1}));
    cr_expect(file.floats("empty", {0, 3}).empty());
}

Test(safetensors, refuses_truncated_files) {
    expect_text(refusal("abc"), "3 bytes in all");
    const std::string good = one_tensor(R"({"dtype":"F16","shape":[2],"data_offsets":[0,4]})", 4);
    expect_text(refusal(good.substr(0, 20)), "truncated: 12 bytes follow");
    expect_text(refusal(good.substr(0, good.size() - 1)),
                "tensor \"w\" has data_offsets [0, 4] outside the 3 bytes of data");
    for (size_t size = 0; size < good.size(); ++size)
        cr_expect(!refusal(good.substr(0, size)).empty(), "%zu bytes", size);
}

Test(safetensors, refuses_senseless_headers) {
    std::string long_header(8, '\xff');
    expect_text(refusal(long_header + "{}"), "above the format's limit");
    expect_text(refusal(with_header("{\"w\":", "")), "not JSON");
    expect_text(refusal(with_header("[1]", "")), "not a JSON object");
    expect_text(refusal(with_header("{\"w\":3}", "")), "tensor \"w\" is not described by a JSON object");
    expect_text(refusal(one_tensor(R"({"dtype":"F16","shape":[2]})", 4)), "no field \"data_offsets\"");
    expect_text(refusal(one_tensor(R"({"dtype":"F17","shape":[2],"data_offsets":[0,4]})", 4)), "unknown dtype \"F17\"");
    expect_text(refusal(one_tensor(R"({"dtype":"F16","shape":[-2],"data_offsets":[0,4]})", 4)), "has the shape [-2]");
    expect_text(refusal(one_tensor(R"({"dtype":"F16","shape":2,"data_offsets":[0,4]})", 4)), "has the shape 2");
    expect_text(refusal(one_tensor(R"({"dtype":"F16","shape":[2],"data_offsets":[0,4.5]})", 4)),
                "data_offsets [0,4.5]");
    expect_text(refusal(with_header(R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                    R"("w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                                    "x")),
                "key \"w\" twice");
}

Test(safetensors, refuses_offsets_that_do_not_fit) {
    expect_text(refusal(one_tensor(R"({"dtype":"F16","shape":[2],"data_offsets":[0,6]})", 6)),
                "of shape [2] and dtype F16 needs 4 bytes, its data_offsets [0, 6] hold 6");
    expect_text(refusal(one_tensor(R"({"dtype":"F16","shape":[2],"data_offsets":[4,0]})", 4)), "wrong order");
    expect_text(refusal(one_tensor(R"({"dtype":"F16","shape":[2],"data_offsets":[1,5]})", 5)), "begins at byte 1");
    expect_text(refusal(one_tensor(R"({"dtype":"F16","shape":[2],"data_offsets":[0,4]})", 7)),
                "end at byte 4 of 7 bytes");
    expect_text(refusal(one_tensor(R"({"dtype":"F16","shape":[1099511627776,1099511627776],"data_offsets":[0,4]})", 4)),
                "needs");
    expect_text(refusal(one_tensor(R"({"dtype":"F16","shape":[18446744073709551615],"data_offsets":[0,4]})", 4)),
                "too large");
    expect_text(refusal(with_header(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                                    R"("b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
                                    "sixbyt")),
                "tensor \"b\" begins at byte 2 of the data, the tensor before it ends at 4");
}

Test(safetensors, refuses_other_types_and_shapes_than_asked_for) {
    const scratch_folder folder;
    const auto path = folder / "w.safetensors";
    write_file(path, safetensors_bytes(
                         {{"w", {"I32", {2}, std::string(8, '\0')}}, {"v", {"F32", {2}, std::string(8, '\0')}}}));
    expect_text(failure_of([](const std::filesystem::path& p) { safetensors_file(p).floats("w", {2}); }, path),
                "tensor \"w\" has dtype I32, expected F16, BF16 or F32");
    expect_text(failure_of(
                    [](const std::filesystem::path& p) {
                        safetensors_file(p).floats("v", {3, 4});
                    },
                    path),
                "tensor \"v\" has shape [2], the configuration asks for [3, 4]");
    expect_text(failure_of([](const std::filesystem::path& p) { safetensors_file(p).floats("u", {2}); }, path),
                "tensor \"u\" is missing");
    expect_text(failure_of([](const std::filesystem::path& p) { safetensors_file(p).integers("v"); }, path),
                "a list of I32");
}
