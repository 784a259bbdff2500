/* cache.h for SWIG: what is left out, what is renamed, what becomes a class, by the rules of farspan.i. Sequences are numbers. */

%insert("header") "flat_cache.h"

%rename(Cache) farspan_cache;
%rename(CachePlan) farspan_cache_plan;
%rename(CacheConfig) farspan_cache_config;
%rename(CacheStatistics) farspan_cache_statistics;
%rename(SequenceInfo) farspan_sequence_info;

/* Left out: flat_cache.h, a constructor or a destructor calls these. */
%ignore farspan_cache_batch;
%ignore farspan_cache_batch_init;
%ignore farspan_cache_config_init;
%ignore farspan_cache_create;
%ignore farspan_cache_destroy;
%ignore farspan_cache_append;
%ignore farspan_cache_write;
%ignore farspan_cache_plan_create;
%ignore farspan_cache_plan_destroy;
%ignore farspan_cache_run;
%ignore farspan_attention_decode;
%ignore flat_cache_batch;
%ignore flat_cache_rows;

FARSPAN_CONFIG(cache_config)
FARSPAN_HANDLE(cache)
FARSPAN_HANDLE(cache_plan)

/* Structs that the library fills: `new` says how large they are. */
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

FARSPAN_ANSWER(sequence_info)
FARSPAN_ANSWER(cache_statistics)

%include "farspan/cache.h"
%include "flat_cache.h"
