/* Typemaps of Java for cache.h: a number that is made, the bytes of a saved sequence. */

/* The number of a new sequence: a long[1]. */
%typemap(jni) int64_t* sequence, int64_t* child "jlongArray"
%typemap(jtype) int64_t* sequence, int64_t* child "long[]"
%typemap(jstype) int64_t* sequence, int64_t* child "long[]"
%typemap(javain) int64_t* sequence, int64_t* child "$javainput"
%typemap(in, noblock=1) int64_t* sequence (int64_t made), int64_t* child (int64_t made) "$1 = &made;"
%typemap(argout) int64_t* sequence, int64_t* child {
    if (result == FARSPAN_OK) (*jenv)->SetLongArrayRegion(jenv, $input, 0, 1, (const jlong*)$1);
}

/* A direct ByteBuffer, or a byte[] that is copied: in for restore, back for save. */
%typemap(jni) (void* buffer, size_t size), (const void* buffer, size_t size) "jobject"
%typemap(jtype) (void* buffer, size_t size), (const void* buffer, size_t size) "Object"
%typemap(jstype) (void* buffer, size_t size), (const void* buffer, size_t size) "Object"
%typemap(javain) (void* buffer, size_t size), (const void* buffer, size_t size) "$javainput"
%typemap(in, noblock=1) (void* buffer, size_t size) {
    JAVA_MEMORY memory$argnum;
    memory$argnum.heap = NULL;
    if (!java_map_bytes(jenv, &memory$argnum, $input, &$2)) return $null;
    $1 = memory$argnum.data;
}
%typemap(argout) (void* buffer, size_t size) {
    if (result == FARSPAN_OK) java_copy_bytes(jenv, &memory$argnum, $input, 1);
}
%typemap(in, noblock=1) (const void* buffer, size_t size) {
    JAVA_MEMORY memory$argnum;
    memory$argnum.heap = NULL;
    if (!java_map_bytes(jenv, &memory$argnum, $input, &$2)) return $null;
    java_copy_bytes(jenv, &memory$argnum, $input, 0);
    $1 = memory$argnum.data;
}
%typemap(argout) (const void* buffer, size_t size) ""
