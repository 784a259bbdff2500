//! Answers the conformance cases: `conformance ISA THREADS FILE`, see `tests/vectors/conformance/README.md`.

mod calls;
mod generated;
#[rustfmt::skip] // long lines
mod generated_calls;
mod json;
mod memory;

use std::error::Error;
use std::io::Write;

use farspan::{Context, ContextConfig, Isa, Result, Tensor, TensorMut};
use serde_json::Value;

use json::{number, Answer, Number};
use memory::Memory;

/// A case while it runs.
pub struct Case<'a> {
    /// The call that is being made, with its arguments.
    pub given: &'a Value,
    pub context: &'a Context,
    /// Its name.
    pub stage: &'a str,
    /// Memory that a call may write, and what was in it before.
    outputs: Vec<(Memory, Memory)>,
    /// Numbers that were answered: outputs behind a group.
    wholes: Vec<i64>,
    reals: Vec<f64>,
}

impl<'a> Case<'a> {
    pub fn has(&self, name: &str) -> bool {
        self.given.get(name).is_some()
    }

    /// A number, text or list of the arguments; an `Option` if it may be missing.
    pub fn get<T: Number>(&self, name: &str) -> T {
        number(&self.given[name])
    }

    pub fn index(&self, name: &str) -> usize {
        self.get::<i64>(name) as usize
    }

    /// Calls `read` with an input.
    pub fn reads<T>(&self, name: &str, read: impl FnOnce(&Tensor<'_>) -> Result<T>) -> Result<T> {
        read(&Memory::new(&self.given[name]).view(&self.given[name])?)
    }

    /// Calls `write` with memory, which becomes an output.
    pub fn fills<T>(&mut self, name: &str, write: impl FnOnce(&mut Self, &mut Memory) -> Result<T>) -> Result<T> {
        let mut made = Memory::new(&self.given[name]);
        let before = made.clone();
        let result = write(self, &mut made);
        self.outputs.push((made, before));
        result
    }

    /// Calls `write` with a tensor, which becomes an output.
    pub fn writes(&mut self, name: &str, write: impl FnOnce(&Self, &mut TensorMut<'_>) -> Result<()>) -> Result<()> {
        let given = &self.given[name];
        self.fills(name, |case, memory| write(case, &mut memory.view_mut(given)?))
    }

    /// The same with `out`, and with the log-sum-exps if they are wanted.
    pub fn writes_with_lse(
        &mut self,
        write: impl FnOnce(&Self, &mut TensorMut<'_>, Option<&mut [f32]>) -> Result<()>,
    ) -> Result<()> {
        if !self.has("lse") {
            return self.writes("out", |case, out| write(case, out, None));
        }
        self.fills("lse", |case, lse| case.writes("out", |case, out| write(case, out, Some(lse.floats()))))
    }

    pub fn add(&mut self, memory: Memory) {
        self.outputs.push((memory.clone(), memory));
    }

    pub fn text(&mut self, text: impl Into<String>) {
        self.add(Memory::Text(text.into().into_bytes()));
    }

    pub fn wholes<T: Into<i64>>(&mut self, values: impl IntoIterator<Item = T>) {
        self.wholes.extend(values.into_iter().map(T::into));
    }

    pub fn reals(&mut self, values: impl IntoIterator<Item = f64>) {
        self.reals.extend(values);
    }

    pub fn give(&mut self, answer: &impl Answer) {
        answer.numbers(&mut self.wholes, &mut self.reals);
    }

    /// Makes outputs of the numbers that were answered.
    pub fn flush(&mut self) {
        let (wholes, reals) = (std::mem::take(&mut self.wholes), std::mem::take(&mut self.reals));
        if !wholes.is_empty() {
            self.add(Memory::I64(wholes));
        }
        if !reals.is_empty() {
            self.add(Memory::F64(reals));
        }
    }

    /// Makes the calls of each group until one fails, unless it must.
    fn run(&mut self, groups: &'a [Value]) -> Result<()> {
        let mut state = calls::State::new();
        for group in groups {
            let made = json::list(group).iter().try_for_each(|call| {
                (self.given, self.stage) = (call, call["call"].as_str().expect("a name"));
                calls::make(self, &mut state)
            });
            if json::list(group).last().map_or(false, |last| last.get("status").is_some()) {
                let (status, argument) = made.err().map_or((0, 0), |error| (error.status().code(), error.argument()));
                self.wholes([status, argument]);
            } else {
                made?;
            }
            self.flush();
        }
        Ok(())
    }

    fn write(&self, out: &mut impl Write, result: Result<()>) -> std::io::Result<()> {
        if let Err(error) = result {
            let untouched = u8::from(self.outputs.iter().all(|(now, before)| now == before));
            let (status, argument, message) = (error.status().code(), error.argument(), error.message());
            return write!(
                out,
                "{} {} {} {} {} 0\n{}",
                status,
                argument,
                untouched,
                self.stage,
                message.len(),
                message
            );
        }
        writeln!(out, "0 0 1 - 0 {}", self.outputs.len())?;
        for (memory, _) in &self.outputs {
            let (kind, bytes) = memory.raw();
            writeln!(out, "{} {}", kind, bytes.len())?;
            out.write_all(&bytes)?;
        }
        Ok(())
    }
}

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let isas = [Isa::SCALAR, Isa::AVX2, Isa::AVX512, Isa::NEON];
    let isa = isas.into_iter().find(|isa| isa.name() == Some(&arguments[1])).ok_or("unknown ISA")?;
    let context = Context::new(&ContextConfig { threads: arguments[2].parse()?, isa, ..ContextConfig::new() })?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let cases: Vec<Vec<Value>> = serde_json::from_slice(&std::fs::read(&arguments[3])?)?;
    for groups in &cases {
        let (outputs, wholes, reals) = (vec![], vec![], vec![]);
        let mut case = Case { given: &Value::Null, context: &context, stage: "", outputs, wholes, reals };
        let result = case.run(groups);
        case.write(&mut out, result)?;
    }
    Ok(out.flush()?)
}
