#include <algorithm>
#include <cstdio>
#include <string>

#include "api/checks.hpp"
#include "api/handles.hpp"
#include "base/parallel.hpp"
#include "base/version_text.hpp"

namespace farspan {
namespace {

static_assert(kernels::isa_scalar == FARSPAN_ISA_SCALAR && kernels::isa_avx2 == FARSPAN_ISA_AVX2 &&
              kernels::isa_avx512 == FARSPAN_ISA_AVX512 && kernels::isa_neon == FARSPAN_ISA_NEON);
static_assert(kernels::dtype_f32 == FARSPAN_F32 && kernels::dtype_f16 == FARSPAN_F16 &&
              kernels::dtype_bf16 == FARSPAN_BF16);

constexpr int32_t all_isas[] = {FARSPAN_ISA_SCALAR, FARSPAN_ISA_AVX2, FARSPAN_ISA_AVX512, FARSPAN_ISA_NEON};

const char* name_of(int32_t isa) {
    switch (isa) {
        case FARSPAN_ISA_BEST:
            return "best";
        case FARSPAN_ISA_SCALAR:
            return "scalar";
        case FARSPAN_ISA_AVX2:
            return "avx2";
        case FARSPAN_ISA_AVX512:
            return "avx512";
        case FARSPAN_ISA_NEON:
            return "neon";
        default:
            return nullptr;
    }
}

const kernels::kernel_table& find_table(int32_t isa) {
    if (isa == FARSPAN_ISA_BEST) return kernels::best_table();
    if (!name_of(isa))
        throw failure(FARSPAN_ERROR_METHOD, "config.isa",
                      "is %d: must be best (0), scalar (1), avx2 (2), avx512 (3) or neon (4)", isa);
    const kernels::kernel_table* table = kernels::usable_table(isa);
    if (!table)
        throw failure(
            FARSPAN_ERROR_ISA_UNSUPPORTED, "config.isa", "is %s: %s", name_of(isa),
            kernels::built_table(isa) ? "this machine does not have it" : "it is not built into this library");
    return *table;
}

std::string describe_library() {
    std::string built, usable;
    for (const int32_t isa : all_isas) {
        const std::string quoted = std::string("\"") + name_of(isa) + "\"";
        if (kernels::built_table(isa)) built += (built.empty() ? "" : ", ") + quoted;
        if (kernels::usable_table(isa)) usable += (usable.empty() ? "" : ", ") + quoted;
    }
    return std::string("{\n  \"version\": \"") + version_text +
           "\",\n  \"abi\": " + std::to_string(FARSPAN_ABI_VERSION) + ",\n  \"compiler\": \"" + __VERSION__ +
           "\",\n  \"tbb\": \"" + tbb_version() + "\",\n  \"isa_built\": [" + built + "],\n  \"isa_usable\": [" +
           usable + "],\n  \"isa_used\": \"" + kernels::best_table().name +
           "\",\n  \"threads\": " + std::to_string(default_threads()) +
           ",\n  \"cgroup_cpu_quota\": " + std::to_string(cgroup_cpu_quota()) + "\n}\n";
}

farspan_context_config default_config() {
    farspan_context_config config{};
    config.struct_size = sizeof config;
    return config;
}

}  // namespace

farspan_context settings(const farspan_context* context) {
    if (context) return *context;
    // reading quotas costs microseconds
    static const farspan_context defaults{default_threads(), &kernels::best_table(), nullptr, false};
    return defaults;
}

run_options run_options_of(const farspan_context* context, const kernels::kernel_table* kernels,
                           const run_options& plan) {
    if (!context) return plan;
    if (context->kernels != kernels)
        throw failure(FARSPAN_ERROR_COMBINATION, "context", "has the instruction set %s: the plan was made for %s",
                      context->kernels->name, kernels->name);
    return {std::min(context->threads, plan.threads), context->cancel, context->exhaustive};
}

workers workers_of(const farspan_context* context) {
    const farspan_context given = settings(context);
    return {given.threads, given.cancel};
}

}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_context_config_init(farspan_context_config* config, size_t size) {
    write_defaults(config, size, default_config());
}

farspan_status farspan_context_create(const farspan_context_config* config, farspan_context** context,
                                      farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan_context*& result = required(context, "context");
        const farspan_context_config given =
            config ? read_struct(*config, default_config(), "config") : default_config();
        if (given.threads < 0)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.threads", "is %d: must be 0 (automatic) or more",
                          given.threads);
        if (given.exhaustive != 0 && given.exhaustive != 1)
            throw failure(FARSPAN_ERROR_METHOD, "config.exhaustive", "is %d: must be 0 or 1", given.exhaustive);
        const int32_t threads = given.threads == 0 ? default_threads() : std::min(given.threads, machine_threads());
        result = new farspan_context{threads, &find_table(given.isa), given.cancel, given.exhaustive != 0};
    });
}

void farspan_context_destroy(farspan_context* context) { delete context; }

int32_t farspan_context_threads(const farspan_context* context) { return settings(context).threads; }
int32_t farspan_context_isa(const farspan_context* context) { return settings(context).kernels->isa; }

int32_t farspan_isa_supported(int32_t isa) { return kernels::usable_table(isa) != nullptr; }

const char* farspan_isa_name(int32_t isa) { return name_of(isa); }

int64_t farspan_diagnose(char* buffer, int64_t buffer_bytes) {
    try {
        const std::string text = describe_library();
        if (buffer && buffer_bytes > 0) {
            const auto length = std::min(static_cast<int64_t>(text.size()), buffer_bytes - 1);
            std::memcpy(buffer, text.data(), static_cast<std::size_t>(length));
            buffer[length] = 0;
        }
        return static_cast<int64_t>(text.size()) + 1;
    } catch (...) {
        if (buffer && buffer_bytes > 0) buffer[0] = 0;
        return 0;
    }
}

void farspan_shutdown(void) { shutdown_workers(); }

}  // extern "C"
