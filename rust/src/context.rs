use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicI32;
use std::sync::Arc;

use crate::error::{check, Result};
use crate::{sys, ContextConfig, Isa};

/// Threads, instruction set and cancellation. Calls without a context use the defaults.
///
/// Immutable: any number of threads may use one at the same time.
#[derive(Debug)]
pub struct Context {
    handle: NonNull<sys::farspan_context>,
    cancel: Option<Arc<AtomicI32>>,
}

// SAFETY: the header promises that contexts are immutable and may be used by any number of threads.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

impl Context {
    /// Makes a context.
    ///
    /// # Errors
    ///
    /// [`Status::IsaUnsupported`](crate::Status::IsaUnsupported) if this machine lacks the instruction set,
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if `threads` is negative.
    pub fn new(config: &ContextConfig) -> Result<Self> {
        Self::make(config, None)
    }

    /// Makes a context whose runs stop soon after `cancel` becomes non-zero, with [`Status::Cancelled`](crate::Status::Cancelled)
    /// and outputs of unspecified value. The flag may be set from any thread, and cleared for the next run.
    ///
    /// # Errors
    ///
    /// As [`Context::new`].
    pub fn with_cancel(config: &ContextConfig, cancel: Arc<AtomicI32>) -> Result<Self> {
        Self::make(config, Some(cancel))
    }

    fn make(config: &ContextConfig, cancel: Option<Arc<AtomicI32>>) -> Result<Self> {
        let mut config = config.to_c();
        config.cancel = cancel.as_deref().map_or(ptr::null(), |flag| flag as *const AtomicI32 as *const i32);
        let mut handle = ptr::null_mut();
        // SAFETY: the flag lives as long as the context, and as each plan that was made with it.
        check(|error| unsafe { sys::farspan_context_create(&config, &mut handle, error) })?;
        Ok(Context { handle: NonNull::new(handle).expect("a context was made"), cancel })
    }

    /// Threads that a run really uses.
    #[inline]
    pub fn threads(&self) -> i32 {
        // SAFETY: the handle is valid.
        unsafe { sys::farspan_context_threads(self.handle.as_ptr()) }
    }

    /// The instruction set in use.
    #[inline]
    pub fn isa(&self) -> Isa {
        // SAFETY: the handle is valid.
        Isa(unsafe { sys::farspan_context_isa(self.handle.as_ptr()) })
    }

    /// The flag that was given to [`Context::with_cancel`].
    pub fn cancel_flag(&self) -> Option<&Arc<AtomicI32>> {
        self.cancel.as_ref()
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the handle is valid and no borrow of it is left.
        unsafe { sys::farspan_context_destroy(self.handle.as_ptr()) }
    }
}

/// The handle of an optional context, for C.
pub(crate) fn as_c(context: Option<&Context>) -> *const sys::farspan_context {
    context.map_or(ptr::null(), |context| context.handle.as_ptr())
}
