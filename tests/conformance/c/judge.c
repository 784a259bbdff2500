#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../content.h"
#include "run.h"

static double value_of(const struct output* output, size_t n) {
    double number;
    int64_t integer;
    switch (output->kind) {
        case OUTPUT_F64:
            memcpy(&number, output->data + n * sizeof number, sizeof number);
            return number;
        case OUTPUT_INT64:
            memcpy(&integer, output->data + n * sizeof integer, sizeof integer);
            return (double)integer;
        case OUTPUT_F16:
            return element_value(output->data, FARSPAN_F16, n);
        case OUTPUT_BF16:
            return element_value(output->data, FARSPAN_BF16, n);
        default:
            return element_value(output->data, FARSPAN_F32, n);
    }
}

static int fail(const struct run* run, const char* format, double got, double expected) {
    fprintf(stderr, "FAILED %s: ", member(run->one, "name")->valuestring);
    fprintf(stderr, format, got, expected);
    fprintf(stderr, "%s%s\n", run->error.message[0] ? ": " : "", run->error.message);
    return 0;
}

static int judge_text(const struct run* run, int index, const char* text) {
    const struct output* output = &run->outputs[index];
    if (output->bytes == strlen(text) && memcmp(output->data, text, output->bytes) == 0) return 1;
    return fail(run, "a text of %g bytes is another than that of %g", (double)output->bytes, (double)strlen(text));
}

static int judge_output(const struct run* run, int index) {
    const cJSON* expected = cJSON_GetArrayItem(member(run->one, "outputs"), index);
    if (has(expected, "text")) return judge_text(run, index, member(expected, "text")->valuestring);
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(expected, "at"), *tolerance = member(expected, "tolerance");
    const cJSON *values = member(expected, "values"), *value;
    int n = 0;
    cJSON_ArrayForEach(value, values) {
        const double got = value_of(&run->outputs[index], at ? (size_t)whole(cJSON_GetArrayItem(at, n)) : (size_t)n);
        const double allowed = real(cJSON_IsArray(tolerance) ? cJSON_GetArrayItem(tolerance, n) : tolerance);
        const double should = real(value);
        if (got != should && !(fabs(got - should) <= allowed))
            return fail(run, "an output is %.9g, must be %.9g", got, should);
        ++n;
    }
    return 1;
}

int judge(const struct run* run) {
    const farspan_status should =
        has(run->one, "status") ? (farspan_status)whole_member(run->one, "status") : FARSPAN_OK;
    if (run->status != should) return fail(run, "status %g, must be %g", run->status, should);
    if (should == FARSPAN_OK) {
        const int count = cJSON_GetArraySize(member(run->one, "outputs"));
        if (count != run->output_count) return fail(run, "%g outputs, must be %g", run->output_count, count);
        int good = 1;
        for (int n = 0; n < count && good; ++n) good = judge_output(run, n);
        return good;
    }
    const double argument = real(member(run->one, "argument"));
    if (run->error.argument != argument) return fail(run, "argument %g, must be %g", run->error.argument, argument);
    if (strcmp(run->stage, member(run->one, "failing")->valuestring) != 0)
        return fail(run, "another function failed (status %g of %g)", run->status, should);
    if (has(run->one, "message") && !strstr(run->error.message, member(run->one, "message")->valuestring))
        return fail(run, "the message of status %g, argument %g, lacks a word", run->status, argument);
    for (int n = 0; n < run->output_count; ++n)
        if (memcmp(run->outputs[n].data, run->outputs[n].before, run->outputs[n].bytes) != 0)
            return fail(run, "output %g of %g was written", n, run->output_count);
    return 1;
}
