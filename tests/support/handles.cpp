#include "handles.hpp"

#include <stdexcept>

namespace farspan_test {

void require_ok(farspan_status status, const farspan_error& error, const std::string& what) {
    if (status != FARSPAN_OK)
        throw std::runtime_error(what + ": " + farspan_status_text(status) + ": " + error.message);
}

context_handle make_context(int32_t isa, int32_t threads, const volatile int32_t* cancel) {
    farspan_context_config config;
    farspan_context_config_init(&config, sizeof config);
    config.isa = isa;
    config.threads = threads;
    config.cancel = cancel;
    farspan_context* context = nullptr;
    error_slot error;
    require_ok(farspan_context_create(&config, &context, &error), error, "context");
    return context_handle(context);
}

std::vector<int32_t> usable_isas() {
    std::vector<int32_t> result;
    for (const int32_t isa : {FARSPAN_ISA_SCALAR, FARSPAN_ISA_AVX2, FARSPAN_ISA_AVX512, FARSPAN_ISA_NEON})
        if (farspan_isa_supported(isa) != 0) result.push_back(isa);
    return result;
}

}  // namespace farspan_test
