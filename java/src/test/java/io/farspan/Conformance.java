package io.farspan;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Answers the conformance cases: {@code Conformance ISA THREADS FILE...}. See tests/vectors/conformance/README.md. */
public final class Conformance {
    private Conformance() {}

    /** Writes the answers to the standard output. */
    public static void main(String[] arguments) throws IOException {
        Map<String, Consumer<ConformanceCase>> calls = new HashMap<>(ConformanceCalls.ALL);
        calls.putAll(ConformanceEval.ALL);
        calls.put("cache_history", ConformanceCache::play);
        List<String> files = Arrays.asList(arguments).subList(2, arguments.length);
        Isa isa = Isa.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        try (Context context = Context.create(isa, Integer.parseInt(arguments[1]));
                OutputStream out = new BufferedOutputStream(System.out)) {
            for (String file : files) {
                String text = Files.readString(Path.of(file));
                for (JsonElement given : JsonParser.parseString(text).getAsJsonObject().getAsJsonArray("cases")) {
                    ConformanceCase one = new ConformanceCase(context, given.getAsJsonObject());
                    answer(out, one, calls.get(one.stage));
                }
            }
        }
    }

    private static void answer(OutputStream out, ConformanceCase one, Consumer<ConformanceCase> call)
            throws IOException {
        try {
            call.accept(one);
            one.flush();
        } catch (FarspanException failure) {
            byte[] message = failure.getMessage().getBytes(StandardCharsets.UTF_8);
            boolean untouched = one.outputs.stream().allMatch(output -> Arrays.equals(output.bytes(), output.before()));
            write(out,
                    failure.code() + " " + failure.argument() + (untouched ? " 1 " : " 0 ") + one.stage + " "
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

    private static void write(OutputStream out, String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.US_ASCII));
    }
}
