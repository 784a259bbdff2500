package io.farspan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FarspanTest {
    @Test
    void versionIsThatOfTheHeader() {
        assertEquals(io.farspan.internal.NativeConstants.FARSPAN_VERSION, Farspan.version());
    }
}
