//! Histories of a cache: the steps of a case, one after the other.

use farspan::cache::{Cache, CacheBatch, CacheBatchMut, CacheConfig, Sequence};
use farspan::{Result, Tensor, TensorMut};

use crate::json::{filled, number};
use crate::memory::Memory;
use crate::Case;

#[derive(Default)]
struct History {
    cache: Option<Cache>,
    /// In the order in which the steps made them.
    sequences: Vec<Sequence>,
    saved: Vec<Vec<u8>>,
}

pub fn history(case: &mut Case<'_>) -> Result<()> {
    let mut history = History::default();
    case.each("steps", |case| {
        case.stage = number::<&str>(&case.given["call"]);
        let result = history.step(case);
        if case.has("status") {
            // Must fail, after which the history goes on.
            let (status, argument) = result.err().map_or((0, 0), |error| (error.status().code(), error.argument()));
            case.wholes([status.into(), argument.into()]);
        } else {
            result?;
        }
        case.flush();
        Ok(())
    })
}

impl History {
    fn cache(&self) -> &Cache {
        self.cache.as_ref().expect("a history begins with its cache")
    }

    fn step(&mut self, case: &mut Case<'_>) -> Result<()> {
        let (context, sequence) = (Some(case.context), case.or_zero::<i64>("sequence") as usize);
        let made = match case.stage {
            "cache_create" => {
                self.sequences.clear();
                self.cache = Some(Cache::new(&filled(CacheConfig::new(), &case.given["config"]))?);
                return Ok(());
            }
            "cache_sequence_create" => self.cache().create_sequence()?,
            "cache_fork" => self.sequences[sequence].fork()?,
            "cache_restore" => {
                // Of what was saved: all, perhaps with an inverted byte, or its beginning.
                let mut bytes = self.saved[case.get::<i64>("saved") as usize].clone();
                bytes.truncate(case.get::<Option<i64>>("bytes").map_or(bytes.len(), |bytes| bytes as usize));
                if let Some(damage) = case.get::<Option<i64>>("damage") {
                    bytes[damage as usize] ^= 0xff;
                }
                self.cache().restore(context, &bytes)?
            }
            "cache_save" => {
                self.saved.push(self.sequences[sequence].save(context)?);
                return Ok(());
            }
            "cache_sequence_destroy" => return self.sequences[sequence].destroy(),
            "cache_evict" => {
                let last: Option<i64> = case.get("last");
                return self.sequences[sequence].evict(case.get("first"), last.unwrap_or(i64::MAX));
            }
            "cache_keep" => return self.sequences[sequence].keep(case.get("sinks"), case.get("recent")),
            "cache_clear" => return self.cache().clear(),
            "cache_append" | "cache_write" => return self.grow(case),
            "cache_sequence_info" => {
                case.give(&self.sequences[sequence].info()?);
                return Ok(());
            }
            "cache_get_statistics" => {
                case.give(&self.cache().statistics()?);
                return Ok(());
            }
            _ => return self.attend(case),
        };
        self.sequences.push(made);
        Ok(())
    }

    fn grow(&mut self, case: &mut Case<'_>) -> Result<()> {
        let mut all: Vec<_> = self.sequences.iter_mut().map(Some).collect();
        let take = |&index: &i64| all[index as usize].take().expect("no sequence twice");
        let sequences: Vec<_> = case.get::<&[i64]>("sequences").iter().map(take).collect();
        let mut batch = match case.get("offsets") {
            Some(offsets) => CacheBatchMut::with_offsets(sequences, offsets),
            None => CacheBatchMut::one_row_each(sequences),
        };
        let (cache, context) = (self.cache.as_ref().expect("a cache"), Some(case.context));
        if case.stage == "cache_append" {
            return cache.append(context, &mut batch, case.get("positions"));
        }
        case.reads("k", |k| case.reads("v", |v| cache.write(context, case.get("layer"), &mut batch, k, v)))
    }

    fn attend(&self, case: &mut Case<'_>) -> Result<()> {
        let (given, stage) = (case.given, case.stage);
        let scheme = case.scheme_of(given)?;
        let query = Memory::new(&given["q"]);
        let q: Tensor<'_> = query.view(&given["q"])?;
        let mut lse = given.get("lse").map(|_| vec![0.0; q.shape()[..3].iter().product::<i64>() as usize]);
        // Shared: a sequence may occur twice, which the library refuses.
        let sequences = case.get::<&[i64]>("sequences").iter().map(|&index| &self.sequences[index as usize]);
        let batch = match case.get("offsets") {
            Some(offsets) => CacheBatch::with_offsets(sequences, offsets),
            None => CacheBatch::one_row_each(sequences),
        };
        let layer = case.get("layer");
        let use_scheme = |case: &mut Case<'_>, out: &mut TensorMut<'_>, lse: Option<&mut Vec<f32>>| {
            if stage == "attention_decode" {
                let mut decode = self.cache().decode(&scheme, layer, &batch, &q).context(case.context);
                if let Some(lse) = lse {
                    decode = decode.lse(lse);
                }
                return decode.into(out);
            }
            let mut plan = self.cache().plan(&scheme, &batch, q.shape()[1]).context(case.context);
            plan = plan.length(case.or_zero("length"));
            if let Some(positions) = case.get("positions") {
                plan = plan.positions(positions);
            }
            let plan = case.during("cache_plan_create", |_| plan.build())?;
            let mut workspace = vec![0; plan.workspace_size()];
            let mut run = plan.run(&batch, layer, &q).context(case.context);
            if case.has("workspace") {
                run = run.workspace(&mut workspace);
            }
            if let Some(lse) = lse {
                run = run.lse(lse);
            }
            run.into(out)
        };
        case.memory(Memory::new(&given["out"]), |case, memory| {
            use_scheme(case, &mut memory.view_mut(&given["out"])?, lse.as_mut())
        })?;
        lse.into_iter().for_each(|lse| case.add(Memory::F32(lse)));
        Ok(())
    }
}
