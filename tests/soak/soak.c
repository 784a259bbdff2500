/* Small calls without end, as a server makes them: soak LOAD THREADS SECONDS
 *
 *   attention  farspan_attention of 1 query and 64 keys, 32 heads over 8 of 128 features, each thread its own tensors
 *   cache      each thread a session on one shared cache: append, plan, write, run; now and then fork, evict, end, begin anew
 *   both       one of each in turn
 *   gradient   a plan, its run and its gradient, of the tensors of attention (C and Python)
 *
 * All with the default context. After each second it prints how many calls have been made so far; soak.py reads that,
 * and the process's memory. The programs of Go and Java are the same: go/internal/soak,
 * java/src/test/java/io/farspan/Soak.java; that of Python soak_calls.py. */
#define _GNU_SOURCE
#include <farspan/cache.h>
#include <farspan/gradient.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HEADS = 32, KEY_HEADS = 8, DIM = 128, KEYS = 64, LONGEST = 180 };

static farspan_scheme* scheme;
static farspan_cache* cache;
static pthread_barrier_t grown;
static int attends, caches, gradients;

typedef struct worker {
    pthread_t thread;
    int64_t calls; /* atomic */
    farspan_tensor q, k, v, out, key, value, d_out, d_q, d_k, d_v;
    float* memory;
    float number; /* that all its values are: what attention must give */
    int64_t sequence;
    farspan_cache_plan* plan; /* of the sequence, or NULL */
    int tokens;
} worker;

static void stop(const char* what, const char* why) {
    fprintf(stderr, "soak: %s: %s\n", what, why);
    exit(1);
}

static void check(farspan_status status, const farspan_error* error) {
    if (status != FARSPAN_OK) stop("a call was refused", error->message);
}

static void prepare(worker* w, int index) {
    const struct {
        farspan_tensor* tensor;
        int64_t heads, rows;
        float value;
    } parts[] = {
        {&w->q, HEADS, 1, 0.5f},      {&w->k, KEY_HEADS, KEYS, 0.25f}, {&w->v, KEY_HEADS, KEYS, (float)(index + 1)},
        {&w->out, HEADS, 1, 0},       {&w->key, KEY_HEADS, 1, 0.25f},  {&w->value, KEY_HEADS, 1, (float)(index + 1)},
        {&w->d_out, HEADS, 1, 1},     {&w->d_q, HEADS, 1, 0},          {&w->d_k, KEY_HEADS, KEYS, 0},
        {&w->d_v, KEY_HEADS, KEYS, 0}};
    const int count = sizeof parts / sizeof *parts;
    int64_t total = 0;
    for (int n = 0; n < count; ++n) total += parts[n].heads * parts[n].rows * DIM;
    float* next = w->memory = malloc((size_t)total * sizeof(float));
    if (!next) stop("malloc", "no memory");
    for (int n = 0; n < count; ++n) {
        farspan_tensor_contiguous(parts[n].tensor, next, FARSPAN_F32, 1, parts[n].heads, parts[n].rows, DIM);
        for (int64_t rest = parts[n].heads * parts[n].rows * DIM; rest > 0; --rest) *next++ = parts[n].value;
    }
    w->number = (float)(index + 1);
}

/* Every value is the same number: so is every mean of them, up to rounding. */
static void expect(const worker* w, const char* call) {
    const float* out = w->out.data;
    if (fabsf(out[0] - w->number) > 1e-4f * w->number || fabsf(out[HEADS * DIM - 1] - w->number) > 1e-4f * w->number)
        stop(call, "it gave a wrong number");
}

static farspan_attention_data tensors(const worker* w) {
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &w->q;
    data.k = &w->k;
    data.v = &w->v;
    data.out = &w->out;
    return data;
}

static void attend(worker* w) {
    farspan_error error = FARSPAN_ERROR_INIT;
    const farspan_attention_data data = tensors(w);
    check(farspan_attention(NULL, scheme, &data, &error), &error);
    expect(w, "farspan_attention");
}

static farspan_cache_batch newest(const int64_t* sequence) {
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = 1;
    batch.sequence = sequence;
    return batch;
}

/* The plan is advanced, or made if there is none. */
static void add_token(worker* w, int64_t sequence, farspan_cache_plan** plan) {
    farspan_error error = FARSPAN_ERROR_INIT;
    const farspan_cache_batch batch = newest(&sequence);
    check(farspan_cache_append(NULL, cache, &batch, NULL, 0, &error), &error);
    if (*plan) {
        check(farspan_cache_plan_advance(NULL, *plan, &error), &error);
    } else {
        farspan_cache_problem problem;
        farspan_cache_problem_init(&problem, sizeof problem);
        problem.query_heads = HEADS;
        check(farspan_cache_plan_create(NULL, scheme, cache, &batch, &problem, plan, &error), &error);
    }
    check(farspan_cache_write(NULL, cache, 0, &batch, &w->key, &w->value, &error), &error);
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &w->q;
    data.out = &w->out;
    check(farspan_cache_run(NULL, *plan, 0, &data, &error), &error);
    expect(w, "farspan_cache_run");
}

static void forget(farspan_cache_plan** plan) {
    farspan_cache_plan_destroy(*plan);
    *plan = NULL;
}

static void begin(worker* w) {
    farspan_error error = FARSPAN_ERROR_INIT;
    check(farspan_cache_sequence_create(cache, &w->sequence, &error), &error);
    w->tokens = 0;
}

/* One token more, for some eight with one plan; at the longest, a fork goes on for a token, in a copy of the block that it shares, and both end. */
static void decode(worker* w) {
    farspan_error error = FARSPAN_ERROR_INIT;
    add_token(w, w->sequence, &w->plan);
    if (w->tokens % 8 == 0) forget(&w->plan);
    if (++w->tokens == LONGEST / 2) check(farspan_cache_keep(cache, w->sequence, 4, 32, &error), &error);
    if (w->tokens < LONGEST) return;
    int64_t child = 0;
    farspan_cache_plan* plan = NULL;
    forget(&w->plan);
    check(farspan_cache_fork(cache, w->sequence, &child, &error), &error);
    add_token(w, child, &plan);
    forget(&plan);
    check(farspan_cache_sequence_destroy(cache, child, &error), &error);
    check(farspan_cache_sequence_destroy(cache, w->sequence, &error), &error);
    begin(w);
}

/* Weights sum to 1, so the rows of d_v to the derivatives by out of the heads that share them. */
static void differentiate(worker* w) {
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_problem problem;
    farspan_problem_init(&problem, sizeof problem);
    problem.query_heads = HEADS;
    problem.key_heads = KEY_HEADS;
    problem.queries = 1;
    problem.keys = KEYS;
    problem.head_dim = DIM;
    farspan_plan* plan = NULL;
    check(farspan_plan_create(NULL, scheme, &problem, &plan, &error), &error);
    float lse[HEADS];
    farspan_attention_data data = tensors(w);
    data.lse = lse;
    data.lse_count = HEADS;
    check(farspan_attention_run(NULL, plan, &data, &error), &error);
    farspan_attention_gradient gradient;
    farspan_attention_gradient_init(&gradient, sizeof gradient);
    gradient.q = data.q;
    gradient.k = data.k;
    gradient.v = data.v;
    gradient.out = data.out;
    gradient.lse = lse;
    gradient.lse_count = HEADS;
    gradient.d_out = &w->d_out;
    gradient.d_q = &w->d_q;
    gradient.d_k = &w->d_k;
    gradient.d_v = &w->d_v;
    check(farspan_attention_backward(NULL, plan, &gradient, &error), &error);
    farspan_plan_destroy(plan);
    float sum = 0;
    for (int j = 0; j < KEYS; ++j) sum += ((const float*)w->d_v.data)[j * DIM];
    if (fabsf(sum - HEADS / KEY_HEADS) > 1e-4f) stop("farspan_attention_backward", "it gave a wrong number");
}

static void* work(void* given) {
    worker* w = given;
    if (caches) { /* the most memory that the sessions can need together comes first */
        farspan_error error = FARSPAN_ERROR_INIT;
        begin(w);
        farspan_cache_batch all = newest(&w->sequence);
        const int64_t offsets[2] = {0, 256};
        all.offsets = offsets;
        all.offsets_count = 2;
        check(farspan_cache_append(NULL, cache, &all, NULL, 0, &error), &error);
        pthread_barrier_wait(&grown);
        check(farspan_cache_sequence_destroy(cache, w->sequence, &error), &error);
        begin(w);
    }
    for (;;) {
        if (attends) attend(w);
        if (caches) decode(w);
        if (gradients) differentiate(w);
        __atomic_fetch_add(&w->calls, attends + caches + gradients, __ATOMIC_RELAXED);
    }
    return NULL;
}

int main(int count, char** arguments) {
    if (count != 4) stop("usage", "soak LOAD THREADS SECONDS");
    gradients = strcmp(arguments[1], "gradient") == 0;
    attends = !gradients && strcmp(arguments[1], "cache") != 0;
    caches = !gradients && strcmp(arguments[1], "attention") != 0;
    const int threads = atoi(arguments[2]), seconds = atoi(arguments[3]);

    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_BASE);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = DIM;
    farspan_scheme_parts parts;
    farspan_scheme_parts_init(&parts, sizeof parts);
    parts.rope = &rope;
    check(farspan_scheme_create(&parts, &scheme, &error), &error);
    farspan_cache_config config;
    farspan_cache_config_init(&config, sizeof config);
    config.key_heads = KEY_HEADS;
    config.head_dim = DIM;
    check(farspan_cache_create(&config, &cache, &error), &error);

    worker* workers = calloc((size_t)threads, sizeof(worker));
    if (threads < 1 || !workers || pthread_barrier_init(&grown, NULL, (unsigned)threads)) stop("threads", "how many?");
    for (int n = 0; n < threads; ++n) {
        prepare(&workers[n], n);
        if (pthread_create(&workers[n].thread, NULL, work, &workers[n])) stop("pthread_create", "no more threads");
    }
    struct timespec tick;
    clock_gettime(CLOCK_MONOTONIC, &tick);
    for (int second = 0; second < seconds; ++second) {
        int64_t calls = 0;
        ++tick.tv_sec;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &tick, NULL);
        for (int n = 0; n < threads; ++n) calls += __atomic_load_n(&workers[n].calls, __ATOMIC_RELAXED);
        printf("%lld\n", (long long)calls);
        fflush(stdout);
    }
    _Exit(0); /* the threads go on */
}
