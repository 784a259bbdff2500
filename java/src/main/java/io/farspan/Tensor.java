package io.farspan;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import io.farspan.runtime.Memory;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * A view of memory as [batch, head, sequence, feature]. It never owns or copies the memory: changes of the array or
 * buffer are changes of the tensor.
 *
 * <ul>
 *   <li>A direct buffer (native order) is used in place: the fast way. The view begins at the buffer's position and
 *   ends at its
 *       limit; later changes of those do not matter. A read-only buffer serves as an input.
 *   <li>A {@code float[]} is copied to native memory for each call and, as an output, copied back after success.
 * </ul>
 *
 * <p>A tensor is immutable and may be used by many threads at once, as far as the calls do not write to its memory.
 * That a view lies within its memory is checked when it is made. Memory that somebody frees behind a buffer's back (an
 * unmapped file, a closed arena) must outlive the tensor's use.
 *
 * <p>Strides and offsets count elements. For memory with gaps, other orders of axes or negative strides take a {@link
 * #view}:
 *
 * <pre>{@code
 * // [tokens][heads][dim] as [1, heads, tokens, dim]
 * Tensor.of(data, 1, 1, 1, tokens * heads * dim)
 *         .view(0, new long[] {1, heads, tokens, dim}, new long[] {0, dim, heads * dim, 1});
 * }</pre>
 */
public final class Tensor {
    private static final int AXES = 4;
    private static final int OFFSET = 2 * AXES;
    private static final int ADDRESS = OFFSET + 1;

    final Memory memory;
    private final long bytes;
    private final Dtype dtype;
    private final boolean readOnly;

    private Tensor(Memory memory, long bytes, Dtype dtype, boolean readOnly) {
        Native.tensor_check(dtype.code, memory.dims, bytes);
        this.memory = memory;
        this.bytes = bytes;
        this.dtype = dtype;
        this.readOnly = readOnly;
    }

    /**
     * A dense view of the first elements of an array.
     *
     * @param data row-major, copied for each call
     * @param batch the first extent
     * @param heads the second
     * @param sequence the third
     * @param features the last, whose elements are neighbours
     * @return the view, of type {@link Dtype#F32}
     * @throws FarspanException if the array is too short or an extent is not positive
     */
    public static Tensor of(float[] data, long batch, long heads, long sequence, long features) {
        long bytes = (long) Dtype.F32.bytes() * Objects.requireNonNull(data, "data").length;
        long[] dims = dense(batch, heads, sequence, features);
        return new Tensor(new Memory(data, null, Dtype.F32.code, dims), bytes, Dtype.F32, false);
    }

    /**
     * A dense view of the first elements of a direct buffer, without a copy.
     *
     * @param data direct and of native order
     * @param batch the first extent
     * @param heads the second
     * @param sequence the third
     * @param features the last, whose elements are neighbours
     * @return the view, of type {@link Dtype#F32}
     * @throws IllegalArgumentException if the buffer is not direct or not of native order
     * @throws FarspanException if the buffer is too short or an extent is not positive
     */
    public static Tensor of(FloatBuffer data, long batch, long heads, long sequence, long features) {
        Buffer slice = Buffers.slice(data, data.order());
        return of(slice, Dtype.F32.bytes(), Dtype.F32, dense(batch, heads, sequence, features));
    }

    /**
     * A dense view of 16-bit elements, without a copy.
     *
     * @param data direct and of native order; the bits of the elements
     * @param dtype {@link Dtype#F16} or {@link Dtype#BF16}
     * @param batch the first extent
     * @param heads the second
     * @param sequence the third
     * @param features the last, whose elements are neighbours
     * @return the view
     * @throws IllegalArgumentException if the buffer is not direct or not of native order, or the type has not 16 bits
     * @throws FarspanException if the buffer is too short or an extent is not positive
     */
    public static Tensor of(ShortBuffer data, Dtype dtype, long batch, long heads, long sequence, long features) {
        if (dtype.bytes() != Short.BYTES) {
            throw new IllegalArgumentException("a ShortBuffer holds F16 or BF16, not " + dtype);
        }
        Buffer slice = Buffers.slice(data, data.order());
        return of(slice, Short.BYTES, dtype, dense(batch, heads, sequence, features));
    }

    /**
     * A dense view of bytes as elements of any type, without a copy. No alignment is needed.
     *
     * @param data direct and of native order
     * @param dtype of the elements
     * @param batch the first extent
     * @param heads the second
     * @param sequence the third
     * @param features the last, whose elements are neighbours
     * @return the view
     * @throws IllegalArgumentException if the buffer is not direct or not of native order
     * @throws FarspanException if the buffer is too short or an extent is not positive
     */
    public static Tensor of(ByteBuffer data, Dtype dtype, long batch, long heads, long sequence, long features) {
        Objects.requireNonNull(dtype, "dtype");
        Buffer slice = Buffers.slice(data, data.order());
        return of(slice, 1, dtype, dense(batch, heads, sequence, features));
    }

    /**
     * A dense tensor of zeros in new memory, which is freed with the tensor and its views.
     *
     * @param dtype of the elements
     * @param batch the first extent
     * @param heads the second
     * @param sequence the third
     * @param features the last, whose elements are neighbours
     * @return the tensor, of at most 2^31 - 1 bytes
     * @throws IllegalArgumentException if an extent is not positive or the size is too large for a buffer
     */
    public static Tensor allocate(Dtype dtype, long batch, long heads, long sequence, long features) {
        try {
            long elements =
                    Math.multiplyExact(Math.multiplyExact(batch, heads), Math.multiplyExact(sequence, features));
            int size = Math.toIntExact(Math.multiplyExact(elements, (long) dtype.bytes()));
            ByteBuffer data = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
            return of(data, dtype, batch, heads, sequence, features);
        } catch (ArithmeticException tooLarge) {
            throw new IllegalArgumentException("a buffer cannot hold " + batch + " x " + heads + " x " + sequence
                            + " x " + features + " elements of " + dtype.bytes() + " bytes",
                    tooLarge);
        }
    }

    /**
     * Another view of the same memory.
     *
     * @param offset the element of the memory at which the view begins; the memory begins where the buffer's position
     * was
     * @param shape the four extents
     * @param stride the four steps in elements; 0 repeats one element (inputs only), negative steps are allowed
     * @return the view
     * @throws IllegalArgumentException if an array has not four entries
     * @throws FarspanException if the view does not lie within the memory
     */
    public Tensor view(long offset, long[] shape, long[] stride) {
        if (shape.length != AXES || stride.length != AXES) {
            throw new IllegalArgumentException(
                    "shape has " + shape.length + " and stride " + stride.length + " entries, not 4");
        }
        long[] viewed = Arrays.copyOf(shape, NativeConstants.FLAT_DIMS);
        System.arraycopy(stride, 0, viewed, AXES, AXES);
        viewed[OFFSET] = offset;
        viewed[ADDRESS] = memory.dims[ADDRESS];
        return new Tensor(memory.viewed(viewed), bytes, dtype, readOnly);
    }

    /**
     * The type of the elements.
     *
     * @return the type
     */
    public Dtype dtype() {
        return dtype;
    }

    /**
     * The extents.
     *
     * @return batch, heads, sequence, features
     */
    public long[] shape() {
        return Arrays.copyOf(memory.dims, AXES);
    }

    /**
     * The memory as bytes, for reading and writing what {@link #allocate} made.
     *
     * @return a new buffer of native order over the same memory
     * @throws IllegalStateException if the tensor was not made from bytes
     */
    public ByteBuffer bytes() {
        if (memory.buffer() instanceof ByteBuffer) {
            return ((ByteBuffer) memory.buffer()).duplicate().clear().order(ByteOrder.nativeOrder());
        }
        throw new IllegalStateException("the tensor views the caller's array or buffer: use that");
    }

    /**
     * Type and shape.
     *
     * @return such as "F32 [1, 8, 2048, 64]"
     */
    @Override
    public String toString() {
        return dtype + " " + Arrays.toString(shape());
    }

    /** What a call reads. */
    static Memory input(Tensor tensor, String name) {
        return Objects.requireNonNull(tensor, name).memory;
    }

    /** What a call reads, if it is there. */
    static Memory optional(Tensor tensor) {
        return tensor == null ? Memory.ABSENT : tensor.memory;
    }

    /** What a call writes, which must not be read-only. */
    static Memory output(Tensor tensor, String name) {
        if (Objects.requireNonNull(tensor, name).readOnly) {
            throw new IllegalArgumentException(name + " is a read-only buffer");
        }
        return tensor.memory;
    }

    private static Tensor of(Buffer slice, int unit, Dtype dtype, long[] dims) {
        dims[ADDRESS] = Native.buffer_address(slice);
        Memory memory = new Memory(null, slice, dtype.code, dims);
        return new Tensor(memory, (long) unit * slice.capacity(), dtype, slice.isReadOnly());
    }

    private static long[] dense(long batch, long heads, long sequence, long features) {
        long[] dims = new long[NativeConstants.FLAT_DIMS];
        Native.tensor_contiguous(batch, heads, sequence, features, dims);
        return dims;
    }
}
