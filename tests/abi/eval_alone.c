/* Must compile alone, as C and as C++, in every standard, included twice. */
#include "farspan/eval.h"

farspan_error error = FARSPAN_ERROR_INIT;
farspan_loss loss;
farspan_status (*token_nll)(const farspan_context*, const farspan_tensor*, const int64_t*, int64_t, int64_t, double*,
                            int64_t, farspan_error*) = farspan_token_nll;
