#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

const cJSON* member(const cJSON* object, const char* name) {
    const cJSON* result = cJSON_GetObjectItemCaseSensitive(object, name);
    if (result) return result;
    fprintf(stderr, "a case has no '%s'\n", name);
    exit(2);
}

int has(const cJSON* object, const char* name) { return cJSON_GetObjectItemCaseSensitive(object, name) != NULL; }

int64_t whole(const cJSON* number) { return (int64_t)number->valuedouble; }

double real(const cJSON* number) {
    if (!cJSON_IsString(number)) return number->valuedouble;
    if (strcmp(number->valuestring, "nan") == 0) return (double)NAN;
    return number->valuestring[0] == '-' ? -(double)INFINITY : (double)INFINITY;
}

int64_t whole_member(const cJSON* object, const char* name) { return whole(member(object, name)); }
