use crate::config::Field;
use crate::context::as_c;
use crate::error::{check, check_exact, check_length};
use crate::{sys, Context, Result, Tensor, TensorMut};

fn rows(logits: &sys::farspan_tensor) -> i128 {
    logits.shape[..3].iter().map(|&extent| i128::from(extent)).product()
}

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
    check_exact(3, "targets", Some(targets), rows(logits))?;
    check_length(5, "nll", Some(&*nll), rows(logits))?;
    // SAFETY: the tensor lies within its slice and the arrays have an entry for each row.
    check(|error| unsafe {
        sys::farspan_token_nll(as_c(context), logits, targets.as_ptr(), ignore_index, nll.as_mut_ptr(), error)
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
    check_exact(3, "targets", Some(targets), rows(logits))?;
    check_exact(5, "weights", weights, rows(logits))?;
    // SAFETY: the tensors lie within their slices and the arrays have an entry for each row.
    check(|error| unsafe {
        let weights = Field::to_c(&weights);
        sys::farspan_token_nll_grad(as_c(context), logits, targets.as_ptr(), ignore_index, weights, grad, error)
    })
}
