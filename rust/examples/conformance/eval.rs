//! The calls of eval.h.

use farspan::eval::{
    bleu_bootstrap, bootstrap_mean, judge, needle_place, passkey, passkey_check, rouge, rouge_tokens, token_nll,
    token_nll_grad, token_nll_grad_in_place, tokenize, BleuConfig, BleuCounts, BootstrapConfig, Bos, ChrfConfig,
    ChrfCounts, Interval, Loss, LossCurve, PasskeyConfig, PasskeyForm, RougeConfig, RougeKind, Smoothing, Tokenizer,
    Verdict, Windows, WindowsConfig, WindowsKind,
};
use farspan::Context;
use serde_json::Value;

use crate::answer::{failure, finish, Outputs};
use crate::config::set;
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
options!(WindowsKind, Bos, Tokenizer, Smoothing, RougeKind, PasskeyForm);

impl Number for u64 {
    fn read(value: &Value) -> Option<u64> {
        value.as_u64()
    }
}

/// Answers a call, or `None` if it is not of eval.h.
pub fn answer(call: &str, context: &Context, arguments: &Value) -> Option<Outputs> {
    Some(match call {
        "token_nll" => losses(call, context, arguments),
        "token_nll_grad" => gradient(call, context, arguments),
        "windows_count" | "windows_get" => windows(call, arguments),
        "loss_add" | "loss_merge" => accumulate(call, arguments),
        "loss_add_by_context" => curve(call, arguments),
        "judge" => verdict(call, arguments),
        "verdict_name" => {
            let verdict = Verdict(json::number(&arguments["verdict"]));
            Ok(vec![text(verdict.name().expect("a known verdict"))])
        }
        "tokenize" => {
            let tokenizer = json::number(&arguments["tokenizer"]);
            tokenize(None, tokenizer, json::number(&arguments["lowercase"]), json::text(&arguments["text"]))
                .map(|tokens| vec![text(&tokens)])
                .map_err(failure(call))
        }
        "bleu_score" | "bleu_merge" | "bleu_add_tokens" => bleu(call, arguments),
        "bleu_signature" => bleu_config(&arguments["config"])
            .signature(json::number(&arguments["references"]))
            .map(|signature| vec![text(&signature)])
            .map_err(failure(call)),
        "chrf_score" | "chrf_merge" => chrf(call, arguments),
        "rouge" | "rouge_tokens" => overlap(call, arguments),
        "bootstrap_mean" => {
            let values = json::numbers::<f64>(&arguments["values"]);
            bootstrap_mean(Some(context), &bootstrap_config(arguments), &values).map(interval).map_err(failure(call))
        }
        "bleu_bootstrap" => resample(call, context, arguments),
        "passkey_make" => make_passkey(call, arguments),
        "passkey_check" => passkey_check(None, json::text(&arguments["generated"]), json::number(&arguments["key"]))
            .map(|correct| vec![Memory::I64(vec![correct.into()])])
            .map_err(failure(call)),
        "needle_place" => place_needle(call, arguments),
        _ => return None,
    })
}

fn text(content: &str) -> Memory {
    Memory::Text(content.as_bytes().to_vec())
}

fn losses(call: &str, context: &Context, arguments: &Value) -> Outputs {
    let (logits, targets) = (Memory::new(&arguments["logits"]), json::numbers(&arguments["targets"]));
    let before = vec![0.0; targets.len()];
    let mut nll = before.clone();
    let result = logits.view(&arguments["logits"]).and_then(|logits| {
        token_nll(Some(context), &logits, &targets, json::number(&arguments["ignore_index"]), &mut nll)
    });
    finish(call, result, vec![Memory::F64(before)], vec![Memory::F64(nll)])
}

fn gradient(call: &str, context: &Context, arguments: &Value) -> Outputs {
    let mut logits = Memory::new(&arguments["logits"]);
    let (targets, ignored) = (json::numbers(&arguments["targets"]), json::number(&arguments["ignore_index"]));
    let weights: Option<Vec<f32>> = json::array(arguments, "weights");
    let weights = weights.as_deref();
    let (result, before, after) = match arguments.get("grad") {
        Some(description) => {
            let mut grad = Memory::new(description);
            let before = grad.clone();
            let result = logits.view(&arguments["logits"]).and_then(|logits| {
                let mut grad = grad.view_mut(description)?;
                token_nll_grad(Some(context), &logits, &targets, ignored, weights, &mut grad)
            });
            (result, before, grad)
        }
        None => {
            let before = logits.clone();
            let result = logits
                .view_mut(&arguments["logits"])
                .and_then(|mut both| token_nll_grad_in_place(Some(context), &mut both, &targets, ignored, weights));
            (result, before, logits)
        }
    };
    finish(call, result, vec![before], vec![after])
}

fn windows(call: &str, arguments: &Value) -> Outputs {
    let object = &arguments["config"];
    let mut config = WindowsConfig::new(json::number(&object["kind"]));
    set!(config, object, [], [kind, bos, tokens, length, stride, segment]);
    let windows = Windows::new(&config).map_err(failure("windows_count"))?;
    if call == "windows_count" {
        return Ok(vec![Memory::I64(vec![windows.len() as i64])]);
    }
    let mut numbers = Vec::new();
    for index in json::numbers(&arguments["indices"]) {
        let w = windows.get(index).map_err(failure(call))?;
        numbers.extend([w.bos.into(), w.begin, w.end, w.first_scored, w.rows, w.first_row]);
    }
    Ok(vec![Memory::I64(numbers)])
}

fn summaries(losses: &[Loss]) -> Outputs {
    let (mut tokens, mut means) = (Vec::new(), Vec::new());
    for loss in losses {
        let s = loss.summary().map_err(failure("loss_summarize"))?;
        tokens.push(s.tokens);
        means.extend([s.nll, s.standard_error, s.perplexity, s.bits_per_token, s.bits_per_byte]);
    }
    Ok(vec![Memory::I64(tokens), Memory::F64(means)])
}

fn empty(arguments: &Value, key: &str) -> Loss {
    let block_tokens = arguments.get(key).unwrap_or(&arguments["block_tokens"]);
    Loss { block_tokens: json::number(block_tokens), ..Loss::new() }
}

fn add_parts(loss: &mut Loss, parts: &Value) -> farspan::Result<()> {
    for part in json::list(parts) {
        let (nll, bytes) = (json::numbers::<f64>(&part["nll"]), json::number(&part["bytes"]));
        match json::array::<i64>(part, "targets") {
            Some(targets) => loss.add_scored(None, &nll, &targets, json::number(&part["ignore_index"]), bytes)?,
            None => loss.add(None, &nll, bytes)?,
        }
    }
    Ok(())
}

fn accumulate(call: &str, arguments: &Value) -> Outputs {
    let mut loss = empty(arguments, "block_tokens");
    add_parts(&mut loss, &arguments["parts"]).map_err(failure("loss_add"))?;
    if call == "loss_merge" {
        let mut from = empty(arguments, "from_block_tokens");
        add_parts(&mut from, &arguments["from"]).map_err(failure("loss_add"))?;
        loss.merge(&from).map_err(failure(call))?;
    }
    summaries(&[loss])
}

fn curve(call: &str, arguments: &Value) -> Outputs {
    let edges = json::numbers::<i64>(&arguments["edges"]);
    let mut curve = LossCurve::new(&edges, empty(arguments, "block_tokens")).map_err(failure(call))?;
    for part in json::list(&arguments["parts"]) {
        let (nll, first) = (json::numbers::<f64>(&part["nll"]), json::number(&part["first_context"]));
        match json::array::<i64>(part, "targets") {
            Some(targets) => curve.add_scored(None, first, &nll, &targets, json::number(&part["ignore_index"])),
            None => curve.add(None, first, &nll),
        }
        .map_err(failure(call))?;
    }
    summaries(curve.buckets())
}

fn verdict(call: &str, arguments: &Value) -> Outputs {
    let (lengths, nll) = (json::numbers::<i64>(&arguments["lengths"]), json::numbers::<f64>(&arguments["nll"]));
    let v = judge(None, &lengths, &nll, json::number(&arguments["trained_length"])).map_err(failure(call))?;
    let whole = vec![v.verdict.0.into(), v.reference_length, v.worst_length];
    Ok(vec![Memory::I64(whole), Memory::F64(vec![v.worst_ratio])])
}

fn bleu_config(object: &Value) -> BleuConfig {
    let mut config = BleuConfig::new();
    set!(config, object, [], [tokenizer, smoothing, max_order, lowercase, effective_order, smoothing_value]);
    config
}

fn texts(segment: &Value) -> Vec<Option<&str>> {
    json::list(&segment["references"]).iter().map(Value::as_str).collect()
}

fn ids(segment: &Value) -> Vec<Option<Vec<i64>>> {
    let list = |value: &Value| (!value.is_null()).then(|| json::numbers(value));
    json::list(&segment["references"]).iter().map(list).collect()
}

fn count(counts: &mut BleuCounts, config: &BleuConfig, segment: &Value) -> Result<(), crate::answer::Failure> {
    match segment["hypothesis"].as_str() {
        Some(hypothesis) => counts.add(None, config, hypothesis, &texts(segment)).map_err(failure("bleu_add")),
        None => counts
            .add_tokens(None, config, &json::numbers::<i64>(&segment["hypothesis"]), &ids(segment))
            .map_err(failure("bleu_add_tokens")),
    }
}

fn bleu(call: &str, arguments: &Value) -> Outputs {
    let config = bleu_config(&arguments["config"]);
    let mut halves = [BleuCounts::new(); 2];
    for (n, segment) in json::list(&arguments["segments"]).iter().enumerate() {
        count(&mut halves[if call == "bleu_merge" { n % 2 } else { 0 }], &config, segment)?;
    }
    let [mut counts, half] = halves;
    counts.merge(&half).map_err(failure("bleu_merge"))?;
    let result = counts.score(&config).map_err(failure("bleu_score"))?;
    let mut values = vec![result.score, result.brevity_penalty];
    values.extend(result.precisions);
    values.extend([result.hypothesis_length as f64, result.reference_length as f64]);
    Ok(vec![Memory::F64(values)])
}

fn chrf(call: &str, arguments: &Value) -> Outputs {
    let (mut config, object) = (ChrfConfig::new(), &arguments["config"]);
    set!(config, object, [], [char_order, word_order, lowercase, whitespace, every_order, beta]);
    let mut halves = [ChrfCounts::new(); 2];
    for (n, segment) in json::list(&arguments["segments"]).iter().enumerate() {
        halves[if call == "chrf_merge" { n % 2 } else { 0 }]
            .add(None, &config, json::text(&segment["hypothesis"]), &texts(segment))
            .map_err(failure("chrf_add"))?;
    }
    let [mut counts, half] = halves;
    counts.merge(&half).map_err(failure("chrf_merge"))?;
    Ok(vec![Memory::F64(vec![counts.score(&config).map_err(failure("chrf_score"))?])])
}

fn overlap(call: &str, arguments: &Value) -> Outputs {
    let object = &arguments["config"];
    let mut config = RougeConfig::new(json::number(&object["kind"]));
    set!(config, object, [], [kind, order, stem]);
    let result = match arguments["hypothesis"].as_str() {
        Some(hypothesis) => rouge(None, &config, hypothesis, &texts(arguments)),
        None => rouge_tokens(None, &config, &json::numbers::<i64>(&arguments["hypothesis"]), &ids(arguments)),
    };
    let r = result.map_err(failure(call))?;
    Ok(vec![Memory::F64(vec![r.precision, r.recall, r.f_measure, r.reference as f64])])
}

fn bootstrap_config(arguments: &Value) -> BootstrapConfig {
    let (mut config, object) = (BootstrapConfig::new(), &arguments["config"]);
    set!(config, object, [], [samples, seed, confidence]);
    config
}

fn interval(interval: Interval) -> Vec<Memory> {
    vec![Memory::F64(vec![interval.low, interval.median, interval.high, interval.mean])]
}

fn resample(call: &str, context: &Context, arguments: &Value) -> Outputs {
    let bleu = bleu_config(&arguments["bleu"]);
    let mut segments = Vec::new();
    for segment in json::list(&arguments["segments"]) {
        let mut counts = BleuCounts::new();
        count(&mut counts, &bleu, segment)?;
        segments.push(counts);
    }
    bleu_bootstrap(Some(context), &bootstrap_config(arguments), &bleu, &segments).map(interval).map_err(failure(call))
}

fn make_passkey(call: &str, arguments: &Value) -> Outputs {
    let object = &arguments["config"];
    let mut config = PasskeyConfig::new(json::number(&object["form"]));
    set!(config, object, [], [form, length, seed, depth, lowest_key, highest_key]);
    let made = passkey(None, &config).map_err(failure(call))?;
    let numbers = vec![made.key, made.told.start as i64, made.told.end as i64, made.text.len() as i64];
    Ok(vec![text(&made.text), Memory::I64(numbers), Memory::F64(vec![made.depth])])
}

fn place_needle(call: &str, arguments: &Value) -> Outputs {
    let [hay, needle, question] = ["haystack", "needle", "question"].map(|key| json::numbers::<i64>(&arguments[key]));
    let before = vec![0; json::number::<i64>(&arguments["length"]) as usize];
    let (mut out, mut position) = (before.clone(), 0);
    let boundary: Option<Vec<i64>> = arguments.get("boundary").map(|one| vec![json::number(one)]);
    let result =
        needle_place(None, &hay, &needle, &question, json::number(&arguments["depth"]), boundary.as_deref(), &mut out)
            .map(|begin| position = begin);
    let memories = |out, position| vec![Memory::I64(out), Memory::I64(vec![position])];
    finish(call, result, memories(before, 0), memories(out, position))
}
