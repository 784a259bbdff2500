package io.farspan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.farspan.internal.NativeConstants;
import org.junit.jupiter.api.Test;

class FarspanTest {
    @Test
    void versionsAreThoseOfTheHeader() {
        assertEquals(NativeConstants.FARSPAN_VERSION, Farspan.version());
        assertEquals(NativeConstants.FARSPAN_ABI_VERSION, Farspan.abiVersion());
        assertEquals(NativeConstants.FARSPAN_VERSION_MAJOR + "." + NativeConstants.FARSPAN_VERSION_MINOR + "."
                        + NativeConstants.FARSPAN_VERSION_PATCH,
                Farspan.versionText());
    }

    @Test
    void diagnoseIsJson() {
        JsonObject diagnosis = JsonParser.parseString(Farspan.diagnose()).getAsJsonObject();
        assertEquals(Farspan.versionText(), diagnosis.get("version").getAsString());
        try (Context context = Context.create()) {
            assertEquals(context.threads(), diagnosis.get("threads").getAsInt());
            assertEquals(context.isa().spelling(), diagnosis.get("isa_used").getAsString());
        }
    }

    @Test
    void contextsUseWhatIsSupported() {
        for (Isa isa : Isa.values()) {
            if (isa == Isa.BEST) {
                continue;
            }
            if (isa.isSupported()) {
                try (Context context = Context.create(isa, 1)) {
                    assertEquals(isa, context.isa());
                    assertEquals(1, context.threads());
                }
            } else {
                assertEquals(Status.ISA_UNSUPPORTED,
                        assertThrows(FarspanException.class, () -> Context.create(isa, 1)).status());
            }
        }
        assertTrue(Isa.SCALAR.isSupported());
        assertEquals(Status.PARAMETER_RANGE,
                assertThrows(FarspanException.class, () -> Context.create(Isa.BEST, -1)).status());
    }

    @Test
    void everyStatusHasAText() {
        assertEquals("shape mismatch", Status.SHAPE.text());
        for (Status status : Status.values()) {
            assertTrue(status.text().length() > 1);
        }
        assertEquals(Status.SHAPE, new FarspanException(NativeConstants.ERROR_SHAPE, 0, 0, new byte[0]).status());
        assertEquals(Status.UNKNOWN, new FarspanException(12345, 0, 0, new byte[0]).status());
    }

    @Test
    void shutdownLetsLaterCallsWork() {
        Farspan.shutdown();
        try (Scheme scheme = Scheme.builder().build(); Context context = Context.create(Isa.BEST, 2)) {
            Tensor input = Tensor.allocate(Dtype.F32, 1, 4, 300, 16);
            Attention.run(context, scheme, input, input, input, Tensor.allocate(Dtype.F32, 1, 4, 300, 16));
            Farspan.shutdown();
            Attention.run(context, scheme, input, input, input, Tensor.allocate(Dtype.F32, 1, 4, 300, 16));
        }
    }
}
