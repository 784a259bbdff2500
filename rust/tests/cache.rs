//! Use and misuse of a cache. With queries of zeros, attention is the mean of the values: what each test expects is plain to see.

mod common;

use std::thread;

use farspan::cache::{Cache, CacheBatch, CacheConfig, Sequence, SequenceInfo};
use farspan::{Dtype, Error, Result, Scheme, Status, Tensor, TensorMut};

const DIM: usize = 8;
const NO_QUERY: [f32; 2 * DIM] = [0.0; 2 * DIM];

fn config() -> CacheConfig {
    CacheConfig { dtype: Dtype::F32, key_heads: 1, head_dim: DIM as i64, ..CacheConfig::new() }
}

fn scheme() -> Scheme {
    Scheme::builder().build().unwrap()
}

fn rows_of<'a>(sequence: &'a [Sequence], offsets: &'a [i64]) -> CacheBatch<'a> {
    CacheBatch { sequences: sequence, offsets: Some(offsets) }
}

/// Appends a token for each value, which all features of its key and value have.
fn grow(cache: &mut Cache, sequence: Sequence, values: &[f32]) -> Result<()> {
    let rows = values.len() as i64;
    let (sequence, offsets) = ([sequence], [0, rows]);
    let batch = rows_of(&sequence, &offsets);
    let data: Vec<f32> = values.iter().flat_map(|&value| [value; DIM]).collect();
    let tensor = Tensor::contiguous(&data, [1, 1, rows, DIM as i64])?;
    cache.append(&batch, None)?;
    cache.write(None, 0, &batch, &tensor, &tensor)
}

fn query(data: &[f32]) -> Tensor<'_> {
    Tensor::contiguous(data, [1, 2, 1, DIM as i64]).unwrap()
}

fn output(data: &mut [f32]) -> TensorMut<'_> {
    TensorMut::contiguous(data, [1, 2, 1, DIM as i64]).unwrap()
}

/// What the newest token of the sequence sees.
fn mean(cache: &Cache, sequence: Sequence) -> Result<f32> {
    let mut out = NO_QUERY;
    let sequence = [sequence];
    let newest = CacheBatch::one_row_each(&sequence);
    cache.decode(&scheme(), 0, &newest, &query(&NO_QUERY)).into(&mut output(&mut out))?;
    assert!(out.iter().all(|&value| value == out[0]));
    Ok(out[0])
}

#[track_caller]
fn close(got: Result<f32>, expected: f32) {
    let got = got.unwrap();
    assert!((got - expected).abs() <= 1e-6, "{} is not {}", got, expected);
}

#[track_caller]
fn fails<T>(result: Result<T>, status: Status, argument: i32, text: &str) {
    let error: Error = result.err().expect("an error");
    assert_eq!((error.status(), error.argument()), (status, argument), "{}", error);
    assert!(error.message().contains(text), "{:?} does not contain {:?}", error.message(), text);
}

#[test]
fn sequences_grow_fork_and_forget() {
    let mut cache = Cache::new(&config()).unwrap();
    let first = cache.create_sequence().unwrap();
    grow(&mut cache, first, &[1.0, 2.0, 3.0, 6.0]).unwrap();
    close(mean(&cache, first), 3.0);
    let child = cache.fork(first).unwrap();
    let shared = SequenceInfo { tokens: 4, first_position: 0, next_position: 4, blocks: 1, shared_blocks: 1 };
    assert_eq!(cache.sequence_info(child), Ok(shared));
    grow(&mut cache, child, &[8.0]).unwrap();
    close(mean(&cache, child), 4.0);
    close(mean(&cache, first), 3.0);
    cache.evict(child, 1, 3).unwrap();
    close(mean(&cache, child), 5.0);
    cache.evict(first, 2, i64::MAX).unwrap();
    grow(&mut cache, first, &[9.0]).unwrap();
    close(mean(&cache, first), 4.0);
    cache.keep(child, 1, 1).unwrap();
    assert_eq!(cache.sequence_info(child).unwrap().tokens, 2);
    let statistics = cache.statistics().unwrap();
    assert_eq!((statistics.sequences, statistics.blocks), (2, 2));
    assert!(statistics.block_bytes >= 2 * 64 * DIM as i64 * 4);
    cache.destroy_sequence(first).unwrap();
    fails(cache.fork(first), Status::ParameterRange, 2, "is not in the cache");
    cache.clear().unwrap();
    let statistics = cache.statistics().unwrap();
    assert_eq!((statistics.sequences, statistics.blocks, statistics.free_blocks), (0, 0, 0));
}

#[test]
fn a_plan_serves_all_layers_and_batches() {
    let mut cache = Cache::new(&CacheConfig { layers: 2, ..config() }).unwrap();
    let sequences = [cache.create_sequence().unwrap(), cache.create_sequence().unwrap()];
    let batch = rows_of(&sequences, &[0, 1, 3]);
    cache.append(&batch, Some(&[5, 7, 9])).unwrap();
    let scheme = scheme();
    let plan = cache.plan(&scheme, &batch, 2).build().unwrap();
    let q = [0.0f32; 2 * 3 * DIM];
    let shape = [1, 2, 3, DIM as i64];
    let mut workspace = vec![0; plan.workspace_size()];
    for layer in 0..2i64 {
        let base = layer as f32;
        let data: Vec<f32> = [base, base + 1.0, base + 2.0].iter().flat_map(|&value| [value; DIM]).collect();
        let rows = Tensor::contiguous(&data, [1, 1, 3, DIM as i64]).unwrap();
        cache.write(None, layer, &batch, &rows, &rows).unwrap();
        let (mut out, mut lse) = ([0.0f32; 2 * 3 * DIM], [0.0f32; 6]);
        plan.run(&cache, layer, &Tensor::contiguous(&q, shape).unwrap())
            .lse(&mut lse)
            .workspace(&mut workspace)
            .into(&mut TensorMut::contiguous(&mut out, shape).unwrap())
            .unwrap();
        assert_eq!((out[0], out[DIM]), (base, base + 1.0));
        assert!((out[2 * DIM] - base - 1.5).abs() <= 1e-6);
        assert!((lse[2] - 2f32.ln()).abs() <= 1e-6 && lse[0].abs() <= 1e-6);
    }
    // A query of its own position, before the last token.
    let newest = CacheBatch::one_row_each(&sequences[1..]);
    let plan = cache.plan(&scheme, &newest, 2).positions(&[8]).length(20).build().unwrap();
    let mut out = NO_QUERY;
    plan.run(&cache, 0, &query(&NO_QUERY)).into(&mut output(&mut out)).unwrap();
    assert_eq!(out[0], 1.0);
}

#[test]
fn saved_sequences_come_back() {
    let mut cache = Cache::new(&config()).unwrap();
    let sequence = cache.create_sequence().unwrap();
    grow(&mut cache, sequence, &[2.0, 4.0, 9.0]).unwrap();
    let saved = cache.save(sequence).unwrap();
    assert_eq!(saved.len(), cache.save_size(sequence));
    let mut buffer = vec![7; saved.len() + 1];
    cache.save_to(sequence, &mut buffer).unwrap();
    assert_eq!((&buffer[..saved.len()], buffer[saved.len()]), (&saved[..], 7));
    fails(cache.save_to(sequence, &mut buffer[..10]), Status::Shape, 4, "size is 10");
    fails(cache.save(Sequence(99)), Status::ParameterRange, 2, "99");
    assert_eq!(cache.save_size(Sequence(99)), 0);

    let mut other = Cache::new(&config()).unwrap();
    let restored = other.restore(&saved).unwrap();
    close(mean(&other, restored), 5.0);
    let mut damaged = saved.clone();
    damaged[saved.len() / 2] ^= 1;
    for bytes in [&damaged[..], &saved[..40], &buffer[..], &[]] {
        fails(other.restore(bytes), Status::ParameterRange, 2, "");
    }
    assert_eq!(other.statistics().unwrap().sequences, 1);
    let mut wide = Cache::new(&CacheConfig { layers: 2, ..config() }).unwrap();
    fails(wide.restore(&saved), Status::Shape, 2, "");
}

#[test]
fn the_memory_limit_changes_nothing() {
    let block_bytes = Cache::new(&config()).unwrap().statistics().unwrap().block_bytes;
    let mut cache = Cache::new(&CacheConfig { memory_limit: block_bytes * 5 / 2, ..config() }).unwrap();
    let sequence = cache.create_sequence().unwrap();
    grow(&mut cache, sequence, &[1.0, 3.0]).unwrap();
    fails(cache.append(&rows_of(&[sequence], &[0, 200]), None), Status::OutOfMemory, 0, "memory limit");
    close(mean(&cache, sequence), 2.0);
}

#[test]
fn wrong_use_is_refused_in_words() {
    fails(Cache::new(&CacheConfig { dtype: Dtype::F64, ..config() }), Status::Dtype, 1, "config.dtype");
    fails(Cache::new(&CacheConfig { head_dim: -1, ..config() }), Status::Shape, 1, "config.head_dim is -1");
    let mut cache = Cache::new(&config()).unwrap();
    let sequence = [cache.create_sequence().unwrap()];
    grow(&mut cache, sequence[0], &[1.0]).unwrap();
    let one = CacheBatch::one_row_each(&sequence);
    let twice = [sequence[0]; 2];
    fails(cache.append(&CacheBatch::one_row_each(&[]), None), Status::Shape, 2, "batch.sequences is 0");
    fails(cache.append(&CacheBatch::one_row_each(&twice), None), Status::Combination, 2, "twice");
    fails(cache.append(&rows_of(&sequence, &[0]), None), Status::Shape, 2, "batch.offsets has 1 entries: 2 are needed");
    fails(cache.append(&rows_of(&sequence, &[]), None), Status::Shape, 2, "batch.offsets has 0 entries");
    fails(cache.append(&rows_of(&sequence, &[0, i64::MIN]), None), Status::Shape, 2, "batch.offsets");
    // The end of the rows is the offset behind the last sequence, not the last of the slice.
    fails(cache.append(&rows_of(&sequence, &[0, 2, 1]), Some(&[5])), Status::Shape, 3, "positions has 1 entries: 2");
    fails(cache.append(&one, Some(&[0])), Status::Positions, 3, "positions[0] is 0");

    let scheme = scheme();
    let (q, mut lse, mut out) = (query(&NO_QUERY), [0.0f32; 1], NO_QUERY);
    let decode = cache.decode(&scheme, 0, &one, &q).lse(&mut lse);
    fails(decode.into(&mut output(&mut out)), Status::Shape, 8, "lse has 1 entries: 2 are needed");
    fails(cache.decode(&scheme, 1, &one, &q).into(&mut output(&mut out)), Status::ParameterRange, 4, "layer is 1");
    fails(cache.plan(&scheme, &one, 0).build(), Status::HeadGroups, 5, "query_heads is 0");
    fails(cache.plan(&scheme, &one, 2).positions(&[]).build(), Status::Shape, 6, "positions has 0 entries");
    assert_eq!(out, NO_QUERY);
    assert_eq!(cache.sequence_info(sequence[0]).unwrap().tokens, 1);
}

#[test]
fn a_plan_is_for_one_cache_as_it_is() {
    let scheme = scheme();
    let mut out = NO_QUERY;
    let q = query(&NO_QUERY);
    let make = || {
        let mut cache = Cache::new(&config()).unwrap();
        let sequence = [cache.create_sequence().unwrap()];
        grow(&mut cache, sequence[0], &[1.0, 2.0]).unwrap();
        (cache, sequence)
    };
    let (mut cache, sequence) = make();
    let newest = CacheBatch::one_row_each(&sequence);
    let plan = cache.plan(&scheme, &newest, 2).build().unwrap();
    plan.run(&cache, 0, &q).into(&mut output(&mut out)).unwrap();
    let mut small = [0u8; 1];
    let run = plan.run(&cache, 0, &q).workspace(&mut small);
    fails(run.into(&mut output(&mut out)), Status::WorkspaceSize, 8, "workspace_size is 1");
    cache.append(&newest, None).unwrap();
    fails(plan.run(&cache, 0, &q).into(&mut output(&mut out)), Status::Combination, 2, "has changed");

    // Another cache, equal in all but identity, perhaps at the same address in C.
    let (first, sequence) = make();
    let plan = first.plan(&scheme, &CacheBatch::one_row_each(&sequence), 2).build().unwrap();
    drop(first);
    for _ in 0..20 {
        let (second, _) = make();
        fails(plan.run(&second, 0, &q).into(&mut output(&mut out)), Status::Combination, 2, "another cache");
    }
}

#[test]
fn runs_go_on_in_many_threads() {
    let mut cache = Cache::new(&config()).unwrap();
    let sequence = [cache.create_sequence().unwrap()];
    grow(&mut cache, sequence[0], &[1.0, 2.0, 6.0]).unwrap();
    let scheme = scheme();
    let plan = cache.plan(&scheme, &CacheBatch::one_row_each(&sequence), 2).build().unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let mut out = NO_QUERY;
                    plan.run(&cache, 0, &query(&NO_QUERY)).into(&mut output(&mut out)).unwrap();
                    assert!((out[0] - 3.0).abs() <= 1e-6);
                    close(mean(&cache, sequence[0]), 3.0);
                }
            });
        }
    });
}
