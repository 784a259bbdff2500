/* The content of a tensor's memory, from its seed (README of the vectors, "The generator"). */
#ifndef FARSPAN_CONFORMANCE_CONTENT_H
#define FARSPAN_CONFORMANCE_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

size_t dtype_bytes(int32_t dtype);
/* Writes `elements` elements of `dtype`. */
void fill_content(void* memory, int32_t dtype, size_t elements, uint64_t seed);
/* One element of f32, f16 or bf16 as a number. */
double element_value(const void* memory, int32_t dtype, size_t n);

#ifdef __cplusplus
}
#endif

#endif
