//! Memory of the vectors: the generator, and views of it.

use farspan::{Bf16, Result, Tensor, TensorMut, F16};
use serde_json::Value;

use crate::json::number;

/// Memory of an argument, with the object that describes it.
pub struct Memory<'a> {
    pub given: &'a Value,
    pub data: Data,
}

#[derive(Clone, PartialEq)]
pub enum Data {
    F32(Vec<f32>),
    F16(Vec<F16>),
    Bf16(Vec<Bf16>),
    F64(Vec<f64>),
    I64(Vec<i64>),
    Text(Vec<u8>),
}

fn random(seed: u64, n: u64) -> u64 {
    let z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(n + 1);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

macro_rules! typed {
    ($memory:expr, $data:ident => $use:expr) => {
        match $memory {
            Data::F32($data) => $use,
            Data::F16($data) => $use,
            Data::Bf16($data) => $use,
            _ => panic!("no tensor"),
        }
    };
}

/// The memory as numbers of one kind.
macro_rules! slices {
    ($($name:ident $kind:ident $number:ty),*) => {$(
        pub fn $name(&mut self) -> &mut [$number] {
            match &mut self.data {
                Data::$kind(data) => data,
                _ => panic!("other memory"),
            }
        }
    )*};
}

impl Data {
    /// What memory of the vectors begins with: zeros, or the content of a seed.
    pub fn new(description: &Value) -> Self {
        let elements: i64 = number(&description["elements"]);
        let seed: Option<u64> = number(&description["seed"]);
        let random = |shift: u32| (0..elements as u64).map(move |n| seed.map(|seed| random(seed, n) >> shift));
        let halves: &[i64] = number::<Option<_>>(&description["halves"]).unwrap_or_default();
        let half = |u: Option<u64>| u.map_or(0, |u| halves[u as usize] as u16);
        match description["dtype"].as_str() {
            Some("f16") => Data::F16(random(56).map(|u| F16(half(u))).collect()),
            Some("bf16") => Data::Bf16(random(56).map(|u| Bf16(half(u))).collect()),
            Some("f64") => Data::F64(vec![0.0; elements as usize]),
            Some("i64") => Data::I64(vec![0; elements as usize]),
            _ => Data::F32(random(40).map(|u| u.map_or(0.0, |u| (u as f32 - 8_388_608.0) / 4_194_304.0)).collect()),
        }
    }

    /// The name of the type, and the bytes, little-endian.
    pub fn raw(&self) -> (&'static str, Vec<u8>) {
        match self {
            Data::F32(data) => ("f32", data.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Data::F16(data) => ("f16", data.iter().flat_map(|x| x.0.to_le_bytes()).collect()),
            Data::Bf16(data) => ("bf16", data.iter().flat_map(|x| x.0.to_le_bytes()).collect()),
            Data::F64(data) => ("f64", data.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Data::I64(data) => ("i64", data.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Data::Text(data) => ("text", data.clone()),
        }
    }
}

impl Memory<'_> {
    slices! {floats F32 f32, doubles F64 f64, longs I64 i64}

    pub fn view(&self) -> Result<Tensor<'_>> {
        let (shape, stride, offset) = geometry(self.given);
        typed!(&self.data, data => Tensor::strided(data, shape, stride, offset))
    }

    pub fn view_mut(&mut self) -> Result<TensorMut<'_>> {
        let (shape, stride, offset) = geometry(self.given);
        typed!(&mut self.data, data => TensorMut::strided(data, shape, stride, offset))
    }
}

fn geometry(description: &Value) -> ([i64; 4], [i64; 4], i64) {
    let four = |name: &str| number::<&[i64]>(&description[name]).try_into().expect("four numbers");
    (four("shape"), four("stride"), number(&description["offset"]))
}
