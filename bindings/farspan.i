/* The public header for SWIG, shared by all languages: what is left out, what is renamed, what becomes a class. A language adds its
 * typemaps before it includes this file (java.i, go.i).
 *
 * - A function of farspan.h whose arguments a garbage-collected language can give is wrapped as it is; flat.h has the others.
 * - Names lose their prefix: farspan_rope_apply and flat_rope_apply are both rope_apply (only one of them is wrapped).
 * - Configurations are structs without their pointers: arrays are arguments of the flat functions. `new` calls the init function,
 *   so that every default comes from the library.
 * - Schemes, plans and contexts are opaque; deleting one destroys it.
 * - `error` is never an argument: the language's typemap gives a slot and raises what is in it. */

%{
#include <stdint.h>
#include <stdlib.h>

#include "farspan/farspan.h"
%}
%insert("header") "flat.h"

/* Not stdint.i: it would spell int64_t as long long in the wrapper, which is another type than the header's. */
%apply int { int32_t };
%apply unsigned int { uint32_t };
%apply long long { int64_t };

#define FARSPAN_API
%include "farspan/version.h"

/* ---- names ------------------------------------------------------------------------------------ */

%rename("%(regex:/^(?:farspan|flat)_(.*)$/\\1/)s", %$isfunction) "";
#ifndef SWIGGO /* go.i leaves constants out */
%rename("%(strip:[FARSPAN_])s", %$isenumitem) "";
%rename("%(strip:[FARSPAN_])s", %$isconstant) "";
#endif

%rename(Scheme) farspan_scheme;
%rename(Plan) farspan_plan;
%rename(Context) farspan_context;
%rename(RopeConfig) farspan_rope_config;
%rename(RemapConfig) farspan_remap_config;
%rename(BiasConfig) farspan_bias_config;
%rename(MaskConfig) farspan_mask_config;
%rename(ScoreConfig) farspan_score_config;
%rename(FireConfig) farspan_fire_config;
%rename(RopeOptions) farspan_rope_options;
%rename(Problem) farspan_problem;
%rename(Probe) farspan_probe;
%rename(ContextConfig) farspan_context_config;
%rename(CancelFlag) flat_cancel_flag;

/* ---- left out: flat.h, a constructor or a destructor calls these -------------------------------- */

%ignore farspan_error;
%ignore farspan_tensor;
%ignore farspan_api;
%ignore farspan_get_api;
%ignore FARSPAN_ERROR_INIT;

%ignore farspan_tensor_contiguous;
%ignore farspan_tensor_check;
%ignore farspan_rope_config_init;
%ignore farspan_remap_config_init;
%ignore farspan_bias_config_init;
%ignore farspan_mask_config_init;
%ignore farspan_score_config_init;
%ignore farspan_scheme_create;
%ignore farspan_scheme_destroy;
%ignore farspan_scheme_visible;
%ignore farspan_rope_frequencies;
%ignore farspan_rope_options_init;
%ignore farspan_rope_apply;
%ignore farspan_bias_fill;
%ignore farspan_sinusoidal_fill;
%ignore farspan_position_lookup;
%ignore farspan_fire_config_init;
%ignore farspan_fire_fill;
%ignore farspan_problem_init;
%ignore farspan_plan_create;
%ignore farspan_plan_destroy;
%ignore farspan_plan_tile_counts;
%ignore farspan_attention_run;
%ignore farspan_attention;
%ignore farspan_attention_merge;
%ignore farspan_context_config_init;
%ignore farspan_context_create;
%ignore farspan_context_destroy;
%ignore farspan_diagnose;

%ignore flat_fail;
%ignore flat_tensor;
%ignore flat_short;
%ignore flat_miscounted;
%ignore flat_unequal;
%ignore flat_unequal_rows;
%ignore flat_rows;
%ignore flat_row_count;

/* Fields that are pointers, sizes of this build, or padding. */
%ignore struct_size;
%ignore reserved;
%ignore farspan_rope_config::short_factors;
%ignore farspan_rope_config::long_factors;
%ignore farspan_rope_config::axis_sections;
%ignore farspan_bias_config::values;
%ignore farspan_bias_config::a;
%ignore farspan_bias_config::p;
%ignore farspan_score_config::sinks;
%ignore farspan_fire_config::w1;
%ignore farspan_fire_config::b1;
%ignore farspan_fire_config::w2;
%ignore farspan_fire_config::b2;
%ignore farspan_problem::query_positions;
%ignore farspan_problem::key_positions;
%ignore farspan_problem::query_axis_positions;
%ignore farspan_problem::key_axis_positions;
%ignore farspan_problem::query_offsets;
%ignore farspan_problem::key_offsets;
%ignore farspan_problem::key_ranges;
%ignore farspan_context_config::cancel;
%ignore flat_cancel_flag::value;

/* ---- constructors and destructors --------------------------------------------------------------- */

%define FARSPAN_CONFIG_OF_METHOD(name)
%extend farspan_##name {
    farspan_##name(int32_t method) {
        farspan_##name* config = (farspan_##name*)calloc(1, sizeof *config);
        if (config) farspan_##name##_init(config, sizeof *config, method);
        return config;
    }
    ~farspan_##name() { free($self); }
}
%enddef

%define FARSPAN_CONFIG(name)
%extend farspan_##name {
    farspan_##name() {
        farspan_##name* config = (farspan_##name*)calloc(1, sizeof *config);
        if (config) farspan_##name##_init(config, sizeof *config);
        return config;
    }
    ~farspan_##name() { free($self); }
}
%enddef

FARSPAN_CONFIG_OF_METHOD(rope_config)
FARSPAN_CONFIG_OF_METHOD(remap_config)
FARSPAN_CONFIG_OF_METHOD(bias_config)
FARSPAN_CONFIG(mask_config)
FARSPAN_CONFIG(score_config)
FARSPAN_CONFIG(fire_config)
FARSPAN_CONFIG(rope_options)
FARSPAN_CONFIG(problem)
FARSPAN_CONFIG(context_config)

%extend farspan_probe {
    farspan_probe() {
        farspan_probe* probe = (farspan_probe*)calloc(1, sizeof *probe);
        if (probe) probe->struct_size = (uint32_t)sizeof *probe;
        return probe;
    }
    ~farspan_probe() { free($self); }
}

/* axis outside 0 .. 3 is ignored, and reads as 0. */
%extend farspan_rope_config {
    void set_axis_section(int32_t axis, int32_t pairs) {
        if (axis >= 0 && axis < 4) $self->axis_sections[axis] = pairs;
    }
    int32_t get_axis_section(int32_t axis) { return axis >= 0 && axis < 4 ? $self->axis_sections[axis] : 0; }
}

%extend flat_cancel_flag {
    flat_cancel_flag() { return (flat_cancel_flag*)calloc(1, sizeof(flat_cancel_flag)); }
    ~flat_cancel_flag() { free($self); }
}

%define FARSPAN_HANDLE(name)
%nodefaultctor farspan_##name;
%newobject flat_##name##_create;
struct farspan_##name {};
%extend farspan_##name {
    ~farspan_##name() { farspan_##name##_destroy($self); }
}
%enddef

FARSPAN_HANDLE(scheme)
FARSPAN_HANDLE(plan)
FARSPAN_HANDLE(context)

%newobject flat_diagnose;
%typemap(newfree) char* flat_diagnose "free($1);"

%include "farspan/farspan.h"
%include "flat.h"
%include "farspan_cache.i"
%include "farspan_eval.i"
%include "farspan_model.i"
