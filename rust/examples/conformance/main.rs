//! Answers the conformance cases: `conformance ISA THREADS FILE`, see `tests/vectors/conformance/README.md`.

mod calls;
mod case;
mod generated;
#[rustfmt::skip] // long lines
mod generated_calls;
mod json;
mod memory;

use std::error::Error;
use std::io::Write;

use farspan::{Context, ContextConfig, Isa, Result};
use serde_json::Value;

use case::{Case, State};

/// Makes the calls of each group until one fails, unless it must.
fn run<'a>(case: &mut Case<'a>, groups: &'a [Value]) -> Result<()> {
    let mut state = State::new();
    for group in groups {
        let made = json::list(group).iter().try_for_each(|call| {
            (case.given, case.stage) = (call, call["call"].as_str().expect("a name"));
            calls::make(case, &mut state)
        });
        if json::list(group).last().map_or(false, |last| last.get("status").is_some()) {
            let (status, argument) = made.err().map_or((0, 0), |error| (error.status().code(), error.argument()));
            case.wholes([status, argument]);
        } else {
            made?;
        }
        case.flush();
    }
    Ok(())
}

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let isas = [Isa::SCALAR, Isa::AVX2, Isa::AVX512, Isa::NEON];
    let isa = isas.into_iter().find(|isa| isa.name() == Some(&arguments[1])).ok_or("unknown ISA")?;
    let context = Context::new(&ContextConfig { threads: arguments[2].parse()?, isa, ..ContextConfig::new() })?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let cases: Vec<Vec<Value>> = serde_json::from_slice(&std::fs::read(&arguments[3])?)?;
    for groups in &cases {
        let mut case = Case::new(&context);
        let result = run(&mut case, groups);
        case.write(&mut out, result)?;
    }
    Ok(out.flush()?)
}
