//! Each field of a configuration is the field of its name in the library.

mod common;

use common::rope;
use farspan::*;

#[track_caller]
fn expect(builder: SchemeBuilder<'_>, text: &str) {
    assert_eq!(builder.build().unwrap().to_json().unwrap(), text);
}

#[test]
fn every_part() {
    let rope = RopeConfig {
        layout: Layout::INTERLEAVED,
        rotary_dim: 16,
        rotary_offset: 4,
        angle: Angle::FLOAT32,
        base: 5000.0,
        factor: 8.0,
        original_context: 640,
        beta_fast: 30.0,
        beta_slow: 2.0,
        extrapolation_factor: 0.5,
        ramp: Ramp::ROTATIONS,
        magnitude: Magnitude::EXPLICIT,
        attention_factor: 1.25,
        axes: Axes::SECTIONS,
        axis_sections: [1, 2, 2, 3],
        ..RopeConfig::new(RopeMethod::YARN)
    };
    let bias = BiasConfig {
        heads: 4,
        bidirectional: true,
        distance_limit: 64,
        max_bias: 16.0,
        scale: 0.125,
        trained_length: 128,
        ..BiasConfig::new(BiasMethod::ALIBI)
    };
    #[allow(clippy::needless_update)] // fields to come
    let mask = MaskConfig {
        causal: false,
        window_left: 50,
        window_right: 30,
        sinks: 1,
        chunk: 160,
        prefix: 2,
        ..MaskConfig::new()
    };
    let score = ScoreConfig {
        temperature: Temperature::LENGTH,
        scale: 2.0,
        multiplier: 3.0,
        trained_length: 100.0,
        alpha: 0.2,
        power: 2.0,
        softcap: 30.0,
        ..ScoreConfig::new()
    };
    expect(
        Scheme::builder().rope(&rope).bias(&bias).mask(&mask).score(&score),
        r#"{"rope": {"method": "yarn", "layout": "interleaved", "rotary_dim": 16, "rotary_offset": 4, "angle": "float32", "base": 5000, "factor": 8, "original_context": 640, "beta_fast": 30, "beta_slow": 2, "extrapolation_factor": 0.5, "ramp": "rotations", "magnitude": "explicit", "attention_factor": 1.25, "axes": "sections", "axis_sections": [1, 2, 2, 3]}, "bias": {"method": "alibi", "heads": 4, "bidirectional": true, "distance_limit": 64, "max_bias": 16, "scale": 0.125, "trained_length": 128}, "mask": {"causal": false, "window_left": 50, "window_right": 30, "sinks": 1, "chunk": 160, "prefix": 2}, "score": {"temperature": "length", "scale": 2, "multiplier": 3, "trained_length": 100, "alpha": 0.2, "power": 2, "softcap": 30}}"#,
    );
}

#[test]
fn what_a_method_of_rope_or_remap_reads() {
    let yarn = RopeConfig {
        factor: 8.0,
        original_context: 640,
        truncate: false,
        mscale: 0.5,
        mscale_all_dim: 0.25,
        ..rope(RopeMethod::YARN, 16)
    };
    let leaky = RemapConfig { window: 20, leak: 4.0, ..RemapConfig::new(RemapMethod::LEAKY_REROPE) };
    expect(
        Scheme::builder().rope(&yarn).remap(&leaky),
        r#"{"rope": {"method": "yarn", "layout": "half", "rotary_dim": 16, "factor": 8, "original_context": 640, "truncate": false, "mscale": 0.5, "mscale_all_dim": 0.25}, "remap": {"method": "leaky_rerope", "window": 20, "leak": 4}}"#,
    );
    let mixed = RopeConfig { mixed_exponent: 0.5, ..rope(RopeMethod::NTK_MIXED, 16) };
    let grouped = RemapConfig { window: 20, group: 4, real_shift: true, ..RemapConfig::new(RemapMethod::SELF_EXTEND) };
    expect(
        Scheme::builder().rope(&mixed).remap(&grouped),
        r#"{"rope": {"method": "ntk_mixed", "layout": "half", "rotary_dim": 16, "mixed_exponent": 0.5}, "remap": {"method": "self_extend", "window": 20, "group": 4, "real_shift": true}}"#,
    );
    let bands = RopeConfig {
        original_context: 640,
        low_freq_factor: 2.0,
        high_freq_factor: 8.0,
        ..rope(RopeMethod::LLAMA3, 16)
    };
    let chunked =
        RemapConfig { chunk: 40, local_window: 4, position_scale: 2.0, ..RemapConfig::new(RemapMethod::DUAL_CHUNK) };
    expect(
        Scheme::builder().rope(&bands).remap(&chunked),
        r#"{"rope": {"method": "llama3", "layout": "half", "rotary_dim": 16, "original_context": 640, "low_freq_factor": 2, "high_freq_factor": 8}, "remap": {"method": "dual_chunk", "chunk": 40, "local_window": 4, "position_scale": 2}}"#,
    );
    let part = RopeConfig { rotated_fraction: 0.5, ..rope(RopeMethod::PROPORTIONAL, 16) };
    let limited = RemapConfig { window: 20, limit: 30, ..RemapConfig::new(RemapMethod::LM_INFINITE) };
    expect(
        Scheme::builder().rope(&part).remap(&limited),
        r#"{"rope": {"method": "proportional", "layout": "half", "rotary_dim": 16, "rotated_fraction": 0.5}, "remap": {"method": "lm_infinite", "window": 20, "limit": 30}}"#,
    );
}

#[test]
fn what_a_bias_reads() {
    let decaying = RopeConfig { xpos_scale_base: 256.0, xpos_gamma: 0.5, ..rope(RopeMethod::XPOS, 16) };
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let t5 =
        BiasConfig { heads: 2, buckets: 4, max_distance: 64, values: Some(&values), ..BiasConfig::new(BiasMethod::T5) };
    expect(
        Scheme::builder().rope(&decaying).bias(&t5),
        r#"{"rope": {"method": "xpos", "layout": "half", "rotary_dim": 16, "xpos_scale_base": 256, "xpos_gamma": 0.5}, "bias": {"method": "t5", "heads": 2, "buckets": 4, "max_distance": 64, "values": [1, 2, 3, 4, 5, 6, 7, 8]}}"#,
    );
    let kerple =
        BiasConfig { heads: 2, a: Some(&[0.5, 1.0]), p: Some(&[2.0, 3.0]), ..BiasConfig::new(BiasMethod::KERPLE_LOG) };
    expect(
        Scheme::builder().bias(&kerple),
        r#"{"bias": {"method": "kerple_log", "heads": 2, "a": [0.5, 1], "p": [2, 3]}}"#,
    );
    let sandwich = BiasConfig { heads: 2, dim: 64, ..BiasConfig::new(BiasMethod::SANDWICH) };
    expect(Scheme::builder().bias(&sandwich), r#"{"bias": {"method": "sandwich", "heads": 2, "dim": 64}}"#);
}
