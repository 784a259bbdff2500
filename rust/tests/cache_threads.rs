//! A cache in many threads: each with sequences of its own, or reading one together.

mod common;

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use common::{numbers, plain_rope};
use farspan::cache::{Cache, CacheBatch, CacheBatchMut, CacheConfig, CachePlan, Sequence};
use farspan::*;

const HEADS: i64 = 4;
const KEY_HEADS: i64 = 2;
const DIM: i64 = 32;

fn shared<T: Send + Sync>() {}

#[test]
fn handles_may_cross_threads() {
    shared::<Cache>();
    shared::<Sequence>();
    shared::<CacheBatch>();
    shared::<CacheBatchMut>();
    shared::<CachePlan>();
}

fn new_cache() -> Cache {
    Cache::new(&CacheConfig { key_heads: KEY_HEADS, head_dim: DIM, layers: 2, ..CacheConfig::new() }).unwrap()
}

/// Appends so many tokens, and gives what they attend to, of both layers.
fn grow(cache: &Cache, scheme: &Scheme, sequence: &mut Sequence, rows: i64, seed: u32) -> Result<Vec<f32>> {
    let mut batch = CacheBatchMut::of_rows(sequence, rows);
    cache.append(None, &mut batch, None)?;
    let plan = cache.plan(scheme, &batch, HEADS).build()?;
    let mut all = vec![];
    for layer in 0..2 {
        let seed = seed + 3 * layer as u32;
        let [q, k, v] = [(HEADS, seed), (KEY_HEADS, seed + 1), (KEY_HEADS, seed + 2)]
            .map(|(heads, seed)| numbers((heads * rows * DIM) as usize, seed));
        let shape = [1, KEY_HEADS, rows, DIM];
        cache.write(None, layer, &mut batch, &Tensor::contiguous(&k, shape)?, &Tensor::contiguous(&v, shape)?)?;
        let (mut out, shape) = (vec![0.0; q.len()], [1, HEADS, rows, DIM]);
        let q = Tensor::contiguous(&q, shape)?;
        plan.run(&batch, layer, &q).into(&mut TensorMut::contiguous(&mut out, shape)?)?;
        all.extend(out);
    }
    Ok(all)
}

/// What a session reads: it forks from the common prompt, decodes, forks again, forgets, saves and restores.
fn session(cache: &Cache, scheme: &Scheme, prompt: &mut Sequence, number: u32) -> Result<Vec<f32>> {
    let mut all = vec![];
    for round in 0..6 {
        let seed = 1000 * number + 100 * round;
        let mut child = prompt.fork()?;
        all.extend(grow(cache, scheme, &mut child, 1, seed)?);
        child.evict(20, 30)?;
        all.extend(grow(cache, scheme, &mut child, 5, seed + 10)?);
        let mut restored = cache.restore(None, &child.save(None)?)?;
        drop(child);
        restored.keep(4, 40)?;
        all.extend(grow(cache, scheme, &mut restored, 70, seed + 20)?);
        all.extend(grow(cache, scheme, prompt, 1, seed + 30)?);
    }
    Ok(all)
}

#[test]
fn sessions_beside_each_other_read_what_they_read_alone() {
    let (cache, scheme) = (new_cache(), plain_rope(DIM as i32));
    let mut prompt = cache.create_sequence().unwrap();
    grow(&cache, &scheme, &mut prompt, 100, 1).unwrap();
    let forks = || -> Vec<Sequence> { (0..8).map(|_| prompt.fork().unwrap()).collect() };
    let run = |number: usize, fork: &mut Sequence| session(&cache, &scheme, fork, number as u32).unwrap();
    let alone: Vec<_> = forks().iter_mut().enumerate().map(|(number, fork)| run(number, fork)).collect();
    for _ in 0..5 {
        let (mut forks, run, start) = (forks(), &run, &Barrier::new(8));
        let together: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = forks
                .iter_mut()
                .enumerate()
                .map(|(number, fork)| {
                    scope.spawn(move || {
                        start.wait();
                        run(number, fork)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(together == alone);
    }
    assert_eq!(cache.statistics().unwrap().sequences, 1);
}

#[test]
fn one_session_goes_on_while_another_runs() {
    let cache = Cache::new(&CacheConfig { key_heads: 1, head_dim: 64, ..CacheConfig::new() }).unwrap();
    let (flag, finished) = (Arc::new(AtomicI32::new(0)), AtomicBool::new(false));
    let context = Context::with_cancel(&ContextConfig { threads: 1, ..ContextConfig::new() }, flag.clone()).unwrap();
    let rows: i64 = 1 << 16; // a minute of work, which is cancelled
    let (mut long, mut short) = (cache.create_sequence().unwrap(), cache.create_sequence().unwrap());
    let mut batch = CacheBatchMut::of_rows(&mut long, rows);
    cache.append(None, &mut batch, None).unwrap();
    let data = vec![0.5f32; rows as usize * 64];
    let q = Tensor::contiguous(&data, [1, 1, rows, 64]).unwrap();
    thread::scope(|scope| {
        let runner = scope.spawn(|| {
            let mut out = vec![0.0f32; data.len()];
            let mut out = TensorMut::contiguous(&mut out, q.shape()).unwrap();
            let plan = cache.plan(&plain_rope(64), &batch, 1).build().unwrap();
            let result = plan.run(&batch, 0, &q).context(&context).into(&mut out);
            finished.store(true, Ordering::SeqCst);
            result
        });
        thread::sleep(Duration::from_millis(300));
        let mut newest = CacheBatchMut::one_row_each([&mut short]);
        for _ in 0..100 {
            cache.append(None, &mut newest, None).unwrap();
        }
        short.fork().unwrap().destroy().unwrap();
        cache.statistics().unwrap();
        assert!(!finished.load(Ordering::SeqCst), "the short session waited for the long run");
        flag.store(1, Ordering::SeqCst);
        assert_eq!(runner.join().unwrap().unwrap_err().status(), Status::Cancelled);
    });
    assert_eq!(short.info().unwrap().tokens, 100);
}

#[test]
fn threads_read_one_sequence_together() {
    let (cache, scheme) = (new_cache(), plain_rope(DIM as i32));
    let mut sequence = cache.create_sequence().unwrap();
    grow(&cache, &scheme, &mut sequence, 3, 1).unwrap();
    let data = numbers((HEADS * DIM) as usize, 9);
    let q = Tensor::contiguous(&data, [1, HEADS, 1, DIM]).unwrap();
    let read = || {
        let newest = CacheBatch::one_row_each([&sequence]);
        let (mut out, mut again) = (vec![0.0; data.len()], vec![0.0; data.len()]);
        cache.decode(&scheme, 0, &newest, &q).into(&mut TensorMut::contiguous(&mut out, q.shape()).unwrap()).unwrap();
        let plan = cache.plan(&scheme, &newest, HEADS).build().unwrap();
        plan.run(&newest, 0, &q).into(&mut TensorMut::contiguous(&mut again, q.shape()).unwrap()).unwrap();
        assert!(out == again && sequence.info().unwrap().tokens == 3);
        (out, sequence.save(None).unwrap())
    };
    let expected = read();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| (0..50).all(|_| read() == expected))).collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    });
}

#[test]
fn clearing_ends_the_sequences_of_all_threads() {
    let (cache, scheme) = (new_cache(), plain_rope(DIM as i32));
    let growing = AtomicI32::new(4);
    thread::scope(|scope| {
        for number in 0..4 {
            let (cache, scheme, growing) = (&cache, &scheme, &growing);
            scope.spawn(move || {
                let (mut refused, mut sequence) = (0, cache.create_sequence().unwrap());
                while refused < 5 {
                    if let Err(error) = grow(cache, scheme, &mut sequence, 1, number) {
                        // Cleared before the call, or between the plan and its run.
                        let status = error.status();
                        assert!(status == Status::ParameterRange || status == Status::Combination, "{}", error);
                        refused += 1;
                        sequence = cache.create_sequence().unwrap();
                    }
                }
                growing.fetch_sub(1, Ordering::SeqCst);
            });
        }
        while growing.load(Ordering::SeqCst) > 0 {
            thread::sleep(Duration::from_millis(2));
            cache.clear().unwrap();
        }
    });
    cache.clear().unwrap();
    assert_eq!(cache.statistics().unwrap().sequences, 0);
}
