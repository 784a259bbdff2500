//! Gradients that can be written down, with what is wanted of them, in every type, and refused.
//!
//! Two query heads over one key head, one query, and two keys that are equal. So both weights are 1/2, and with
//! d_logit = p (<d_out, v> - <d_out, out> + d_lse), by heads: -1/4 and 3/4, -1 and 1.

mod common;

use std::thread;

use common::{assert_close, small_problem};
use farspan::*;

const QUERIES: [i64; 4] = [1, 2, 1, 4];
const KEYS: [i64; 4] = [1, 1, 2, 4];
const ROW: [i64; 4] = [1, 1, 1, 4];

/// Rows of 4 with these first features.
fn rows(firsts: &[f32]) -> Vec<f32> {
    firsts.iter().flat_map(|&first| [first, 0.0, 0.0, 0.0]).collect()
}

#[track_caller]
fn assert_firsts(got: &[f32], firsts: &[f32]) {
    assert_close(got, &common::widen(&rows(firsts)), 1e-5);
}

struct Case {
    plan: Plan,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    bias: Option<Vec<f32>>,
    out: Vec<f32>,
    lse: Vec<f32>,
    d_out: Vec<f32>,
}

impl Case {
    fn new(scheme: SchemeBuilder<'_>, bias: Option<Vec<f32>>) -> Self {
        let plan = Plan::new(None, &scheme.build().unwrap(), &small_problem(1, 2, 4)).unwrap();
        let (q, k, v) = (rows(&[2.0, 4.0]), rows(&[1.0, 1.0]), rows(&[1.0, 3.0]));
        let (mut out, mut lse) = (vec![0.0; 8], vec![0.0; 2]);
        let dense = bias.as_ref().map(|bias| Tensor::contiguous(bias, [1, 1, 1, 2]).unwrap());
        let [q_view, k_view, v_view] =
            [(&q, QUERIES), (&k, KEYS), (&v, KEYS)].map(|(data, shape)| Tensor::contiguous(data, shape).unwrap());
        let mut run = plan.run(&q_view, &k_view, &v_view).lse(&mut lse);
        if let Some(bias) = &dense {
            run = run.bias(bias);
        }
        run.into(&mut TensorMut::contiguous(&mut out, QUERIES).unwrap()).unwrap();
        Case { plan, q, k, v, bias, out, lse, d_out: rows(&[1.0, 2.0]) }
    }

    fn views(&self) -> Views<'_> {
        let view = |data, shape| Tensor::contiguous(data, shape).unwrap();
        Views {
            inputs: [view(&self.q, QUERIES), view(&self.k, KEYS), view(&self.v, KEYS)],
            bias: self.bias.as_ref().map(|bias| view(bias, [1, 1, 1, 2])),
            out: view(&self.out, QUERIES),
            lse: &self.lse,
            d_out: view(&self.d_out, QUERIES),
        }
    }
}

struct Views<'a> {
    inputs: [Tensor<'a>; 3],
    bias: Option<Tensor<'a>>,
    out: Tensor<'a>,
    lse: &'a [f32],
    d_out: Tensor<'a>,
}

impl Views<'_> {
    /// What the run had and wrote, and what the loss says of it.
    fn data(&self) -> AttentionGradient<'_> {
        let [q, k, v] = &self.inputs;
        let data = AttentionGradient::new().q(q).k(k).v(v).out(&self.out).lse(self.lse).d_out(&self.d_out);
        match &self.bias {
            Some(bias) => data.d_lse(&[0.5, 0.0]).bias(bias),
            None => data.d_lse(&[0.5, 0.0]),
        }
    }
}

fn plain() -> Case {
    Case::new(Scheme::builder(), None)
}

#[test]
fn is_what_its_definition_says() {
    let case = plain();
    let views = case.views();
    let context = Context::new(&ContextConfig { threads: 1, ..ContextConfig::new() }).unwrap();
    let mut workspace = vec![0xff; case.plan.backward_workspace_size()];
    for context in [None, Some(&context)] {
        let (mut d_q, mut d_k, mut d_v) = (vec![9.0f32; 8], vec![9.0f32; 8], vec![9.0f32; 8]);
        let mut to_q = TensorMut::contiguous(&mut d_q, QUERIES).unwrap();
        let mut to_k = TensorMut::contiguous(&mut d_k, KEYS).unwrap();
        let mut to_v = TensorMut::contiguous(&mut d_v, KEYS).unwrap();
        let mut data = views.data().d_q(&mut to_q).d_k(&mut to_k).d_v(&mut to_v);
        if context.is_some() {
            data = data.workspace(&mut workspace);
        }
        case.plan.backward(context, data).unwrap();
        assert_firsts(&d_q, &[0.25, 0.0]);
        assert_firsts(&d_k, &[-2.25, 2.75]);
        assert_firsts(&d_v, &[1.5, 1.5]);
    }
}

#[test]
fn one_gradient_alone() {
    let case = plain();
    let mut d_v = vec![9.0f32; 8];
    case.plan.backward(None, case.views().data().d_v(&mut TensorMut::contiguous(&mut d_v, KEYS).unwrap())).unwrap();
    assert_firsts(&d_v, &[1.5, 1.5]);
}

#[test]
fn sink_logits_that_weigh_as_much_as_a_key() {
    let score = ScoreConfig { sink_logits: Some(&[1.0, 2.0]), ..ScoreConfig::new() };
    let case = Case::new(Scheme::builder().score(&score), None);
    let mut d_sinks = [0.0f32; 2];
    case.plan.backward(None, case.views().data().d_sink_logits(&mut d_sinks)).unwrap();
    assert_close(&d_sinks, &[-5.0 / 18.0, -8.0 / 9.0], 1e-6);
}

#[test]
fn the_table_of_t5_and_a_dense_bias_that_heads_share() {
    let t5 = BiasConfig {
        heads: 2,
        buckets: 4,
        max_distance: 8,
        values: Some(&[0.0; 8]),
        ..BiasConfig::new(BiasMethod::T5)
    };
    let case = Case::new(Scheme::builder().bias(&t5), None);
    let mut d_values = [9.0f32; 8];
    case.plan.backward(None, case.views().data().d_bias_values(&mut d_values)).unwrap();
    assert_close(&d_values, &[0.75, 1.0, -0.25, -1.0, 0.0, 0.0, 0.0, 0.0], 1e-6); // by distance, then by head

    let case = Case::new(Scheme::builder().bias(&BiasConfig::new(BiasMethod::DENSE)), Some(vec![0.0; 2]));
    let mut d_bias = [9.0f32; 2];
    let mut view = TensorMut::contiguous(&mut d_bias, [1, 1, 1, 2]).unwrap();
    case.plan.backward(None, case.views().data().d_bias(&mut view)).unwrap();
    assert_close(&d_bias, &[-1.25, 1.75], 1e-6);
}

#[test]
fn sixteen_bits() {
    let case = plain();
    let mut values = [F16(0); 8];
    (values[0], values[4]) = (F16(0x3c00), F16(0x4200)); // 1 and 3
    let (mut d_k, mut d_v) = (vec![F16(0); 8], vec![Bf16(0); 8]);
    let mut to_k = TensorMut::contiguous(&mut d_k, KEYS).unwrap();
    let mut to_v = TensorMut::contiguous(&mut d_v, KEYS).unwrap();
    let v = Tensor::contiguous(&values, KEYS).unwrap();
    case.plan.backward(None, case.views().data().v(&v).d_k(&mut to_k).d_v(&mut to_v)).unwrap();
    assert_eq!((d_k[0], d_k[4]), (F16(0xc080), F16(0x4180))); // -2.25 and 2.75
    assert_eq!((d_v[0], d_v[4]), (Bf16(0x3fc0), Bf16(0x3fc0))); // 1.5
}

#[track_caller]
fn refused(result: Result<()>, status: Status, argument: i32, field: &str) {
    let error = result.unwrap_err();
    assert_eq!((error.status(), error.argument()), (status, argument), "{}", error);
    assert!(error.field().starts_with(field), "{} is not {}", error.field(), field);
}

#[test]
fn refusals_name_the_field() {
    let case = plain();
    let views = case.views();
    let [q, k, v] = &views.inputs;
    let try_it = |data: AttentionGradient<'_>, status, field| refused(case.plan.backward(None, data), status, 3, field);
    try_it(views.data(), Status::NullArgument, "data.d_q");
    let mut d_q = vec![0.0f32; 8];
    let mut to_q = TensorMut::contiguous(&mut d_q, QUERIES).unwrap();
    try_it(AttentionGradient::new().d_q(&mut to_q), Status::NullArgument, "data.q");
    let without_lse = AttentionGradient::new().q(q).k(k).v(v).out(&views.out).d_out(&views.d_out);
    try_it(without_lse.d_q(&mut to_q), Status::NullArgument, "data.lse");
    try_it(views.data().lse(&[0.0]).d_q(&mut to_q), Status::Shape, "data.lse_count");
    try_it(views.data().d_lse(&[0.0; 3]).d_q(&mut to_q), Status::Shape, "data.d_lse_count");
    try_it(views.data().d_k(&mut to_q), Status::Shape, "data.d_k.shape[1]");
    try_it(views.data().bias(q).d_q(&mut to_q), Status::Combination, "data.bias");
    try_it(views.data().d_bias(&mut to_q), Status::Combination, "data.d_bias");
    try_it(views.data().d_bias_values(&mut [0.0; 2]), Status::Combination, "data.d_bias_values");
    try_it(views.data().d_sink_logits(&mut [0.0; 2]), Status::Combination, "data.d_sink_logits");
    try_it(views.data().d_q(&mut to_q).workspace(&mut [0; 1]), Status::WorkspaceSize, "data.workspace");
    assert_eq!(d_q, [0.0; 8]);
}

#[test]
fn many_threads_use_one_plan() {
    let case = plain();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let mut d_k = vec![0.0f32; 8];
                    let mut view = TensorMut::contiguous(&mut d_k, KEYS).unwrap();
                    case.plan.backward(None, case.views().data().d_k(&mut view)).unwrap();
                    assert_firsts(&d_k, &[-2.25, 2.75]);
                }
            });
        }
    });
}

/// Equal sums share what the loss says by halves; where the parts differ, the sums move.
#[test]
fn of_a_merge() {
    let (a, b, d_out) = (rows(&[1.0]), rows(&[3.0]), rows(&[1.0]));
    let [a, b, d_out] = [&a, &b, &d_out].map(|data| Tensor::contiguous(data, ROW).unwrap());
    let data = || MergeGradient::new().out_a(&a).lse_a(&[0.25]).out_b(&b).lse_b(&[0.25]).d_out(&d_out);
    let (mut d_a, mut d_b, mut sum_a, mut sum_b) = (vec![0.0f32; 4], vec![0.0f32; 4], [0.0f32], [0.0f32]);
    let mut to_a = TensorMut::contiguous(&mut d_a, ROW).unwrap();
    let mut to_b = TensorMut::contiguous(&mut d_b, ROW).unwrap();
    let all = data().d_lse(&[1.0]).d_out_a(&mut to_a).d_lse_a(&mut sum_a).d_out_b(&mut to_b).d_lse_b(&mut sum_b);
    attention_merge_backward(None, all).unwrap();
    assert_firsts(&d_a, &[0.5]);
    assert_firsts(&d_b, &[0.5]);
    assert_close(&[sum_a[0], sum_b[0]], &[0.0, 1.0], 1e-6);
    attention_merge_backward(None, data().d_lse_b(&mut sum_b)).unwrap();
    assert_close(&sum_b, &[0.5], 1e-6);

    let try_it =
        |data: MergeGradient<'_>, status, field| refused(attention_merge_backward(None, data), status, 2, field);
    try_it(data(), Status::NullArgument, "data.d_out_a");
    try_it(data().d_lse_b(&mut [0.0; 2]), Status::Shape, "data.d_lse_b_count");
    try_it(MergeGradient::new(), Status::NullArgument, "data.out_a");
}
