use crate::config::config;

config! {
    /// The mask part of a scheme: which keys a query sees. Key j is visible from query i if p_j < prefix, or if
    /// (causal: p_j <= p_i) and p_j < sinks, or if (causal: p_j <= p_i) and p_i - p_j <= window_left and
    /// p_j - p_i <= window_right and both are in the same chunk.
    ///
    /// Windows exclude the query itself, as FlashAttention counts: Hugging Face's and Mistral's `sliding_window` W is
    /// `window_left = W - 1`.
    MaskConfig = farspan_mask_config by farspan_mask_config_init() {
        /// Whether a query sees only keys up to its own position.
        causal: bool,
        /// In positions; -1: unlimited.
        window_left: i64,
        /// In positions; -1: unlimited; only without causal.
        window_right: i64,
        /// Positions below this are always visible (attention sinks).
        sinks: i64,
        /// 0: off; otherwise keys of the query's own chunk only (Llama 4).
        chunk: i64,
        /// Positions below this are visible from everywhere (prefix-LM).
        prefix: i64,
    }
}
