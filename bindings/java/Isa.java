// Members of the generated class that a person writes.
import io.farspan.internal.Native;

static Isa of(int code) {
    for (Isa isa : values()) {
        if (isa.code == code) {
            return isa;
        }
    }
    throw new IllegalStateException("the library uses instruction set " + code + ", which these classes do not know");
}

/**
     * Whether kernels for it are built in and run on this machine.
     *
     * @return true if a {@link Context} can use it
     */
public boolean isSupported() {
    return Native.isa_supported(code) != 0;
}

/**
     * The spelling, such as "avx2".
     *
     * @return the library's name
     */
public String spelling() {
    return Native.isa_name(code);
}
