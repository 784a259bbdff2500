//! The configurations of the vectors: the fields that differ from the defaults.

use farspan::{
    Angle, Axes, BiasConfig, BiasMethod, FireConfig, Layout, LengthSwitch, Magnitude, MaskConfig, Problem, Ramp,
    RemapConfig, RemapMethod, RopeConfig, RopeMethod, Scheme, ScoreConfig, State, Temperature,
};
use serde_json::Value;

use crate::json::{self, Number};

macro_rules! options {
    ($($name:ident),*) => {
        $(impl Number for $name {
            fn read(value: &Value) -> Option<Self> {
                i32::read(value).map($name)
            }
        })*
    };
}
options!(Layout, Angle, Ramp, Magnitude, LengthSwitch, Axes, RopeMethod, RemapMethod, BiasMethod, Temperature, State);

/// Sets the listed fields from an object. Every key must be one of them, or of the arrays.
macro_rules! set {
    ($config:ident, $object:expr, [$($array:ident),*], [$($field:ident),*]) => {
        for (key, value) in $object.as_object().expect("a configuration") {
            match key.as_str() {
                $(stringify!($field) => $config.$field = json::number(value),)*
                other => {
                    let arrays: &[&str] = &[$(stringify!($array)),*];
                    assert!(arrays.contains(&other), "unknown field {}", other);
                }
            }
        }
        $($config.$array = $array.as_deref();)*
    };
}

pub(crate) use set;

pub fn make_scheme(case: &Value) -> farspan::Result<Scheme> {
    let none = Value::Object(Default::default());
    let parts = case.get("scheme").unwrap_or(&none);
    let mut builder = Scheme::builder();
    let [short_factors, long_factors, a, p] =
        [("rope", "short_factors"), ("rope", "long_factors"), ("bias", "a"), ("bias", "p")]
            .map(|(part, key)| json::array::<f64>(&parts[part], key));
    let [values, sinks] =
        [("bias", "values"), ("score", "sinks")].map(|(part, key)| json::array::<f32>(&parts[part], key));

    if let Some(part) = parts.get("rope") {
        let mut rope = RopeConfig::new(json::number(&part["method"]));
        set!(
            rope,
            part,
            [short_factors, long_factors],
            [
                method,
                layout,
                rotary_dim,
                rotary_offset,
                angle,
                base,
                factor,
                original_context,
                beta_fast,
                beta_slow,
                extrapolation_factor,
                ramp,
                truncate,
                mscale,
                mscale_all_dim,
                magnitude,
                length_switch,
                attention_factor,
                mixed_exponent,
                low_freq_factor,
                high_freq_factor,
                rotated_fraction,
                xpos_scale_base,
                xpos_gamma,
                pair_factor_count,
                axes,
                axis_sections
            ]
        );
        builder = builder.rope(&rope);
    }
    if let Some(part) = parts.get("remap") {
        let mut remap = RemapConfig::new(json::number(&part["method"]));
        set!(
            remap,
            part,
            [],
            [method, window, group, leak, chunk, local_window, limit, sinks, real_shift, position_scale]
        );
        builder = builder.remap(&remap);
    }
    if let Some(part) = parts.get("bias") {
        let mut bias = BiasConfig::new(json::number(&part["method"]));
        set!(
            bias,
            part,
            [values, a, p],
            [
                method,
                heads,
                head_offset,
                bidirectional,
                buckets,
                max_distance,
                distance_limit,
                max_bias,
                scale,
                trained_length,
                dim
            ]
        );
        builder = builder.bias(&bias);
    }
    if let Some(part) = parts.get("mask") {
        let mut mask = MaskConfig::new();
        set!(mask, part, [], [causal, window_left, window_right, sinks, chunk, prefix]);
        builder = builder.mask(&mask);
    }
    if let Some(part) = parts.get("score") {
        let mut score = ScoreConfig::new();
        set!(
            score,
            part,
            [sinks],
            [temperature, scale, multiplier, trained_length, alpha, power, softcap, sink_heads, sink_head_offset]
        );
        builder = builder.score(&score);
    }
    builder.build()
}

/// Calls `use_config` with the problem, whose arrays live for the call.
pub fn with_problem<T>(object: &Value, use_problem: impl FnOnce(&Problem<'_>) -> T) -> T {
    let array = |key| json::array::<i64>(object, key);
    let (query_positions, key_positions) = (array("query_positions"), array("key_positions"));
    let (query_axis_positions, key_axis_positions) = (array("query_axis_positions"), array("key_axis_positions"));
    let (query_offsets, key_offsets, key_ranges) = (array("query_offsets"), array("key_offsets"), array("key_ranges"));
    let mut problem = Problem::new();
    set!(
        problem,
        object,
        [
            query_positions,
            key_positions,
            query_axis_positions,
            key_axis_positions,
            query_offsets,
            key_offsets,
            key_ranges
        ],
        [
            state,
            batch,
            query_heads,
            key_heads,
            queries,
            keys,
            head_dim,
            value_dim,
            length,
            query_position_stride,
            key_position_stride,
            segments
        ]
    );
    use_problem(&problem)
}

/// The same for FIRE.
pub fn with_fire<T>(object: &Value, use_config: impl FnOnce(&FireConfig<'_>) -> T) -> T {
    let [w1, b1, w2, b2] = ["w1", "b1", "w2", "b2"].map(|key| json::array::<f32>(object, key));
    let mut config = FireConfig::new();
    set!(config, object, [w1, b1, w2, b2], [hidden, heads, c, threshold, epsilon]);
    use_config(&config)
}
