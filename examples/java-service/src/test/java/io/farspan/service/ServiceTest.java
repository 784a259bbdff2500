package io.farspan.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceTest {
    private static final Path MODELS = Path.of(System.getProperty("farspan.models"));
    private static final String COMMAND = System.getProperty("farspan.command");

    private static Service service;
    private static byte[] text;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws IOException {
        service = new Service(MODELS.resolve("rope"), 0, 4);
        text = Arrays.copyOf(Files.readAllBytes(MODELS.resolve("eval.txt")), 1100);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void perplexityIsThatOfTheCommand(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(Path.of(COMMAND)), COMMAND + " is not there");
        Path file = Files.write(folder.resolve("text"), text);
        for (String length : new String[] {"200", "1024"}) {
            Process process = new ProcessBuilder(COMMAND, "report", "--quiet", "--text", file.toString(), "--models",
                    MODELS.toString(), "--model", "rope", "--methods", "none,ntk,yarn,rerope,streaming", "--lengths",
                    length, "--bytes", String.valueOf(text.length))
                                      .redirectError(ProcessBuilder.Redirect.INHERIT)
                                      .start();
            String report = new String(process.getInputStream().readAllBytes());
            assertEquals(0, process.waitFor());
            for (Method method : Method.values()) {
                String name = method.name().toLowerCase(Locale.ROOT);
                double perplexity = post("method=" + name + "&length=" + length).get("perplexity").getAsDouble();
                assertEquals(cell(report, name),
                        String.format(Locale.ROOT, perplexity < 100 ? "%.3f" : "%.1f", perplexity),
                        name + " " + length);
            }
        }
    }

    @Test
    void clientsAtTheSameTimeGetTheSameAnswers() throws Exception {
        List<String> queries = List.of("method=none&length=150", "method=yarn&length=600", "method=rerope&length=600",
                "method=streaming&length=300");
        List<JsonObject> alone = new ArrayList<>();
        for (String query : queries) {
            alone.add(post(query));
        }
        List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
        for (int n = 0; n < 24; ++n) {
            running.add(client.sendAsync(
                    request(queries.get(n % queries.size()), text), HttpResponse.BodyHandlers.ofString()));
        }
        for (int n = 0; n < running.size(); ++n) {
            HttpResponse<String> response = running.get(n).get();
            assertEquals(200, response.statusCode());
            assertEquals(alone.get(n % queries.size()), JsonParser.parseString(response.body()));
        }
        assertEquals(1050, alone.get(0).get("tokens").getAsInt());
        assertNotEquals(alone.get(1).get("nll"), alone.get(2).get("nll"));
    }

    @Test
    void badRequestsAreExplained() throws Exception {
        for (String query :
                new String[] {"method=magic", "length=0", "length=x", "length=99999", "length=1100", "length=-5"}) {
            HttpResponse<String> response = client.send(request(query, text), HttpResponse.BodyHandlers.ofString());
            assertEquals(400, response.statusCode(), query);
            assertTrue(response.body().contains("\"error\":\""), response.body());
        }
        HttpResponse<String> empty =
                client.send(request("length=16", new byte[0]), HttpResponse.BodyHandlers.ofString());
        assertEquals(400, empty.statusCode());
        assertTrue(post("length=16").get("perplexity").getAsDouble() > 1);
    }

    /** The number in the first table of the report, in the line of a method. */
    private static String cell(String report, String method) {
        for (String line : report.lines().toArray(String[] ::new)) {
            List<String> words = Arrays.asList(line.trim().split(" +"));
            int at = words.indexOf(method);
            if (at >= 0 && at + 1 < words.size()) {
                return words.get(at + 1);
            }
        }
        throw new AssertionError("no line of " + method + " in\n" + report);
    }

    private JsonObject post(String query) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request(query, text), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response.body());
        return JsonParser.parseString(response.body()).getAsJsonObject();
    }

    private static HttpRequest request(String query, byte[] body) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + service.port() + "/score?" + query))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }
}
