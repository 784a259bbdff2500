use crate::arrays::{array, array_mut};
use crate::context::as_c;
use crate::error::check;
use crate::{sys, Context, Result, Tensor, TensorMut};

/// The negative log-likelihood of each target: `nll[b, h, t] = ln(sum_v exp(logits[b, h, t, v])) - logits[b, h, t, target]`.
///
/// `logits` is `[batch, heads, tokens, vocabulary]` of any element type; `targets` and `nll` have an entry for each row
/// `[batch][heads][tokens]`. A target that equals `ignore_index`, a number outside the vocabulary (-100 by custom), gives 0, and its
/// logits are not read. A row with NaN or infinity, or with nothing but minus infinity, gives NaN. The error is below 5e-7 absolute
/// for vocabularies up to 300,000; for one instruction set the bits do not depend on the number of threads.
///
/// # Errors
///
/// [`Status::Shape`](crate::Status::Shape) if an array is too short, [`Status::ParameterRange`](crate::Status::ParameterRange) for a
/// target outside the vocabulary or an `ignore_index` inside it, [`Status::Cancelled`](crate::Status::Cancelled).
pub fn token_nll(
    context: Option<&Context>,
    logits: &Tensor<'_>,
    targets: &[i64],
    ignore_index: i64,
    nll: &mut [f64],
) -> Result<()> {
    let logits = logits.as_c();
    let ((targets, count), (nll, nll_count)) = (array(Some(targets)), array_mut(Some(nll)));
    // SAFETY: the tensor lies within its slice and arrays go with their counts.
    check(|error| unsafe {
        sys::farspan_token_nll(as_c(context), logits, targets, count, ignore_index, nll, nll_count, error)
    })
}

/// The gradient of `sum(weights * nll)`: `grad[b, h, t, v] = weights[b, h, t] * (softmax(logits[b, h, t])[v] - (v == target))`; 0
/// where the target is ignored.
///
/// `weights` has an entry for each row; `None` is 1 everywhere, and 1 / number of scored tokens makes it the gradient of the mean.
/// `grad` has the shape of `logits`; its element type may differ. Other arguments are as in [`token_nll`].
///
/// # Errors
///
/// As [`token_nll`]; also [`Status::ParameterRange`](crate::Status::ParameterRange) for a weight that is not finite.
pub fn token_nll_grad(
    context: Option<&Context>,
    logits: &Tensor<'_>,
    targets: &[i64],
    ignore_index: i64,
    weights: Option<&[f32]>,
    grad: &mut TensorMut<'_>,
) -> Result<()> {
    gradient(context, logits.as_c(), targets, ignore_index, weights, grad.as_c())
}

/// As [`token_nll_grad`], with the gradient in the place of the logits.
///
/// # Errors
///
/// As [`token_nll_grad`].
pub fn token_nll_grad_in_place(
    context: Option<&Context>,
    logits: &mut TensorMut<'_>,
    targets: &[i64],
    ignore_index: i64,
    weights: Option<&[f32]>,
) -> Result<()> {
    gradient(context, logits.as_c(), targets, ignore_index, weights, logits.as_c())
}

fn gradient(
    context: Option<&Context>,
    logits: &sys::farspan_tensor,
    targets: &[i64],
    ignore_index: i64,
    weights: Option<&[f32]>,
    grad: &sys::farspan_tensor,
) -> Result<()> {
    let ((targets, count), (weights, weight_count)) = (array(Some(targets)), array(weights));
    // SAFETY: the tensors lie within their slices and arrays go with their counts.
    check(|error| unsafe {
        let context = as_c(context);
        sys::farspan_token_nll_grad(context, logits, targets, count, ignore_index, weights, weight_count, grad, error)
    })
}
