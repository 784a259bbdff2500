/* What bindgen reads: every public header. */
#include "farspan/cache.h"
#include "farspan/eval.h"
#include "farspan/farspan.h"
#include "farspan/model.h"
