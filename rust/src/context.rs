use std::sync::atomic::AtomicI32;
use std::sync::Arc;

use crate::arrays::pointer;
use crate::handle::{owner, Handle};
use crate::{sys, ContextConfig, Result};

/// Threads, instruction set and cancellation. Calls without a context use the defaults.
///
/// Immutable: any number of threads may use one at the same time.
#[derive(Debug)]
pub struct Context {
    handle: Handle<sys::farspan_context>,
    cancel: Option<Arc<AtomicI32>>,
}
owner!(Context, farspan_context, farspan_context_destroy);

impl Context {
    #[doc = docs!(context_create)]
    pub fn new(config: &ContextConfig) -> Result<Self> {
        Self::make(config, None)
    }

    /// Makes a context whose runs stop soon after `cancel` becomes non-zero, with [`Status::Cancelled`](crate::Status::Cancelled)
    /// and outputs of unspecified value. The flag may be set from any thread, and cleared for the next run. Errors are those of
    /// [`Context::new`].
    pub fn with_cancel(config: &ContextConfig, cancel: Arc<AtomicI32>) -> Result<Self> {
        Self::make(config, Some(cancel))
    }

    fn make(config: &ContextConfig, cancel: Option<Arc<AtomicI32>>) -> Result<Self> {
        let mut config = config.to_c();
        config.cancel = pointer(cancel.as_deref()).cast();
        // SAFETY: the flag lives as long as the context, and as each plan that was made with it.
        let handle = Handle::make(|made, error| unsafe { sys::farspan_context_create(&config, made, error) })?;
        Ok(Context { handle, cancel })
    }

    /// The flag that was given to [`Context::with_cancel`].
    pub fn cancel_flag(&self) -> Option<&Arc<AtomicI32>> {
        self.cancel.as_ref()
    }
}

/// The handle of an optional context, for C.
pub(crate) fn as_c(context: Option<&Context>) -> *const sys::farspan_context {
    context.map_or(std::ptr::null(), |context| context.as_c())
}
