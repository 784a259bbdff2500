use crate::config::config;
use crate::error::{check_length, Result};
use crate::{Angle, Axes, Layout, LengthSwitch, Magnitude, Ramp, RopeMethod};

config! {
    /// The rope part of a scheme: how the angle of each rotary pair grows with position.
    ///
    /// Pair p of `rotary_dim / 2` turns by its inv_freq (radians) times the position; inv_freq is
    /// base^(-2p/rotary_dim), then scaled by the method.
    /// A field that the method does not read must keep its default.
    ///
    /// ```
    /// use farspan::{Layout, RopeConfig, RopeMethod};
    ///
    /// let yarn = RopeConfig {
    ///     layout: Layout::HALF,
    ///     rotary_dim: 64,
    ///     original_context: 4096,
    ///     factor: 8.0,
    ///     ..RopeConfig::new(RopeMethod::YARN)
    /// };
    /// assert_eq!(yarn.beta_fast, 32.0); // from the library
    /// ```
    RopeConfig<'a> = farspan_rope_config by farspan_rope_config_init(method: RopeMethod) {
        /// The method.
        method: RopeMethod,
        /// The pairing of features; required unless the method is none.
        layout: Layout,
        /// R: rotated features, even, 2 .. head_dim; required.
        rotary_dim: i32,
        /// First rotated feature of the head.
        rotary_offset: i32,
        /// The precision of angles.
        angle: Angle,
        /// theta > 1.
        base: f64,
        /// s > 0. Read by linear, ntk*, dynamic_ntk, ntk_by_parts, yarn, longrope, llama3, proportional.
        factor: f64,
        /// L, the trained length > 0. Read by dynamic_*, ntk_by_parts, yarn, longrope, llama3.
        original_context: i64,
        /// Pairs that turn more often than this over L are not scaled. Read by ntk_by_parts, yarn, dynamic_yarn.
        beta_fast: f64,
        /// Pairs that turn less often than this over L are scaled in full. Read by ntk_by_parts, yarn, dynamic_yarn.
        beta_slow: f64,
        /// How much of the unscaled frequency the ramp keeps, 0 .. 1. Read by ntk_by_parts, yarn, dynamic_yarn.
        extrapolation_factor: f64,
        /// What the ramp is linear in. Read by ntk_by_parts, yarn, dynamic_yarn.
        ramp: Ramp,
        /// Whether the ramp's ends are rounded to whole pairs; gpt-oss does not. Read by ntk_by_parts, yarn, dynamic_yarn.
        truncate: bool,
        /// With `mscale_all_dim`: m = g(s, mscale) / g(s, mscale_all_dim), g = 0.1 c ln s + 1. Read by yarn.
        mscale: f64,
        /// See `mscale`; 0 is unset. Read by yarn.
        mscale_all_dim: f64,
        /// Which magnitude m.
        magnitude: Magnitude,
        /// When the long factors are used. Read by longrope.
        length_switch: LengthSwitch,
        /// m itself with [`Magnitude::EXPLICIT`], otherwise a factor on m.
        attention_factor: f64,
        /// The exponent of the pair's number, 0 .. 1. Read by ntk_mixed.
        mixed_exponent: f64,
        /// Wavelengths above L / low_freq_factor are scaled in full. Read by llama3.
        low_freq_factor: f64,
        /// Wavelengths below L / high_freq_factor are not scaled. Read by llama3.
        high_freq_factor: f64,
        /// The part of the pairs that rotates, 0 .. 1. Read by proportional.
        rotated_fraction: f64,
        /// The distance, in positions, over which a pair decays to its zeta. Read by xpos.
        xpos_scale_base: f64,
        /// The decay zeta of pair p is (2p + gamma R) / ((1 + gamma) R). Read by xpos.
        xpos_gamma: f64,
        /// At least `pair_factor_count` divisors > 0 of inv_freq. Read by longrope, pair_factors.
        short_factors: Option<&'a [f64]>,
        /// The same beyond the trained length. Read by longrope.
        long_factors: Option<&'a [f64]>,
        /// R/2. Read by longrope, pair_factors.
        pair_factor_count: i32,
        /// How pairs divide among position axes (M-RoPE).
        axes: Axes,
        /// Pairs per axis; their sum is R/2 (interleaved: at most R/2).
        axis_sections: [i32; 4],
    }
}

impl RopeConfig<'_> {
    pub(crate) fn check(&self) -> Result<()> {
        let count = self.pair_factor_count.into();
        check_length(1, "rope.short_factors", self.short_factors, count)?;
        check_length(1, "rope.long_factors", self.long_factors, count)
    }
}
