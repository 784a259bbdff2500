use std::fmt;
use std::marker::PhantomData;

use crate::error::{check, Result};
use crate::{sys, Dtype};

mod sealed {
    pub trait Sealed {}
}

/// An element type that tensors can have: `f32`, [`F16`] or [`Bf16`].
pub trait Element: sealed::Sealed + Copy + Send + Sync + 'static {
    /// Its number in C.
    const DTYPE: Dtype;
}

macro_rules! sixteen_bits {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[repr(transparent)]
        pub struct $name(
            /// The bits.
            pub u16,
        );

        impl $name {
            /// Views bits as numbers, without copying.
            pub fn from_bits(bits: &[u16]) -> &[Self] {
                // SAFETY: the type is a transparent u16, for which all bits are valid.
                unsafe { std::slice::from_raw_parts(bits.as_ptr().cast(), bits.len()) }
            }

            /// Views bits as numbers to be written, without copying.
            pub fn from_bits_mut(bits: &mut [u16]) -> &mut [Self] {
                // SAFETY: as in `from_bits`; the borrow is exclusive.
                unsafe { std::slice::from_raw_parts_mut(bits.as_mut_ptr().cast(), bits.len()) }
            }
        }
    };
}

sixteen_bits! {
    /// An IEEE 754 half, as its bits. Slices of `u16`, and of `half::f16` through its `reinterpret_cast`, become tensors with
    /// [`F16::from_bits`].
    F16
}
sixteen_bits! {
    /// A bfloat16, as its bits: the upper half of an `f32`.
    Bf16
}

macro_rules! element {
    ($type:ty, $dtype:ident) => {
        impl sealed::Sealed for $type {}
        impl Element for $type {
            const DTYPE: Dtype = Dtype::$dtype;
        }
    };
}
element!(f32, F32);
element!(F16, F16);
element!(Bf16, BF16);

fn strided<T: Element>(shape: [i64; 4], stride: [i64; 4]) -> sys::farspan_tensor {
    sys::farspan_tensor { data: std::ptr::null_mut(), dtype: T::DTYPE.0, reserved: 0, shape, stride }
}

fn contiguous<T: Element>(shape: [i64; 4]) -> sys::farspan_tensor {
    let mut tensor = strided::<T>(shape, [0; 4]);
    let [batch, heads, sequence, features] = shape;
    // SAFETY: the library writes the struct only.
    unsafe {
        sys::farspan_tensor_contiguous(&mut tensor, tensor.data, T::DTYPE.0, batch, heads, sequence, features);
    }
    tensor
}

/// Places a view in the memory `data[..count]`, of which number `offset` is its first element. C checks that all it addresses
/// lies within.
fn place<T: Element>(
    mut tensor: sys::farspan_tensor,
    data: *mut T,
    count: usize,
    offset: i64,
) -> Result<sys::farspan_tensor> {
    // SAFETY: the library looks at the struct only.
    check(|error| unsafe { sys::farspan_tensor_check(&tensor, count * std::mem::size_of::<T>(), offset, error) })?;
    tensor.data = data.wrapping_offset(offset as isize).cast();
    Ok(tensor)
}

/// A borrowed view of a slice to read, always `[batch, head, sequence, feature]`, of any element type.
///
/// Sizes and strides count elements. A stride of 0 repeats one element along the axis; negative strides are allowed. Whatever
/// the view addresses lies within its slice: this is checked when it is made.
///
/// ```
/// use farspan::Tensor;
///
/// let data = [0.0f32; 2 * 3 * 4];
/// let dense = Tensor::contiguous(&data, [1, 2, 3, 4])?;
/// assert_eq!(dense.stride(), [24, 12, 4, 1]);
/// // The same memory as [sequence][head][feature]:
/// let transposed = Tensor::strided(&data, [1, 2, 3, 4], [24, 4, 8, 1], 0)?;
/// assert!(Tensor::contiguous(&data, [1, 2, 3, 5]).is_err());
/// # Ok::<(), farspan::Error>(())
/// ```
///
/// A view cannot outlive its memory:
///
/// ```compile_fail,E0597
/// use farspan::Tensor;
///
/// let view = {
///     let data = [0.0f32; 4];
///     Tensor::contiguous(&data, [1, 1, 1, 4]).unwrap()
/// };
/// view.shape();
/// ```
#[derive(Clone, Copy)]
pub struct Tensor<'a> {
    tensor: sys::farspan_tensor,
    memory: PhantomData<&'a [u8]>,
}

/// A borrowed view of a slice to write, always `[batch, head, sequence, feature]`.
///
/// As [`Tensor`], with a slice of its own. An output must not overlap itself: the calls refuse such strides.
///
/// ```compile_fail,E0499
/// use farspan::TensorMut;
///
/// let mut data = [0.0f32; 4];
/// let first = TensorMut::contiguous(&mut data, [1, 1, 1, 4]).unwrap();
/// let second = TensorMut::contiguous(&mut data, [1, 1, 1, 4]).unwrap();
/// first.shape();
/// ```
pub struct TensorMut<'a> {
    tensor: sys::farspan_tensor,
    memory: PhantomData<&'a mut [u8]>,
}

// SAFETY: the views stand for the slices that they borrow, whose elements are `Send` and `Sync`.
unsafe impl Send for Tensor<'_> {}
// SAFETY: as above.
unsafe impl Sync for Tensor<'_> {}
// SAFETY: as above.
unsafe impl Send for TensorMut<'_> {}
// SAFETY: as above.
unsafe impl Sync for TensorMut<'_> {}

impl TensorMut<'_> {
    /// The same view, to read.
    pub fn as_tensor(&self) -> Tensor<'_> {
        Tensor { tensor: self.tensor, memory: PhantomData }
    }
}

/// What both have. Of a slice the library gets the address that it may write to or read, as the borrow says.
macro_rules! view {
    ($name:ident, $address:ident, $($mutable:tt)?) => {
        impl<'a> $name<'a> {
            /// A dense row-major array `data[batch][heads][sequence][features]`.
            ///
            /// # Errors
            ///
            /// [`Status::Shape`](crate::Status::Shape) if an extent is below 1 or the slice is too short.
            pub fn contiguous<T: Element>(data: &'a $($mutable)? [T], shape: [i64; 4]) -> Result<Self> {
                let tensor = place(contiguous::<T>(shape), data.$address() as *mut T, data.len(), 0)?;
                Ok($name { tensor, memory: PhantomData })
            }

            /// A view with any strides, of which `data[offset]` is element (0, 0, 0, 0).
            ///
            /// # Errors
            ///
            /// [`Status::Shape`](crate::Status::Shape) if an extent is below 1 or the view leaves the slice,
            /// [`Status::Stride`](crate::Status::Stride) if addresses overflow.
            pub fn strided<T: Element>(
                data: &'a $($mutable)? [T],
                shape: [i64; 4],
                stride: [i64; 4],
                offset: i64,
            ) -> Result<Self> {
                let tensor = place(strided::<T>(shape, stride), data.$address() as *mut T, data.len(), offset)?;
                Ok($name { tensor, memory: PhantomData })
            }
        }

        impl $name<'_> {
            /// Extents of batch, head, sequence and feature.
            pub fn shape(&self) -> [i64; 4] {
                self.tensor.shape
            }

            /// Elements between neighbours along each axis.
            pub fn stride(&self) -> [i64; 4] {
                self.tensor.stride
            }

            /// The type of the elements.
            pub fn dtype(&self) -> Dtype {
                Dtype(self.tensor.dtype)
            }

            pub(crate) fn as_c(&self) -> &sys::farspan_tensor {
                &self.tensor
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter
                    .debug_struct(stringify!($name))
                    .field("dtype", &self.dtype())
                    .field("shape", &self.tensor.shape)
                    .field("stride", &self.tensor.stride)
                    .finish()
            }
        }
    };
}
view!(Tensor, as_ptr,);
view!(TensorMut, as_mut_ptr, mut);
