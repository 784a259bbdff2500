//! Answers the conformance vectors: `conformance DIRECTORY ISA THREADS`, see `tests/vectors/conformance/README.md`.

mod answer;
mod cache;
mod config;
mod eval;
mod json;
mod memory;
mod model;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use farspan::{Context, ContextConfig, Isa};
use serde_json::Value;
use sha2::{Digest, Sha256};

use answer::{answer, Failure};
use memory::Memory;

/// The first value that differs from what is expected, or `None`.
fn difference(expected: &Value, outputs: &[Memory]) -> Option<String> {
    let expected = json::list(&expected["outputs"]);
    if expected.len() != outputs.len() {
        return Some(format!("{} outputs are expected, not {}", expected.len(), outputs.len()));
    }
    for (number, (expected, output)) in expected.iter().zip(outputs).enumerate() {
        if let Some(text) = expected.get("text") {
            if output.bytes() != json::text(text).as_bytes() {
                let got = String::from_utf8_lossy(&output.bytes()).into_owned();
                return Some(format!("output {} is {:?}: {} is expected", number, got, text));
            }
            continue;
        }
        let values = json::list(&expected["values"]);
        let at: Vec<usize> = match expected.get("at") {
            Some(at) => json::numbers::<i64>(at).iter().map(|&index| index as usize).collect(),
            None => (0..output.len()).collect(),
        };
        if at.len() != values.len() {
            return Some(format!("output {} has {} entries, not {}", number, at.len(), values.len()));
        }
        for (n, (&index, value)) in at.iter().zip(values).enumerate() {
            let (got, value) = (output.number(index), json::number::<f64>(value));
            let tolerance = &expected["tolerance"];
            let tolerance = json::number::<f64>(if tolerance.is_array() { &tolerance[n] } else { tolerance });
            let close = if value.is_finite() { (got - value).abs() <= tolerance } else { got == value };
            if !close {
                return Some(format!(
                    "output {} [{}] is {}: {} within {} is expected",
                    number, index, got, value, tolerance
                ));
            }
        }
    }
    None
}

/// What is wrong with an answer, or `None`. Adds the answer to the digest.
fn judge(case: &Value, context: &Context, digest: &mut Sha256) -> Option<String> {
    let expected = case.get("status").map_or(0, json::number::<i32>);
    digest.update(format!("{}\n", json::text(&case["name"])));
    match answer(case, context) {
        Ok(outputs) => {
            digest.update(0i32.to_le_bytes());
            outputs.iter().for_each(|output| digest.update(output.bytes()));
            match expected {
                0 => difference(case, &outputs),
                _ => Some(format!("succeeded: status {} is expected", expected)),
            }
        }
        Err(Failure { function, error, touched }) => {
            digest.update(error.status().code().to_le_bytes());
            digest.update(error.argument().to_le_bytes());
            digest.update(format!("{}\n", error.message()));
            let wanted = || (expected, case["argument"].as_i64(), case["failing"].as_str());
            let got = (error.status().code(), Some(error.argument().into()), Some(function.as_str()));
            match () {
                () if expected == 0 => Some(format!("{} failed: {}", function, error)),
                () if got != wanted() => Some(format!("{:?} is expected, not {:?}: {}", wanted(), got, error)),
                () if !error.message().contains(case.get("message").map_or("", json::text)) => {
                    Some(format!("the message lacks {}: {}", case["message"], error))
                }
                () if touched => Some("an output was written although the call failed".to_owned()),
                () => None,
            }
        }
    }
}

fn find_isa(name: &str) -> Option<Isa> {
    [Isa::SCALAR, Isa::AVX2, Isa::AVX512, Isa::NEON].into_iter().find(|isa| isa.name() == Some(name))
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let (directory, isa, threads) = match &arguments[..] {
        [_, directory, isa, threads] => (directory, isa, threads),
        _ => return Err("usage: conformance DIRECTORY ISA THREADS".into()),
    };
    let config = ContextConfig { threads: threads.parse()?, isa: find_isa(isa).ok_or("unknown ISA")? };
    let context = Context::new(&config)?;

    let mut files =
        std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>()?;
    files.retain(|path| path.extension().map_or(false, |extension| extension == "json"));
    files.sort();

    let (mut cases, mut failed, mut digest) = (0, 0, Sha256::new());
    for file in files {
        let content: Value = serde_json::from_slice(&std::fs::read(file)?)?;
        for case in json::list(&content["cases"]) {
            cases += 1;
            if let Some(why) = judge(case, &context, &mut digest) {
                failed += 1;
                eprintln!("FAILED {}: {}", json::text(&case["name"]), why);
            }
        }
    }
    println!("rust {} {} {} {} {:x}", isa, threads, cases, failed, digest.finalize());
    Ok(if failed == 0 && cases > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
