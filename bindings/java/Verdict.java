// Members of the generated class that a person writes.
import io.farspan.internal.Native;

static Verdict of(long code) {
    for (Verdict verdict : values()) {
        if (verdict.code == code) {
            return verdict;
        }
    }
    throw new IllegalStateException("the library answers with verdict " + code + ", which these classes do not know");
}

/**
     * The library's word for it.
     *
     * @return such as "holds"
     */
public String spelling() {
    return Native.verdict_name(code);
}

/**
     * The rule of {@link Judgement#judge} in words, for reports.
     *
     * @return the library's text
     */
public static String rule() {
    return Native.verdict_rule();
}
