/* The public headers for SWIG, shared by all languages: what is left out and what is renamed. A language adds its typemaps before it
 * includes this file (java.i, go.i).
 *
 * - A function whose arguments a garbage-collected language can give is wrapped as it is; flat_generated.h and flat.h have the others.
 * - Names lose their prefix: farspan_rope_apply and flat_rope_apply are both rope_apply (only one of them is wrapped).
 * - Structs cross as their bytes, whose order the languages know from tools/describe. The arrays in them are arguments of the flat
 *   functions.
 * - Schemes, plans and contexts are opaque; deleting one destroys it.
 * - `error` is never an argument: the language's typemap gives a slot and raises what is in it. */

%insert("header") "flat.h"
%insert("header") "flat_generated.h"

/* Not stdint.i: it would spell int64_t as long long in the wrapper, which is another type than the header's. */
%apply int { int32_t };
%apply unsigned int { uint32_t };
%apply long long { int64_t };

#define FARSPAN_API
%include "farspan/version.h"

%rename("%(regex:/^(?:farspan|flat)_(.*)$/\\1/)s", %$isfunction) "";
#ifndef SWIGGO /* go.i leaves constants out */
%rename("%(strip:[FARSPAN_])s", %$isenumitem) "";
%rename("%(strip:[FARSPAN_])s", %$isconstant) "";
#endif

%ignore farspan_metadata::type; /* SWIG would warn of the name all the same */

%define FARSPAN_HANDLE(name)
%nodefaultctor farspan_##name;
struct farspan_##name {};
%extend farspan_##name {
    ~farspan_##name() { farspan_##name##_destroy($self); }
}
%enddef

%include "names_generated.i"

%include "farspan/farspan.h"
%include "farspan/cache.h"
%include "farspan/gradient.h"
%include "farspan/eval.h"
%include "farspan/model.h"
%include "flat.h"
%include "flat_generated.h"
