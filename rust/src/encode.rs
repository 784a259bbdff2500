//! Positions without attention.

use std::ptr;

use crate::context;
use crate::error::{check, Result};
#[cfg(doc)]
use crate::Status;
use crate::{sys, Context, FireConfig, RopeOptions, Scheme, Sinusoidal, Tensor, TensorMut};

impl Scheme {
    /// Writes inv_freq (radians per position) of all `rotary_dim / 2` pairs at the current `length` (0: the trained one, so that
    /// dynamic methods are at rest), and answers the magnitude m. For xPos, m is 1 (see [`Scheme::probe`]).
    ///
    /// # Errors
    ///
    /// [`Status::Shape`] if `inv_freq` has another length, [`Status::Combination`] without a rope part.
    pub fn rope_frequencies(&self, length: i64, inv_freq: &mut [f64]) -> Result<f64> {
        let count = inv_freq.len() as i64;
        let mut magnitude = 0.0;
        // SAFETY: the handle is valid and the array has `count` entries.
        check(|error| unsafe {
            sys::farspan_rope_frequencies(self.as_c(), length, inv_freq.as_mut_ptr(), count, &mut magnitude, error)
        })?;
        Ok(magnitude)
    }

    /// Rotates `input[b, h, t, :]` by position `positions[t]` into `out`, of the same shape; features outside the rotary range
    /// are copied. Element types may differ.
    ///
    /// `positions` has one entry per row (times [`Scheme::axes`] for M-RoPE) of magnitude at most 2^40; only
    /// [`Direction::DELTA`](crate::Direction::DELTA) takes negative ones. `None` is 0, 1, 2 ... With exact angles the result is within 2 ulp (f32) of the
    /// real-number result.
    ///
    /// ```
    /// use farspan::{Layout, RopeConfig, RopeMethod, RopeOptions, Scheme, Tensor, TensorMut};
    ///
    /// let rope = RopeConfig { layout: Layout::HALF, rotary_dim: 2, ..RopeConfig::new(RopeMethod::BASE) };
    /// let scheme = Scheme::builder().rope(&rope).build()?;
    /// let (input, mut out) = ([1.0f32, 0.0], [0.0f32; 2]);
    /// scheme.rope_apply(
    ///     None,
    ///     &RopeOptions::new(),
    ///     Some(&[3]),
    ///     &Tensor::contiguous(&input, [1, 1, 1, 2])?,
    ///     &mut TensorMut::contiguous(&mut out, [1, 1, 1, 2])?,
    /// )?;
    /// assert!((out[0] - 3.0f32.cos()).abs() < 1e-6 && (out[1] - 3.0f32.sin()).abs() < 1e-6);
    /// # Ok::<(), farspan::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Status::Shape`], [`Status::Stride`], [`Status::RotaryDim`], [`Status::Positions`], [`Status::Combination`],
    /// [`Status::Method`], [`Status::ParameterRange`], [`Status::Cancelled`].
    pub fn rope_apply(
        &self,
        context: Option<&Context>,
        options: &RopeOptions,
        positions: Option<&[i64]>,
        input: &Tensor<'_>,
        out: &mut TensorMut<'_>,
    ) -> Result<()> {
        self.rotate(context, options, positions, input.as_c(), out.as_c())
    }

    /// As [`Scheme::rope_apply`], with the result in the place of the input.
    ///
    /// # Errors
    ///
    /// As [`Scheme::rope_apply`].
    pub fn rope_apply_in_place(
        &self,
        context: Option<&Context>,
        options: &RopeOptions,
        positions: Option<&[i64]>,
        tensor: &mut TensorMut<'_>,
    ) -> Result<()> {
        self.rotate(context, options, positions, tensor.as_c(), tensor.as_c())
    }

    fn rotate(
        &self,
        context: Option<&Context>,
        options: &RopeOptions,
        positions: Option<&[i64]>,
        input: &sys::farspan_tensor,
        out: &sys::farspan_tensor,
    ) -> Result<()> {
        // SAFETY: the handles are valid, the positions are as many as their count says, and the tensors lie within their slices.
        check(|error| unsafe {
            sys::farspan_rope_apply(
                context::as_c(context),
                self.as_c(),
                &options.to_c(),
                pointer(positions),
                count(positions),
                input,
                out,
                error,
            )
        })
    }

    /// Writes the bias of `head` at the distances `first_distance`, `first_distance + 1` ... at the current `length` (0: the
    /// trained one). Distances are query position minus key position.
    ///
    /// # Errors
    ///
    /// [`Status::Combination`] without a bias by distance (a dense one is not), [`Status::HeadGroups`],
    /// [`Status::ParameterRange`].
    pub fn bias_fill(&self, head: i32, length: i64, first_distance: i64, out: &mut [f32]) -> Result<()> {
        // SAFETY: the handle is valid and the array has the length given.
        check(|error| unsafe {
            let count = out.len() as i64;
            sys::farspan_bias_fill(
                ptr::null(),
                self.as_c(),
                head,
                length,
                first_distance,
                out.as_mut_ptr(),
                count,
                error,
            )
        })
    }
}

/// Writes the sinusoidal encoding of position `first + t` to row t of `out`, whose batch and head extents are 1. `base` is
/// usually 10000.
///
/// # Errors
///
/// [`Status::Shape`], [`Status::Positions`], [`Status::ParameterRange`], [`Status::Method`].
pub fn sinusoidal_fill(layout: Sinusoidal, first: i64, base: f64, out: &mut TensorMut<'_>) -> Result<()> {
    // SAFETY: the tensor lies within its slice.
    check(|error| unsafe { sys::farspan_sinusoidal_fill(ptr::null(), layout.0, first, base, out.as_c(), error) })
}

/// Learned absolute positions: `out[b, 0, t, :] = table[0, 0, positions[t], :]`. `None` is 0, 1, 2 ...
///
/// # Errors
///
/// [`Status::Positions`] for a position outside the table, [`Status::Shape`], [`Status::Stride`].
pub fn position_lookup(table: &Tensor<'_>, positions: Option<&[i64]>, out: &mut TensorMut<'_>) -> Result<()> {
    // SAFETY: the tensors lie within their slices and the positions are as many as their count says.
    check(|error| unsafe {
        sys::farspan_position_lookup(ptr::null(), table.as_c(), pointer(positions), count(positions), out.as_c(), error)
    })
}

/// Writes a FIRE bias `out[0, head, query, key]`, to be used as a dense bias. Positions: one per query and per key; `None` for
/// the keys is 0, 1, 2 ..., for the queries the last ones.
///
/// # Errors
///
/// [`Status::NullArgument`] for missing weights, [`Status::Shape`], [`Status::ParameterRange`], [`Status::Positions`].
pub fn fire_fill(
    config: &FireConfig<'_>,
    query_positions: Option<&[i64]>,
    key_positions: Option<&[i64]>,
    out: &mut TensorMut<'_>,
) -> Result<()> {
    // SAFETY: the arrays are as long as their counts say and the tensor lies within its slice.
    check(|error| unsafe {
        sys::farspan_fire_fill(
            ptr::null(),
            &config.to_c(),
            pointer(query_positions),
            count(query_positions),
            pointer(key_positions),
            count(key_positions),
            out.as_c(),
            error,
        )
    })
}

fn count(array: Option<&[i64]>) -> i64 {
    array.map_or(0, |array| array.len() as i64)
}

fn pointer(array: Option<&[i64]>) -> *const i64 {
    crate::config::Field::to_c(&array)
}
