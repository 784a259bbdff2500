//! A case while it runs, and what its calls made.

use std::io::Write;

use farspan::cache::{Cache, CachePlan, Sequence};
use farspan::eval::{BleuCounts, ChrfCounts, Loss, LossCurve};
use farspan::model::Model;
use farspan::{Context, Plan, Result, Scheme, Tensor, TensorMut};
use serde_json::Value;

use crate::json::{number, Answer, Number};
use crate::memory::Memory;

/// What the calls of a case made.
#[derive(Default)]
pub struct State {
    pub scheme: Option<Scheme>,
    pub loss: Vec<Loss>,
    pub bleu_counts: Vec<BleuCounts>,
    pub chrf_counts: Vec<ChrfCounts>,
    pub cache: Option<Cache>,
    /// In the order in which calls made them.
    pub sequences: Vec<Sequence>,
    pub plan: Option<Plan>,
    pub model: Option<Model>,
    pub cache_plan: Option<CachePlan>,
    pub curve: Option<LossCurve>,
    pub saved: Vec<Vec<u8>>,
}

impl State {
    pub fn new() -> Self {
        State { bleu_counts: vec![BleuCounts::new(); 8], chrf_counts: vec![ChrfCounts::new(); 8], ..State::default() }
    }
}

/// What a call before this one made.
pub fn made<T>(one: &Option<T>) -> &T {
    one.as_ref().expect("a call that made it")
}

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
    pub fn new(context: &'a Context) -> Self {
        Case { given: &Value::Null, context, stage: "", outputs: vec![], wholes: vec![], reals: vec![] }
    }

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

    /// Writes the answer, as the judge reads it.
    pub fn write(&self, out: &mut impl Write, result: Result<()>) -> std::io::Result<()> {
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
