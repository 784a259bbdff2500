// Plain floats: the fallback, and the kernels that the others are compared with.
#define FARSPAN_ISA_NS scalar
#define FARSPAN_ISA_NUMBER isa_scalar
#include "kernels/table.inl"
