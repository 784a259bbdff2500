use std::mem::ManuallyDrop;
use std::ops::Range;
use std::ptr::{self, NonNull};

use crate::error::{check, Result};
use crate::text::written;
use crate::{sys, BiasConfig, MaskConfig, Probe, RemapConfig, RopeConfig, ScoreConfig};

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
    handle: NonNull<sys::farspan_scheme>,
}

// SAFETY: the header promises that schemes are immutable and may be used by any number of threads.
unsafe impl Send for Scheme {}
// SAFETY: as above.
unsafe impl Sync for Scheme {}

/// Gathers the parts of a [`Scheme`]. A part that is not given is absent: no rotation, no remap, no bias, a causal mask, and a
/// plain 1/sqrt(head_dim) score.
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct SchemeBuilder<'a> {
    rope: Option<RopeConfig<'a>>,
    remap: Option<RemapConfig>,
    bias: Option<BiasConfig<'a>>,
    mask: Option<MaskConfig>,
    score: Option<ScoreConfig<'a>>,
}

impl<'a> SchemeBuilder<'a> {
    /// How angles grow with position.
    pub fn rope(mut self, config: &RopeConfig<'a>) -> Self {
        self.rope = Some(*config);
        self
    }

    /// Which position the rope part sees.
    pub fn remap(mut self, config: &RemapConfig) -> Self {
        self.remap = Some(*config);
        self
    }

    /// What is added to the logit.
    pub fn bias(mut self, config: &BiasConfig<'a>) -> Self {
        self.bias = Some(*config);
        self
    }

    /// Which keys a query sees.
    pub fn mask(mut self, config: &MaskConfig) -> Self {
        self.mask = Some(*config);
        self
    }

    /// The scale of the logit.
    pub fn score(mut self, config: &ScoreConfig<'a>) -> Self {
        self.score = Some(*config);
        self
    }

    /// Checks the parts and makes the scheme.
    ///
    /// # Errors
    ///
    /// Most of [`Status`](crate::Status); the message names the field, its value and its range.
    /// [`Status::Combination`](crate::Status::Combination) also for a parameter that the method would ignore.
    pub fn build(self) -> Result<Scheme> {
        let rope = self.rope.map(RopeConfig::to_c);
        let remap = self.remap.map(RemapConfig::to_c);
        let bias = self.bias.map(BiasConfig::to_c);
        let mask = self.mask.map(MaskConfig::to_c);
        let score = self.score.map(ScoreConfig::to_c);
        let mut handle = ptr::null_mut();
        // SAFETY: zeros are a value of this plain struct, and init writes all of it.
        let mut parts = unsafe {
            let mut parts: sys::farspan_scheme_parts = std::mem::zeroed();
            sys::farspan_scheme_parts_init(&mut parts, std::mem::size_of_val(&parts));
            parts
        };
        parts.rope = pointer(&rope);
        parts.remap = pointer(&remap);
        parts.bias = pointer(&bias);
        parts.mask = pointer(&mask);
        parts.score = pointer(&score);
        // SAFETY: the structs live through the call; their arrays are as long as their counts say.
        check(|error| unsafe { sys::farspan_scheme_create(&parts, &mut handle, error) })?;
        Ok(Scheme { handle: NonNull::new(handle).expect("a scheme was made") })
    }
}

fn pointer<T>(value: &Option<T>) -> *const T {
    value.as_ref().map_or(ptr::null(), |value| value)
}

impl Scheme {
    /// Begins a scheme without parts.
    pub fn builder<'a>() -> SchemeBuilder<'a> {
        SchemeBuilder::default()
    }

    /// The scheme that a text of JSON describes: an object of the parts rope, remap, bias, mask and score, whose keys are the fields
    /// of the configurations. Methods and other enums are words; what is absent has its default.
    ///
    /// ```
    /// let text = r#"{"rope": {"method": "base", "layout": "half", "rotary_dim": 64}, "mask": {"sinks": 4}}"#;
    /// let scheme = farspan::Scheme::from_json(text)?;
    /// assert_eq!(scheme.to_json()?, text);
    /// # Ok::<(), farspan::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Status::Format`](crate::Status::Format) with the path, as in "$.rope.basee is not a field of rope";
    /// [`Status::Method`](crate::Status::Method) for an unknown word; otherwise as [`SchemeBuilder::build`].
    pub fn from_json(text: impl AsRef<[u8]>) -> Result<Self> {
        let text = text.as_ref();
        let mut handle = ptr::null_mut();
        // SAFETY: the text has the length given; an empty slice has an address too.
        check(|error| unsafe {
            sys::farspan_scheme_from_json(text.as_ptr().cast(), text.len() as i64, &mut handle, error)
        })?;
        Ok(Scheme { handle: NonNull::new(handle).expect("a scheme was made") })
    }

    /// The scheme as text: one line, canonical, what differs from the defaults. [`from_json`](Self::from_json) makes the same scheme
    /// of it, bit for bit.
    ///
    /// # Errors
    ///
    /// [`Status::OutOfMemory`](crate::Status::OutOfMemory).
    pub fn to_json(&self) -> Result<String> {
        // SAFETY: the handle is valid and the buffer has the size given.
        written(256, |buffer, size, needed, error| unsafe {
            sys::farspan_scheme_to_json(self.as_c(), buffer, size, needed, error)
        })
    }

    /// Positions per token that the rope part reads: 1, or the number of axes for M-RoPE.
    #[inline]
    pub fn axes(&self) -> i32 {
        // SAFETY: the handle is valid.
        unsafe { sys::farspan_scheme_axes(self.as_c()) }
    }

    /// What the scheme does to one pair at the current `length` (0: the larger position + 1). The head is one of
    /// the layer's.
    ///
    /// # Errors
    ///
    /// [`Status::Positions`](crate::Status::Positions), [`Status::HeadGroups`](crate::Status::HeadGroups).
    pub fn probe(&self, length: i64, query: i64, key: i64, head: i32) -> Result<Probe> {
        // SAFETY: the handle is valid.
        Probe::filled(|probe, error| unsafe {
            sys::farspan_scheme_probe(self.as_c(), length, query, key, head, probe, error)
        })
    }

    /// The keys that a query sees among key positions 0 .. keys - 1: two intervals, the second empty if there is one.
    ///
    /// # Errors
    ///
    /// [`Status::Positions`](crate::Status::Positions).
    pub fn visible(&self, query: i64, keys: i64) -> Result<[Range<i64>; 2]> {
        let mut bounds = [0i64; 4];
        // SAFETY: the handle is valid and the array has four entries.
        check(|error| unsafe { sys::farspan_scheme_visible(self.as_c(), query, keys, bounds.as_mut_ptr(), error) })?;
        Ok([bounds[0]..bounds[1], bounds[2]..bounds[3]])
    }

    /// A scheme that something else owns and keeps alive: it is not destroyed.
    pub(crate) fn borrowed(handle: NonNull<sys::farspan_scheme>) -> ManuallyDrop<Self> {
        ManuallyDrop::new(Scheme { handle })
    }

    pub(crate) fn as_c(&self) -> *const sys::farspan_scheme {
        self.handle.as_ptr()
    }
}

impl Drop for Scheme {
    fn drop(&mut self) {
        // SAFETY: the handle is valid and no borrow of it is left.
        unsafe { sys::farspan_scheme_destroy(self.handle.as_ptr()) }
    }
}
