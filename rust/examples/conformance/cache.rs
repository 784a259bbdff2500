//! Histories of a cache: the steps of a case, one after the other.

use farspan::cache::{Cache, CacheBatch, CacheBatchMut, CacheConfig, Sequence};
use farspan::{Context, Dtype, Scheme, Tensor};
use serde_json::Value;

use crate::answer::{failure, Failure, Outputs};
use crate::config::make_scheme;
use crate::json;
use crate::memory::Memory;

struct History<'a> {
    context: &'a Context,
    cache: Option<Cache>,
    /// In the order in which the steps made them.
    sequences: Vec<Sequence>,
    saved: Vec<Vec<u8>>,
    outputs: Vec<Memory>,
}

pub fn history(context: &Context, arguments: &Value) -> Outputs {
    let mut history = History { context, cache: None, sequences: vec![], saved: vec![], outputs: vec![] };
    for step in json::list(&arguments["steps"]) {
        let result = history.step(step);
        if step.get("status").is_none() {
            result?;
            continue;
        }
        // Must fail, after which the history goes on.
        let (status, argument) = result.err().map_or((0, 0), |e| (e.error.status().code(), e.error.argument()));
        history.outputs.push(Memory::I64(vec![status.into(), argument.into()]));
    }
    Ok(history.outputs)
}

fn config_of(given: &Value) -> CacheConfig {
    let mut config = CacheConfig::new();
    for (key, value) in given.as_object().expect("a configuration") {
        match key.as_str() {
            "dtype" => config.dtype = Dtype(json::number(value)),
            "layers" => config.layers = json::number(value),
            "key_heads" => config.key_heads = json::number(value),
            "head_dim" => config.head_dim = json::number(value),
            "value_dim" => config.value_dim = json::number(value),
            "memory_limit" => config.memory_limit = json::number(value),
            other => panic!("unknown field {}", other),
        }
    }
    config
}

/// Of the sequences of a batch, in its order.
fn indices(step: &Value) -> impl Iterator<Item = usize> {
    json::numbers::<i64>(&step["sequences"]).into_iter().map(|index| index as usize)
}

impl History<'_> {
    fn cache(&self) -> &Cache {
        self.cache.as_ref().expect("a history begins with its cache")
    }

    fn sequence(&mut self, step: &Value) -> &mut Sequence {
        &mut self.sequences[json::number::<i64>(&step["sequence"]) as usize]
    }

    fn step(&mut self, step: &Value) -> Result<(), Failure> {
        let call = json::text(&step["call"]);
        match call {
            "cache_run" | "attention_decode" => return self.attend(call, step),
            "cache_append" | "cache_write" => self.grow(call, step),
            "cache_sequence_info" | "cache_get_statistics" => self.look(call, step),
            _ => self.change(call, step),
        }
        .map_err(failure(call))
    }

    fn change(&mut self, call: &str, step: &Value) -> farspan::Result<()> {
        let number = |key| json::number::<i64>(&step[key]);
        let made = match call {
            "cache_create" => {
                self.sequences.clear();
                self.cache = Some(Cache::new(&config_of(&step["config"]))?);
                return Ok(());
            }
            "cache_sequence_create" => self.cache().create_sequence()?,
            "cache_fork" => self.sequence(step).fork()?,
            "cache_restore" => {
                let bytes = self.bytes(step);
                self.cache().restore(None, &bytes)?
            }
            "cache_save" => {
                let saved = self.sequence(step).save(None)?;
                self.saved.push(saved);
                return Ok(());
            }
            "cache_sequence_destroy" => return self.sequence(step).destroy(),
            "cache_evict" => {
                let last = step.get("last").map_or(i64::MAX, json::number);
                return self.sequence(step).evict(number("first"), last);
            }
            "cache_keep" => return self.sequence(step).keep(number("sinks"), number("window")),
            "cache_clear" => return self.cache().clear(),
            other => panic!("unknown step {}", other),
        };
        self.sequences.push(made);
        Ok(())
    }

    /// Of what was saved: all, perhaps with an inverted byte, or its beginning.
    fn bytes(&self, step: &Value) -> Vec<u8> {
        let number = |key| step.get(key).map(|value| json::number::<i64>(value) as usize);
        let mut bytes = self.saved[number("saved").expect("saved")].clone();
        bytes.truncate(number("bytes").unwrap_or(bytes.len()));
        if let Some(damage) = number("damage") {
            bytes[damage] ^= 0xff;
        }
        bytes
    }

    /// Shared: a sequence may occur twice, which the library refuses.
    fn batch(&self, step: &Value) -> CacheBatch<'_> {
        let sequences = indices(step).map(|index| &self.sequences[index]);
        match json::array::<i64>(step, "offsets") {
            Some(offsets) => CacheBatch::with_offsets(sequences, &offsets),
            None => CacheBatch::one_row_each(sequences),
        }
    }

    fn grow(&mut self, call: &str, step: &Value) -> farspan::Result<()> {
        let mut sequences: Vec<_> = self.sequences.iter_mut().map(Some).collect();
        let sequences: Vec<_> =
            indices(step).map(|index| sequences[index].take().expect("no sequence twice")).collect();
        let mut batch = match json::array::<i64>(step, "offsets") {
            Some(offsets) => CacheBatchMut::with_offsets(sequences, &offsets),
            None => CacheBatchMut::one_row_each(sequences),
        };
        let cache = self.cache.as_ref().expect("a history begins with its cache");
        if call == "cache_append" {
            return cache.append(None, &mut batch, json::array::<i64>(step, "positions").as_deref());
        }
        let [k, v] = ["k", "v"].map(|name| Memory::new(&step[name]));
        let (k, v) = (k.view(&step["k"])?, v.view(&step["v"])?);
        cache.write(Some(self.context), json::number(&step["layer"]), &mut batch, &k, &v)
    }

    fn look(&mut self, call: &str, step: &Value) -> farspan::Result<()> {
        let values = if call == "cache_sequence_info" {
            let info = self.sequence(step).info()?;
            vec![info.tokens, info.first_position, info.next_position, info.blocks, info.shared_blocks]
        } else {
            let answer = self.cache().statistics()?;
            vec![answer.sequences, answer.blocks, answer.free_blocks, answer.block_bytes]
        };
        self.outputs.push(Memory::I64(values));
        Ok(())
    }

    fn attend(&mut self, call: &str, step: &Value) -> Result<(), Failure> {
        let query = Memory::new(&step["q"]);
        let q = query.view(&step["q"]).map_err(failure("tensor"))?;
        let scheme = make_scheme(step).map_err(failure("scheme_from_json"))?;
        let mut memories = vec![Memory::new(&step["out"])];
        if step.get("lse").is_some() {
            memories.push(Memory::F32(vec![0.0; q.shape()[..3].iter().product::<i64>() as usize]));
        }
        let before = memories.clone();
        let result = self.use_scheme(call, step, &scheme, &q, &mut memories);
        match result {
            Ok(()) => self.outputs.extend(memories),
            Err(mut failure) => {
                failure.touched = before != memories;
                return Err(failure);
            }
        }
        Ok(())
    }

    fn use_scheme(
        &self,
        call: &str,
        step: &Value,
        scheme: &Scheme,
        q: &Tensor<'_>,
        memories: &mut [Memory],
    ) -> Result<(), Failure> {
        let (context, layer) = (self.context, json::number(&step["layer"]));
        let positions = json::array::<i64>(step, "positions");
        let (out, lse) = memories.split_at_mut(1);
        let lse = lse.first_mut().map(Memory::floats);
        let mut out = out[0].view_mut(&step["out"]).map_err(failure("tensor"))?;
        let (cache, batch) = (self.cache(), self.batch(step));
        if call == "attention_decode" {
            let mut decode = cache.decode(scheme, layer, &batch, q).context(context);
            if let Some(lse) = lse {
                decode = decode.lse(lse);
            }
            return decode.into(&mut out).map_err(failure(call));
        }
        let mut plan = cache.plan(scheme, &batch, q.shape()[1]).context(context);
        plan = plan.length(json::or_zero(step, "length"));
        if let Some(positions) = &positions {
            plan = plan.positions(positions);
        }
        let plan = plan.build().map_err(failure("cache_plan_create"))?;
        let mut workspace = vec![0; plan.workspace_size()];
        let mut run = plan.run(&batch, layer, q).context(context);
        if step.get("workspace").is_some() {
            run = run.workspace(&mut workspace);
        }
        if let Some(lse) = lse {
            run = run.lse(lse);
        }
        run.into(&mut out).map_err(failure(call))
    }
}
