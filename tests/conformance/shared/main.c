/* usage: runner ISA THREADS FILE    answers the conformance cases of a file, for tests/conformance/judge.py */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static void write_answer(const struct run* run) {
    const int good = run->status == FARSPAN_OK;
    int untouched = 1;
    for (int n = 0; n < run->output_count; ++n)
        untouched = untouched && memcmp(run->outputs[n].data, run->outputs[n].before, run->outputs[n].bytes) == 0;
    printf("%d %d %d %s %zu %d\n", run->status, good ? 0 : run->error.argument, good || untouched,
           good ? "-" : run->stage, good ? (size_t)0 : strlen(run->error.message), good ? run->output_count : 0);
    if (!good) fputs(run->error.message, stdout);
    for (int n = 0; good && n < run->output_count; ++n) {
        printf("%s %zu\n", kinds[run->outputs[n].kind], run->outputs[n].bytes);
        fwrite(run->outputs[n].data, 1, run->outputs[n].bytes, stdout);
    }
}

static char* read_file(const char* path) {
    FILE* file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) return NULL;
    const long size = ftell(file);
    char* content = size < 0 ? NULL : calloc(1, (size_t)size + 1);
    rewind(file);
    if (content && fread(content, 1, (size_t)size, file) != (size_t)size) content[0] = 0;
    fclose(file);
    return content;
}

static farspan_context* make_context(const char* isa, int32_t threads) {
    FRESH(context_config, config);
    config.threads = threads;
    while (farspan_isa_name(config.isa) && strcmp(farspan_isa_name(config.isa), isa) != 0) ++config.isa;
    farspan_context* context = NULL;
    farspan_error error = FARSPAN_ERROR_INIT;
    if (farspan_context_create(&config, &context, &error)) fprintf(stderr, "%s\n", error.message);
    return context;
}

/* Numbers that the calls of a group answer are outputs behind it. */
static void run_group(struct run* run, const cJSON* group) {
    cJSON_ArrayForEach(run->given, group) {
        run_call(run);
        if (run->status != FARSPAN_OK) break;
    }
    const cJSON* last = at(group, cJSON_GetArraySize(group) - 1);
    if (has(last, "status")) { /* must fail, after which the case goes on */
        give_whole(run, run->status);
        give_whole(run, run->error.argument);
        run->status = FARSPAN_OK;
        run->error = (farspan_error)FARSPAN_ERROR_INIT;
    }
    flush(run);
}

int main(int argc, char** argv) {
    farspan_context* context = argc == 4 ? make_context(argv[1], atoi(argv[2])) : NULL;
    char* content = context ? read_file(argv[3]) : NULL;
    if (!content) {
        fprintf(stderr, "usage: runner ISA THREADS FILE\n");
        return 2;
    }
    cJSON* cases = cJSON_Parse(content);
    const cJSON *one, *group;
    cJSON_ArrayForEach(one, cases) {
        static struct run run; /* large */
        run = (struct run){.context = context, .error = FARSPAN_ERROR_INIT};
        begin_case(&run);
        cJSON_ArrayForEach(group, one) if (run.status == FARSPAN_OK) run_group(&run, group);
        write_answer(&run);
        end_run(&run);
    }
    cJSON_Delete(cases);
    free(content);
    farspan_context_destroy(context);
    return 0;
}
