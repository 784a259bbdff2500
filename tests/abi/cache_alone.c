/* The cache's header must compile alone, as C and as C++, in every standard, included twice. */
#include "farspan/cache.h"

farspan_cache_config config;
int32_t dtype = FARSPAN_I8;
farspan_status (*create)(const farspan_cache_config*, farspan_cache**, farspan_error*) = farspan_cache_create;
