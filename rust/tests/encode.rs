//! Schemes, and positions without attention.

mod common;

use common::{assert_close, numbers, plain_rope, rope, rotate, widen};
use farspan::*;

fn view(data: &mut [f32], shape: [i64; 4]) -> TensorMut<'_> {
    TensorMut::contiguous(data, shape).unwrap()
}

#[test]
fn defaults_are_the_library_s() {
    let mut c = std::mem::MaybeUninit::<sys::farspan_rope_config>::uninit();
    let c = unsafe {
        sys::farspan_rope_config_init(c.as_mut_ptr(), std::mem::size_of_val(&c), RopeMethod::YARN.0);
        c.assume_init()
    };
    let yarn = RopeConfig::new(RopeMethod::YARN);
    assert_eq!((yarn.method, yarn.layout.0, yarn.truncate), (RopeMethod::YARN, c.layout, c.truncate != 0));
    assert_eq!((yarn.base, yarn.beta_fast, yarn.beta_slow), (c.base, c.beta_fast, c.beta_slow));
    assert_ne!(yarn.base, 0.0);
    assert!(MaskConfig::new().causal);
    assert_eq!(MaskConfig::new().window_left, -1);
    assert_eq!(Problem::new().batch, 1);
    assert_ne!(FireConfig::new().epsilon, 0.0);
    assert_ne!(RemapConfig::new(RemapMethod::SELF_EXTEND).group, 0);
    assert_ne!(BiasConfig::new(BiasMethod::ALIBI).max_bias, 0.0);
    assert_eq!(ScoreConfig::new().multiplier, 1.0);
    assert_eq!(RopeOptions::new().direction, Direction::FORWARD);
    assert_eq!(ContextConfig::new().isa, Isa::BEST);
}

#[test]
fn schemes_are_text() {
    let yarn = RopeConfig { factor: 4.0, original_context: 4096, ..rope(RopeMethod::YARN, 64) };
    let mask = MaskConfig { sinks: 4, ..MaskConfig::new() };
    let text = Scheme::builder().rope(&yarn).mask(&mask).build().unwrap().to_json().unwrap();
    let expected = r#"{"rope": {"method": "yarn", "layout": "half", "rotary_dim": 64, "factor": 4, "original_context": 4096}, "mask": {"sinks": 4}}"#;
    assert_eq!(text, expected);
    assert_eq!(Scheme::from_json(&text).unwrap().to_json().unwrap(), text);
    let long = format!("{{\"score\": {{\"sink_logits\": [{}]}}}}", vec!["0.5"; 1000].join(", "));
    assert_eq!(Scheme::from_json(&long).unwrap().to_json().unwrap(), long); // longer than the first buffer
    let error = Scheme::from_json(r#"{"rope": {"basee": 1}}"#).unwrap_err();
    assert_eq!((error.status(), error.message()), (Status::Format, "$.rope.basee is not a field of rope"));
    assert_eq!(Scheme::from_json("").unwrap_err().status(), Status::Format);
}

#[test]
fn methods_have_names() {
    assert_eq!(RopeMethod::find("yarn"), Some(RopeMethod::YARN));
    assert_eq!(RemapMethod::SELF_EXTEND.name(), Some("self_extend"));
    assert_eq!(BiasMethod::find("no such"), None);
    assert_eq!(BiasMethod::find("ali\0bi"), None);
    assert_eq!(Temperature(99).name(), None);
    for method in RopeMethod::all() {
        assert_eq!(RopeMethod::find(method.name().unwrap()), Some(method));
    }
    assert!(RopeMethod::all().count() > 15 && Temperature::all().count() > 3);
    assert_eq!(format!("{:?} {:?}", RopeMethod::YARN, RopeMethod(99)), "RopeMethod::YARN RopeMethod(99)");
}

#[test]
fn rope_rotates_forth_and_back() {
    let scheme = plain_rope(8);
    let data = numbers(2 * 5 * 8, 7);
    let shape = [1, 2, 5, 8];
    let mut rotated = vec![0.0f32; data.len()];
    let input = Tensor::contiguous(&data, shape).unwrap();
    let forward = RopeOptions::new();
    scheme.rope_apply(None, &forward, None, &input, &mut view(&mut rotated, shape)).unwrap();
    for (got, head) in rotated.chunks(5 * 8).zip(widen(&data).chunks(5 * 8)) {
        assert_close(got, &rotate(head, 8, 0), 1e-6);
    }
    let inverse = RopeOptions { direction: Direction::INVERSE, ..forward };
    scheme.rope_apply_in_place(None, &inverse, None, &mut view(&mut rotated, shape)).unwrap();
    assert_close(&rotated, &widen(&data), 1e-6);
}

#[test]
fn a_delta_moves_cached_keys() {
    let scheme = plain_rope(8);
    let mut moved = numbers(8, 7);
    let expected = rotate(&widen(&moved), 8, 30);
    let options = RopeOptions::new();
    scheme.rope_apply_in_place(None, &options, Some(&[37]), &mut view(&mut moved, [1, 1, 1, 8])).unwrap();
    let delta = RopeOptions { direction: Direction::DELTA, ..options };
    scheme.rope_apply_in_place(None, &delta, Some(&[-7]), &mut view(&mut moved, [1, 1, 1, 8])).unwrap();
    assert_close(&moved, &expected, 1e-6);
}

#[test]
fn axes_take_a_position_each() {
    let config = RopeConfig { axes: Axes::SECTIONS, axis_sections: [1, 1, 2, 0], ..rope(RopeMethod::BASE, 8) };
    let scheme = Scheme::builder().rope(&config).build().unwrap();
    assert_eq!(scheme.axes(), 3);
    let mut row = [1.0f32, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    let positions = [3, 5, 7]; // temporal, height, width of the one token
    scheme.rope_apply_in_place(None, &RopeOptions::new(), Some(&positions), &mut view(&mut row, [1, 1, 1, 8])).unwrap();
    let cosine = |position: f64, pair: f64| (position * 10000f64.powf(-pair / 4.0)).cos();
    assert_close(&row[..4], &[cosine(3.0, 0.0), cosine(5.0, 1.0), cosine(7.0, 2.0), cosine(7.0, 3.0)], 1e-6);
}

#[test]
fn frequencies_and_magnitude_are_the_method_s() {
    let mut inv_freq = [0.0; 4];
    let yarn = RopeConfig { factor: 4.0, original_context: 64, ..rope(RopeMethod::YARN, 8) };
    let magnitude = Scheme::builder().rope(&yarn).build().unwrap().rope_frequencies(0, &mut inv_freq).unwrap();
    assert!((magnitude - (0.1 * 4f64.ln() + 1.0)).abs() < 1e-12);
    let divisors = [1.0, 2.0, 4.0, 8.0];
    let factors = RopeConfig { short_factors: Some(&divisors), ..rope(RopeMethod::PAIR_FACTORS, 8) };
    assert_eq!(Scheme::builder().rope(&factors).build().unwrap().rope_frequencies(0, &mut inv_freq), Ok(1.0));
    for (p, got) in inv_freq.iter().enumerate() {
        let expected = 10000f64.powf(-(p as f64) / 4.0) / divisors[p];
        assert!((got - expected).abs() < 1e-15, "{} is not {}", got, expected);
    }
}

#[test]
fn a_scheme_owns_its_arrays() {
    let scheme = {
        let values = vec![1.5f32; 32 * 2];
        let t5 = BiasConfig { heads: 2, values: Some(&values), ..BiasConfig::new(BiasMethod::T5) };
        Scheme::builder().bias(&t5).build().unwrap()
    };
    let mut out = [0.0f32; 300];
    scheme.bias_fill(None, 1, 0, -100, &mut out).unwrap();
    assert_eq!(out, [1.5; 300]);
}

#[test]
fn alibi_falls_with_distance() {
    let scheme =
        Scheme::builder().bias(&BiasConfig { heads: 8, ..BiasConfig::new(BiasMethod::ALIBI) }).build().unwrap();
    let mut out = [0.0f32; 3];
    scheme.bias_fill(None, 0, 0, 0, &mut out).unwrap();
    assert_eq!(out, [0.0, -0.5, -1.0]);
    assert_eq!(scheme.probe(0, 9, 7, 1).unwrap().bias, -0.5);
}

#[test]
fn a_window_shows_its_keys() {
    let mask = MaskConfig { window_left: 2, sinks: 1, ..MaskConfig::new() };
    let scheme = Scheme::builder().mask(&mask).build().unwrap();
    let [sinks, window] = scheme.visible(9, 20).unwrap();
    assert_eq!((sinks, window), (0..1, 7..10));
    assert!(!scheme.probe(0, 9, 3, 0).unwrap().visible);
}

#[test]
fn absolute_encodings_fill_rows() {
    let mut out = [0.0f32; 8];
    sinusoidal_fill(None, Sinusoidal::INTERLEAVED, 2, 10000.0, &mut view(&mut out, [1, 1, 2, 4])).unwrap();
    let row = |t: f64| [t.sin(), t.cos(), (t / 100.0).sin(), (t / 100.0).cos()];
    assert_close(&out, &[row(2.0), row(3.0)].concat(), 1e-6);

    let table = [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0];
    let mut rows = [0.0f32; 4];
    let table = Tensor::contiguous(&table, [1, 1, 3, 2]).unwrap();
    position_lookup(None, &table, Some(&[2, 0]), &mut view(&mut rows, [1, 1, 2, 2])).unwrap();
    assert_eq!(rows, [5.0, 6.0, 1.0, 2.0]);
}

/// One head and one hidden number.
fn fire(weights: &[[f32; 1]; 4]) -> FireConfig<'_> {
    let [w1, b1, w2, b2] = [0, 1, 2, 3].map(|n| Some(&weights[n][..]));
    FireConfig { hidden: 1, heads: 1, w1, b1, w2, b2, ..FireConfig::new() }
}

#[test]
fn fire_is_its_mlp() {
    let weights = [[2.0f32], [0.5], [3.0], [-1.0]];
    let config = fire(&weights);
    let mut out = [0.0f32; 1];
    fire_fill(None, &config, Some(&[9]), Some(&[4]), &mut view(&mut out, [1, 1, 1, 1])).unwrap();
    let x = (config.c * 5.0 + 1.0).ln() / ((config.c * config.threshold + 1.0).ln() + config.epsilon);
    assert_close(&out, &[3.0 * (2.0 * x + 0.5) - 1.0], 1e-6);
}

#[test]
fn the_library_tells_about_itself() {
    assert_eq!(abi_version(), sys::FARSPAN_ABI_VERSION);
    let text = version_text();
    let parts: Vec<u32> = text.split('.').map(|part| part.parse().unwrap()).collect();
    assert_eq!(version(), parts[0] * 10000 + parts[1] * 100 + parts[2]);
    assert!(Isa::SCALAR.is_supported() && !Isa(99).is_supported());
    assert_eq!((Isa::AVX2.name(), Isa(99).name()), (Some("avx2"), None));
    let json: serde_json::Value = serde_json::from_str(&diagnose()).unwrap();
    assert_eq!(json["version"], text);
    assert_eq!(Status::Shape.to_string(), "shape mismatch");
}

/// Whatever takes a context in C takes one here: its flag stops the call.
#[test]
fn a_context_is_honoured_by_all_that_encodes_and_merges() {
    let cancel = std::sync::Arc::new(std::sync::atomic::AtomicI32::new(1));
    let context = Context::with_cancel(&ContextConfig::new(), cancel).unwrap();
    let context = Some(&context);
    let stopped = |result: Result<()>| assert_eq!(result.unwrap_err().status(), Status::Cancelled);
    let (mut out, mut lse) = ([0.0f32; 8], [0.0f32; 2]);
    let other = [1.0f32; 8];
    let other = Tensor::contiguous(&other, [1, 1, 2, 4]).unwrap();
    let alibi = BiasConfig { heads: 1, ..BiasConfig::new(BiasMethod::ALIBI) };
    let scheme = Scheme::builder().bias(&alibi).build().unwrap();
    stopped(scheme.bias_fill(context, 0, 0, 0, &mut out));
    let mut view = view(&mut out, [1, 1, 2, 4]);
    stopped(sinusoidal_fill(context, Sinusoidal::BLOCKS, 0, 1e4, &mut view));
    stopped(position_lookup(context, &other, None, &mut view));
    stopped(attention_merge(context, &mut view, &mut lse, &other, &[0.0; 2]));
    stopped(fire_fill(context, &fire(&[[1.0]; 4]), None, None, &mut view));
}
