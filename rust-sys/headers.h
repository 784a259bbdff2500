/* What bindgen reads: every public header. */
#include "farspan/cache.h"
#include "farspan/farspan.h"
