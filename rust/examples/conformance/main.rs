//! Answers the conformance cases: `conformance ISA THREADS FILE...`, see `tests/vectors/conformance/README.md`.

mod cache;
mod calls;
mod eval;
mod generated;
#[rustfmt::skip] // long lines
mod generated_calls;
mod json;
mod memory;

use std::error::Error;
use std::io::Write;

use farspan::{Context, ContextConfig, Isa, Result, Scheme, Tensor, TensorMut};
use serde_json::Value;

use json::{number, Answer, Number};
use memory::Memory;

/// A case while it runs.
pub struct Case<'a> {
    pub one: &'a Value,
    /// What arguments are read from: those of the case, or a step or part of one.
    pub given: &'a Value,
    pub context: &'a Context,
    /// The function that is being called.
    pub stage: &'a str,
    /// Memory that a call may write, and what was in it before.
    outputs: Vec<(Memory, Memory)>,
    /// Numbers that were answered: outputs at the end.
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

    pub fn or_zero<T: Number + Default>(&self, name: &str) -> T {
        self.get::<Option<T>>(name).unwrap_or_default()
    }

    /// Calls `read` with an input.
    pub fn reads<T>(&self, name: &str, read: impl FnOnce(&Tensor<'_>) -> Result<T>) -> Result<T> {
        read(&Memory::new(&self.given[name]).view(&self.given[name])?)
    }

    /// Calls `write` with memory, which becomes an output.
    pub fn memory<T>(
        &mut self,
        mut made: Memory,
        write: impl FnOnce(&mut Self, &mut Memory) -> Result<T>,
    ) -> Result<T> {
        let before = made.clone();
        let result = write(self, &mut made);
        self.outputs.push((made, before));
        result
    }

    /// Calls `write` with a tensor, which becomes an output.
    pub fn writes(&mut self, name: &str, write: impl FnOnce(&Self, &mut TensorMut<'_>) -> Result<()>) -> Result<()> {
        let given = &self.given[name];
        self.memory(Memory::new(given), |case, memory| write(case, &mut memory.view_mut(given)?))
    }

    pub fn add(&mut self, memory: Memory) {
        self.outputs.push((memory.clone(), memory));
    }

    pub fn text(&mut self, text: impl Into<String>) {
        self.add(Memory::Text(text.into().into_bytes()));
    }

    pub fn wholes(&mut self, values: impl IntoIterator<Item = i64>) {
        self.wholes.extend(values);
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

    /// Names the function that is being called meanwhile.
    pub fn during<T>(&mut self, stage: &'a str, make: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = std::mem::replace(&mut self.stage, stage);
        let made = make(self)?;
        self.stage = before;
        Ok(made)
    }

    /// The scheme of a case or step: an object, a text as it stands, or none.
    pub fn scheme_of(&mut self, holder: &Value) -> Result<Scheme> {
        self.during("scheme_from_json", |_| match holder.get("scheme") {
            None => Scheme::from_json("{}"),
            Some(Value::String(text)) => Scheme::from_json(text),
            Some(object) => Scheme::from_json(object.to_string()),
        })
    }

    /// Calls `work` with each of a list of objects, from which arguments are read.
    pub fn each(&mut self, name: &str, mut work: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        let holder = self.given;
        for part in json::list(&holder[name]) {
            self.given = part;
            work(self)?;
        }
        self.given = holder;
        Ok(())
    }

    fn write(&mut self, out: &mut impl Write, result: Result<()>) -> std::io::Result<()> {
        self.flush();
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
    for file in &arguments[3..] {
        let content: Value = serde_json::from_slice(&std::fs::read(file)?)?;
        for one in json::list(&content["cases"]) {
            let (given, stage) = (&one["arguments"], one["call"].as_str().expect("a call"));
            let (outputs, wholes, reals) = (vec![], vec![], vec![]);
            let mut case = Case { one, given, context: &context, stage, outputs, wholes, reals };
            let result = calls::make(&mut case, stage);
            case.write(&mut out, result)?;
        }
    }
    Ok(out.flush()?)
}
