//! Wrong use is an error that says what is wrong, and writes nothing.

mod common;

use std::fmt::Debug;

use common::{plain_rope, rope, small_problem};
use farspan::*;

#[track_caller]
fn fails<T: Debug>(result: Result<T>, status: Status, argument: i32, text: &str) {
    let error = result.expect_err("an error");
    assert_eq!((error.status(), error.argument()), (status, argument), "{}", error);
    assert!(error.message().contains(text), "{:?} does not contain {:?}", error.message(), text);
    assert_eq!(error.to_string(), error.message());
}

#[test]
fn tensors_stay_within_their_slices() {
    let data = [0.0f32; 24];
    let dense = |shape| Tensor::contiguous(&data, shape);
    fails(dense([1, 2, 3, 5]), Status::Shape, 1, "tensor addresses the elements 0 to 29");
    fails(dense([1, 2, 0, 4]), Status::Shape, 1, "tensor.shape[2] (sequence) is 0");
    fails(dense([1, -2, 3, 4]), Status::Shape, 1, "tensor.shape[1] (head) is -2");
    fails(dense([i64::MAX, i64::MAX, 1, 1]), Status::Shape, 1, "must be between 1 and 2^40");
    fails(dense([1, 1 << 39, 1 << 39, 1 << 39]), Status::Stride, 1, "the addresses overflow");
    fails(Tensor::contiguous::<f32>(&[], [1, 1, 1, 1]), Status::Shape, 1, "there are 0");

    let strided = |stride, offset| Tensor::strided(&data, [1, 2, 3, 4], stride, offset);
    assert!(strided([0, -12, 4, 1], 12).is_ok());
    fails(strided([0, -12, 4, 1], 11), Status::Shape, 1, "from its first, element 11");
    fails(strided([0, 12, 4, 1], 1), Status::Shape, 1, "there are 24");
    fails(strided([0, 12, 4, 1], -1), Status::Shape, 1, "element -1");
    fails(strided([0, 12, 4, 1], i64::MAX), Status::Shape, 1, "");
    fails(strided([0, 12, 4, 1], i64::MIN), Status::Shape, 1, "");
    fails(strided([0, i64::MIN, 4, 1], 0), Status::Stride, 1, "overflow");
    fails(TensorMut::contiguous(&mut [F16(0); 3], [1, 1, 2, 2]), Status::Shape, 1, "of type f16");
}

#[test]
fn parameters_are_checked() {
    let build = |config: &RopeConfig| Scheme::builder().rope(config).build();
    let base = rope(RopeMethod::BASE, 16);
    fails(build(&RopeConfig { base: f64::NAN, ..base }), Status::ParameterRange, 1, "rope.base is nan");
    fails(build(&RopeConfig { rotary_dim: 15, ..base }), Status::RotaryDim, 1, "rope.rotary_dim is 15");
    fails(build(&RopeConfig::new(RopeMethod::BASE)), Status::Method, 1, "rope.layout is 0");
    fails(build(&RopeConfig { factor: 2.0, ..base }), Status::Combination, 1, "rope.factor");
    fails(build(&rope(RopeMethod(99), 16)), Status::Method, 1, "rope.method is 99");
    let remap = RemapConfig::new(RemapMethod::REROPE);
    fails(Scheme::builder().rope(&base).remap(&remap).build(), Status::ParameterRange, 1, "remap.window is 0");
    fails(Context::new(&ContextConfig { threads: -1, ..ContextConfig::new() }), Status::ParameterRange, 1, "-1");
    fails(Context::new(&ContextConfig { isa: Isa(99), ..ContextConfig::new() }), Status::Method, 1, "99");
}

#[test]
fn arrays_of_a_scheme_are_long_enough() {
    let short = [1.0; 7];
    let factors = RopeConfig { original_context: 64, ..rope(RopeMethod::LONGROPE, 16) };
    let rope = |config| Scheme::builder().rope(&config).build();
    fails(
        rope(RopeConfig { short_factors: Some(&short), ..factors }),
        Status::Shape,
        1,
        "rope.short_factors_count is 7: must be 8",
    );
    let enough = [1.0; 8];
    fails(
        rope(RopeConfig { short_factors: Some(&enough), long_factors: Some(&short), ..factors }),
        Status::Shape,
        1,
        "rope.long_factors_count is 7",
    );
    fails(rope(RopeConfig { short_factors: Some(&[]), ..factors }), Status::Shape, 1, "rope.short_factors_count is 0");
    fails(rope(factors), Status::NullArgument, 1, "rope.short_factors is NULL");

    let bias = |config| Scheme::builder().bias(&config).build();
    let t5 = BiasConfig { heads: 2, values: Some(&[0.0; 63]), ..BiasConfig::new(BiasMethod::T5) };
    fails(bias(t5), Status::Shape, 1, "bias.values_count is 63: must be 64");
    fails(
        bias(BiasConfig { heads: 65536, buckets: 65536, max_distance: 65536, ..t5 }),
        Status::Shape,
        1,
        "bias.values_count is 63",
    );
    let kerple =
        BiasConfig { heads: 2, a: Some(&[1.0; 2]), p: Some(&[1.0; 2]), ..BiasConfig::new(BiasMethod::KERPLE_LOG) };
    assert!(bias(kerple).is_ok());
    fails(bias(BiasConfig { a: Some(&[1.0]), ..kerple }), Status::Shape, 1, "bias.a_count is 1");
    fails(bias(BiasConfig { p: Some(&[1.0]), ..kerple }), Status::Shape, 1, "bias.p_count is 1");
    let score = ScoreConfig { sink_logits: Some(&[]), ..ScoreConfig::new() };
    fails(Scheme::builder().score(&score).build(), Status::Shape, 1, "score.sink_logits_count is 0");
}

#[test]
fn rope_checks_positions_and_shapes_and_writes_nothing() {
    let scheme = plain_rope(4);
    let input = [1.0f32; 12];
    let input = Tensor::contiguous(&input, [1, 1, 3, 4]).unwrap();
    let mut out = [7.0f32; 12];
    let mut apply = |options: RopeOptions, positions: Option<&[i64]>, stride| {
        let mut view = TensorMut::strided(&mut out, [1, 1, 3, 4], stride, 0)?;
        scheme.rope_apply(None, &options, positions, &input, &mut view)
    };
    let (options, dense) = (RopeOptions::new(), [12, 12, 4, 1]);
    fails(apply(options, Some(&[0, 1]), dense), Status::Shape, 5, "positions_count is 2: must be 3");
    fails(apply(options, Some(&[0, 1, 2, 3]), dense), Status::Shape, 5, "positions_count is 4: must be 3");
    fails(apply(options, Some(&[]), dense), Status::Shape, 5, "positions_count is 0");
    fails(apply(options, Some(&[0, 1, -1]), dense), Status::Positions, 4, "positions[2] is -1");
    fails(
        apply(RopeOptions { axis_stride: -1, ..options }, None, dense),
        Status::Stride,
        3,
        "options.axis_stride is -1",
    );
    fails(apply(RopeOptions { branch: 1, ..options }, None, dense), Status::Method, 3, "options.branch is 1");
    fails(apply(RopeOptions { side: Side(2), ..options }, None, dense), Status::Method, 3, "options.side is 2");
    fails(apply(options, None, [12, 12, 3, 1]), Status::Stride, 7, "must not overlap itself");
    fails(apply(options, None, [12, 12, 0, 1]), Status::Stride, 7, "must not overlap itself");
    assert_eq!(out, [7.0; 12]);

    let mut narrow = [7.0f32; 6];
    let mut narrow = TensorMut::contiguous(&mut narrow, [1, 1, 3, 2]).unwrap();
    fails(scheme.rope_apply(None, &options, None, &input, &mut narrow), Status::Shape, 7, "out.shape[3]");
    fails(scheme.rope_apply_in_place(None, &options, None, &mut narrow), Status::RotaryDim, 6, "in.shape[3] is 2");
}

#[test]
fn every_position_axis_is_counted() {
    let axes = RopeConfig { axes: Axes::SECTIONS, axis_sections: [1, 1, 0, 0], ..rope(RopeMethod::BASE, 4) };
    let scheme = Scheme::builder().rope(&axes).build().unwrap();
    let mut data = [1.0f32; 12];
    let mut tensor = TensorMut::contiguous(&mut data, [1, 1, 3, 4]).unwrap();
    let mut apply = |axis_stride, count| {
        let options = RopeOptions { axis_stride, ..RopeOptions::new() };
        scheme.rope_apply_in_place(None, &options, Some(&vec![0; count]), &mut tensor)
    };
    let axes = i128::from(scheme.axes());
    fails(apply(0, 3 * axes as usize - 1), Status::Shape, 5, "positions_count is");
    assert!(apply(0, 3 * axes as usize).is_ok());
    fails(apply(10, 10 * (axes as usize - 1) + 2), Status::Shape, 5, "positions_count is");
    assert!(apply(10, 10 * (axes as usize - 1) + 3).is_ok());
    assert!(apply(10, 10 * axes as usize).is_ok()); // what lies behind the last axis as behind the others
    fails(apply(10, 10 * axes as usize + 1), Status::Shape, 5, "positions_count is");
    fails(apply(0, 3 * axes as usize + 1), Status::Shape, 5, "positions_count is");
    fails(apply(i64::MAX, 100), Status::Stride, 3, "options.axis_stride is 9223372036854775807");
    let problem = small_problem(3, 3, 4);
    fails(Plan::new(None, &scheme, &problem), Status::NullArgument, 3, "query_axis_positions is NULL");
    let short = Problem { query_axis_positions: Some(&[0; 3]), key_axis_positions: Some(&[0; 3]), ..problem };
    fails(Plan::new(None, &scheme, &short), Status::Shape, 3, "problem.query_axis_positions_count is 3");
}

#[test]
fn the_other_encodings_check_their_arrays() {
    let scheme = plain_rope(8);
    fails(scheme.rope_frequencies(0, &mut [0.0; 3]), Status::Shape, 4, "inv_freq_count is 3: must be 4");
    fails(scheme.bias_fill(None, 0, 0, 0, &mut [0.0]), Status::Combination, 2, "no bias");
    fails(scheme.probe(0, -1, 0, 0), Status::Positions, 3, "query is -1");
    fails(scheme.visible(0, i64::MIN), Status::Positions, 3, "keys is -9223372036854775808");

    let mut out = [7.0f32; 4];
    let mut view = TensorMut::contiguous(&mut out, [1, 1, 2, 2]).unwrap();
    fails(sinusoidal_fill(None, Sinusoidal(9), 0, 1e4, &mut view), Status::Method, 2, "layout is 9");
    fails(sinusoidal_fill(None, Sinusoidal::BLOCKS, 0, f64::NAN, &mut view), Status::ParameterRange, 4, "base is nan");
    let table = Tensor::contiguous(&[0.0f32; 6], [1, 1, 3, 2]).unwrap();
    fails(position_lookup(None, &table, Some(&[0]), &mut view), Status::Shape, 4, "positions_count is 1: must be 2");
    fails(position_lookup(None, &table, Some(&[0, 3]), &mut view), Status::Positions, 3, "the table has rows 0 to 2");

    let weights = [1.0f32; 3];
    let all = Some(&weights[..]);
    let fire =
        FireConfig { hidden: 3, heads: 1, w1: all, b1: all, w2: all, b2: Some(&weights[..1]), ..FireConfig::new() };
    let mut fill = |config, queries, keys| fire_fill(None, &config, queries, keys, &mut view);
    fails(fill(FireConfig { hidden: 4, ..fire }, None, None), Status::Shape, 2, "config.w1_count is 3");
    fails(fill(FireConfig { b1: Some(&[]), ..fire }, None, None), Status::Shape, 2, "config.b1_count is 0");
    fails(fill(FireConfig { heads: 4, ..fire }, None, None), Status::Shape, 2, "config.w2_count is 3: must be 12");
    fails(fill(FireConfig { b2: Some(&[]), ..fire }, None, None), Status::Shape, 2, "config.b2_count is 0");
    fails(fill(FireConfig { w1: None, ..fire }, None, None), Status::NullArgument, 2, "config.w1 is NULL");
    fails(fill(fire, Some(&[0]), None), Status::Shape, 4, "query_positions_count is 1");
    fails(fill(fire, None, Some(&[0])), Status::Shape, 6, "key_positions_count is 1");
    assert_eq!(out, [7.0; 4]);
}

#[test]
fn arrays_of_a_problem_are_long_enough() {
    let scheme = plain_rope(4);
    let problem = Problem { batch: 2, ..small_problem(3, 5, 4) };
    let plan = |problem: Problem| Plan::new(None, &scheme, &problem);
    let seven = [0, 1, 2, 3, 4, 5, 6];
    let short = |problem, name| fails(plan(problem), Status::Shape, 3, name);
    short(Problem { query_positions: Some(&seven[..2]), ..problem }, "problem.query_positions_count is 2: must be 3");
    let per_batch = Problem { query_positions: Some(&seven[..4]), query_position_stride: 2, ..problem };
    short(per_batch, "problem.query_positions_count is 4: must be 5");
    assert!(plan(Problem { query_positions: Some(&seven[..5]), ..per_batch }).is_ok());
    let endless = Problem { query_position_stride: i64::MAX, ..per_batch };
    fails(plan(endless), Status::Stride, 3, "problem.query_position_stride is 9223372036854775807");
    short(Problem { key_positions: Some(&seven[..4]), ..problem }, "problem.key_positions_count is 4: must be 5");
    short(Problem { key_ranges: Some(&[0, 5, 0]), ..problem }, "problem.key_ranges_count is 3: must be 4");
    let packed = Problem { segments: 2, query_offsets: Some(&[0, 1, 3]), key_offsets: Some(&[0, 2, 5]), ..problem };
    assert!(plan(packed).is_ok());
    short(Problem { query_offsets: Some(&[0, 3]), ..packed }, "problem.query_offsets_count is 2: must be 3");
    short(Problem { key_offsets: Some(&[0, 5]), ..packed }, "problem.key_offsets_count is 2: must be 3");
    short(Problem { segments: i64::MAX, ..packed }, "problem.segments is 9223372036854775807");
    short(Problem { batch: i64::MAX, ..per_batch }, "problem.batch is 9223372036854775807");
    let backwards = Problem { key_positions: Some(&seven), key_position_stride: -1, ..problem };
    fails(plan(backwards), Status::Stride, 3, "problem.key_position_stride is -1: must not be negative");
    fails(plan(Problem { key_positions: Some(&[4, 3, 2, 1, 0]), ..problem }), Status::Positions, 3, "predecessor");
    fails(plan(Problem { key_heads: 3, ..problem }), Status::HeadGroups, 3, "must be a multiple");
    fails(plan(Problem { queries: 0, ..problem }), Status::Shape, 3, "problem.queries is 0");
}

#[test]
fn a_run_checks_its_tensors_and_writes_nothing() {
    let plan = Plan::new(None, &plain_rope(4), &small_problem(3, 3, 4)).unwrap();
    let data = [1.0f32; 24];
    let q = Tensor::contiguous(&data, [1, 2, 3, 4]).unwrap();
    let k = Tensor::contiguous(&data, [1, 1, 3, 4]).unwrap();
    let short_k = Tensor::contiguous(&data, [1, 1, 2, 4]).unwrap();
    let (mut memory, mut lse) = ([7.0f32; 24], [7.0f32; 6]);
    let mut out = TensorMut::contiguous(&mut memory, [1, 2, 3, 4]).unwrap();

    fails(plan.run(&k, &k, &k).into(&mut out), Status::Shape, 3, "q.shape[1] (head) is 1: must be 2");
    fails(plan.run(&q, &short_k, &k).into(&mut out), Status::Shape, 3, "k.shape[2] (sequence) is 2");
    fails(plan.run(&q, &k, &short_k).into(&mut out), Status::Shape, 3, "v.shape[2]");
    fails(
        plan.run(&q, &k, &k).lse(&mut lse[..5]).into(&mut out),
        Status::Shape,
        3,
        "lse_count is 5: must be at least 6",
    );
    fails(plan.run(&q, &k, &k).lse(&mut []).into(&mut out), Status::Shape, 3, "lse_count is 0");
    fails(plan.run(&q, &k, &k).workspace(&mut []).into(&mut out), Status::WorkspaceSize, 3, "workspace_bytes is 0");
    let mut scratch = vec![0; plan.workspace_size() - 1];
    fails(plan.run(&q, &k, &k).workspace(&mut scratch).into(&mut out), Status::WorkspaceSize, 3, "this plan needs");
    fails(plan.run(&q, &k, &k).bias(&k).into(&mut out), Status::Combination, 3, "has no dense bias");
    assert_eq!((memory, lse), ([7.0; 24], [7.0; 6]));

    let dense = Scheme::builder().bias(&BiasConfig::new(BiasMethod::DENSE)).build().unwrap();
    let mut out = TensorMut::contiguous(&mut memory, [1, 2, 3, 4]).unwrap();
    fails(dense.attention(None, &q, &k, &k, &mut out), Status::NullArgument, 3, "bias is NULL");
    let plan = Plan::new(None, &dense, &small_problem(3, 3, 4)).unwrap();
    fails(plan.run(&q, &k, &k).into(&mut out), Status::NullArgument, 3, "bias is NULL");
}

#[test]
fn a_merge_checks_its_arrays() {
    let data = [1.0f32; 8];
    let b = Tensor::contiguous(&data, [1, 1, 2, 4]).unwrap();
    let (mut memory, mut lse) = ([7.0f32; 8], [7.0f32; 2]);
    let mut a = TensorMut::contiguous(&mut memory, [1, 1, 2, 4]).unwrap();
    fails(
        attention_merge(None, &mut a, &mut lse[..1], &b, &[0.0; 2]),
        Status::Shape,
        4,
        "lse_a_count is 1: must be at least 2",
    );
    fails(
        attention_merge(None, &mut a, &mut lse, &b, &[0.0; 1]),
        Status::Shape,
        7,
        "lse_b_count is 1: must be at least 2",
    );
    let other = Tensor::contiguous(&data, [1, 1, 1, 4]).unwrap();
    fails(attention_merge(None, &mut a, &mut lse, &other, &[0.0; 2]), Status::Shape, 5, "out_b.shape[2]");
    assert_eq!((memory, lse), ([7.0; 8], [7.0; 2]));
}

#[test]
fn a_status_has_its_number() {
    let error = plain_rope(4).probe(0, -1, 0, 0).unwrap_err();
    assert_eq!(error.status().code(), sys::FARSPAN_ERROR_POSITIONS as i32);
    assert_eq!(Status::Unknown(99).code(), 99);
    let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(error);
    assert!(boxed.to_string().starts_with("query is -1"));
}
