package io.farspan;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs the conformance vectors: {@code Conformance DIRECTORY ISA THREADS}. See tests/vectors/conformance/README.md. */
public final class Conformance {
    private final Context context;
    private final MessageDigest digest;
    private int cases;
    private int failed;

    private Conformance(Context context) throws NoSuchAlgorithmException {
        this.context = context;
        digest = MessageDigest.getInstance("SHA-256");
    }

    /** Prints one line, and one on stderr for each failure; exits with 1 if there was one. */
    public static void main(String[] arguments) throws IOException, NoSuchAlgorithmException {
        if (arguments.length != 3) {
            System.err.println("usage: java DIRECTORY ISA THREADS");
            System.exit(2);
        }
        Isa isa = Isa.valueOf(arguments[1].toUpperCase(Locale.ROOT));
        try (Context context = Context.create(isa, Integer.parseInt(arguments[2]))) {
            Conformance runner = new Conformance(context);
            List<Path> files;
            try (Stream<Path> found = Files.list(Path.of(arguments[0]))) {
                files = found.filter(file -> file.toString().endsWith(".json")).sorted().collect(Collectors.toList());
            }
            for (Path file : files) {
                runner.runFile(file);
            }
            StringBuilder hexadecimal = new StringBuilder();
            for (byte b : runner.digest.digest()) {
                hexadecimal.append(String.format("%02x", b));
            }
            System.out.println("java " + arguments[1] + " " + arguments[2] + " " + runner.cases + " " + runner.failed
                    + " " + hexadecimal);
            System.exit(runner.failed == 0 && runner.cases > 0 ? 0 : 1);
        }
    }

    private void runFile(Path file) throws IOException {
        for (JsonElement given :
                JsonParser.parseString(Files.readString(file)).getAsJsonObject().getAsJsonArray("cases")) {
            JsonObject one = given.getAsJsonObject();
            ++cases;
            String complaint = run(one);
            if (complaint != null) {
                ++failed;
                System.err.println("FAILED " + one.get("name").getAsString() + ": " + complaint);
            }
        }
    }

    /** What is wrong with the answer, or null. */
    private String run(JsonObject one) {
        digest.update((one.get("name").getAsString() + "\n").getBytes(StandardCharsets.UTF_8));
        ConformanceCall call = new ConformanceCall(context, one);
        int expected = one.has("status") ? one.get("status").getAsInt() : 0;
        try {
            call.run();
        } catch (FarspanException failure) {
            int code = failure.code();
            digest(code);
            digest(failure.argument());
            digest.update((failure.getMessage() + "\n").getBytes(StandardCharsets.UTF_8));
            return code != expected ? "status " + code + " (" + failure.getMessage() + "), expected " + expected
                    : failure.argument() != one.get("argument").getAsInt() ? "argument " + failure.argument()
                    : one.has("message") && !failure.getMessage().contains(one.get("message").getAsString())
                    ? "message " + failure.getMessage()
                    : call.outputs.stream().allMatch(ConformanceMemory::isUntouched) ? null
                                                                                     : "an output was written";
        }
        digest(0);
        call.outputs.forEach(output -> digest.update(output.content()));
        return expected == 0 ? difference(one.getAsJsonArray("outputs"), call.outputs)
                             : "success, expected status " + expected;
    }

    private static String difference(JsonArray expected, List<ConformanceMemory> outputs) {
        if (expected.size() != outputs.size()) {
            return outputs.size() + " outputs, expected " + expected.size();
        }
        for (int n = 0; n < outputs.size(); ++n) {
            String difference = outputs.get(n).difference(expected.get(n).getAsJsonObject());
            if (difference != null) {
                return "output " + n + ": " + difference;
            }
        }
        return null;
    }

    private void digest(int number) {
        digest.update(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, number));
    }
}
