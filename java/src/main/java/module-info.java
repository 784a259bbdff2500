/** Position encodings and attention for long contexts, on CPUs. */
module io.farspan {
    exports io.farspan;
    exports io.farspan.eval;
}
