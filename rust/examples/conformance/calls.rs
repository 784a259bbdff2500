//! Carries out the call of a case through the public interface.

use farspan::model::{Metadata, Model, Options, Value as Entry};
use farspan::{attention_merge, Plan, Problem, Result, RopeOptions, Scheme};
use serde_json::Value;

use crate::json::{filled, list, number};
use crate::memory::Memory;
use crate::{cache, eval, generated_calls, Case};

pub fn make(case: &mut Case<'_>, call: &str) -> Result<()> {
    if generated_calls::make(case, call)? {
        return Ok(());
    }
    let context = Some(case.context);
    match call {
        "scheme_probe" => {
            let scheme = scheme(case)?;
            for pair in list(&case.given["pairs"]) {
                let [query, key] = [0, 1].map(|n| number(&pair[n]));
                case.give(&scheme.probe(case.get("length"), query, key, number(&pair[2]))?);
            }
        }
        "scheme_visible" => {
            let scheme = scheme(case)?;
            for &query in case.get::<&[i64]>("queries") {
                let intervals = scheme.visible(query, case.get("keys"))?;
                case.wholes(intervals.iter().flat_map(|keys| [keys.start, keys.end]));
            }
        }
        "rope_apply" => {
            let (scheme, options) = (scheme(case)?, filled(RopeOptions::new(), &case.given["options"]));
            if !case.has("out") {
                return case.writes("in", |case, both| {
                    scheme.rope_apply_in_place(context, &options, case.get("positions"), both)
                });
            }
            case.writes("out", |case, out| {
                case.reads("in", |x| scheme.rope_apply(context, &options, case.get("positions"), x, out))
            })?;
        }
        "attention_run" => attention_run(case)?,
        "plan_tile_counts" => {
            let counts = plan(case)?.tile_counts()?;
            case.wholes([counts.skipped, counts.whole, counts.edge, counts.crossed]);
        }
        "attention" => {
            let scheme = scheme(case)?;
            case.writes("out", |case, out| {
                case.reads("q", |q| case.reads("k", |k| case.reads("v", |v| scheme.attention(context, q, k, v, out))))
            })?;
        }
        "attention_merge" => {
            let given = case.given;
            case.memory(Memory::new(&given["out_a"]), |case, a| {
                case.memory(Memory::new(&given["lse_a"]), |case, lse_a| {
                    let (a, mut lse_b) = (&mut a.view_mut(&given["out_a"])?, Memory::new(&given["lse_b"]));
                    case.reads("out_b", |b| attention_merge(context, a, lse_a.floats(), b, lse_b.floats()))
                })
            })?;
            case.outputs.reverse();
        }
        "cache_history" => cache::history(case)?,
        "model_describe" => {
            let model = model(case)?;
            case.give(&model.info());
        }
        "model_layer_at" => model_layer_at(case)?,
        "model_note_at" => {
            let (model, code, path) = (model(case)?, case.get::<i32>("code"), case.get::<&str>("path"));
            let found: Vec<_> = model.notes().filter(|note| note.code.0 == code && note.path == path).collect();
            case.wholes([found.last().map_or(-1, |note| note.severity.0.into()), found.len() as i64]);
            case.wholes(found.iter().take(1).flat_map(|note| note.text.bytes()).map(i64::from));
        }
        _ => eval::make(case, call)?,
    }
    Ok(())
}

/// Of the case, or of the layer of its model.
pub fn scheme(case: &mut Case<'_>) -> Result<Scheme> {
    if !case.one["model"].is_object() {
        return case.scheme_of(case.one);
    }
    let model = model(case)?;
    let layer = model.layer(number(&case.one["model"]["layer"]))?;
    layer.parts.expect("softmax attention").builder().build()
}

fn plan(case: &mut Case<'_>) -> Result<Plan> {
    let scheme = scheme(case)?;
    let problem = filled(Problem::new(), &case.given["problem"]);
    case.during("plan_create", |case| Plan::new(Some(case.context), &scheme, &problem))
}

fn attention_run(case: &mut Case<'_>) -> Result<()> {
    let given = case.given;
    let [q, k, v] = ["q", "k", "v"].map(|name| Memory::new(&given[name]));
    let rows: i64 = number::<&[i64]>(&given["q"]["shape"])[..3].iter().product();
    let bias = given.get("bias").map(Memory::new);
    let plan = plan(case)?;
    let mut workspace = vec![0; plan.workspace_size()];
    let mut lse = given.get("lse").map(|_| vec![0.0; rows as usize]);
    case.writes("out", |case, out| {
        let (q, k, v) = (q.view(&given["q"])?, k.view(&given["k"])?, v.view(&given["v"])?);
        let bias = bias.as_ref().map(|memory| memory.view(&given["bias"])).transpose()?;
        let mut run = plan.run(&q, &k, &v).context(case.context);
        if let Some(bias) = &bias {
            run = run.bias(bias);
        }
        if let Some(lse) = &mut lse {
            run = run.lse(lse);
        }
        if case.has("workspace") {
            run = run.workspace(&mut workspace);
        }
        run.into(out)
    })?;
    lse.into_iter().for_each(|lse| case.add(Memory::F32(lse)));
    Ok(())
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

fn model(case: &mut Case<'_>) -> Result<Model> {
    let given = &case.one["model"];
    let (options, context) = (filled(Options::new(), &given["options"]), Some(case.context));
    if let Some(entries) = given.get("metadata") {
        let entries: Vec<_> = list(entries).iter().map(entry).collect();
        return case.during("model_from_metadata", |_| Model::from_metadata(context, &entries, &options));
    }
    if let Some(file) = given.get("gguf") {
        let digits: &str = number(file);
        let byte = |n| u8::from_str_radix(&digits[n..n + 2], 16).expect("hexadecimal digits");
        let file: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
        return case.during("model_from_gguf", |_| Model::from_gguf(context, &file, &options));
    }
    let text: &str = number(&given["config"]);
    case.during("model_from_config", |_| Model::from_config_json(context, text, &options))
}

fn model_layer_at(case: &mut Case<'_>) -> Result<()> {
    let model = model(case)?;
    let l = model.layer(case.get("layer"))?;
    case.wholes([l.kind.0.into(), l.alike, l.query_heads, l.key_heads, l.head_dim, l.value_dim, l.window]);
    case.reals([l.attention_scale]);
    match l.parts {
        Some(p) => {
            case.wholes([p.rope.method.0, p.rope.layout.0, p.rope.rotary_dim, p.rope.rotary_offset].map(i64::from));
            case.wholes([p.remap.method.0.into(), p.bias.method.0.into(), p.mask.window_left, p.mask.chunk]);
            case.wholes([p.score.temperature.0.into()]);
            case.reals([p.rope.base, p.score.softcap, p.score.trained_length]);
        }
        None => {
            case.wholes([0; 9]);
            case.reals([0.0; 3]);
        }
    }
    Ok(())
}
