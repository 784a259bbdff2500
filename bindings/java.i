/* Java: farspan.i with the typemaps of the language. Only io.farspan calls what this generates.
 *
 * - A failure becomes a FarspanException in the same JNI call. An output array is written back on success only.
 * - A tensor's memory is a direct buffer, whose address is in the dims and which stays reachable until the call is over, or a
 *   float[], which is copied in and, for an output, back. Its dims are a long[FLAT_DIMS].
 * - An array is copied: to the stack if it is small, so that frequent calls allocate nothing. So is a struct, a byte[].
 * - Schemes, plans and contexts are deleted by io.farspan.runtime.Handle. */
%module farspan

%insert("header") "java_arrays.h"

%javaconst(1);
%pragma(java) jniclassimports=%{
import io.farspan.runtime.NativeLibrary;
%}
%pragma(java) jniclasscode=%{
  static {
    NativeLibrary.load(NativeJNI::abi_version);
  }
%}
%typemap(javafinalize) SWIGTYPE ""

/* What Java gives for an argument, where both of its classes say the same. */
%define JAVA_TYPES(JNI, JAVA, ARGUMENTS...)
%typemap(jni) ARGUMENTS #JNI
%typemap(jtype) ARGUMENTS #JAVA
%typemap(jstype) ARGUMENTS #JAVA
%typemap(javain) ARGUMENTS "$javainput"
%enddef

/* ---- status and error ------------------------------------------------------------------------- */

%typemap(jni) farspan_status "void"
%typemap(jtype) farspan_status "void"
%typemap(jstype) farspan_status "void"
%typemap(javaout) farspan_status "{ $jnicall; }"
%typemap(out, null="") farspan_status "(void)result;"
JAVA_TYPES(jint, int, farspan_status status)

%typemap(in, numinputs=0, noblock=1) farspan_error* error (farspan_error slot) {
    slot.struct_size = (uint32_t)sizeof slot;
    slot.code = FARSPAN_OK;
    $1 = &slot;
}
%typemap(argout) farspan_error* error {
    if ($1->code != FARSPAN_OK) java_throw(jenv, $1);
}

/* ---- arrays, numbers and structs --------------------------------------------------------------- */

/* TYPE[] as (pointer, count): given to the library, or filled by it. null is NULL. A single number that the library writes is a
 * TYPE[1], and what is a TYPE[N] in C is one here. */
%define JAVA_ARRAY(TYPE, JAVA, ELEMENT, NAME)
JAVA_TYPES(ELEMENT##Array, JAVA[], (const TYPE* ARRAY, int64_t COUNT), (TYPE* ARRAY, int64_t COUNT), TYPE* NUMBER, TYPE[ANY])
%typemap(in, noblock=1) (const TYPE* ARRAY, int64_t COUNT), (TYPE* ARRAY, int64_t COUNT) {
    JAVA_MEMORY memory$argnum;
    memory$argnum.heap = NULL;
    $2 = $input ? (*jenv)->GetArrayLength(jenv, $input) : 0;
    if (!java_take(jenv, &memory$argnum, $input, (size_t)$2 * sizeof(TYPE))) return $null;
    if ($input) (*jenv)->Get##NAME##ArrayRegion(jenv, $input, 0, (jsize)$2, (ELEMENT*)memory$argnum.data);
    $1 = (TYPE*)memory$argnum.data;
}
%typemap(argout) (const TYPE* ARRAY, int64_t COUNT) ""
%typemap(argout) (TYPE* ARRAY, int64_t COUNT) {
    if (result == FARSPAN_OK && $input) (*jenv)->Set##NAME##ArrayRegion(jenv, $input, 0, (jsize)$2, (const ELEMENT*)$1);
}
%typemap(in, noblock=1) TYPE* NUMBER (TYPE made) "$1 = $input ? &made : NULL;"
%typemap(argout) TYPE* NUMBER {
    if (result == FARSPAN_OK && $input) (*jenv)->Set##NAME##ArrayRegion(jenv, $input, 0, 1, (const ELEMENT*)$1);
}
%typemap(in, noblock=1) TYPE[ANY] (TYPE made[$1_dim0]) "$1 = made;"
%typemap(argout) TYPE[ANY] {
    if (result == FARSPAN_OK) (*jenv)->Set##NAME##ArrayRegion(jenv, $input, 0, $1_dim0, (const ELEMENT*)$1);
}
%enddef

JAVA_ARRAY(int32_t, int, jint, Int)
JAVA_ARRAY(int64_t, long, jlong, Long)
JAVA_ARRAY(double, double, jdouble, Double)
JAVA_ARRAY(float, float, jfloat, Float)
JAVA_ARRAY(char, byte, jbyte, Byte)

/* A struct as its bytes; several of them one behind the other. Its init function is not told the size. */
%define JAVA_STRUCT(TYPE)
JAVA_TYPES(jbyteArray, byte[], TYPE*, const TYPE*, (TYPE* STRUCT, size_t SIZE), (TYPE* STRUCTS, int64_t COUNT), (const TYPE* STRUCTS, int64_t COUNT))
%typemap(in, noblock=1) TYPE* (TYPE image), const TYPE* (TYPE image) {
    $1 = $input ? &image : NULL;
    if ($input) (*jenv)->GetByteArrayRegion(jenv, $input, 0, sizeof image, (jbyte*)&image);
}
%typemap(argout) TYPE* {
    if (result == FARSPAN_OK && $input) (*jenv)->SetByteArrayRegion(jenv, $input, 0, sizeof *$1, (const jbyte*)$1);
}
%typemap(argout) const TYPE* ""
%typemap(in, noblock=1) (TYPE* STRUCT, size_t SIZE) (TYPE image) "$1 = &image; $2 = sizeof image;"
%typemap(argout) (TYPE* STRUCT, size_t SIZE) "(*jenv)->SetByteArrayRegion(jenv, $input, 0, sizeof *$1, (const jbyte*)$1);"
%typemap(in, noblock=1) (TYPE* STRUCTS, int64_t COUNT), (const TYPE* STRUCTS, int64_t COUNT) {
    JAVA_MEMORY memory$argnum;
    memory$argnum.heap = NULL;
    $2 = $input ? (*jenv)->GetArrayLength(jenv, $input) / sizeof(TYPE) : 0;
    if (!java_take(jenv, &memory$argnum, $input, (size_t)$2 * sizeof(TYPE))) return $null;
    if ($input) (*jenv)->GetByteArrayRegion(jenv, $input, 0, (jsize)($2 * sizeof(TYPE)), (jbyte*)memory$argnum.data);
    $1 = (TYPE*)memory$argnum.data;
}
%typemap(argout) (const TYPE* STRUCTS, int64_t COUNT) ""
%typemap(argout) (TYPE* STRUCTS, int64_t COUNT) {
    if (result == FARSPAN_OK && $input)
        (*jenv)->SetByteArrayRegion(jenv, $input, 0, (jsize)($2 * sizeof *$1), (const jbyte*)$1);
}
%enddef

/* ---- tensors ---------------------------------------------------------------------------------- */

JAVA_TYPES(jlongArray, long[], const int64_t*, int64_t* dims)
%typemap(in, noblock=1) const int64_t* (int64_t dims[FLAT_DIMS]) {
    if ($input) (*jenv)->GetLongArrayRegion(jenv, $input, 0, FLAT_DIMS, (jlong*)dims);
    $1 = $input ? dims : NULL;
}
%typemap(in, noblock=1) int64_t* dims (int64_t dims[FLAT_DIMS]) "$1 = dims;"
%typemap(argout) int64_t* dims "(*jenv)->SetLongArrayRegion(jenv, $input, 0, FLAT_DIMS, (const jlong*)$1);"

%typemap(jni) void*, const void* "jfloatArray"
%typemap(jtype) void*, const void* "float[]"
%typemap(jstype) void*, const void* "io.farspan.runtime.Memory"
%typemap(javain, post="      java.lang.ref.Reference.reachabilityFence($javainput);") void*, const void* "io.farspan.runtime.Memory.array($javainput)"
%typemap(in, noblock=1) void*, const void* {
    JAVA_MEMORY memory$argnum;
    memory$argnum.heap = NULL;
    if (!java_copy(jenv, &memory$argnum, $input)) return $null;
    $1 = memory$argnum.data;
}
%typemap(argout) const void* ""
%typemap(argout) void* {
    if (result == FARSPAN_OK) java_copy_back(jenv, &memory$argnum, $input);
}

/* A direct FloatBuffer, or a float[] that is copied in and, if the library writes it, back. */
JAVA_TYPES(jobject, Object, (float* LSE, int64_t COUNT), (const float* LSE, int64_t COUNT))
%typemap(in, noblock=1) (float* LSE, int64_t COUNT), (const float* LSE, int64_t COUNT) {
    JAVA_MEMORY memory$argnum;
    memory$argnum.heap = NULL;
    if (!java_map(jenv, &memory$argnum, $input)) return $null;
    $1 = (float*)memory$argnum.data;
    $2 = java_count(jenv, &memory$argnum, $input);
}
%typemap(argout) (const float* LSE, int64_t COUNT) ""
%typemap(argout) (float* LSE, int64_t COUNT) {
    if (result == FARSPAN_OK) java_copy_back(jenv, &memory$argnum, $input);
}

/* Bytes: a direct ByteBuffer, or a byte[] that is copied, in or back. */
JAVA_TYPES(jobject, Object, (void* BYTES, int64_t COUNT), (const void* BYTES, int64_t COUNT), (const farspan_metadata* BYTES, int64_t COUNT))
%define JAVA_BYTES(ARGUMENT, IS_READ)
%typemap(in, noblock=1) (ARGUMENT BYTES, int64_t COUNT) {
    JAVA_MEMORY memory$argnum;
    memory$argnum.heap = NULL;
    if (!java_map_bytes(jenv, &memory$argnum, $input, &$2, IS_READ)) return $null;
    $1 = memory$argnum.data;
    $2 /= (int64_t)sizeof *$1;
}
%enddef
JAVA_BYTES(const void*, 1)
JAVA_BYTES(void*, 0)
JAVA_BYTES(const farspan_metadata*, 1)
%typemap(argout) (const void* BYTES, int64_t COUNT), (const farspan_metadata* BYTES, int64_t COUNT) ""
%typemap(argout) (void* BYTES, int64_t COUNT) {
    if (result == FARSPAN_OK) java_copy_bytes(jenv, &memory$argnum, $input);
}

/* ---- addresses -------------------------------------------------------------------------------- */

/* That of a direct buffer, for the dims of tensors; good as long as the buffer is reachable. And what is at an address of C: a text as
 * UTF-8, for JNI's own strings know no characters beyond the basic plane; bytes. */
JAVA_TYPES(jobject, java.nio.Buffer, const void* buffer)
%typemap(in) const void* buffer "$1 = $input ? (*jenv)->GetDirectBufferAddress(jenv, $input) : NULL;"
JAVA_TYPES(jbyteArray, byte[], const char* text_at)
%typemap(javaout) const char* text_at "{ return $jnicall; }"
%typemap(out, noblock=1) const char* text_at "$result = java_text(jenv, $1);"
%apply (char* ARRAY, int64_t COUNT) { (char* bytes, int64_t bytes_count) };
%inline %{
static long long buffer_address(const void* buffer) { return (intptr_t)buffer; }
static const char* text_at(long long address) { return (const char*)(intptr_t)address; }
static farspan_status bytes_at(long long address, char* bytes, int64_t bytes_count) {
    memcpy(bytes, (const void*)(intptr_t)address, (size_t)bytes_count);
    return FARSPAN_OK;
}
%}

/* A seed is a long with the same 64 bits. */
%apply long long { uint64_t };

%include "java_generated.i"
%include "farspan.i"
