//! What a call costs from Rust. The same three calls as `bench/bench_crossing.cpp`.

mod cpu_time;

use std::time::Duration;

use criterion::{criterion_group, criterion_main, Criterion, SamplingMode};
use farspan::{
    Context, ContextConfig, Isa, Layout, Plan, Problem, Result, RopeConfig, RopeMethod, RopeOptions, Scheme, Tensor,
    TensorMut,
};

use cpu_time::CpuTime;

/// Calls per measurement of `status`, so that the loop around them does not count.
const CALLS: u32 = 1000;

fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|n| (n % 17) as f32 / 16.0 - 0.5).collect()
}

fn make_scheme() -> Result<(Context, Scheme)> {
    let context = Context::new(&ContextConfig { threads: 1, ..ContextConfig::new() })?;
    let rope = RopeConfig { layout: Layout::HALF, rotary_dim: 64, ..RopeConfig::new(RopeMethod::BASE) };
    Ok((context, Scheme::builder().rope(&rope).build()?))
}

fn status(criterion: &mut Criterion<CpuTime>) {
    criterion
        .bench_function("status", |bencher| bencher.iter(|| (0..CALLS).filter(|_| Isa::SCALAR.is_supported()).count()));
}

fn rope_apply(criterion: &mut Criterion<CpuTime>) {
    let (context, scheme) = make_scheme().unwrap();
    let (data, mut memory) = (numbers(8 * 64), vec![0.0f32; 8 * 64]);
    let input = Tensor::contiguous(&data, [1, 8, 1, 64]).unwrap();
    let mut out = TensorMut::contiguous(&mut memory, [1, 8, 1, 64]).unwrap();
    let options = RopeOptions::new();
    criterion.bench_function("rope_apply", |bencher| {
        bencher.iter(|| scheme.rope_apply(Some(&context), &options, Some(&[1000]), &input, &mut out).unwrap())
    });
}

fn prefill(criterion: &mut Criterion<CpuTime>) {
    let (context, scheme) = make_scheme().unwrap();
    let problem = Problem { query_heads: 8, key_heads: 8, queries: 2048, keys: 2048, head_dim: 64, ..Problem::new() };
    let plan = Plan::new(Some(&context), &scheme, &problem).unwrap();
    let shape = [1, 8, 2048, 64];
    let [q, k, v, mut memory] = [(); 4].map(|()| numbers(8 * 2048 * 64));
    let [q, k, v] = [&q, &k, &v].map(|data| Tensor::contiguous(data, shape).unwrap());
    let mut out = TensorMut::contiguous(&mut memory, shape).unwrap();
    let mut workspace = vec![0; plan.workspace_size()];
    // Calls one by one: the time is too short for more than one in a sample.
    let mut group = criterion.benchmark_group("long");
    group.sampling_mode(SamplingMode::Flat).sample_size(40).measurement_time(Duration::from_millis(200));
    group.bench_function("prefill", |bencher| {
        bencher.iter(|| {
            let run = plan.run(&q, &k, &v).context(&context).workspace(&mut workspace);
            run.into(&mut out).unwrap()
        })
    });
    group.finish();
}

criterion_group! {
    name = crossing;
    config = Criterion::default().sample_size(20).with_measurement(CpuTime);
    targets = status, rope_apply, prefill
}
criterion_main!(crossing);
