// usage: test_<name> [TEXT]    runs the tests whose "suite/name" contains TEXT; the last line is "N passed, M failed, K
// skipped"
#include <cstdarg>
#include <exception>

#include "criterion/criterion.h"

namespace plain_driver {
namespace {

test* first = nullptr;
bool current_failed = false;

}  // namespace

test::test(const char* suite_name, const char* test_name, void (*test_body)())
    : suite(suite_name), name(test_name), body(test_body), next(first) {
    first = this;
}

bool check(bool holds, const char* file, int line, const char* what) {
    return check(holds, file, line, what, "%s", "");
}

bool check(bool holds, const char* file, int line, const char* what, const char* format, ...) {
    if (holds) return true;
    current_failed = true;
    std::printf("%s:%d: %s: ", file, line, what);
    va_list arguments;
    va_start(arguments, format);
    std::vprintf(format, arguments);
    va_end(arguments);
    std::printf("\n");
    return false;
}

void skip(const char*, ...) { throw skipped{}; }

}  // namespace plain_driver

int main(int argc, char** argv) {
    using namespace plain_driver;
    int passed = 0, failed = 0, skips = 0;
    for (const test* t = first; t; t = t->next) {
        char full[256];
        std::snprintf(full, sizeof full, "%s/%s", t->suite, t->name);
        if (argc > 1 && !std::strstr(full, argv[1])) continue;
        current_failed = false;
        try {
            t->body();
        } catch (const stopped&) {
        } catch (const skipped&) {
            ++skips;
            continue;
        } catch (const std::exception& e) {
            check(false, full, 0, e.what());
        }
        if (current_failed) std::printf("FAILED %s\n", full);
        ++(current_failed ? failed : passed);
        std::fflush(stdout);
    }
    std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skips);
    return failed > 0 || passed + skips == 0;
}
