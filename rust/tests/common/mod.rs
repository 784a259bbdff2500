//! What several test programs share. Not all of them use all of it.
#![allow(dead_code)]

use farspan::{Layout, Problem, RopeConfig, RopeMethod, Scheme};

/// Numbers in [-1, 1).
pub fn numbers(count: usize, mut seed: u32) -> Vec<f32> {
    let mut next = || {
        seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
        (seed >> 8) as f32 / 8388608.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

pub fn rope(method: RopeMethod, rotary_dim: i32) -> RopeConfig<'static> {
    RopeConfig { layout: Layout::HALF, rotary_dim, ..RopeConfig::new(method) }
}

pub fn plain_rope(rotary_dim: i32) -> Scheme {
    Scheme::builder().rope(&rope(RopeMethod::BASE, rotary_dim)).build().unwrap()
}

/// One batch, two query heads over one key head.
pub fn small_problem(queries: i64, keys: i64, head_dim: i64) -> Problem<'static> {
    Problem { query_heads: 2, key_heads: 1, queries, keys, head_dim, ..Problem::new() }
}

/// Causal attention of one head in double precision, q and k [tokens][dim] rotated already: the outputs and lse.
pub fn attend(q: &[f64], k: &[f64], v: &[f64], dim: usize) -> (Vec<f64>, Vec<f64>) {
    let (queries, keys) = (q.len() / dim, k.len() / dim);
    let (mut out, mut lse) = (vec![0.0; q.len()], vec![0.0; queries]);
    for i in 0..queries {
        let visible = keys - queries + i + 1;
        let logit = |j: usize| (0..dim).map(|d| q[i * dim + d] * k[j * dim + d]).sum::<f64>() / (dim as f64).sqrt();
        let weights: Vec<f64> = (0..visible).map(|j| logit(j).exp()).collect();
        let sum: f64 = weights.iter().sum();
        lse[i] = sum.ln();
        for d in 0..dim {
            out[i * dim + d] = weights.iter().enumerate().map(|(j, w)| w * v[j * dim + d]).sum::<f64>() / sum;
        }
    }
    (out, lse)
}

/// RoPE with half pairs over rows [tokens][dim], in double precision.
pub fn rotate(rows: &[f64], dim: usize, first_position: usize) -> Vec<f64> {
    let mut out = rows.to_vec();
    for (t, row) in out.chunks_mut(dim).enumerate() {
        for p in 0..dim / 2 {
            let angle = (first_position + t) as f64 * 10000f64.powf(-2.0 * p as f64 / dim as f64);
            let (u, v) = (row[p], row[p + dim / 2]);
            row[p] = u * angle.cos() - v * angle.sin();
            row[p + dim / 2] = v * angle.cos() + u * angle.sin();
        }
    }
    out
}

pub fn widen(data: &[f32]) -> Vec<f64> {
    data.iter().map(|&x| x.into()).collect()
}

#[track_caller]
pub fn assert_close(got: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (n, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!((f64::from(*got) - expected).abs() <= tolerance, "[{}] is {}, not {}", n, got, expected);
    }
}
