use crate::config::config;
use crate::RemapMethod;

config! {
    /// The remap part of a scheme: which position the rope part sees.
    ///
    /// Needs a causal mask without prefix, a single position axis, and not xPos. A remap does not choose the mask: give
    /// `lm_infinite` and `streaming` the mask named with them. The brackets name the methods that read a field; the others
    /// must leave it at its default.
    RemapConfig = farspan_remap_config by farspan_remap_config_init(method: RemapMethod) {
        /// The method.
        method: RemapMethod,
        /// > 0, in positions; required by all but dual_chunk.
        window: i64,
        /// G >= 1 [self_extend].
        group: i64,
        /// k >= 1 [leaky_rerope].
        leak: f64,
        /// C [dual_chunk].
        chunk: i64,
        /// w, 0 < w < C [dual_chunk].
        local_window: i64,
        /// 0: the window [lm_infinite].
        limit: i64,
        /// >= 0 [streaming].
        sinks: i64,
        /// Whether the query's shift is window/group as a real number, as some releases have it [self_extend].
        real_shift: bool,
        /// Positions are divided by this after the map (PI inside DCA) [dual_chunk].
        position_scale: f64,
    }
}
