//! The calls that do not follow from the headers alone, through the public interface.

use farspan::cache::{Cache, CacheBatch, CacheBatchMut, CacheConfig};
use farspan::eval::{passkey, Loss, LossCurve, PasskeyConfig, Verdict, Windows, WindowsConfig};
use farspan::model::{Metadata, Model, Options, Value as Entry};
use farspan::{Plan, Problem, Result};
use serde_json::Value;

use crate::case::{made, Case, State};
use crate::generated_calls;
use crate::json::{filled, list, number};
use crate::memory::Memory;

pub fn make(case: &mut Case<'_>, state: &mut State) -> Result<()> {
    if generated_calls::make(case, state)? {
        return Ok(());
    }
    let (context, config) = (Some(case.context), &case.given["config"]);
    match case.stage {
        "scheme_visible" => {
            let intervals = made(&state.scheme).visible(case.get("query"), case.get("keys"))?;
            case.wholes(intervals.iter().flat_map(|keys| [keys.start, keys.end]));
        }
        "plan_create" => {
            let problem = filled(Problem::new(), &case.given["problem"]);
            state.plan = Some(Plan::new(context, made(&state.scheme), &problem)?);
        }
        "attention_run" => attention_run(case, made(&state.plan))?,
        "attention" => {
            let (q, k, v, mut out) = (case.memory("q"), case.memory("k"), case.memory("v"), case.memory("out"));
            let scheme = made(&state.scheme);
            let answer = scheme.attention(context, &q.view()?, &k.view()?, &v.view()?, &mut out.view_mut()?);
            case.keep([out]);
            answer?;
        }
        "windows_count" => case.wholes([windows(config)?.len() as i64]),
        "windows_get" => case.give(&windows(config)?.get(case.get("index"))?),
        "loss_init" => state.loss.push(Loss { block_tokens: case.get("block_tokens"), ..Loss::new() }),
        "loss_add" => {
            let (loss, nll, bytes) = (&mut state.loss[case.index("loss")], case.get("nll"), case.get("bytes"));
            return match case.get("targets") {
                Some(targets) => loss.add_scored(context, nll, targets, case.get("ignore_index"), bytes),
                None => loss.add(context, nll, bytes),
            };
        }
        "loss_add_by_context" => {
            if state.curve.is_none() {
                let empty = Loss { block_tokens: case.get("block_tokens"), ..Loss::new() };
                state.curve = Some(LossCurve::new(case.get("edges"), empty)?);
            }
            let (curve, first) = (state.curve.as_mut().expect("the new one"), case.get("first_context"));
            match case.get("targets") {
                Some(targets) => {
                    curve.add_scored(context, first, case.get("nll"), targets, case.get("ignore_index"))?
                }
                None => curve.add(context, first, case.get("nll"))?,
            }
            state.loss = curve.buckets().to_vec();
        }
        "verdict_name" => case.text(Verdict(case.get("verdict")).name().expect("a known verdict")),
        "passkey_make" => {
            let made = passkey(context, &filled(PasskeyConfig::new(number(&config["form"])), config))?;
            case.wholes([made.key, made.told.start as i64, made.told.end as i64, made.text.len() as i64]);
            case.reals([made.depth]);
            case.text(made.text);
        }
        "model_from_metadata" => {
            let options = filled(Options::new(), &case.given["options"]);
            let entries: Vec<_> = list(&case.given["entries"]).iter().map(entry).collect();
            state.model = Some(Model::from_metadata(context, &entries, &options)?);
        }
        "model_scheme" => {
            let layer = made(&state.model).layer(case.get("layer"))?;
            state.scheme = Some(layer.parts.expect("softmax attention").builder().build()?);
        }
        "model_describe" => case.give(&made(&state.model).info()),
        "model_layer_at" => model_layer_at(case, made(&state.model))?,
        "model_note_at" => {
            let (code, path) = (case.get::<i32>("code"), case.get::<&str>("path"));
            let notes = made(&state.model).notes();
            let found: Vec<_> = notes.filter(|note| note.code.0 == code && note.path == path).collect();
            case.wholes([found.last().map_or(-1, |note| note.severity.0.into()), found.len() as i64]);
            case.wholes(found.iter().take(1).flat_map(|note| note.text.bytes()));
        }
        _ => cache_call(case, state)?,
    }
    Ok(())
}

fn windows(config: &Value) -> Result<Windows> {
    Windows::new(&filled(WindowsConfig::new(number(&config["kind"])), config))
}

fn cache_call(case: &mut Case<'_>, state: &mut State) -> Result<()> {
    let context = Some(case.context);
    match case.stage {
        "cache_create" => {
            state.sequences.clear();
            state.cache = Some(Cache::new(&filled(CacheConfig::new(), &case.given["config"]))?);
        }
        "cache_restore" => {
            // Of what was saved: all, perhaps with an inverted byte, or its beginning.
            let mut bytes = state.saved[case.index("saved")].clone();
            bytes.truncate(case.get::<Option<i64>>("bytes").map_or(bytes.len(), |bytes| bytes as usize));
            if let Some(damage) = case.get::<Option<i64>>("damage") {
                bytes[damage as usize] ^= 0xff;
            }
            state.sequences.push(made(&state.cache).restore(context, &bytes)?);
        }
        "cache_save" => state.saved.push(state.sequences[case.index("sequence")].save(context)?),
        "cache_clear" => made(&state.cache).clear()?,
        "cache_append" | "cache_write" => grow(case, state)?,
        _ => attend(case, state)?,
    }
    Ok(())
}

fn grow(case: &mut Case<'_>, state: &mut State) -> Result<()> {
    let mut all: Vec<_> = state.sequences.iter_mut().map(Some).collect();
    let take = |&index: &i64| all[index as usize].take().expect("no sequence twice");
    let sequences: Vec<_> = case.get::<&[i64]>("sequences").iter().map(take).collect();
    let mut batch = match case.get("offsets") {
        Some(offsets) => CacheBatchMut::with_offsets(sequences, offsets),
        None => CacheBatchMut::one_row_each(sequences),
    };
    let (cache, context) = (made(&state.cache), Some(case.context));
    if case.stage == "cache_append" {
        return cache.append(context, &mut batch, case.get("positions"));
    }
    let (k, v) = (case.memory("k"), case.memory("v"));
    cache.write(context, case.get("layer"), &mut batch, &k.view()?, &v.view()?)
}

fn attend(case: &mut Case<'_>, state: &mut State) -> Result<()> {
    // Shared: a sequence may occur twice, which the library refuses.
    let sequences = case.get::<Option<&[i64]>>("sequences").unwrap_or_default().iter();
    let sequences = sequences.map(|&index| &state.sequences[index as usize]);
    let batch = match case.get("offsets") {
        Some(offsets) => CacheBatch::with_offsets(sequences, offsets),
        None => CacheBatch::one_row_each(sequences),
    };
    if case.stage == "cache_plan_advance" {
        return state.cache_plan.as_mut().expect("a plan").advance(&batch, Some(case.context));
    }
    if case.stage == "cache_plan_create" {
        let plan =
            made(&state.cache).plan(made(&state.scheme), &batch, case.get("query_heads")).length(case.get("length"));
        let plan = case.get::<Option<&[i64]>>("positions").map_or(plan, |positions| plan.positions(positions));
        state.cache_plan = Some(plan.context(case.context).build()?);
        return Ok(());
    }
    let (layer, q, mut out, mut lse) = (case.get("layer"), case.memory("q"), case.memory("out"), case.optional("lse"));
    let answer = if case.stage == "attention_decode" {
        let q = q.view()?;
        let mut decode = made(&state.cache).decode(made(&state.scheme), layer, &batch, &q).context(case.context);
        if let Some(lse) = &mut lse {
            decode = decode.lse(lse.floats());
        }
        decode.into(&mut out.view_mut()?)
    } else {
        let (q, plan) = (q.view()?, made(&state.cache_plan));
        let mut workspace = vec![0; plan.workspace_size()];
        let mut run = plan.run(&batch, layer, &q).context(case.context);
        if case.has("workspace") {
            run = run.workspace(&mut workspace);
        }
        if let Some(lse) = &mut lse {
            run = run.lse(lse.floats());
        }
        run.into(&mut out.view_mut()?)
    };
    case.keep([out]);
    case.keep(lse);
    answer
}

fn attention_run(case: &mut Case<'_>, plan: &Plan) -> Result<()> {
    let [q, k, v] = ["q", "k", "v"].map(|name| case.memory(name));
    let (bias, mut out, mut lse) = (case.optional("bias"), case.memory("out"), case.optional("lse"));
    let (q, k, v, bias) = (q.view()?, k.view()?, v.view()?, bias.as_ref().map(Memory::view).transpose()?);
    let mut workspace = vec![0; plan.workspace_size()];
    let mut run = plan.run(&q, &k, &v).context(case.context);
    if let Some(bias) = &bias {
        run = run.bias(bias);
    }
    if let Some(lse) = &mut lse {
        run = run.lse(lse.floats());
    }
    if case.has("workspace") {
        run = run.workspace(&mut workspace);
    }
    let answer = run.into(&mut out.view_mut()?);
    case.keep([out]);
    case.keep(lse);
    answer
}

fn entry(given: &Value) -> Metadata<'static> {
    let (values, is_array) = (&given["values"], number(&given["is_array"]));
    let value = match (number::<i32>(&given["type"]), is_array) {
        (1, true) => Entry::Integers(number(values)),
        (1, false) => Entry::Integer(number(&values[0])),
        (2, true) => Entry::Reals(number(values)),
        (2, false) => Entry::Real(number(&values[0])),
        (_, true) => Entry::Texts(number(values)),
        (_, false) => Entry::Text(number(&values[0])),
    };
    Metadata { key: number(&given["key"]), value }
}

/// The layer, and what its scheme is made of.
fn model_layer_at(case: &mut Case<'_>, model: &Model) -> Result<()> {
    let l = model.layer(case.get("layer"))?;
    case.give(&l);
    if let Some(p) = l.parts {
        case.give(&p.rope);
        case.give(&p.remap);
        case.give(&p.bias);
        case.give(&p.mask);
        case.give(&p.score);
    }
    Ok(())
}
