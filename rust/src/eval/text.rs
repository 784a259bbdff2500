use crate::arrays::array;
use crate::sys;

/// A reference for a score: a sequence of bytes of text or of token ids, or `None` for one that a segment does not have.
pub trait Reference<E> {
    /// Its elements, if there is one.
    fn elements(&self) -> Option<&[E]>;
}

/// Types that always are one.
macro_rules! references {
    ($([$($generics:tt)*] $type:ty: $element:ty, $elements:ident;)*) => {
        $(impl<$($generics)*> Reference<$element> for $type {
            fn elements(&self) -> Option<&[$element]> {
                Some(self.$elements())
            }
        })*
    };
}
references! {
    [E] [E]: E, as_ref;
    [E] Vec<E>: E, as_slice;
    [E, const N: usize] [E; N]: E, as_slice;
    [] str: u8, as_bytes;
    [] String: u8, as_bytes;
}

impl<E, R: Reference<E> + ?Sized> Reference<E> for &R {
    fn elements(&self) -> Option<&[E]> {
        (**self).elements()
    }
}

impl<E, R: Reference<E>> Reference<E> for Option<R> {
    fn elements(&self) -> Option<&[E]> {
        self.as_ref().and_then(Reference::elements)
    }
}

/// References as C takes them, valid as long as the slices that they are made of; one that is missing has no data.
pub(crate) fn texts<R: Reference<u8>>(references: &[R]) -> Vec<sys::farspan_text> {
    let view = |text: Option<&[u8]>| {
        let (data, bytes) = array(text);
        sys::farspan_text { data: data.cast(), bytes }
    };
    references.iter().map(|reference| view(reference.elements())).collect()
}

/// The same for token ids.
pub(crate) fn ids<R: Reference<i64>>(references: &[R]) -> Vec<sys::farspan_ids> {
    let view = |ids: Option<&[i64]>| {
        let (data, count) = array(ids);
        sys::farspan_ids { data, count }
    };
    references.iter().map(|reference| view(reference.elements())).collect()
}
