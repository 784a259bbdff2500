/* How Java's arrays and buffers become memory for one call. Part of the generated wrapper. */
#include <jni.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "farspan/farspan.h"

/* Memory of one argument; `heap` is set first, the rest by java_take. What was copied is freed when the wrapper returns, by whatever
 * way. */
typedef struct java_memory {
    void* data;    /* NULL for null */
    void* heap;    /* the copy, if it does not fit into `small` */
    size_t copied; /* elements of the copy; 0 if it is none */
    int64_t small[8];
} java_memory;

static void java_memory_free(java_memory* memory) {
    if (memory->heap) free(memory->heap);
}

#define JAVA_MEMORY __attribute__((cleanup(java_memory_free))) java_memory

/* Room for a copy of `array`. Answers 0 with an OutOfMemoryError pending if there is none. */
static int java_take(JNIEnv* env, java_memory* memory, jobject array, size_t bytes) {
    memory->data = NULL;
    if (!array) return 1;
    memory->data = bytes <= sizeof memory->small ? memory->small : (memory->heap = malloc(bytes));
    if (memory->data) return 1;
    jclass type = (*env)->FindClass(env, "java/lang/OutOfMemoryError");
    if (type) (*env)->ThrowNew(env, type, "no native memory to copy an array");
    return 0;
}

/* A copy of a float[], or NULL. */
static int java_copy(JNIEnv* env, java_memory* memory, jfloatArray array) {
    memory->copied = array ? (size_t)(*env)->GetArrayLength(env, array) : 0;
    if (!java_take(env, memory, array, memory->copied * sizeof(float))) return 0;
    if (array) (*env)->GetFloatArrayRegion(env, array, 0, (jsize)memory->copied, (jfloat*)memory->data);
    return 1;
}

/* The address of a direct buffer, or a copy of a float[]. */
static int java_map(JNIEnv* env, java_memory* memory, jobject object) {
    memory->copied = 0;
    memory->data = object ? (*env)->GetDirectBufferAddress(env, object) : NULL;
    return memory->data || java_copy(env, memory, (jfloatArray)object);
}

/* Floats in a direct FloatBuffer or a float[]. */
static int64_t java_count(JNIEnv* env, const java_memory* memory, jobject object) {
    const int is_copy = memory->heap || memory->data == memory->small;
    return is_copy || !object ? (int64_t)memory->copied : (*env)->GetDirectBufferCapacity(env, object);
}

/* What the library wrote into the copy goes back to the float[]. */
static void java_copy_back(JNIEnv* env, const java_memory* memory, jobject object) {
    if (memory->copied)
        (*env)->SetFloatArrayRegion(env, (jfloatArray)object, 0, (jsize)memory->copied, (const jfloat*)memory->data);
}

/* The address of a direct ByteBuffer, or room for a byte[], which is copied if it is read; and the bytes of either. */
static int java_map_bytes(JNIEnv* env, java_memory* memory, jobject object, int64_t* size, int is_read) {
    memory->copied = 0;
    memory->data = object ? (*env)->GetDirectBufferAddress(env, object) : NULL;
    *size = memory->data ? (*env)->GetDirectBufferCapacity(env, object) : 0;
    if (memory->data || !object) return 1;
    *size = (int64_t)(memory->copied = (size_t)(*env)->GetArrayLength(env, (jarray)object));
    if (!java_take(env, memory, object, memory->copied)) return 0;
    if (is_read) (*env)->GetByteArrayRegion(env, (jbyteArray)object, 0, (jsize)memory->copied, (jbyte*)memory->data);
    return 1;
}

/* What the library wrote into the copy goes back to the byte[]. */
static void java_copy_bytes(JNIEnv* env, const java_memory* memory, jobject object) {
    if (memory->copied)
        (*env)->SetByteArrayRegion(env, (jbyteArray)object, 0, (jsize)memory->copied, (jbyte*)memory->data);
}

/* A text as bytes of UTF-8; null for NULL. JNI's own strings know no characters beyond the basic plane. */
static jbyteArray java_text(JNIEnv* env, const char* text) {
    const jsize size = text ? (jsize)strlen(text) : 0;
    jbyteArray bytes = text ? (*env)->NewByteArray(env, size) : NULL;
    if (bytes) (*env)->SetByteArrayRegion(env, bytes, 0, size, (const jbyte*)text);
    return bytes;
}

static void java_throw(JNIEnv* env, const farspan_error* error) {
    jclass type = (*env)->FindClass(env, "io/farspan/FarspanException");
    jmethodID make = type ? (*env)->GetMethodID(env, type, "<init>", "(III[B)V") : NULL;
    jbyteArray message = make ? java_text(env, error->message) : NULL;
    jobject exception =
        message ? (*env)->NewObject(env, type, make, error->code, error->argument, (jint)strlen(error->field), message)
                : NULL;
    if (exception) (*env)->Throw(env, (jthrowable)exception);
}
