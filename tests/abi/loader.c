/* The library as a plugin: its table, a thousand times loaded, used by several threads and unloaded, after a fork too,
 * with the host's memory, files, threads, streams and floating-point mode as they were. Prints "N passed, M failed"
 * last. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <fenv.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "host.h"

enum { ROUNDS = 2000, WARM_UP = 1000 }; /* what threads keep for reuse grows at first */
/* The heap in use, to the byte; and what is resident, which the heap's own steps move by a megabyte now and then, for
 * what does not come from the heap: mappings, stacks of threads. */
static const long heap_allowed = 16L * (ROUNDS - WARM_UP);
static const long resident_allowed = 4096L * (ROUNDS - WARM_UP);

static unsigned float_mode(void) {
#if defined(__x86_64__)
    return _mm_getcsr() & ~0x3fu; /* without the sticky exception flags */
#else
    return (unsigned)fegetround();
#endif
}

static long heap_bytes(void) {
    const struct mallinfo2 heap = mallinfo2();
    return (long)(heap.uordblks + heap.hblkhd);
}

static void check_table(const char* path) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const farspan_api* (*get_api)(uint32_t) = NULL;
    void* symbol = library ? dlsym(library, "farspan_get_api") : NULL;
    memcpy(&get_api, &symbol, sizeof symbol);
    if (!get_api) {
        check(0, "the table is found");
        return;
    }
    const farspan_api* farspan = get_api(FARSPAN_ABI_VERSION);
    check(farspan && farspan->struct_size == sizeof *farspan && farspan->abi == FARSPAN_ABI_VERSION,
          "the table of this header");
    check(get_api(FARSPAN_ABI_VERSION + 1) == NULL && get_api(0) == NULL && get_api(UINT32_MAX) == NULL,
          "no table for other ABI versions");
#define ENTRY(name)                                                               \
    symbol = dlsym(library, "farspan_" #name);                                    \
    check(farspan&& symbol&& memcmp(&farspan->name, &symbol, sizeof symbol) == 0, \
          "the table's entry is farspan_" #name);
    FARSPAN_API_LIST(ENTRY)
#undef ENTRY
    dlclose(library);
}

/* Every second round leaves the workers running when it unloads. */
static void check_rounds(const char* path) {
    int good = 1, files = 0;
    long heap = 0, resident = 0;
    for (int round = 0; round < ROUNDS && good; ++round) {
        if (round == WARM_UP) {
            heap = heap_bytes();
            resident = resident_bytes();
            files = open_files();
        }
        good = host_round(path, round % 2);
    }
    static char heap_text[80], resident_text[80];
    const long heap_growth = heap_bytes() - heap, resident_growth = resident_bytes() - resident;
    snprintf(heap_text, sizeof heap_text, "the heap in use grew by %ld bytes", heap_growth);
    snprintf(resident_text, sizeof resident_text, "resident memory grew by %ld bytes", resident_growth);
    check(good, "the same bits, each time loaded, run on several threads and unloaded");
    check(heap > 0 && heap_growth <= heap_allowed, heap_text);
    check(resident > 0 && resident_growth <= resident_allowed, resident_text);
    check(files > 0 && open_files() == files, "no file stays open");
    check(threads_settle_at(1), "no thread is left after farspan_shutdown");
}

static int child_succeeds(const char* path, int end_workers) {
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        _exit(host_round(path, end_workers) ? 0 : 1);
    }
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void check_forks(const char* path) {
    check(child_succeeds(path, 1), "a run in a child forked when no worker runs");
    check(host_round(path, 0) && threads_alive() > 1, "workers outlive dlclose unless farspan_shutdown ends them");
    check(child_succeeds(path, 0), "a run in a child forked while workers run");
    check(child_succeeds(path, 1), "farspan_shutdown in a child forked while workers run");
    check(host_round(path, 1), "the parent goes on");
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    /* New threads otherwise open heaps of their own, how many depends on what else the machine does: memory that grows
     * then is no leak, and hides one. */
    mallopt(M_ARENA_MAX, 1);
    host_prepare();
    const unsigned mode = float_mode();

    /* What the library writes to the streams while it works must be nothing. */
    fflush(stdout);
    FILE* captured = tmpfile();
    const int saved_out = dup(1), saved_err = dup(2);
    if (!captured || saved_out < 0 || saved_err < 0) return 2;
    dup2(fileno(captured), 1);
    dup2(fileno(captured), 2);
    check_table(argv[1]);
    check_rounds(argv[1]);
    check_forks(argv[1]);
    fflush(stdout);
    fflush(stderr);
    dup2(saved_out, 1);
    dup2(saved_err, 2);

    check(lseek(fileno(captured), 0, SEEK_END) == 0, "nothing on stdout and stderr");
    check(float_mode() == mode, "the floating-point mode of the host is untouched");
    return finish();
}
