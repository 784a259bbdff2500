/* Typemaps of model.h for Java. Texts cross as UTF-8 in a byte[], in both directions: JNI's own strings are of another encoding,
 * and a model's texts quote documents that may hold anything. */
JAVA_ARRAY(char, byte, jbyte, Byte)

%apply (const char* ARRAY, size_t COUNT) {
    (const char* document, size_t document_bytes), (const char* key, size_t key_bytes),
    (const char* content, size_t content_bytes) };
%apply (const int64_t* ARRAY, size_t COUNT) { (const int64_t* integers, size_t count) };
%apply (const double* ARRAY, size_t COUNT) {
    (const double* reals, size_t count), (const double* rope_freqs, size_t rope_freqs_count),
    (const double* rope_short, size_t rope_short_count), (const double* rope_long, size_t rope_long_count) };
%apply (const float* ARRAY, size_t COUNT) {
    (const float* t5_encoder, size_t t5_encoder_count), (const float* t5_decoder, size_t t5_decoder_count) };
%apply (double* ARRAY, size_t COUNT) { (double* values, size_t count) };
%apply (float* ARRAY, size_t COUNT) { (float* values, size_t count) };
%apply (void* workspace, size_t workspace_size) { (void* file, size_t file_bytes) };

%typemap(jni) const char* path, const char* text, const char* family "jbyteArray"
%typemap(jtype) const char* path, const char* text, const char* family "byte[]"
%typemap(jstype) const char* path, const char* text, const char* family "byte[]"
%typemap(javaout) const char* path, const char* text, const char* family "{ return $jnicall; }"
%typemap(out, noblock=1) const char* path, const char* text, const char* family "$result = java_text(jenv, $1);"

JAVA_CONFIG(struct farspan_model_options)
JAVA_CONFIG(struct farspan_model_info)
JAVA_CONFIG(struct farspan_model_layer)
JAVA_CONFIG(struct farspan_model_note)
JAVA_CONFIG(struct flat_metadata)
