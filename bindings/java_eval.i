/* Java: the arrays and classes of farspan_eval.i. Included by java.i. */

/* A seed is a long with the same 64 bits. */
%apply long long { uint64_t };

JAVA_ARRAY(uint8_t, byte, jbyte, Byte)

%apply (const uint8_t* ARRAY, size_t COUNT) { (const uint8_t* text, size_t text_bytes), (const uint8_t* texts, size_t texts_bytes) };
%apply (uint8_t* ARRAY, size_t COUNT) { (uint8_t* buffer, size_t buffer_bytes) };
%apply (const int64_t* ARRAY, size_t COUNT) {
    (const int64_t* targets, size_t target_count), (const int64_t* from_whole, size_t from_whole_count),
    (const int64_t* edges, size_t edge_count), (const int64_t* lengths, size_t length_count),
    (const int64_t* ids, size_t id_count), (const int64_t* boundary, size_t boundary_count) };
%apply (int64_t* ARRAY, size_t COUNT) { (int64_t* whole, size_t whole_count), (int64_t* out, size_t out_count) };
%apply (const double* ARRAY, size_t COUNT) {
    (const double* from_real, size_t from_real_count), (const double* losses, size_t loss_count),
    (const double* values, size_t value_count) };
%apply (double* ARRAY, size_t COUNT) { (double* real, size_t real_count), (double* nll, size_t nll_count) };
%apply (const float* ARRAY, size_t COUNT) { (const float* weights, size_t weight_count) };

/* The gradient may lie where the logits do. */
%apply void* out { void* grad };

JAVA_CONFIG(struct farspan_windows_config)
JAVA_CONFIG(struct farspan_bleu_config)
JAVA_CONFIG(struct farspan_chrf_config)
JAVA_CONFIG(struct farspan_rouge_config)
JAVA_CONFIG(struct farspan_bootstrap_config)
JAVA_CONFIG(struct farspan_passkey_config)
