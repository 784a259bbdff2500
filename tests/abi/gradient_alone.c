/* Must compile alone, as C and as C++, in every standard, included twice. */
#include "farspan/gradient.h"

farspan_attention_gradient data;
farspan_status (*backward)(const farspan_context*, const farspan_plan*, const farspan_attention_gradient*,
                           farspan_error*) = farspan_attention_backward;
