/* model.h must compile alone, as header_alone.c says of farspan.h. */
#include "farspan/model.h"

farspan_model_options options;
farspan_model_layer layer;
farspan_status (*read)(const farspan_context*, const char*, int64_t, const farspan_model_options*, farspan_model**,
                       farspan_error*) = farspan_model_from_config;
