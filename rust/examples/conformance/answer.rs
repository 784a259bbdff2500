//! Carries out the call of a case through the public interface.

use farspan::{
    attention_merge, fire_fill, position_lookup, sinusoidal_fill, Context, Direction, Error, Plan, RopeOptions, Scheme,
    Side, Sinusoidal,
};
use serde_json::Value;

use crate::cache;
use crate::config::{make_scheme, with_fire, with_problem};
use crate::eval;
use crate::json;
use crate::memory::Memory;
use crate::model;

/// What failed, why, and whether an output was written all the same.
pub struct Failure {
    pub function: String,
    pub error: Error,
    pub touched: bool,
}

pub type Outputs = Result<Vec<Memory>, Failure>;

pub fn failure(function: &str) -> impl FnOnce(Error) -> Failure + '_ {
    move |error| Failure { function: function.to_owned(), error, touched: false }
}

/// The outputs after a call, or its failure.
pub fn finish(function: &str, result: farspan::Result<()>, before: Vec<Memory>, after: Vec<Memory>) -> Outputs {
    match result {
        Ok(()) => Ok(after),
        Err(error) => Err(Failure { function: function.to_owned(), error, touched: before != after }),
    }
}

pub fn answer(case: &Value, context: &Context) -> Outputs {
    let (call, arguments) = (json::text(&case["call"]), &case["arguments"]);
    if let Some(outputs) = eval::answer(call, context, arguments) {
        return outputs;
    }
    let scheme = || match case.get("model") {
        Some(given) => model::make_scheme(given),
        None => make_scheme(case).map_err(failure("scheme_from_json")),
    };
    match call {
        "rope_frequencies" => rope_frequencies(call, &scheme()?, arguments),
        "scheme_probe" => scheme_probe(&scheme()?, arguments).map_err(failure(call)),
        "scheme_to_json" => {
            scheme()?.to_json().map(|text| vec![Memory::Text(text.into_bytes())]).map_err(failure(call))
        }
        "scheme_visible" => scheme_visible(&scheme()?, arguments).map_err(failure(call)),
        "rope_apply" => rope_apply(call, context, &scheme()?, arguments),
        "bias_fill" => bias_fill(call, &scheme()?, arguments),
        "sinusoidal_fill" => fill_sinusoidal(call, arguments),
        "position_lookup" => look_up(call, arguments),
        "fire_fill" => fill_fire(call, arguments),
        "attention_run" => attention_run(call, &make_plan(context, &scheme()?, arguments)?, context, arguments),
        "plan_tile_counts" => tile_counts(&make_plan(context, &scheme()?, arguments)?).map_err(failure(call)),
        "attention" => attention(call, context, &scheme()?, arguments),
        "attention_merge" => merge(call, arguments),
        "cache_history" => cache::history(context, arguments),
        "model_describe" => Ok(model::describe(&model::make_model(&case["model"])?)),
        "model_layer_at" => model::layer_at(&model::make_model(&case["model"])?, arguments).map_err(failure(call)),
        "model_note_at" => Ok(model::note_at(&model::make_model(&case["model"])?, arguments)),
        other => panic!("unknown call {}", other),
    }
}

fn rope_frequencies(call: &str, scheme: &Scheme, arguments: &Value) -> Outputs {
    let before = vec![0.0; json::number::<i64>(&arguments["count"]) as usize];
    let (mut inv_freq, mut magnitude) = (before.clone(), 0.0);
    let result = scheme.rope_frequencies(json::number(&arguments["length"]), &mut inv_freq).map(|m| magnitude = m);
    let memories = |inv_freq, magnitude| vec![Memory::F64(inv_freq), Memory::F64(vec![magnitude])];
    finish(call, result, memories(before, 0.0), memories(inv_freq, magnitude))
}

fn scheme_probe(scheme: &Scheme, arguments: &Value) -> farspan::Result<Vec<Memory>> {
    let mut numbers = Vec::new();
    for pair in json::list(&arguments["pairs"]) {
        let head = json::number(&pair[2]);
        let probe =
            scheme.probe(json::number(&arguments["length"]), json::number(&pair[0]), json::number(&pair[1]), head)?;
        numbers.extend([f64::from(u8::from(probe.visible)), probe.branch.into()]);
        numbers.extend([probe.query_angle_position, probe.key_angle_position, probe.relative_position]);
        numbers.extend([probe.bias, probe.scale, probe.magnitude]);
    }
    Ok(vec![Memory::F64(numbers)])
}

fn scheme_visible(scheme: &Scheme, arguments: &Value) -> farspan::Result<Vec<Memory>> {
    let mut bounds = Vec::new();
    for query in json::numbers(&arguments["queries"]) {
        let intervals = scheme.visible(query, json::number(&arguments["keys"]))?;
        bounds.extend(intervals.iter().flat_map(|keys| [keys.start, keys.end]));
    }
    Ok(vec![Memory::I64(bounds)])
}

fn rope_apply(call: &str, context: &Context, scheme: &Scheme, arguments: &Value) -> Outputs {
    let options = RopeOptions {
        side: Side(json::or_zero(arguments, "side")),
        branch: json::or_zero(arguments, "branch"),
        direction: Direction(json::or_zero(arguments, "direction")),
        length: json::or_zero(arguments, "length"),
        axis_stride: json::or_zero(arguments, "axis_stride"),
        xpos_centre: json::or_zero(arguments, "xpos_centre"),
    };
    let positions: Option<Vec<i64>> = json::array(arguments, "positions");
    let positions = positions.as_deref();
    let mut input = Memory::new(&arguments["in"]);
    let (result, before, after) = match arguments.get("out") {
        Some(description) => {
            let mut out = Memory::new(description);
            let before = out.clone();
            let result = input.view(&arguments["in"]).and_then(|input| {
                scheme.rope_apply(Some(context), &options, positions, &input, &mut out.view_mut(description)?)
            });
            (result, before, out)
        }
        None => {
            let before = input.clone();
            let result = input
                .view_mut(&arguments["in"])
                .and_then(|mut tensor| scheme.rope_apply_in_place(Some(context), &options, positions, &mut tensor));
            (result, before, input)
        }
    };
    finish(call, result, vec![before], vec![after])
}

fn bias_fill(call: &str, scheme: &Scheme, arguments: &Value) -> Outputs {
    let mut out = vec![0.0; json::number::<i64>(&arguments["count"]) as usize];
    let before = out.clone();
    let (head, length) = (json::number(&arguments["head"]), json::number(&arguments["length"]));
    let result = scheme.bias_fill(None, head, length, json::number(&arguments["first_distance"]), &mut out);
    finish(call, result, vec![Memory::F32(before)], vec![Memory::F32(out)])
}

/// A call whose only output is the tensor `out`.
fn fill(
    call: &str,
    arguments: &Value,
    write: impl FnOnce(&mut farspan::TensorMut<'_>) -> farspan::Result<()>,
) -> Outputs {
    let mut out = Memory::new(&arguments["out"]);
    let before = out.clone();
    let result = out.view_mut(&arguments["out"]).and_then(|mut tensor| write(&mut tensor));
    finish(call, result, vec![before], vec![out])
}

fn fill_sinusoidal(call: &str, arguments: &Value) -> Outputs {
    let layout = Sinusoidal(json::number(&arguments["layout"]));
    let (first, base) = (json::number(&arguments["first"]), json::number(&arguments["base"]));
    fill(call, arguments, |out| sinusoidal_fill(None, layout, first, base, out))
}

fn look_up(call: &str, arguments: &Value) -> Outputs {
    let table = Memory::new(&arguments["table"]);
    let positions: Option<Vec<i64>> = json::array(arguments, "positions");
    fill(call, arguments, |out| position_lookup(None, &table.view(&arguments["table"])?, positions.as_deref(), out))
}

fn fill_fire(call: &str, arguments: &Value) -> Outputs {
    let [queries, keys] = ["query_positions", "key_positions"].map(|key| json::array::<i64>(arguments, key));
    with_fire(&arguments["config"], |config| {
        fill(call, arguments, |out| fire_fill(None, config, queries.as_deref(), keys.as_deref(), out))
    })
}

fn make_plan(context: &Context, scheme: &Scheme, arguments: &Value) -> Result<Plan, Failure> {
    with_problem(&arguments["problem"], |problem| Plan::new(Some(context), scheme, problem))
        .map_err(failure("plan_create"))
}

fn tile_counts(plan: &Plan) -> farspan::Result<Vec<Memory>> {
    let counts = plan.tile_counts()?;
    Ok(vec![Memory::I64(vec![counts.skipped, counts.whole, counts.edge, counts.crossed])])
}

fn attention_run(call: &str, plan: &Plan, context: &Context, arguments: &Value) -> Outputs {
    let is_true = |key| arguments.get(key).map_or(false, |value| value == true);
    let [q, k, v] = ["q", "k", "v"].map(|name| Memory::new(&arguments[name]));
    let bias = arguments.get("bias").map(|description| (Memory::new(description), description));
    let rows = json::numbers::<i64>(&arguments["out"]["shape"])[..3].iter().product::<i64>() as usize;
    let mut memories = vec![Memory::new(&arguments["out"])];
    if is_true("lse") {
        memories.push(Memory::F32(vec![0.0; rows]));
    }
    let before = memories.clone();
    let mut workspace = vec![0; plan.workspace_size()];
    let (out, lse) = memories.split_at_mut(1);
    let mut run = || {
        let (q, k, v) = (q.view(&arguments["q"])?, k.view(&arguments["k"])?, v.view(&arguments["v"])?);
        let bias = bias.as_ref().map(|(memory, description)| memory.view(description)).transpose()?;
        let mut run = plan.run(&q, &k, &v).context(context);
        if let Some(bias) = &bias {
            run = run.bias(bias);
        }
        if let Some(lse) = lse.first_mut() {
            run = run.lse(lse.floats());
        }
        if is_true("workspace") {
            run = run.workspace(&mut workspace);
        }
        run.into(&mut out[0].view_mut(&arguments["out"])?)
    };
    let result = run();
    finish(call, result, before, memories)
}

fn attention(call: &str, context: &Context, scheme: &Scheme, arguments: &Value) -> Outputs {
    let [q, k, v] = ["q", "k", "v"].map(|name| Memory::new(&arguments[name]));
    fill(call, arguments, |out| {
        let (q, k, v) = (q.view(&arguments["q"])?, k.view(&arguments["k"])?, v.view(&arguments["v"])?);
        scheme.attention(Some(context), &q, &k, &v, out)
    })
}

fn merge(call: &str, arguments: &Value) -> Outputs {
    let [mut out_a, mut lse_a, out_b, mut lse_b] =
        ["out_a", "lse_a", "out_b", "lse_b"].map(|name| Memory::new(&arguments[name]));
    let before = vec![out_a.clone(), lse_a.clone()];
    let result = out_a.view_mut(&arguments["out_a"]).and_then(|mut a| {
        attention_merge(None, &mut a, lse_a.floats(), &out_b.view(&arguments["out_b"])?, lse_b.floats())
    });
    finish(call, result, before, vec![out_a, lse_a])
}
