use crate::config::config;
use crate::RemapMethod;

config! {
    /// The remap part of a scheme: which position the rope part sees.
    ///
    /// Needs a causal mask without prefix, a single position axis, and not xPos. A remap does not choose the mask: give
    /// `lm_infinite` and `streaming` the mask named with them. A field that the method does not read must keep its default.
    RemapConfig = farspan_remap_config by farspan_remap_config_init(method: RemapMethod) {
        /// The method.
        method: RemapMethod,
        /// > 0, in positions; required by all but dual_chunk.
        window: i64,
        /// Positions per group, G >= 1. Read by self_extend.
        group: i64,
        /// The slowing of far distances, k >= 1. Read by leaky_rerope.
        leak: f64,
        /// Positions per chunk, C. Read by dual_chunk.
        chunk: i64,
        /// Positions next to the query that keep their distance, w, 0 < w < C. Read by dual_chunk.
        local_window: i64,
        /// The largest distance that far keys count as; 0: the window. Read by lm_infinite.
        limit: i64,
        /// Cache slots of the first tokens, >= 0. Read by streaming.
        sinks: i64,
        /// Whether the query's shift is window/group as a real number, as some releases have it. Read by self_extend.
        real_shift: bool,
        /// Positions are divided by this after the map (PI inside DCA). Read by dual_chunk.
        position_scale: f64,
    }
}
