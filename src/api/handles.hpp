// What the opaque handles are.
#pragma once

#include <memory>

#include "attention/workspace.hpp"
#include "farspan/farspan.h"
#include "kernels/kernel_table.hpp"
#include "method/scheme.hpp"
#include "plan/plan.hpp"

struct farspan_context {
    int32_t threads;
    const farspan::kernels::kernel_table* kernels;
    const volatile int32_t* cancel;
};

struct farspan_scheme {
    std::unique_ptr<const farspan::scheme> parts;
    farspan::rope_part rope_at_rest;  // lowered at length 1
    bool rope_fixed;                  // the same at every length
};

struct farspan_plan {
    std::unique_ptr<const farspan::plan> plan;
    farspan::workspace_layout layout;
    const volatile int32_t* cancel;
};

namespace farspan {

// The context's settings, or the defaults for NULL.
farspan_context settings(const farspan_context* context);

}  // namespace farspan
