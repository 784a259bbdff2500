//! Attention answers what its definition says, through every way to ask.

mod common;

use common::{assert_close, attend, numbers, plain_rope, rope, rotate, small_problem, widen};
use farspan::*;

const DIM: usize = 16;

/// Two query heads over one key head, and what attention with RoPE must answer.
struct Case {
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    queries: usize,
    keys: usize,
    out: Vec<f64>,
    lse: Vec<f64>,
}

impl Case {
    fn new(queries: usize, keys: usize) -> Self {
        let (q, k, v) = (numbers(2 * queries * DIM, 1), numbers(keys * DIM, 2), numbers(keys * DIM, 3));
        let rotated_k = rotate(&widen(&k), DIM, 0);
        let (mut out, mut lse) = (Vec::new(), Vec::new());
        for head in widen(&q).chunks(queries * DIM) {
            let (o, l) = attend(&rotate(head, DIM, keys - queries), &rotated_k, &widen(&v), DIM);
            out.extend(o);
            lse.extend(l);
        }
        Case { q, k, v, queries, keys, out, lse }
    }

    fn q_shape(&self) -> [i64; 4] {
        [1, 2, self.queries as i64, DIM as i64]
    }

    fn k_shape(&self) -> [i64; 4] {
        [1, 1, self.keys as i64, DIM as i64]
    }

    fn tensors(&self) -> [Tensor<'_>; 3] {
        [
            Tensor::contiguous(&self.q, self.q_shape()).unwrap(),
            Tensor::contiguous(&self.k, self.k_shape()).unwrap(),
            Tensor::contiguous(&self.v, self.k_shape()).unwrap(),
        ]
    }

    fn problem(&self) -> Problem<'static> {
        small_problem(self.queries as i64, self.keys as i64, DIM as i64)
    }
}

#[test]
fn one_call_computes_attention() {
    let case = Case::new(40, 150);
    let [q, k, v] = case.tensors();
    let mut out = vec![0.0f32; case.q.len()];
    let mut view = TensorMut::contiguous(&mut out, case.q_shape()).unwrap();
    plain_rope(DIM as i32).attention(None, &q, &k, &v, &mut view).unwrap();
    assert_close(&out, &case.out, 2e-6);
}

#[test]
fn a_plan_computes_attention_and_lse_with_and_without_a_workspace() {
    let case = Case::new(40, 150);
    let [q, k, v] = case.tensors();
    let plan = Plan::new(None, &plain_rope(DIM as i32), &case.problem()).unwrap();
    for with_workspace in [false, true] {
        let (mut out, mut lse) = (vec![0.0f32; case.q.len()], vec![0.0f32; case.lse.len()]);
        let mut workspace = vec![0xff; plan.workspace_size()];
        let mut run = plan.run(&q, &k, &v).lse(&mut lse);
        if with_workspace {
            run = run.workspace(&mut workspace);
        }
        run.into(&mut TensorMut::contiguous(&mut out, case.q_shape()).unwrap()).unwrap();
        assert_close(&out, &case.out, 2e-6);
        assert_close(&lse, &case.lse, 2e-6);
    }
}

#[test]
fn rotated_inputs_give_the_same() {
    let case = Case::new(1, 9);
    let scheme = plain_rope(DIM as i32);
    let (mut q, mut k) = (case.q.clone(), case.k.clone());
    let mut rotated_q = TensorMut::contiguous(&mut q, case.q_shape()).unwrap();
    let mut rotated_k = TensorMut::contiguous(&mut k, case.k_shape()).unwrap();
    scheme.rope_apply_in_place(None, &RopeOptions::new(), Some(&[8]), &mut rotated_q).unwrap();
    scheme.rope_apply_in_place(None, &RopeOptions::new(), None, &mut rotated_k).unwrap();

    let plan = Plan::new(None, &scheme, &Problem { state: State::ROTATED, ..case.problem() }).unwrap();
    let mut out = vec![0.0f32; case.q.len()];
    plan.run(&rotated_q.as_tensor(), &rotated_k.as_tensor(), &case.tensors()[2])
        .into(&mut TensorMut::contiguous(&mut out, case.q_shape()).unwrap())
        .unwrap();
    assert_close(&out, &case.out, 2e-6);
}

#[test]
fn any_strides_and_offsets_address_the_same_numbers() {
    let case = Case::new(5, 7);
    let [q, _, v] = case.tensors();
    // Keys backwards in a padded memory that begins with 3 foreign elements.
    let row = DIM + 2;
    let mut backwards = vec![f32::NAN; 3 + 7 * row];
    for (t, key) in case.k.chunks(DIM).enumerate() {
        let at = 3 + (6 - t) * row;
        backwards[at..at + DIM].copy_from_slice(key);
    }
    let k = Tensor::strided(&backwards, case.k_shape(), [0, 0, -(row as i64), 1], (3 + 6 * row) as i64).unwrap();
    // The output as [token][head][feature].
    let mut memory = vec![0.0f32; case.q.len()];
    let stride = [0, DIM as i64, 2 * DIM as i64, 1];
    let mut out = TensorMut::strided(&mut memory, case.q_shape(), stride, 0).unwrap();
    plain_rope(DIM as i32).attention(None, &q, &k, &v, &mut out).unwrap();
    for head in 0..2 {
        for t in 0..5 {
            let (got, expected) = ((2 * t + head) * DIM, (5 * head + t) * DIM);
            assert_close(&memory[got..got + DIM], &case.out[expected..expected + DIM], 2e-6);
        }
    }
}

#[test]
fn parts_merge_to_the_whole() {
    let case = Case::new(1, 60);
    let [q, ..] = case.tensors();
    let scheme = plain_rope(DIM as i32);
    let part = |keys: std::ops::Range<usize>| {
        let positions: Vec<i64> = keys.clone().map(|j| j as i64).collect();
        let shape = [1, 1, keys.len() as i64, DIM as i64];
        let k = Tensor::contiguous(&case.k[keys.start * DIM..keys.end * DIM], shape).unwrap();
        let v = Tensor::contiguous(&case.v[keys.start * DIM..keys.end * DIM], shape).unwrap();
        let problem = Problem {
            keys: keys.len() as i64,
            query_positions: Some(&[59]),
            key_positions: Some(&positions),
            ..case.problem()
        };
        let plan = Plan::new(None, &scheme, &problem).unwrap();
        let (mut out, mut lse) = (vec![0.0f32; case.q.len()], vec![0.0f32; 2]);
        let mut view = TensorMut::contiguous(&mut out, case.q_shape()).unwrap();
        plan.run(&q, &k, &v).lse(&mut lse).into(&mut view).unwrap();
        (out, lse)
    };
    let (mut out, mut lse) = part(0..23);
    let (out_b, lse_b) = part(23..60);
    let mut view = TensorMut::contiguous(&mut out, case.q_shape()).unwrap();
    attention_merge(None, &mut view, &mut lse, &Tensor::contiguous(&out_b, case.q_shape()).unwrap(), &lse_b).unwrap();
    assert_close(&out, &case.out, 4e-6);
    assert_close(&lse, &case.lse, 4e-6);
}

#[test]
fn packed_sequences_do_not_see_each_other() {
    let (first, second) = (Case::new(4, 4), Case::new(3, 3));
    let join = |a: &[f32], b: &[f32]| [a, b].concat();
    // One key head and its two query heads, tokens of both sequences in a row.
    let heads = |case: &Case, h: usize| case.q[h * case.queries * DIM..(h + 1) * case.queries * DIM].to_vec();
    let q = [heads(&first, 0), heads(&second, 0), heads(&first, 1), heads(&second, 1)].concat();
    let (k, v) = (join(&first.k, &second.k), join(&first.v, &second.v));
    let offsets = [0, 4, 7];
    let problem = Problem {
        segments: 2,
        query_offsets: Some(&offsets),
        key_offsets: Some(&offsets),
        ..small_problem(7, 7, DIM as i64)
    };
    let plan = Plan::new(None, &plain_rope(DIM as i32), &problem).unwrap();
    let mut out = vec![0.0f32; q.len()];
    let (q_shape, k_shape) = ([1, 2, 7, DIM as i64], [1, 1, 7, DIM as i64]);
    plan.run(
        &Tensor::contiguous(&q, q_shape).unwrap(),
        &Tensor::contiguous(&k, k_shape).unwrap(),
        &Tensor::contiguous(&v, k_shape).unwrap(),
    )
    .into(&mut TensorMut::contiguous(&mut out, q_shape).unwrap())
    .unwrap();
    assert_close(&out[..4 * DIM], &first.out[..4 * DIM], 2e-6);
    assert_close(&out[4 * DIM..7 * DIM], &second.out[..3 * DIM], 2e-6);
}

#[test]
fn a_dense_bias_is_added_to_the_logits() {
    let dense = Scheme::builder().bias(&BiasConfig::new(BiasMethod::DENSE)).build().unwrap();
    let plan = Plan::new(None, &dense, &small_problem(1, 2, 2)).unwrap();
    let (zeros, v) = ([0.0f32; 4], [1.0f32, 2.0, 3.0, 4.0]);
    let bias = [0.0f32, 3f32.ln()]; // weights 1/4 and 3/4
    let mut out = [0.0f32; 4];
    plan.run(
        &Tensor::contiguous(&zeros, [1, 2, 1, 2]).unwrap(),
        &Tensor::contiguous(&zeros, [1, 1, 2, 2]).unwrap(),
        &Tensor::contiguous(&v, [1, 1, 2, 2]).unwrap(),
    )
    .bias(&Tensor::contiguous(&bias, [1, 1, 1, 2]).unwrap())
    .into(&mut TensorMut::contiguous(&mut out, [1, 2, 1, 2]).unwrap())
    .unwrap();
    assert_close(&out, &[2.5, 3.5, 2.5, 3.5], 1e-6);
}

#[test]
fn sixteen_bit_tensors_mix_with_f32() {
    let v = [Bf16(0x3f80), Bf16(0x4000), Bf16(0x4040), Bf16(0x4080)]; // 1, 2, 3, 4
    let zeros = [F16(0); 4];
    let mut bits = [0u16; 4];
    let mut out = TensorMut::contiguous(F16::from_bits_mut(&mut bits), [1, 1, 2, 2]).unwrap();
    assert_eq!(out.dtype(), Dtype::F16);
    let shape = [1, 1, 2, 2];
    let q = Tensor::contiguous(&zeros, shape).unwrap();
    let scheme = Scheme::builder().build().unwrap();
    scheme.attention(None, &q, &q, &Tensor::contiguous(&v, shape).unwrap(), &mut out).unwrap();
    assert_eq!(bits, [0x3c00, 0x4000, 0x4000, 0x4200]); // 1, 2, 2, 3
}

#[test]
fn padding_hides_keys() {
    let mask = MaskConfig { causal: false, ..MaskConfig::new() };
    let scheme = Scheme::builder().mask(&mask).build().unwrap();
    let ranges = [0, 1, 1, 2];
    let problem = Problem {
        batch: 2,
        query_heads: 1,
        key_heads: 1,
        queries: 1,
        keys: 2,
        head_dim: 1,
        key_ranges: Some(&ranges),
        ..Problem::new()
    };
    let plan = Plan::new(None, &scheme, &problem).unwrap();
    let (q, k, v) = ([1.0f32; 2], [1.0f32; 4], [1.0f32, 2.0, 3.0, 4.0]);
    let mut out = [0.0f32; 2];
    plan.run(
        &Tensor::contiguous(&q, [2, 1, 1, 1]).unwrap(),
        &Tensor::contiguous(&k, [2, 1, 2, 1]).unwrap(),
        &Tensor::contiguous(&v, [2, 1, 2, 1]).unwrap(),
    )
    .into(&mut TensorMut::contiguous(&mut out, [2, 1, 1, 1]).unwrap())
    .unwrap();
    assert_eq!(out, [1.0, 4.0]);
}

#[test]
fn tile_counts_tell_what_a_window_skips() {
    let window = MaskConfig { window_left: 63, ..MaskConfig::new() };
    let scheme = Scheme::builder().rope(&rope(RopeMethod::BASE, 16)).mask(&window).build().unwrap();
    let counts = Plan::new(None, &scheme, &small_problem(2048, 2048, 16)).unwrap().tile_counts().unwrap();
    assert!(counts.skipped > counts.whole + counts.edge, "{:?}", counts);
    assert_eq!(counts.crossed, 0);
}
