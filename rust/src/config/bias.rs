use crate::config::config;
use crate::error::{check_length, Result};
use crate::BiasMethod;

config! {
    /// The bias part of a scheme: what is added to the logit as a function of distance and head.
    ///
    /// A field that the method does not read must keep its default.
    BiasConfig<'a> = farspan_bias_config by farspan_bias_config_init(method: BiasMethod) {
        /// The method.
        method: BiasMethod,
        /// All heads of the layer, also of other ranks; required unless none or dense.
        heads: i32,
        /// The problem's head 0 is this head (tensor-parallel hosts).
        head_offset: i32,
        /// alibi: -slope |d| in both directions; t5: half of the buckets per direction.
        bidirectional: bool,
        /// Buckets of distance. Read by t5.
        buckets: i32,
        /// Distances from here on, in positions, share the last bucket. Read by t5.
        max_distance: i64,
        /// 0: none; otherwise distances count as at most this (LM-Infinite on ALiBi). Read by alibi.
        distance_limit: i64,
        /// Slopes are 2^(-max_bias (h+1)/heads). Read by alibi.
        max_bias: f64,
        /// Factor on the bias. Falcon: 1/sqrt(head_dim). Read by alibi.
        scale: f64,
        /// 0: off; otherwise slopes shrink by trained_length/length beyond it. Read by alibi.
        trained_length: i64,
        /// The width of the encoding, even: the paper's d-bar. Read by sandwich.
        dim: i32,
        /// At least `buckets * heads` entries, `[buckets][heads]` row-major. Read by t5.
        values: Option<&'a [f32]>,
        /// At least `heads` entries > 0. Read by kerple_log, kerple_power.
        a: Option<&'a [f64]>,
        /// At least `heads` entries > 0; with the power at most 2. Read by kerple_log, kerple_power.
        p: Option<&'a [f64]>,
    }
}

impl BiasConfig<'_> {
    pub(crate) fn check(&self) -> Result<()> {
        let heads = i128::from(self.heads);
        check_length(3, "bias.values", self.values, heads * i128::from(self.buckets))?;
        check_length(3, "bias.a", self.a, heads)?;
        check_length(3, "bias.p", self.p, heads)
    }
}
