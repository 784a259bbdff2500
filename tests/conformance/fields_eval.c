#include "farspan/eval.h"
#include "fields.h"

#define END \
    { NULL, FIELD_INT32, 0 }

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_windows_config, member) }
const struct field windows_fields[] = {
    AT(INT32, kind), AT(INT32, bos), AT(INT64, tokens), AT(INT64, length), AT(INT64, stride), AT(INT64, segment), END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_bleu_config, member) }
const struct field bleu_fields[] = {AT(INT32, tokenizer),
                                    AT(INT32, smoothing),
                                    AT(INT32, max_order),
                                    AT(INT32, lowercase),
                                    AT(INT32, effective_order),
                                    AT(DOUBLE, smoothing_value),
                                    END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_chrf_config, member) }
const struct field chrf_fields[] = {AT(INT32, char_order),
                                    AT(INT32, word_order),
                                    AT(INT32, lowercase),
                                    AT(INT32, whitespace),
                                    AT(INT32, every_order),
                                    AT(DOUBLE, beta),
                                    END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_rouge_config, member) }
const struct field rouge_fields[] = {AT(INT32, kind), AT(INT32, order), AT(INT32, stem), END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_bootstrap_config, member) }
const struct field bootstrap_fields[] = {AT(INT32, samples), AT(INT64, seed), AT(DOUBLE, confidence), END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_passkey_config, member) }
const struct field passkey_fields[] = {AT(INT32, form),
                                       AT(INT64, length),
                                       AT(INT64, seed),
                                       AT(DOUBLE, depth),
                                       AT(INT64, lowest_key),
                                       AT(INT64, highest_key),
                                       END};
#undef AT
