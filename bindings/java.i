/* Java: farspan.i with the typemaps of the language. Only io.farspan calls what this generates.
 *
 * - A failure becomes a FarspanException in the same JNI call. An output array is written back on success only.
 * - A tensor's memory is a direct buffer, whose address is in the dims and which stays reachable until the call is over, or a
 *   float[], which is copied in and, for an output, back. Its dims are a long[FLAT_DIMS].
 * - An array is copied: to the stack if it is small, so that frequent calls allocate nothing.
 * - Configurations free their memory through a Cleaner; schemes, plans and contexts are deleted by io.farspan.runtime.Handle. */
%module farspan

%insert("header") "java_arrays.h"

%javaconst(1);
%rename("%(lowercamelcase)s", %$isvariable) "";

%pragma(java) jniclassimports=%{
import io.farspan.runtime.NativeLibrary;
%}
%pragma(java) jniclasscode=%{
  static {
    NativeLibrary.load(NativeJNI::abi_version);
  }
%}

/* ---- status and error ------------------------------------------------------------------------- */

%typemap(jni) farspan_status "void"
%typemap(jtype) farspan_status "void"
%typemap(jstype) farspan_status "void"
%typemap(javaout) farspan_status "{ $jnicall; }"
%typemap(out, null="") farspan_status "(void)result;"

%typemap(jni) farspan_status status "jint"
%typemap(jtype) farspan_status status "int"
%typemap(jstype) farspan_status status "int"

%typemap(in, numinputs=0, noblock=1) farspan_error* error (farspan_error slot) {
    slot.struct_size = (uint32_t)sizeof slot;
    slot.code = FARSPAN_OK;
    $1 = &slot;
}
%typemap(argout) farspan_error* error {
    if ($1->code != FARSPAN_OK) java_throw(jenv, $1);
}

/* ---- arrays ----------------------------------------------------------------------------------- */

/* TYPE[] as (pointer, count): given to the library, or filled by it. null is NULL. */
%define JAVA_ARRAY(TYPE, JAVA, ELEMENT, NAME)
%typemap(jni) (const TYPE* ARRAY, size_t COUNT), (TYPE* ARRAY, size_t COUNT) #ELEMENT "Array"
%typemap(jtype) (const TYPE* ARRAY, size_t COUNT), (TYPE* ARRAY, size_t COUNT) #JAVA "[]"
%typemap(jstype) (const TYPE* ARRAY, size_t COUNT), (TYPE* ARRAY, size_t COUNT) #JAVA "[]"
%typemap(javain) (const TYPE* ARRAY, size_t COUNT), (TYPE* ARRAY, size_t COUNT) "$javainput"
%typemap(in, noblock=1) (const TYPE* ARRAY, size_t COUNT), (TYPE* ARRAY, size_t COUNT) {
    JAVA_MEMORY memory$argnum;
    memory$argnum.heap = NULL;
    $2 = $input ? (size_t)(*jenv)->GetArrayLength(jenv, $input) : 0;
    if (!java_take(jenv, &memory$argnum, $input, $2 * sizeof(TYPE))) return $null;
    if ($input) (*jenv)->Get##NAME##ArrayRegion(jenv, $input, 0, (jsize)$2, (ELEMENT*)memory$argnum.data);
    $1 = (TYPE*)memory$argnum.data;
}
%typemap(argout) (const TYPE* ARRAY, size_t COUNT) ""
%typemap(argout) (TYPE* ARRAY, size_t COUNT) {
    if (result == FARSPAN_OK && $input) (*jenv)->Set##NAME##ArrayRegion(jenv, $input, 0, (jsize)$2, (const ELEMENT*)$1);
}
%apply (const TYPE* ARRAY, size_t COUNT) { (const TYPE* ARRAY, int64_t COUNT) };
%apply (TYPE* ARRAY, size_t COUNT) { (TYPE* ARRAY, int64_t COUNT) };
%enddef

JAVA_ARRAY(int64_t, long, jlong, Long)
JAVA_ARRAY(double, double, jdouble, Double)
JAVA_ARRAY(float, float, jfloat, Float)
JAVA_ARRAY(uint8_t, byte, jbyte, Byte)
JAVA_ARRAY(char, byte, jbyte, Byte)

/* ---- tensors ---------------------------------------------------------------------------------- */

%typemap(jni) const int64_t* "jlongArray"
%typemap(jtype) const int64_t* "long[]"
%typemap(jstype) const int64_t* "long[]"
%typemap(javain) const int64_t* "$javainput"
%typemap(in, noblock=1) const int64_t* (int64_t dims[FLAT_DIMS]) {
    if ($input) (*jenv)->GetLongArrayRegion(jenv, $input, 0, FLAT_DIMS, (jlong*)dims);
    $1 = $input ? dims : NULL;
}

%apply const int64_t* { int64_t* dims };
%typemap(in, noblock=1) int64_t* dims (int64_t dims[FLAT_DIMS]) "$1 = dims;"
%typemap(argout) int64_t* dims "(*jenv)->SetLongArrayRegion(jenv, $input, 0, FLAT_DIMS, (const jlong*)$1);"

%typemap(jni) void* "jfloatArray"
%typemap(jtype) void* "float[]"
%typemap(jstype) void* "io.farspan.runtime.Memory"
%typemap(javain, post="      java.lang.ref.Reference.reachabilityFence($javainput);") void* "io.farspan.runtime.Memory.array($javainput)"
%typemap(in, noblock=1) void* {
    JAVA_MEMORY memory$argnum;
    memory$argnum.heap = NULL;
    if (!java_copy(jenv, &memory$argnum, $input)) return $null;
    $1 = memory$argnum.data;
}
%apply void* { void* out, void* out_a };
%typemap(argout) void* out, void* out_a {
    if (result == FARSPAN_OK) java_copy_back(jenv, &memory$argnum, $input);
}

/* The address of a direct buffer, for the dims of tensors. It is good as long as the buffer is reachable. */
%typemap(jni) void* buffer "jobject"
%typemap(jtype) void* buffer "java.nio.Buffer"
%typemap(jstype) void* buffer "java.nio.Buffer"
%typemap(javain) void* buffer "$javainput"
%typemap(in) void* buffer "$1 = $input ? (*jenv)->GetDirectBufferAddress(jenv, $input) : NULL;"
%inline %{
static long long buffer_address(void* buffer) { return (intptr_t)buffer; }
%}

/* A direct FloatBuffer, or a float[] that is copied in and back. */
%typemap(jni) (float* LSE, size_t COUNT) "jobject"
%typemap(jtype) (float* LSE, size_t COUNT) "Object"
%typemap(jstype) (float* LSE, size_t COUNT) "Object"
%typemap(javain) (float* LSE, size_t COUNT) "$javainput"
%typemap(in, noblock=1) (float* LSE, size_t COUNT) {
    JAVA_MEMORY memory$argnum;
    memory$argnum.heap = NULL;
    if (!java_map(jenv, &memory$argnum, $input)) return $null;
    $1 = (float*)memory$argnum.data;
    $2 = java_count(jenv, &memory$argnum, $input);
}
%typemap(argout) (float* LSE, size_t COUNT) {
    if (result == FARSPAN_OK) java_copy_back(jenv, &memory$argnum, $input);
}

%apply (float* LSE, size_t COUNT) {
    (float* lse, size_t lse_count), (float* lse_a, size_t lse_a_count), (float* lse_b, size_t lse_b_count) };
%typemap(argout) (float* lse_b, size_t lse_b_count) ""

%typemap(jni) (void* workspace, size_t workspace_size) "jobject"
%typemap(jtype) (void* workspace, size_t workspace_size) "java.nio.ByteBuffer"
%typemap(jstype) (void* workspace, size_t workspace_size) "java.nio.ByteBuffer"
%typemap(javain) (void* workspace, size_t workspace_size) "$javainput"
%typemap(in, noblock=1) (void* workspace, size_t workspace_size) {
    $1 = $input ? (*jenv)->GetDirectBufferAddress(jenv, $input) : NULL;
    $2 = $input ? (size_t)(*jenv)->GetDirectBufferCapacity(jenv, $input) : 0;
}

/* ---- classes ---------------------------------------------------------------------------------- */

%typemap(javafinalize) SWIGTYPE ""

/* Memory of a configuration lives as long as its object. */
%define JAVA_CONFIG(NAME)
%typemap(javadestruct, methodname="delete", methodmodifiers="private") NAME ""
%typemap(javabody) NAME %{
  private final long swigCPtr;

  protected $javaclassname(long cPtr, boolean cMemoryOwn) {
    if (cPtr == 0) throw new OutOfMemoryError("no native memory for a $javaclassname");
    swigCPtr = cPtr;
    io.farspan.runtime.Handle.CLEANER.register(this, () -> NativeJNI.delete_$javaclassname(cPtr));
  }

  protected static long getCPtr($javaclassname obj) {
    return obj == null ? 0 : obj.swigCPtr;
  }
%}
%enddef

JAVA_CONFIG(struct flat_cancel_flag)
JAVA_CONFIG(struct flat_metadata)

%include "java_model.i"
%include "java_cache.i"
%include "java_eval.i"
%include "java_generated.i"
%include "farspan.i"
