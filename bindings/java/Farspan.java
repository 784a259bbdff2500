// Members of the generated class that a person writes.
import java.util.ArrayList;

/**
     * What to send with a bug report: versions, instruction sets found and used, threads, quota.
     *
     * @return a JSON object
     */
public static String diagnose() {
    return Bytes.written(512, Native::diagnose);
}

/**
     * The methods that the native library knows, which may be more than these classes do.
     *
     * @param part of a scheme
     * @return the spellings, in the order of their numbers
     */
public static List<String> methods(Part part) {
    List<String> names = new ArrayList<>();
    for (int method = 0; method < Native.method_count(part.code); ++method) {
        names.add(Native.method_name(part.code, method));
    }
    return names;
}
