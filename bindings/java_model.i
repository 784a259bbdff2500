/* Typemaps of model.h for Java. Texts cross as UTF-8 in a byte[], in both directions: JNI's own strings are of another encoding,
 * and a model's texts quote documents that may hold anything. */
%apply (void* workspace, size_t workspace_size) { (void* file, size_t file_bytes) };

%typemap(jni) const char* path, const char* text, const char* family "jbyteArray"
%typemap(jtype) const char* path, const char* text, const char* family "byte[]"
%typemap(jstype) const char* path, const char* text, const char* family "byte[]"
%typemap(javaout) const char* path, const char* text, const char* family "{ return $jnicall; }"
%typemap(out, noblock=1) const char* path, const char* text, const char* family "$result = java_text(jenv, $1);"
