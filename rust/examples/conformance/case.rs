//! A case while it runs, and what its calls made.

use std::io::Write;

use farspan::cache::{Cache, CachePlan, Sequence};
use farspan::eval::{BleuCounts, ChrfCounts, Loss, LossCurve};
use farspan::model::Model;
use farspan::{Context, Plan, Result, Scheme};
use serde_json::Value;

use crate::json::{number, Answer, Number};
use crate::memory::{Data, Memory};

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
    outputs: Vec<(Data, Data)>,
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

    /// What a text of hexadecimal digits says.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let digits: &str = self.get(name);
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
        (0..digits.len()).step_by(2).map(byte).collect()
    }

    /// Memory that a call reads or writes, which is new or an output of a call before it.
    pub fn memory(&self, name: &str) -> Memory<'a> {
        let given = &self.given[name];
        let output = number::<Option<i64>>(&given["output"]);
        let data = output.map_or_else(|| Data::new(given), |index| self.outputs[index as usize].0.clone());
        Memory { given, data }
    }

    /// The same of what may be missing.
    pub fn optional(&self, name: &str) -> Option<Memory<'a>> {
        self.has(name).then(|| self.memory(name))
    }

    /// Makes outputs of memory that a call may have written.
    pub fn keep(&mut self, written: impl IntoIterator<Item = Memory<'a>>) {
        self.outputs.extend(written.into_iter().map(|memory| (memory.data, Data::new(memory.given))));
    }

    pub fn add(&mut self, answer: Data) {
        self.outputs.push((answer.clone(), answer));
    }

    pub fn text(&mut self, text: impl Into<String>) {
        self.add(Data::Text(text.into().into_bytes()));
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
            self.add(Data::I64(wholes));
        }
        if !reals.is_empty() {
            self.add(Data::F64(reals));
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
        for (data, _) in &self.outputs {
            let (kind, bytes) = data.raw();
            writeln!(out, "{} {}", kind, bytes.len())?;
            out.write_all(&bytes)?;
        }
        Ok(())
    }
}
