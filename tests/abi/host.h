/* A host that loads the library with dlopen, as plugins do, and knows it only by its table. */
#ifndef FARSPAN_ABI_HOST_H
#define FARSPAN_ABI_HOST_H

#include "farspan/api_table.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HEADS = 4, TOKENS = 256, DIM = 32, COUNT = HEADS * TOKENS * DIM, HOST_THREADS = 3 };

/* Makes the inputs; to be called first. */
void host_prepare(void);
/* dlopen, the table, a scheme and a context with two threads; one attention on each of HOST_THREADS threads of the host
 * at the same time; if asked, farspan_shutdown; dlclose. 1 if all results have the bits of the first round. */
int host_round(const char* path, int end_workers);
/* The same without threads of the host. */
int host_round_alone(const char* path, int end_workers);

/* Of this process: resident memory in bytes, open files, threads; -1 if unknown. */
long resident_bytes(void);
int open_files(void);
int threads_alive(void);
/* Waits for threads that have ended to leave /proc, at most two seconds. */
int threads_settle_at(int expected);

/* Counts a check; `what` must last until finish. */
void check(int condition, const char* what);
/* Prints the checks that failed and "N passed, M failed"; the exit code. */
int finish(void);

#ifdef __cplusplus
}
#endif

#endif
