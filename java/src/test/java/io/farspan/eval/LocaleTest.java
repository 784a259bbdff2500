package io.farspan.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.farspan.FarspanException;
import io.farspan.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A JVM sets the locale of its process. The second execution of these tests has one with a decimal comma. */
class LocaleTest {
    @Test
    void theSecondExecutionHasADecimalComma() {
        String folder = System.getenv("LOCPATH");
        assumeTrue(folder != null && Files.isDirectory(Path.of(folder, "de_DE.UTF-8")),
                "scripts/test-java.sh compiles it");
        assertEquals("de", Locale.getDefault().getLanguage(), "the locale of " + folder + " is not set");
    }

    @Test
    void textsHavePoints() {
        String signature = new BleuConfig().smoothing(Smoothing.FLOOR).smoothingValue(0.25).signature(1);
        assertTrue(signature.contains("|smooth:floor[0.25]|"), signature);
        BleuConfig wrong = new BleuConfig().smoothing(Smoothing.FLOOR).smoothingValue(-0.25);
        String message = assertThrows(FarspanException.class, () -> wrong.signature(1)).getMessage();
        assertTrue(message.contains("-0.25"), message);
    }

    @Test
    void numbersAreReadWithPoints() {
        String text =
                "{\"model_type\": \"llama\", \"num_hidden_layers\": 1, \"hidden_size\": 256, \"num_attention_heads\": 2,"
                + "\"max_position_embeddings\": 4096, \"rope_theta\": -12345.625}";
        String message = assertThrows(FarspanException.class, () -> Model.fromConfigJson(text)).getMessage();
        assertTrue(message.contains("$.rope_theta is -12345.625"), message);
    }
}
