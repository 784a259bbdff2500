/* Go: the memory of farspan_eval.i. Included by go.i. */

%apply unsigned long long { uint64_t };

FARSPAN_MEMORY(const uint8_t *, *byte)
FARSPAN_MEMORY(uint8_t *, *byte)
