//! Eight sessions decode in a pool of threads, all on one cache: each appends to its own sequence while the others run. What they
//! get is bit for bit what they get one after the other.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use farspan::cache::{Cache, CacheBatchMut, CacheConfig, CachePlan};
use farspan::{Layout, Result, RopeConfig, RopeMethod, Scheme, Tensor, TensorMut};

const SESSIONS: usize = 8;
const THREADS: usize = 4;
const TOKENS: usize = 100;
const LAYERS: usize = 2;
const HEADS: usize = 8;
const KEY_HEADS: usize = 2;
const DIM: usize = 64;

/// Stands for a model: anything that depends on the session, the token, the layer, and which projection it is.
fn project(rows: usize, session: usize, token: usize, layer: usize, which: usize) -> Vec<f32> {
    let mut seed = (((session * TOKENS + token) * LAYERS + layer) * 3 + which) as u32;
    let mut next = || {
        seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
        (seed >> 8) as f32 / 8388608.0 - 1.0
    };
    (0..rows * DIM).map(|_| next()).collect()
}

/// One session: token by token. Gives the bits of what the last layer computed for each. It owns its sequence, so nobody else can
/// touch it.
fn decode(cache: &Cache, scheme: &Scheme, session: usize) -> Result<Vec<u32>> {
    let mut sequence = cache.create_sequence()?;
    let mut newest = CacheBatchMut::of_rows(&mut sequence, 1);
    let (q_shape, k_shape) = ([1, HEADS as i64, 1, DIM as i64], [1, KEY_HEADS as i64, 1, DIM as i64]);
    let (mut all, mut out) = (vec![], vec![0.0; HEADS * DIM]);
    let mut made: Option<CachePlan> = None; // for all layers, of the sequence as it is now
    for token in 0..TOKENS {
        cache.append(None, &mut newest, None)?;
        let plan = match made.take() {
            Some(mut plan) => plan.advance(&newest, None).map(|()| plan),
            None => cache.plan(scheme, &newest, HEADS as i64).build(),
        }?;
        for layer in 0..LAYERS {
            let q = project(HEADS, session, token, layer, 0);
            let (k, v) = (project(KEY_HEADS, session, token, layer, 1), project(KEY_HEADS, session, token, layer, 2));
            let (k, v) = (Tensor::contiguous(&k, k_shape)?, Tensor::contiguous(&v, k_shape)?);
            cache.write(None, layer as i64, &mut newest, &k, &v)?;
            let q = Tensor::contiguous(&q, q_shape)?;
            plan.run(&newest, layer as i64, &q).into(&mut TensorMut::contiguous(&mut out, q_shape)?)?;
        }
        made = Some(plan);
        all.extend(out.iter().map(|number| number.to_bits()));
    }
    Ok(all)
}

/// All sessions on so many threads, each of which takes the next one that nobody has taken.
fn serve(cache: &Cache, scheme: &Scheme, threads: usize) -> Result<Vec<(usize, Vec<u32>)>> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<_>> {
        let mut served = vec![];
        loop {
            let session = next.fetch_add(1, Ordering::Relaxed);
            if session >= SESSIONS {
                return Ok(served);
            }
            served.push((session, decode(cache, scheme, session)?));
        }
    };
    let served: Result<Vec<_>> = thread::scope(|scope| {
        let pool: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        pool.into_iter().map(|thread| thread.join().expect("a session panicked")).collect()
    });
    let mut all = served?.concat();
    all.sort_by_key(|one| one.0);
    Ok(all)
}

fn main() -> Result<()> {
    let rope = RopeConfig { layout: Layout::HALF, rotary_dim: DIM as i32, ..RopeConfig::new(RopeMethod::BASE) };
    let scheme = Scheme::builder().rope(&rope).build()?;
    let config =
        CacheConfig { layers: LAYERS as i64, key_heads: KEY_HEADS as i64, head_dim: DIM as i64, ..CacheConfig::new() };
    let cache = Cache::new(&config)?; // bf16
    let (together, alone) = (serve(&cache, &scheme, THREADS)?, serve(&cache, &scheme, 1)?);
    assert!(
        together == alone && alone.len() == SESSIONS,
        "at the same time they gave other numbers than one after the other"
    );
    println!("{SESSIONS} sessions of {TOKENS} tokens on {THREADS} threads: the same numbers as one after the other");
    Ok(())
}
