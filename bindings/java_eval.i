/* Java: numbers and tensors of eval.h. Included by java.i. */

/* A seed is a long with the same 64 bits. */
%apply long long { uint64_t };

/* The gradient may lie where the logits do. */
%apply void* out { void* grad };
