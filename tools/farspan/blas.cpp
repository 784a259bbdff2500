#include "blas.hpp"

#include <cblas.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <initializer_list>

namespace tool {

void restart_with_fast_blas(char** argv) {
#if defined(__x86_64__) && defined(__linux__)
    constexpr const char* variable = "OPENBLAS_CORETYPE";
    if (std::getenv(variable)) return;
    bool fallback = false;
    for (const char* core : {"Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Generic"})
        fallback = fallback || std::strcmp(openblas_get_corename(), core) == 0;
    if (!fallback || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    std::error_code failed;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed) return;
    setenv(variable, avx512 ? "SkylakeX" : "Haswell", 0);
    execv(program.c_str(), argv);  // if that fails, the slow kernels do the work
#else
    (void)argv;
#endif
}

}  // namespace tool
