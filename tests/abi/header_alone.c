/* Must compile alone, as C and as C++, in every standard, included twice. */
#include "farspan/farspan.h"
#include "farspan/farspan.h"

farspan_error error = FARSPAN_ERROR_INIT;
farspan_tensor tensor;
int32_t version = FARSPAN_VERSION;
farspan_status (*create)(const farspan_rope_config*, const farspan_remap_config*, const farspan_bias_config*,
                         const farspan_mask_config*, const farspan_score_config*, farspan_scheme**,
                         farspan_error*) = farspan_scheme_create;
