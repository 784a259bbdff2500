//! Memory of the vectors: the generator, and views of it.

use farspan::{Bf16, Tensor, TensorMut, F16};
use serde_json::Value;

use crate::json;

#[derive(Clone, Debug, PartialEq)]
pub enum Memory {
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

/// In [-2, 2), from the top 24 bits.
fn random_f32(bits: u64) -> f32 {
    ((bits >> 40) as f32 - 8_388_608.0) / 4_194_304.0
}

/// In [-2, 2), from the top 8 bits: exact in both 16-bit types.
fn random_short(bits: u64) -> f32 {
    ((bits >> 56) as f32 - 128.0) / 64.0
}

/// The bits of a number that a half represents exactly, as a normal one or zero.
fn half_bits(number: f32) -> u16 {
    let bits = number.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    if number == 0.0 {
        return sign;
    }
    sign | ((((bits >> 23) & 0xff) as u16 - 112) << 10) | (bits >> 13) as u16 & 0x3ff
}

fn half_number(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10) & 0x1f, f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 {
        size
    } else {
        -size
    }
}

impl Memory {
    /// The content that a tensor of the vectors, or an array with `elements` and `seed`, begins with.
    pub fn new(description: &Value) -> Self {
        let elements = match description.get("elements") {
            Some(elements) => json::number::<i64>(elements),
            None => json::numbers::<i64>(&description["shape"]).iter().product(),
        };
        let seed: Option<i64> = description.get("seed").map(json::number);
        let content = || (0..elements as u64).map(|n| seed.map_or(0, |seed| random(seed as u64, n)));
        let short = |bits| if seed.is_some() { random_short(bits) } else { 0.0 };
        match description.get("dtype").map_or("f32", json::text) {
            "f32" => Memory::F32(content().map(|bits| if seed.is_some() { random_f32(bits) } else { 0.0 }).collect()),
            "f16" => Memory::F16(content().map(|bits| F16(half_bits(short(bits)))).collect()),
            "bf16" => Memory::Bf16(content().map(|bits| Bf16((short(bits).to_bits() >> 16) as u16)).collect()),
            other => panic!("unknown dtype {}", other),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Memory::F32(data) => data.len(),
            Memory::F16(data) => data.len(),
            Memory::Bf16(data) => data.len(),
            Memory::F64(data) => data.len(),
            Memory::I64(data) => data.len(),
            Memory::Text(data) => data.len(),
        }
    }

    pub fn number(&self, index: usize) -> f64 {
        match self {
            Memory::F32(data) => data[index].into(),
            Memory::F16(data) => half_number(data[index].0),
            Memory::Bf16(data) => f32::from_bits(u32::from(data[index].0) << 16).into(),
            Memory::F64(data) => data[index],
            Memory::I64(data) => data[index] as f64,
            Memory::Text(data) => data[index].into(),
        }
    }

    /// Little-endian.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Memory::F32(data) => data.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Memory::F16(data) => data.iter().flat_map(|x| x.0.to_le_bytes()).collect(),
            Memory::Bf16(data) => data.iter().flat_map(|x| x.0.to_le_bytes()).collect(),
            Memory::F64(data) => data.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Memory::I64(data) => data.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Memory::Text(data) => data.clone(),
        }
    }

    pub fn floats(&mut self) -> &mut [f32] {
        match self {
            Memory::F32(data) => data,
            other => panic!("{:?} is not f32", other),
        }
    }

    pub fn view(&self, description: &Value) -> farspan::Result<Tensor<'_>> {
        match self {
            Memory::F32(data) => Geometry::of(description).view(data),
            Memory::F16(data) => Geometry::of(description).view(data),
            Memory::Bf16(data) => Geometry::of(description).view(data),
            other => panic!("no tensor of {:?}", other),
        }
    }

    pub fn view_mut(&mut self, description: &Value) -> farspan::Result<TensorMut<'_>> {
        match self {
            Memory::F32(data) => Geometry::of(description).view_mut(data),
            Memory::F16(data) => Geometry::of(description).view_mut(data),
            Memory::Bf16(data) => Geometry::of(description).view_mut(data),
            other => panic!("no tensor of {:?}", other),
        }
    }
}

struct Geometry {
    shape: [i64; 4],
    stride: Option<[i64; 4]>,
    offset: i64,
}

impl Geometry {
    fn of(description: &Value) -> Self {
        let four = |value| json::numbers(value).try_into().expect("four numbers");
        let shape = four(&description["shape"]);
        Geometry { shape, stride: description.get("stride").map(four), offset: json::or_zero(description, "offset") }
    }

    fn view<'a, T: farspan::Element>(&self, data: &'a [T]) -> farspan::Result<Tensor<'a>> {
        match self.stride {
            Some(stride) => Tensor::strided(data, self.shape, stride, self.offset),
            None => Tensor::contiguous(&data[self.offset as usize..], self.shape),
        }
    }

    fn view_mut<'a, T: farspan::Element>(&self, data: &'a mut [T]) -> farspan::Result<TensorMut<'a>> {
        match self.stride {
            Some(stride) => TensorMut::strided(data, self.shape, stride, self.offset),
            None => TensorMut::contiguous(&mut data[self.offset as usize..], self.shape),
        }
    }
}
