// A stand-in for Criterion where that cannot run: it starts a process per test, which ThreadSanitizer and emulators do
// not survive. It has the macros that this project's tests use, and runs all tests in one process, one after the other.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace plain_driver {

struct test {
    const char* suite;
    const char* name;
    void (*body)();
    test* next;
    test(const char* suite, const char* name, void (*body)());
};

struct stopped {};  // thrown by a failed cr_assert
struct skipped {};

template <class type>
bool throws(const auto& code) {
    try {
        code();
    } catch (const type&) {
        return true;
    }
    return false;
}

// Reports a failed condition and returns it; the format may be missing.
bool check(bool holds, const char* file, int line, const char* what);
bool check(bool holds, const char* file, int line, const char* what, const char* format, ...)
    __attribute__((format(printf, 5, 6)));
[[noreturn]] void skip(const char* format = "", ...) __attribute__((format(printf, 1, 2)));

}  // namespace plain_driver

#define Test(suite, name, ...)                                                             \
    static void suite##_##name##_body();                                                   \
    static plain_driver::test suite##_##name##_test(#suite, #name, suite##_##name##_body); \
    static void suite##_##name##_body()

#define PLAIN_CHECK(holds, what, ...) \
    plain_driver::check(static_cast<bool>(holds), __FILE__, __LINE__, what __VA_OPT__(, ) __VA_ARGS__)
#define PLAIN_EXPECT(holds, what, ...) static_cast<void>(PLAIN_CHECK(holds, what __VA_OPT__(, ) __VA_ARGS__))
#define PLAIN_ASSERT(holds, what, ...)                                                           \
    do {                                                                                         \
        if (!PLAIN_CHECK(holds, what __VA_OPT__(, ) __VA_ARGS__)) throw plain_driver::stopped{}; \
    } while (0)

#define cr_skip_test(...) plain_driver::skip(__VA_ARGS__)
#define cr_log_error(...) static_cast<void>((std::printf(__VA_ARGS__), std::printf("\n")))
#define cr_fail(...) PLAIN_EXPECT(false, "cr_fail" __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_fail(...) PLAIN_ASSERT(false, "cr_assert_fail" __VA_OPT__(, ) __VA_ARGS__)

#define cr_expect(x, ...) PLAIN_EXPECT(x, #x __VA_OPT__(, ) __VA_ARGS__)
#define cr_expect_not(x, ...) PLAIN_EXPECT(!(x), "not " #x __VA_OPT__(, ) __VA_ARGS__)
#define cr_expect_null(x, ...) PLAIN_EXPECT((x) == nullptr, #x " is NULL" __VA_OPT__(, ) __VA_ARGS__)
#define cr_expect_not_null(x, ...) PLAIN_EXPECT((x) != nullptr, #x " is not NULL" __VA_OPT__(, ) __VA_ARGS__)
#define cr_expect_eq(x, y, ...) PLAIN_EXPECT((x) == (y), #x " == " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_expect_neq(x, y, ...) PLAIN_EXPECT((x) != (y), #x " != " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_expect_lt(x, y, ...) PLAIN_EXPECT((x) < (y), #x " < " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_expect_leq(x, y, ...) PLAIN_EXPECT((x) <= (y), #x " <= " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_expect_gt(x, y, ...) PLAIN_EXPECT((x) > (y), #x " > " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_expect_geq(x, y, ...) PLAIN_EXPECT((x) >= (y), #x " >= " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_expect_str_eq(x, y, ...) PLAIN_EXPECT(std::strcmp(x, y) == 0, #x " == " #y __VA_OPT__(, ) __VA_ARGS__)
#define PLAIN_THROWS(code, type) plain_driver::throws<type>([&] { static_cast<void>(code); })
#define cr_expect_no_throw(code, type) PLAIN_EXPECT(!PLAIN_THROWS(code, type), #code " throws no " #type)
#define cr_assert_throw(code, type) PLAIN_ASSERT(PLAIN_THROWS(code, type), #code " throws " #type)

#define cr_assert(x, ...) PLAIN_ASSERT(x, #x __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_not(x, ...) PLAIN_ASSERT(!(x), "not " #x __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_null(x, ...) PLAIN_ASSERT((x) == nullptr, #x " is NULL" __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_not_null(x, ...) PLAIN_ASSERT((x) != nullptr, #x " is not NULL" __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_eq(x, y, ...) PLAIN_ASSERT((x) == (y), #x " == " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_neq(x, y, ...) PLAIN_ASSERT((x) != (y), #x " != " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_lt(x, y, ...) PLAIN_ASSERT((x) < (y), #x " < " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_leq(x, y, ...) PLAIN_ASSERT((x) <= (y), #x " <= " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_gt(x, y, ...) PLAIN_ASSERT((x) > (y), #x " > " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_geq(x, y, ...) PLAIN_ASSERT((x) >= (y), #x " >= " #y __VA_OPT__(, ) __VA_ARGS__)
#define cr_assert_str_eq(x, y, ...) PLAIN_ASSERT(std::strcmp(x, y) == 0, #x " == " #y __VA_OPT__(, ) __VA_ARGS__)
