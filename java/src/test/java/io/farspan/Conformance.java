package io.farspan;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Answers the conformance cases: {@code Conformance ISA THREADS FILE}. See tests/vectors/conformance/README.md. */
public final class Conformance {
    private Conformance() {}

    /** Writes the answers to the standard output. */
    public static void main(String[] arguments) throws Exception {
        Isa isa = Isa.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        try (Context context = Context.create(isa, Integer.parseInt(arguments[1]));
                OutputStream out = new BufferedOutputStream(System.out)) {
            for (JsonElement groups :
                    JsonParser.parseString(Files.readString(Path.of(arguments[2]))).getAsJsonArray()) {
                try (ConformanceCase one = new ConformanceCase(context)) {
                    answer(out, one, groups.getAsJsonArray());
                }
            }
        }
    }

    private static void answer(OutputStream out, ConformanceCase one, JsonArray groups) throws IOException {
        try {
            ConformanceCalls calls = new ConformanceCalls(one);
            groups.forEach(group -> answer(calls, group.getAsJsonArray()));
        } catch (FarspanException failure) {
            byte[] message = failure.getMessage().getBytes(StandardCharsets.UTF_8);
            boolean untouched = one.outputs.stream().allMatch(output -> Arrays.equals(output.bytes(), output.before()));
            write(out,
                    failure.code() + " " + failure.argument() + (untouched ? " 1 " : " 0 ") + one.text("call") + " "
                            + message.length + " 0\n");
            out.write(message);
            return;
        }
        write(out, "0 0 1 - 0 " + one.outputs.size() + "\n");
        for (ConformanceCase.Output output : one.outputs) {
            byte[] bytes = output.bytes();
            write(out, output.kind() + " " + bytes.length + "\n");
            out.write(bytes);
        }
    }

    /** Makes the calls of a group; with a status in the last, one must fail, after which the case goes on. */
    private static void answer(ConformanceCalls calls, JsonArray group) {
        ConformanceCase one = calls.c;
        boolean fails = group.get(group.size() - 1).getAsJsonObject().has("status");
        long[] failed = {0, 0};
        try {
            for (JsonElement call : group) {
                one.given = call.getAsJsonObject();
                ConformanceCalls.ALL.get(one.text("call")).make(calls, one);
            }
        } catch (FarspanException failure) {
            if (!fails) {
                throw failure;
            }
            failed = new long[] {failure.code(), failure.argument()};
        }
        if (fails) {
            one.give(failed);
        }
        one.flush();
    }

    private static void write(OutputStream out, String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.US_ASCII));
    }
}
