/* Must compile alone, as C and as C++, in every standard, included twice. */
#include "farspan/farspan.h"

farspan_error error = FARSPAN_ERROR_INIT;
farspan_tensor tensor;
int32_t version = FARSPAN_VERSION;
farspan_status (*create)(const farspan_scheme_parts*, farspan_scheme**, farspan_error*) = farspan_scheme_create;
