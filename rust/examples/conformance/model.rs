//! Cases about models.

use farspan::model::{Extension, LayerKind, Metadata, Model, Options, Release, Value as Entry};
use farspan::{Angle, Scheme};
use serde_json::Value;

use crate::answer::{failure, Failure};
use crate::json::{self, Number};
use crate::memory::Memory;

macro_rules! options {
    ($($name:ident),*) => {
        $(impl Number for $name {
            fn read(value: &Value) -> Option<Self> {
                i32::read(value).map($name)
            }
        })*
    };
}
options!(Release, Extension, Angle);

/// Calls `use_options` with the options of a model, whose arrays live for the call.
fn with_options<T>(given: &Value, use_options: impl FnOnce(&Options<'_>) -> T) -> T {
    let object = given.get("options").unwrap_or(&Value::Null);
    let floats = |key| json::array::<f32>(object, key);
    let doubles = |key| json::array::<f64>(object, key);
    let (t5_encoder, t5_decoder) = (floats("t5_encoder"), floats("t5_decoder"));
    let (rope_freqs, rope_short, rope_long) = (doubles("rope_freqs"), doubles("rope_short"), doubles("rope_long"));
    let defaults = Options::new();
    let number = |key, default| object.get(key).map_or(default, json::number);
    use_options(&Options {
        release: object.get("release").map_or(defaults.release, json::number),
        angle: object.get("angle").map_or(defaults.angle, json::number::<Angle>),
        extension: object.get("extension").map_or(defaults.extension, json::number),
        target_length: number("target_length", defaults.target_length),
        window: number("window", defaults.window),
        group: number("group", defaults.group),
        t5_encoder: t5_encoder.as_deref(),
        t5_decoder: t5_decoder.as_deref(),
        rope_freqs: rope_freqs.as_deref(),
        rope_short: rope_short.as_deref(),
        rope_long: rope_long.as_deref(),
    })
}

/// The values of an entry of GGUF metadata, which [`Entry`] borrows.
enum Values<'a> {
    Integers(Vec<i64>),
    Reals(Vec<f64>),
    Texts(Vec<&'a str>),
}

impl<'a> Values<'a> {
    fn of(entry: &'a Value) -> Self {
        match json::number::<i32>(&entry["type"]) {
            1 => Values::Integers(json::numbers(&entry["values"])),
            2 => Values::Reals(json::numbers(&entry["values"])),
            _ => Values::Texts(json::list(&entry["values"]).iter().map(json::text).collect()),
        }
    }

    fn entry<'b>(&'b self, is_array: bool) -> Entry<'b> {
        match self {
            Values::Integers(values) if is_array => Entry::Integers(values),
            Values::Integers(values) => Entry::Integer(values[0]),
            Values::Reals(values) if is_array => Entry::Reals(values),
            Values::Reals(values) => Entry::Real(values[0]),
            Values::Texts(values) if is_array => Entry::Texts(values),
            Values::Texts(values) => Entry::Text(values[0]),
        }
    }
}

fn read_metadata(list: &[Value], options: &Options<'_>) -> farspan::Result<Model> {
    let values: Vec<_> = list.iter().map(Values::of).collect();
    let entry = |(entry, values)| -> Metadata<'_> {
        let (entry, values): (&Value, &Values<'_>) = (entry, values);
        Metadata { key: json::text(&entry["key"]), value: values.entry(json::number(&entry["is_array"])) }
    };
    Model::from_metadata(None, &list.iter().zip(&values).map(entry).collect::<Vec<_>>(), options)
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len())
        .step_by(2)
        .map(|n| u8::from_str_radix(&hexadecimal[n..n + 2], 16).expect("hexadecimal digits"))
        .collect()
}

/// The model of a case.
pub fn make_model(given: &Value) -> Result<Model, Failure> {
    with_options(given, |options| match (given.get("metadata"), given.get("gguf")) {
        (Some(list), _) => read_metadata(json::list(list), options).map_err(failure("model_from_metadata")),
        (_, Some(file)) => {
            Model::from_gguf(None, &bytes(json::text(file)), options).map_err(failure("model_from_gguf"))
        }
        _ => Model::from_config_json(None, json::text(&given["config"]), options).map_err(failure("model_from_config")),
    })
}

/// The scheme of the layer that the case names.
pub fn make_scheme(given: &Value) -> Result<Scheme, Failure> {
    let model = make_model(given)?;
    let layer = model.layer(json::number(&given["layer"])).map_err(failure("model_layer_at"))?;
    layer.parts.expect("softmax attention").builder().build().map_err(failure("scheme_create"))
}

pub fn describe(model: &Model) -> Vec<Memory> {
    let i = model.info();
    let whole = vec![
        i.absolute.0.into(),
        i.layers,
        i.encoder_layers,
        i.query_heads,
        i.key_heads,
        i.head_dim,
        i.value_dim,
        i.hidden,
        i.vocabulary,
        i.context,
        i.trained_context,
        i.usable_context,
        i.usable_context_most,
        i.absolute_rows,
        i.absolute_offset,
        i.layer_kinds,
    ];
    vec![Memory::I64(whole), Memory::F64(vec![i.final_softcap])]
}

pub fn layer_at(model: &Model, arguments: &Value) -> farspan::Result<Vec<Memory>> {
    let l = model.layer(json::number(&arguments["layer"]))?;
    let mut whole = vec![l.kind.0.into(), l.alike, l.query_heads, l.key_heads, l.head_dim, l.value_dim, l.window];
    let mut real = vec![l.attention_scale];
    match l.parts {
        Some(p) => {
            whole.extend([p.rope.method.0, p.rope.layout.0, p.rope.rotary_dim, p.rope.rotary_offset].map(i64::from));
            whole.extend([p.remap.method.0.into(), p.bias.method.0.into(), p.mask.window_left, p.mask.chunk]);
            whole.push(p.score.temperature.0.into());
            real.extend([p.rope.base, p.score.softcap, p.score.trained_length]);
        }
        None => {
            assert_eq!(l.kind, LayerKind::OTHER);
            whole.extend([0; 9]);
            real.extend([0.0; 3]);
        }
    }
    Ok(vec![Memory::I64(whole), Memory::F64(real)])
}

pub fn note_at(model: &Model, arguments: &Value) -> Vec<Memory> {
    let (code, path) = (json::number::<i32>(&arguments["code"]), json::text(&arguments["path"]));
    let found: Vec<_> = model.notes().filter(|note| note.code.0 == code && note.path == path).collect();
    let mut numbers = vec![found.last().map_or(-1, |note| note.severity.0.into()), found.len() as i64];
    numbers.extend(found.iter().take(1).flat_map(|note| note.text.bytes()).map(i64::from));
    vec![Memory::I64(numbers)]
}
