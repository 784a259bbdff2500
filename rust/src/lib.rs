//! Position encodings and attention for long contexts on CPUs: the safe layer over the C library Farspan.
//!
//! For query position p_i, key position p_j and head h the logit is
//!
//! ```text
//! logit(i,j,h) = cap( s_i * < R(a(p_i)) q_i , R(c(p_j)) k_j > ) + bias_h(p_i - p_j)
//! ```
//!
//! if key j is visible from query i, and minus infinity otherwise. R rotates by the rope part of a [`Scheme`], a and c come from
//! its remap part, s_i and cap from its score part. The order is fixed: scale, cap, bias, mask, sink, softmax.
//!
//! ```
//! use farspan::{Layout, RopeConfig, RopeMethod, Scheme, Tensor, TensorMut};
//!
//! let (q, k, v) = (vec![0.5f32; 4 * 1024 * 64], vec![0.25f32; 4 * 1024 * 64], vec![1.0f32; 4 * 1024 * 64]);
//! let mut out = vec![0.0f32; 4 * 1024 * 64];
//! let shape = [1, 4, 1024, 64]; // batch, heads, tokens, features
//!
//! let yarn = RopeConfig {
//!     layout: Layout::HALF, // the pairing of Llama and Qwen as Hugging Face stores them
//!     rotary_dim: 64,
//!     original_context: 256,
//!     factor: 4.0,
//!     ..RopeConfig::new(RopeMethod::YARN)
//! };
//! let scheme = Scheme::builder().rope(&yarn).build()?;
//! scheme.attention(
//!     None,
//!     &Tensor::contiguous(&q, shape)?,
//!     &Tensor::contiguous(&k, shape)?,
//!     &Tensor::contiguous(&v, shape)?,
//!     &mut TensorMut::contiguous(&mut out, shape)?,
//! )?;
//! assert!(out.iter().all(|x| (x - 1.0).abs() < 1e-5));
//! # Ok::<(), farspan::Error>(())
//! ```
//!
//! For repeated runs make a [`Plan`] once and [`run`](Plan::run) it often. For decoding token by token see [`cache`].
//!
//! # What this crate adds to C
//!
//! Nothing is computed here, and no default is written here. Every function of the C header is reachable, and [`sys`] has the
//! declarations. The crate adds what C cannot say: a [`Tensor`] is checked against its slice when it is made, the lengths of
//! arrays are checked, outputs are exclusive borrows, and a cancel flag lives as long as what polls it. No safe call leads to
//! undefined behaviour.
//!
//! - Failure is an [`Error`]: a [`Status`], the argument of the C function, the cause in words. Nothing has then been written to
//!   any output, except after [`Status::Cancelled`].
//! - [`Scheme`], [`Plan`], [`Context`] and [`cache::Cache`] are `Send` and `Sync`: share them among threads.
//! - Sizes and positions are `i64`, strides are in elements, intervals are half-open.
//! - A call without a [`Context`] looks up the machine's defaults; make one for small calls in a loop.

#![deny(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

#[macro_use]
#[rustfmt::skip]
mod generated;
mod arrays;
mod attention;
pub mod cache;
mod context;
mod error;
pub mod eval;
mod handle;
mod library;
pub mod model;
mod scheme;
mod tensor;

pub use attention::{Plan, Run};
pub use context::Context;
pub use error::{Error, Result, Status};
pub use farspan_sys as sys;
pub use generated::calls::*;
pub use generated::constants::*;
pub use generated::parts::SchemeBuilder;
pub use generated::structs::*;
pub use generated::views::*;
pub use library::{diagnose, shutdown};
pub use scheme::Scheme;
pub use tensor::{Bf16, Element, Tensor, TensorMut, F16};
