use crate::config::config;
use crate::error::{check_length, Result};
use crate::Temperature;

config! {
    /// The score part of a scheme: the scale of the logit, its cap, and sinks in the softmax.
    ScoreConfig<'a> = farspan_score_config by farspan_score_config_init() {
        /// How the scale depends on position or length.
        temperature: Temperature,
        /// 0: 1/sqrt(head_dim). T5: 1.
        scale: f64,
        /// A factor on the scale. DeepSeek: mscale^2.
        multiplier: f64,
        /// L > 1 of the temperature; llama4, ministral3: their floor.
        trained_length: f64,
        /// The weight of the logarithm. Read by llama4, length, ministral3.
        alpha: f64,
        /// The exponent. Read by length.
        power: f64,
        /// 0: off; otherwise cap * tanh(s / cap).
        softcap: f64,
        /// At least `sink_heads` entries: one logit per head that joins the softmax's sum (gpt-oss; softmax1: zeros).
        sinks: Option<&'a [f32]>,
        /// Entries of `sinks`.
        sink_heads: i32,
        /// The problem's head 0 is this entry.
        sink_head_offset: i32,
    }
}

impl ScoreConfig<'_> {
    pub(crate) fn check(&self) -> Result<()> {
        check_length(5, "score.sinks", self.sinks, self.sink_heads.into())
    }
}
