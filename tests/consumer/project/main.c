/* usage: consumer VERSION    fails unless that is the version of the loaded library and an attention runs */
#include <farspan/farspan.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char** argv) {
    float q[4] = {1, 0, 0, 0}, k[8] = {1, 0, 0, 0, 0, 1, 0, 0}, v[8] = {1, 2, 3, 4, 5, 6, 7, 8}, out[4];
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_scheme* scheme = NULL;
    farspan_tensor tq, tk, tv, to;
    farspan_tensor_contiguous(&tq, q, FARSPAN_F32, 1, 1, 1, 4);
    farspan_tensor_contiguous(&tk, k, FARSPAN_F32, 1, 1, 2, 4);
    farspan_tensor_contiguous(&tv, v, FARSPAN_F32, 1, 1, 2, 4);
    farspan_tensor_contiguous(&to, out, FARSPAN_F32, 1, 1, 1, 4);

    if (argc != 2 || strcmp(argv[1], farspan_version_text()) != 0 || farspan_version() != FARSPAN_VERSION ||
        farspan_abi_version() != FARSPAN_ABI_VERSION) {
        printf("the library calls itself %s\n", farspan_version_text());
        return 1;
    }
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &tq;
    data.k = &tk;
    data.v = &tv;
    data.out = &to;
    if (farspan_scheme_create(NULL, &scheme, &error) || farspan_attention(NULL, scheme, &data, &error)) {
        printf("%s\n", error.message);
        return 1;
    }
    farspan_scheme_destroy(scheme);
    /* Logits 1/2 and 0: the weights are 1 / (1 + e^-0.5) and the rest. */
    const double weight = 0.6224593312018546;
    const double expected = weight * 1 + (1 - weight) * 5;
    printf("farspan %s: %.7f\n", farspan_version_text(), (double)out[0]);
    return fabs((double)out[0] - expected) > 1e-6;
}
