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

#include "farspan/eval.h"
#include "farspan/farspan.h"
%}
%insert("header") "flat.h"
%insert("header") "flat_generated.h"
%insert("header") "flat_cache.h"
%insert("header") "flat_eval.h"
%insert("header") "flat_eval_text.h"
%insert("header") "flat_model.h"

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

%rename(CancelFlag) flat_cancel_flag;
%rename(Metadata) flat_metadata;

/* The library's own names of GGUF's types: flat_metadata_integers, _reals and _texts. */
%ignore FARSPAN_METADATA_INTEGER;
%ignore FARSPAN_METADATA_REAL;
%ignore FARSPAN_METADATA_TEXT;
%ignore farspan_metadata::type; /* SWIG would warn of the name all the same */
%ignore flat_cancel_flag::value;
%ignore flat_metadata::entries;
%ignore flat_metadata::count;
%ignore flat_metadata::room;
%ignore farspan_context_config::cancel;

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

/* Structs that the library fills: `new` says how large they are. */
%define FARSPAN_ANSWER(name)
%extend farspan_##name {
    farspan_##name() {
        farspan_##name* answer = (farspan_##name*)calloc(1, sizeof *answer);
        if (answer) answer->struct_size = (uint32_t)sizeof *answer;
        return answer;
    }
    ~farspan_##name() { free($self); }
}
%enddef

/* An index outside the array is ignored, and reads as 0. */
%define FARSPAN_FIXED_ARRAY(struct_name, field, one, type, extent)
%extend struct_name {
    void set_##one(int32_t index, type value) {
        if (index >= 0 && index < extent) $self->field[index] = value;
    }
    type get_##one(int32_t index) { return index >= 0 && index < extent ? $self->field[index] : 0; }
}
%enddef

%extend flat_cancel_flag {
    flat_cancel_flag() { return (flat_cancel_flag*)calloc(1, sizeof(flat_cancel_flag)); }
    ~flat_cancel_flag() { free($self); }
}

%define FARSPAN_HANDLE(name)
%nodefaultctor farspan_##name;
struct farspan_##name {};
%extend farspan_##name {
    ~farspan_##name() { farspan_##name##_destroy($self); }
}
%enddef

%extend flat_metadata {
    flat_metadata() { return (flat_metadata*)calloc(1, sizeof(flat_metadata)); }
    ~flat_metadata() { flat_metadata_free($self); }
}

%include "names_generated.i"

%newobject flat_diagnose;
%typemap(newfree) char* flat_diagnose "free($1);"

%include "farspan/farspan.h"
%include "flat.h"
%include "farspan/cache.h"
%include "flat_generated.h"
%include "flat_cache.h"
%include "farspan/eval.h"
%include "flat_eval.h"
%include "flat_eval_text.h"
%include "farspan/model.h"
%include "flat_model.h"
