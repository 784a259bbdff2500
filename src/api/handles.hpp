// What the opaque handles are.
#pragma once

#include <memory>
#include <vector>

#include "attention/run.hpp"
#include "attention/workspace.hpp"
#include "base/parallel.hpp"
#include "config/model.hpp"
#include "farspan/farspan.h"
#include "kernels/kernel_table.hpp"
#include "method/scheme.hpp"
#include "plan/plan.hpp"

struct farspan_context {
    int32_t threads;
    const farspan::kernels::kernel_table* kernels;
    const volatile int32_t* cancel;
    bool exhaustive;
};

struct farspan_scheme {
    std::shared_ptr<const farspan::scheme> parts;
    farspan::rope_part rope_at_rest;  // lowered at length 1
    bool rope_fixed;                  // the same at every length
};

struct farspan_plan {
    std::unique_ptr<const farspan::plan> plan;
    farspan::workspace_layout layout;
    farspan::run_options options;  // of a run without a context
};

struct farspan_model {
    std::unique_ptr<const farspan::config::model> model;
    // views of the model's, one per different layer; nullptr without one
    std::vector<std::unique_ptr<const farspan_scheme>> schemes;
};

namespace farspan {

// A handle that owns `parts`.
std::unique_ptr<farspan_scheme> make_handle(std::unique_ptr<const scheme> parts);

farspan_problem default_problem();

// A plan with its workspace's layout. `problem` is of this version.
std::unique_ptr<farspan_plan> make_plan(const farspan_context* context, const farspan_scheme& scheme,
                                        const farspan_problem& problem);

// The context's settings, or the defaults for NULL.
farspan_context settings(const farspan_context* context);
workers workers_of(const farspan_context* context);

// How a run goes: by its context, with at most the threads of its plan, or as the plan was made. A plan is of one
// instruction set.
run_options run_options_of(const farspan_context* context, const kernels::kernel_table* kernels,
                           const run_options& plan);

farspan_attention_data read_attention_data(const farspan_attention_data* data);

// data.bias of a run or its gradient: a tensor that every batch entry and head has or shares, or none, as the scheme
// wants it.
strided check_bias(const plan& plan, const farspan_tensor* bias);

}  // namespace farspan
