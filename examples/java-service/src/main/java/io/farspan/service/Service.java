package io.farspan.service;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.farspan.FarspanException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Scores text over HTTP: {@code java ... io.farspan.service.Service MODEL_FOLDER PORT}, then
 *
 * <pre>
 * curl --data-binary @text 'localhost:8080/score?method=yarn&amp;length=1024'
 * {"tokens":16384,"nll":1.897,"perplexity":6.67}
 * </pre>
 */
public final class Service implements AutoCloseable {
    private static final int MOST_BYTES = 1 << 20;
    private static final int LONGEST_WINDOW = 1 << 14;

    private final Scorer scorer;
    private final HttpServer server;
    private final ExecutorService workers;

    /** Listens on the loopback interface; port 0 takes a free one. */
    Service(Path model, int port, int threads) throws IOException {
        scorer = new Scorer(new Model(model));
        workers = Executors.newFixedThreadPool(threads);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(workers);
        server.createContext("/score", this::handle);
        server.start();
    }

    /** Starts the service and leaves it running. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("usage: Service MODEL_FOLDER PORT");
            System.exit(2);
        }
        Service service = new Service(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), Runtime.getRuntime().availableProcessors());
        System.out.println("listening on port " + service.port());
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(1);
        workers.shutdown();
        scorer.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        JsonObject answer = new JsonObject();
        int status = 200;
        try {
            if (!exchange.getRequestMethod().equals("POST")) {
                throw new IllegalArgumentException("POST the text");
            }
            byte[] text = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
            if (text.length > MOST_BYTES) {
                throw new IllegalArgumentException("a text has at most " + MOST_BYTES + " bytes");
            }
            Map<String, String> query = query(exchange.getRequestURI().getQuery());
            Method method = Method.valueOf(query.getOrDefault("method", "none").toUpperCase(Locale.ROOT));
            int length = Integer.parseInt(query.getOrDefault("length", "256"));
            if (length > LONGEST_WINDOW) {
                throw new IllegalArgumentException("a window has at most " + LONGEST_WINDOW + " bytes");
            }
            Scorer.Score score = scorer.score(text, method, length);
            answer.addProperty("tokens", score.tokens());
            answer.addProperty("nll", score.nll());
            answer.addProperty("perplexity", score.perplexity());
        } catch (IllegalArgumentException | FarspanException wrong) {
            status = 400;
            answer.addProperty("error", wrong.getMessage());
        }
        byte[] body = answer.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        try (exchange) {
            exchange.getResponseBody().write(body);
        }
    }

    private static Map<String, String> query(String text) {
        Map<String, String> values = new HashMap<>();
        for (String pair : text == null ? new String[0] : text.split("&")) {
            String[] parts = pair.split("=", 2);
            values.put(parts[0], parts.length == 2 ? parts[1] : "");
        }
        return values;
    }
}
