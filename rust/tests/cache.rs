//! Use and misuse of a cache. With queries of zeros, attention is the mean of the values: what each test expects is plain to see.

mod common;

use farspan::cache::{Cache, CacheBatch, CacheBatchMut, CacheConfig, CachePlan, Sequence, SequenceInfo};
use farspan::{Dtype, Error, Result, Scheme, Status, Tensor, TensorMut};

const DIM: usize = 8;
const NO_QUERY: [f32; 2 * DIM] = [0.0; 2 * DIM];

fn config() -> CacheConfig {
    CacheConfig { dtype: Dtype::F32, key_heads: 1, head_dim: DIM as i64, ..CacheConfig::new() }
}

fn scheme() -> Scheme {
    Scheme::builder().build().unwrap()
}

/// Appends a token for each value, which all features of its key and value have.
fn grow(cache: &Cache, sequence: &mut Sequence, values: &[f32]) -> Result<()> {
    let rows = values.len() as i64;
    let mut batch = CacheBatchMut::of_rows(sequence, rows);
    let data: Vec<f32> = values.iter().flat_map(|&value| [value; DIM]).collect();
    let tensor = Tensor::contiguous(&data, [1, 1, rows, DIM as i64])?;
    cache.append(None, &mut batch, None)?;
    cache.write(None, 0, &mut batch, &tensor, &tensor)
}

fn query(data: &[f32]) -> Tensor<'_> {
    Tensor::contiguous(data, [1, 2, 1, DIM as i64]).unwrap()
}

fn output(data: &mut [f32]) -> TensorMut<'_> {
    TensorMut::contiguous(data, [1, 2, 1, DIM as i64]).unwrap()
}

/// What the newest token of the sequence sees.
fn mean(cache: &Cache, sequence: &Sequence) -> Result<f32> {
    let mut out = NO_QUERY;
    let newest = CacheBatch::one_row_each([sequence]);
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
    let cache = Cache::new(&config()).unwrap();
    let mut first = cache.create_sequence().unwrap();
    grow(&cache, &mut first, &[1.0, 2.0, 3.0, 6.0]).unwrap();
    close(mean(&cache, &first), 3.0);
    let mut child = first.fork().unwrap();
    assert_ne!(first.id(), child.id());
    let shared = SequenceInfo { tokens: 4, first_position: 0, next_position: 4, blocks: 1, shared_blocks: 1 };
    assert_eq!(child.info(), Ok(shared));
    grow(&cache, &mut child, &[8.0]).unwrap();
    close(mean(&cache, &child), 4.0);
    close(mean(&cache, &first), 3.0);
    child.evict(1, 3).unwrap();
    close(mean(&cache, &child), 5.0);
    first.evict(2, i64::MAX).unwrap();
    grow(&cache, &mut first, &[9.0]).unwrap();
    close(mean(&cache, &first), 4.0);
    child.keep(1, 1).unwrap();
    assert_eq!(child.info().unwrap().tokens, 2);
    let statistics = cache.statistics().unwrap();
    assert_eq!((statistics.sequences, statistics.blocks), (2, 2));
    assert!(statistics.block_bytes >= 2 * 64 * DIM as i64 * 4);
    first.destroy().unwrap();
    fails(first.fork(), Status::ParameterRange, 2, "the cache has no such sequence");
    fails(first.destroy(), Status::ParameterRange, 2, "the cache has no such sequence");
    cache.clear().unwrap();
    fails(child.info(), Status::ParameterRange, 2, "the cache has no such sequence");
    let statistics = cache.statistics().unwrap();
    assert_eq!((statistics.sequences, statistics.blocks, statistics.free_blocks), (0, 0, 0));
}

#[test]
fn a_sequence_ends_with_its_owner_and_keeps_the_cache() {
    let cache = Cache::new(&config()).unwrap();
    let mut kept = cache.create_sequence().unwrap();
    grow(&cache, &mut kept, &[3.0]).unwrap();
    {
        let mut dropped = cache.create_sequence().unwrap();
        grow(&cache, &mut dropped, &[1.0]).unwrap();
        assert_eq!(cache.statistics().unwrap().sequences, 2);
    }
    let statistics = cache.statistics().unwrap();
    assert_eq!((statistics.sequences, statistics.blocks, statistics.free_blocks), (1, 1, 1));
    drop(cache);
    assert_eq!(kept.info().unwrap().tokens, 1);
    assert!(!kept.save(None).unwrap().is_empty());
}

#[test]
fn a_plan_serves_all_layers_and_batches() {
    let cache = Cache::new(&CacheConfig { layers: 2, ..config() }).unwrap();
    let mut sequences = [cache.create_sequence().unwrap(), cache.create_sequence().unwrap()];
    let mut batch = CacheBatchMut::with_offsets(&mut sequences, &[0, 1, 3]);
    cache.append(None, &mut batch, Some(&[5, 7, 9])).unwrap();
    let scheme = scheme();
    let plan = cache.plan(&scheme, &batch, 2).build().unwrap();
    let q = [0.0f32; 2 * 3 * DIM];
    let shape = [1, 2, 3, DIM as i64];
    let mut workspace = vec![0; plan.workspace_size()];
    for layer in 0..2i64 {
        let base = layer as f32;
        let data: Vec<f32> = [base, base + 1.0, base + 2.0].iter().flat_map(|&value| [value; DIM]).collect();
        let rows = Tensor::contiguous(&data, [1, 1, 3, DIM as i64]).unwrap();
        cache.write(None, layer, &mut batch, &rows, &rows).unwrap();
        let (mut out, mut lse) = ([0.0f32; 2 * 3 * DIM], [0.0f32; 6]);
        plan.run(&batch, layer, &Tensor::contiguous(&q, shape).unwrap())
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
    plan.run(&newest, 0, &query(&NO_QUERY)).into(&mut output(&mut out)).unwrap();
    assert_eq!(out[0], 1.0);
}

#[test]
fn saved_sequences_come_back() {
    let cache = Cache::new(&config()).unwrap();
    let mut sequence = cache.create_sequence().unwrap();
    grow(&cache, &mut sequence, &[2.0, 4.0, 9.0]).unwrap();
    let saved = sequence.save(None).unwrap();
    assert_eq!(saved.len(), sequence.save_size());
    let mut buffer = vec![7; saved.len() + 1];
    sequence.save_to(None, &mut buffer).unwrap();
    assert_eq!((&buffer[..saved.len()], buffer[saved.len()]), (&saved[..], 7));
    fails(sequence.save_to(None, &mut buffer[..10]), Status::Shape, 5, "buffer_bytes is 10");
    sequence.destroy().unwrap();
    fails(sequence.save(None), Status::ParameterRange, 3, "the cache has no such sequence");
    assert_eq!(sequence.save_size(), 0);

    let other = Cache::new(&config()).unwrap();
    let restored = other.restore(None, &saved).unwrap();
    close(mean(&other, &restored), 5.0);
    let mut damaged = saved.clone();
    damaged[saved.len() / 2] ^= 1;
    for bytes in [&damaged[..], &saved[..40], &buffer[..], &[]] {
        fails(other.restore(None, bytes), Status::ParameterRange, 3, "");
    }
    assert_eq!(other.statistics().unwrap().sequences, 1);
    let wide = Cache::new(&CacheConfig { layers: 2, ..config() }).unwrap();
    fails(wide.restore(None, &saved), Status::Shape, 3, "");
}

#[test]
fn the_memory_limit_changes_nothing() {
    let block_bytes = Cache::new(&config()).unwrap().statistics().unwrap().block_bytes;
    let cache = Cache::new(&CacheConfig { memory_limit: block_bytes * 5 / 2, ..config() }).unwrap();
    let mut sequence = cache.create_sequence().unwrap();
    grow(&cache, &mut sequence, &[1.0, 3.0]).unwrap();
    let append = cache.append(None, &mut CacheBatchMut::of_rows(&mut sequence, 200), None);
    fails(append, Status::OutOfMemory, 0, "memory limit");
    close(mean(&cache, &sequence), 2.0);
}

#[test]
fn wrong_use_is_refused_in_words() {
    fails(Cache::new(&CacheConfig { dtype: Dtype::F64, ..config() }), Status::Dtype, 1, "config.dtype");
    fails(Cache::new(&CacheConfig { head_dim: -1, ..config() }), Status::Shape, 1, "config.head_dim is -1");
    let (cache, other) = (Cache::new(&config()).unwrap(), Cache::new(&config()).unwrap());
    let mut sequence = cache.create_sequence().unwrap();
    grow(&cache, &mut sequence, &[1.0]).unwrap();
    let append = |cache: &Cache, sequence: &mut Sequence, offsets: &[i64], positions: Option<&[i64]>| {
        cache.append(None, &mut CacheBatchMut::with_offsets([sequence], offsets), positions)
    };
    let offsets_are = |sequence: &mut Sequence, offsets: &[i64], text: &str| {
        fails(append(&cache, sequence, offsets, None), Status::Shape, 3, text);
    };
    fails(
        cache.append(None, &mut CacheBatchMut::one_row_each([]), None),
        Status::Shape,
        3,
        "batch.sequence_count is 0",
    );
    offsets_are(&mut sequence, &[0], "batch.offsets_count is 1: must be 2");
    offsets_are(&mut sequence, &[], "batch.offsets_count is 0");
    offsets_are(&mut sequence, &[0, i64::MIN], "batch.offsets");
    offsets_are(&mut sequence, &[0, 1, 2], "batch.offsets_count is 3: must be 2");
    let short = append(&cache, &mut sequence, &[0, 2], Some(&[5]));
    fails(short, Status::Shape, 5, "positions_count is 1: must be 2");
    let long = append(&cache, &mut sequence, &[0, 1], Some(&[5, 6, 7]));
    fails(long, Status::Shape, 5, "positions_count is 3: must be 1");
    fails(append(&cache, &mut sequence, &[0, 1], Some(&[0])), Status::Positions, 4, "positions[0] is 0");
    fails(append(&other, &mut sequence, &[0, 1], None), Status::Combination, 3, "of another cache");

    let scheme = scheme();
    let (q, mut lse, mut out) = (query(&NO_QUERY), [0.0f32; 1], NO_QUERY);
    let mut foreign = other.create_sequence().unwrap();
    grow(&other, &mut foreign, &[1.0]).unwrap();
    let one = CacheBatch::one_row_each([&sequence]);
    let (twice, mixed) = (CacheBatch::one_row_each([&sequence; 2]), CacheBatch::one_row_each([&sequence, &foreign]));
    fails(cache.plan(&scheme, &twice, 2).build(), Status::Combination, 4, "twice");
    fails(cache.plan(&scheme, &mixed, 2).build(), Status::Combination, 4, "of another cache");
    let decode = cache.decode(&scheme, 0, &one, &q).lse(&mut lse);
    fails(decode.into(&mut output(&mut out)), Status::Shape, 6, "data.lse_count is 1: must be at least 2");
    fails(cache.decode(&scheme, 1, &one, &q).into(&mut output(&mut out)), Status::ParameterRange, 4, "layer is 1");
    fails(cache.plan(&scheme, &one, 0).build(), Status::HeadGroups, 5, "query_heads is 0");
    fails(cache.plan(&scheme, &one, 2).positions(&[]).build(), Status::Shape, 5, "problem.positions_count is 0");
    let long = cache.plan(&scheme, &one, 2).positions(&[0, 1, 2]).build();
    fails(long, Status::Shape, 5, "problem.positions_count is 3: must be 1");
    assert_eq!(out, NO_QUERY);
    assert_eq!(sequence.info().unwrap().tokens, 1);
}

fn run(plan: &CachePlan, lent: &CacheBatch<'_>) -> Result<f32> {
    let mut out = NO_QUERY;
    plan.run(lent, 0, &query(&NO_QUERY)).into(&mut output(&mut out))?;
    Ok(out[0])
}

#[test]
fn a_plan_is_for_its_sequences_as_they_are() {
    let scheme = scheme();
    let make = || {
        let cache = Cache::new(&config()).unwrap();
        let mut sequence = cache.create_sequence().unwrap();
        grow(&cache, &mut sequence, &[1.0, 2.0]).unwrap();
        (cache, sequence)
    };
    let (cache, mut sequence) = make();
    let mut newest = CacheBatchMut::one_row_each([&mut sequence]);
    let plan = cache.plan(&scheme, &newest, 2).build().unwrap();
    close(run(&plan, &newest), 1.5);
    let (q, mut out, mut small) = (query(&NO_QUERY), NO_QUERY, [0u8; 1]);
    let refused = plan.run(&newest, 0, &q).workspace(&mut small).into(&mut output(&mut out));
    fails(refused, Status::WorkspaceSize, 4, "data.workspace_bytes is 1");

    // What happens to other sequences does not matter.
    let mut other = cache.create_sequence().unwrap();
    grow(&cache, &mut other, &[7.0]).unwrap();
    close(run(&plan, &newest), 1.5);
    fails(run(&plan, &CacheBatch::one_row_each([&other])), Status::Combination, 2, "other sequences");
    fails(run(&plan, &CacheBatch::one_row_each([])), Status::Combination, 2, "other sequences");
    other.evict(0, 1).unwrap();
    other.destroy().unwrap();
    close(run(&plan, &newest), 1.5);

    cache.append(None, &mut newest, None).unwrap();
    fails(run(&plan, &newest), Status::Combination, 2, "changed");

    // Another cache, equal in all but identity, perhaps at the same address in C.
    let (first, sequence) = make();
    let plan = first.plan(&scheme, &CacheBatch::one_row_each([&sequence]), 2).build().unwrap();
    drop((first, sequence));
    for _ in 0..20 {
        let (_cache, sequence) = make();
        fails(run(&plan, &CacheBatch::one_row_each([&sequence])), Status::Combination, 2, "another cache");
    }
}
