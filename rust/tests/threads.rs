//! Handles are shared among threads; errors belong to their calls; a cancelled run stops.

mod common;

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use common::{numbers, plain_rope, small_problem};
use farspan::*;

fn shared<T: Send + Sync>() {}

#[test]
fn handles_and_views_may_cross_threads() {
    shared::<Scheme>();
    shared::<Plan>();
    shared::<Context>();
    shared::<Tensor>();
    shared::<TensorMut>();
    shared::<Error>();
}

#[test]
fn one_plan_serves_many_threads() {
    let (n, dim) = (256, 16);
    let (q, k) = (numbers(2 * n * dim, 1), numbers(n * dim, 2));
    let q = Tensor::contiguous(&q, [1, 2, n as i64, dim as i64]).unwrap();
    let k = Tensor::contiguous(&k, [1, 1, n as i64, dim as i64]).unwrap();
    let scheme = plain_rope(dim as i32);
    let context = Context::new(&ContextConfig { threads: 2, ..ContextConfig::new() }).unwrap();
    let plan = Plan::new(Some(&context), &scheme, &small_problem(n as i64, n as i64, dim as i64)).unwrap();
    let run = || {
        let mut out = vec![0.0f32; 2 * n * dim];
        let mut workspace = vec![0; plan.workspace_size()];
        plan.run(&q, &k, &k)
            .context(&context)
            .workspace(&mut workspace)
            .into(&mut TensorMut::contiguous(&mut out, q.shape()).unwrap())
            .unwrap();
        out
    };
    let expected = run();
    thread::scope(|scope| {
        let runs: Vec<_> = (0..8).map(|_| scope.spawn(|| (0..20).all(|_| run() == expected))).collect();
        assert!(runs.into_iter().all(|run| run.join().unwrap()));
    });
}

#[test]
fn a_message_belongs_to_its_call() {
    let scheme = Arc::new(plain_rope(4));
    let start = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (1..9)
        .map(|number| {
            let (scheme, start) = (scheme.clone(), start.clone());
            thread::spawn(move || {
                start.wait();
                (0..2000).all(|_| {
                    let error = scheme.probe(0, -number, 0, 0).unwrap_err();
                    error.message().starts_with(&format!("query is -{}:", number))
                })
            })
        })
        .collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
}

#[test]
fn a_set_flag_cancels_runs_with_the_context_and_with_its_plans() {
    let flag = Arc::new(AtomicI32::new(0));
    let context = Context::with_cancel(&ContextConfig::new(), flag.clone()).unwrap();
    assert_eq!(Arc::strong_count(&flag), 2);
    let scheme = plain_rope(16);
    let plan = Plan::new(Some(&context), &scheme, &small_problem(64, 64, 16)).unwrap();

    let (data, mut out) = (numbers(2 * 64 * 16, 1), vec![0.0f32; 2 * 64 * 16]);
    let q = Tensor::contiguous(&data, [1, 2, 64, 16]).unwrap();
    let k = Tensor::contiguous(&data, [1, 1, 64, 16]).unwrap();
    let mut out = TensorMut::contiguous(&mut out, [1, 2, 64, 16]).unwrap();
    plan.run(&q, &k, &k).into(&mut out).unwrap();

    flag.store(1, Ordering::Relaxed);
    let with_context = plan.run(&q, &k, &k).context(&context).into(&mut out);
    assert_eq!(with_context.unwrap_err().status(), Status::Cancelled);
    let rotated = scheme.rope_apply(Some(&context), &RopeOptions::new(), None, &q, &mut out);
    assert_eq!(rotated.unwrap_err().status(), Status::Cancelled);

    // The plan polls the flag of a context that is gone: it keeps the flag alive.
    drop(context);
    let weak = Arc::downgrade(&flag);
    drop(flag);
    assert_eq!(plan.run(&q, &k, &k).into(&mut out).unwrap_err().status(), Status::Cancelled);
    weak.upgrade().expect("the plan's share").store(0, Ordering::Relaxed);
    plan.run(&q, &k, &k).into(&mut out).unwrap();
    drop(plan);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_run_stops_while_it_runs() {
    let flag = Arc::new(AtomicI32::new(0));
    let config = ContextConfig { threads: 1, ..ContextConfig::new() };
    let context = Context::with_cancel(&config, flag.clone()).unwrap();
    let data = numbers(2 * 512 * 16, 1);
    let q = Tensor::contiguous(&data, [1, 2, 512, 16]).unwrap();
    let k = Tensor::contiguous(&data, [1, 1, 512, 16]).unwrap();
    let plan = Plan::new(Some(&context), &plain_rope(16), &small_problem(512, 512, 16)).unwrap();
    thread::scope(|scope| {
        let runner = scope.spawn(|| {
            let mut out = vec![0.0f32; data.len()];
            let mut out = TensorMut::contiguous(&mut out, q.shape()).unwrap();
            loop {
                if let Err(error) = plan.run(&q, &k, &k).context(&context).into(&mut out) {
                    return error.status();
                }
            }
        });
        thread::sleep(std::time::Duration::from_millis(20));
        flag.store(1, Ordering::Relaxed);
        assert_eq!(runner.join().unwrap(), Status::Cancelled);
    });
}
