//! A model trained on 2048 tokens reads 8192: plain RoPE, YaRN and Self-Extend side by side, without further training.

use farspan::{Layout, RemapConfig, RemapMethod, Result, RopeConfig, RopeMethod, Scheme, Tensor, TensorMut};

const QUERIES: i64 = 16; // the last 16 positions
const KEYS: i64 = 8192;
const DIM: i64 = 64;
const TRAINED: i64 = 2048;

fn made(shape: [i64; 4], mut seed: u32) -> Vec<f32> {
    let mut next = || {
        seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
        (seed >> 8) as f32 / 8388608.0 - 1.0
    };
    (0..shape.iter().product()).map(|_| next()).collect()
}

fn main() -> Result<()> {
    let (q_shape, k_shape) = ([1, 4, QUERIES, DIM], [1, 2, KEYS, DIM]); // batch, heads, tokens, features
    let (q, k, v) = (made(q_shape, 1), made(k_shape, 2), made(k_shape, 3));
    let q = Tensor::contiguous(&q, q_shape)?;
    let k = Tensor::contiguous(&k, k_shape)?;
    let v = Tensor::contiguous(&v, k_shape)?;

    let plain = RopeConfig { layout: Layout::HALF, rotary_dim: DIM as i32, ..RopeConfig::new(RopeMethod::BASE) };
    let yarn = RopeConfig {
        layout: Layout::HALF,
        rotary_dim: DIM as i32,
        original_context: TRAINED,
        factor: (KEYS / TRAINED) as f64,
        ..RopeConfig::new(RopeMethod::YARN)
    };
    let self_extend = RemapConfig { window: 512, group: 8, ..RemapConfig::new(RemapMethod::SELF_EXTEND) };

    let schemes = [
        ("rope", Scheme::builder().rope(&plain).build()?),
        ("yarn", Scheme::builder().rope(&yarn).build()?),
        ("self_extend", Scheme::builder().rope(&plain).remap(&self_extend).build()?),
    ];
    for (name, scheme) in &schemes {
        let mut out = vec![0.0; (4 * QUERIES * DIM) as usize];
        scheme.attention(None, &q, &k, &v, &mut TensorMut::contiguous(&mut out, q_shape)?)?;
        // The probe says what the scheme does to one pair: here the last query and the first key.
        let probe = scheme.probe(KEYS, KEYS - 1, 0, 0)?;
        let (seen, magnitude) = (probe.relative_position, probe.magnitude);
        print!("{name:<12} distance {} is seen as {seen}, magnitude {magnitude:.4}, ", KEYS - 1);
        let last = &out[out.len() - DIM as usize..];
        println!("output {:.6} {:.6} ...", last[0], last[1]);
    }
    Ok(())
}
