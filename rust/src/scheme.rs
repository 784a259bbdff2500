use std::mem::ManuallyDrop;
use std::ops::Range;
use std::ptr::NonNull;

use crate::error::{check, Result};
use crate::handle::{owner, Handle};
use crate::{sys, SchemeBuilder};

/// The five parts together, checked: what attention and the encodings compute.
///
/// Immutable: any number of threads may use one at the same time. It owns copies of all arrays.
///
/// ```
/// use farspan::{Layout, RemapConfig, RemapMethod, RopeConfig, RopeMethod, Scheme};
///
/// let rope = RopeConfig { layout: Layout::HALF, rotary_dim: 64, ..RopeConfig::new(RopeMethod::BASE) };
/// let self_extend = RemapConfig { window: 512, group: 8, ..RemapConfig::new(RemapMethod::SELF_EXTEND) };
/// let scheme = Scheme::builder().rope(&rope).remap(&self_extend).build()?;
///
/// let probe = scheme.probe(0, 8191, 0, 0)?;
/// assert!(probe.visible);
/// assert_eq!(probe.relative_position, (8191 / 8 + 512 - 512 / 8) as f64);
/// # Ok::<(), farspan::Error>(())
/// ```
#[derive(Debug)]
pub struct Scheme {
    handle: Handle<sys::farspan_scheme>,
}
owner!(Scheme, farspan_scheme, farspan_scheme_destroy);

impl Scheme {
    /// Begins a scheme without parts.
    pub fn builder<'a>() -> SchemeBuilder<'a> {
        SchemeBuilder::default()
    }

    #[doc = docs!(scheme_visible)]
    pub fn visible(&self, query: i64, keys: i64) -> Result<[Range<i64>; 2]> {
        let mut bounds = [0i64; 4];
        // SAFETY: the handle is valid and the array has four entries.
        check(|error| unsafe { sys::farspan_scheme_visible(self.as_c(), query, keys, bounds.as_mut_ptr(), error) })?;
        Ok([bounds[0]..bounds[1], bounds[2]..bounds[3]])
    }

    pub(crate) fn make(
        create: impl FnOnce(*mut *mut sys::farspan_scheme, *mut sys::farspan_error) -> sys::farspan_status,
    ) -> Result<Self> {
        Ok(Scheme { handle: Handle::make(create)? })
    }

    /// A scheme that something else owns and keeps alive: it is not destroyed.
    pub(crate) fn borrowed(handle: NonNull<sys::farspan_scheme>) -> ManuallyDrop<Self> {
        ManuallyDrop::new(Scheme { handle: Handle::borrowed(handle) })
    }
}
