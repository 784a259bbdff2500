/* model.h for SWIG, under the rules of farspan.i: models are opaque and deleting one destroys it; options are a struct without its
 * pointers; what a model answers is a struct, whose texts live as long as the model. */
%insert("header") "flat_model.h"

%rename(Model) farspan_model;
%rename(ModelOptions) farspan_model_options;
%rename(ModelInfo) farspan_model_info;
%rename(ModelLayer) farspan_model_layer;
%rename(ModelNote) farspan_model_note;
%rename(Metadata) flat_metadata;

/* ---- left out: flat_model.h, a constructor or a destructor calls these ---------------------------- */

%ignore farspan_metadata;
%ignore farspan_metadata::type; /* SWIG would warn of the name all the same */
%ignore farspan_model_options_init;
%ignore farspan_model_from_config;
%ignore farspan_model_from_metadata;
%ignore farspan_model_from_gguf;
%ignore farspan_model_destroy;
%ignore FARSPAN_METADATA_INTEGER; /* flat_metadata_integers, _reals and _texts */
%ignore FARSPAN_METADATA_REAL;
%ignore FARSPAN_METADATA_TEXT;

%ignore flat_option_differs;
%ignore flat_model_options;
%ignore flat_metadata_free;
%ignore flat_text;
%ignore flat_metadata_entry;
%ignore flat_model_softmax_layer;
%ignore flat_model_layer_array;

%ignore farspan_model_options::t5_encoder;
%ignore farspan_model_options::t5_decoder;
%ignore farspan_model_options::rope_freqs;
%ignore farspan_model_options::rope_short;
%ignore farspan_model_options::rope_long;
%ignore farspan_model_options::t5_values;
%ignore farspan_model_options::rope_pairs;
%ignore farspan_model_layer::scheme;
%ignore farspan_model_layer::rope;
%ignore farspan_model_layer::remap;
%ignore farspan_model_layer::bias;
%ignore farspan_model_layer::mask;
%ignore farspan_model_layer::score;
%ignore flat_metadata::entries;
%ignore flat_metadata::count;
%ignore flat_metadata::room;

%immutable farspan_model_info::family; /* the library's, not to be freed */
%immutable farspan_model_note::path;
%immutable farspan_model_note::text;

/* ---- constructors and destructors --------------------------------------------------------------- */

FARSPAN_CONFIG(model_options)
FARSPAN_HANDLE(model)
%newobject flat_model_from_config;
%newobject flat_model_from_metadata;
%newobject flat_model_from_gguf;
%newobject flat_model_layer_scheme;

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

FARSPAN_ANSWER(model_info)
FARSPAN_ANSWER(model_layer)
FARSPAN_ANSWER(model_note)

%extend flat_metadata {
    flat_metadata() { return (flat_metadata*)calloc(1, sizeof(flat_metadata)); }
    ~flat_metadata() { flat_metadata_free($self); }
}

%include "farspan/model.h"
%include "flat_model.h"
