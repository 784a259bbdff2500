//! Objects of C that a Rust value owns.

use std::ptr::{self, NonNull};

use crate::error::check;
use crate::{sys, Result};

/// A type of C whose objects are made and destroyed.
pub(crate) trait Object {
    /// # Safety
    ///
    /// The object is valid, and nothing uses it any more.
    unsafe fn destroy(object: *mut Self);
}

/// An object that is destroyed with its owner.
#[derive(Debug)]
pub(crate) struct Handle<T: Object>(NonNull<T>);

// SAFETY: the headers promise that any number of threads may use one object; where they do not, as for a cache, the type that has the
// handle guards it.
unsafe impl<T: Object> Send for Handle<T> {}
// SAFETY: as above.
unsafe impl<T: Object> Sync for Handle<T> {}

impl<T: Object> Handle<T> {
    /// Keeps what a function of C makes.
    pub(crate) fn make(
        create: impl FnOnce(*mut *mut T, *mut sys::farspan_error) -> sys::farspan_status,
    ) -> Result<Self> {
        let mut made = ptr::null_mut();
        check(|error| create(&mut made, error))?;
        Ok(Handle(NonNull::new(made).expect("the object was made")))
    }

    /// One that something else owns, to be kept from being dropped.
    pub(crate) fn borrowed(object: NonNull<T>) -> Self {
        Handle(object)
    }

    pub(crate) fn get(&self) -> *mut T {
        self.0.as_ptr()
    }
}

impl<T: Object> Drop for Handle<T> {
    fn drop(&mut self) {
        // SAFETY: no borrow of the object is left.
        unsafe { T::destroy(self.get()) }
    }
}

/// Says which type of C one of the crate owns, and gives it that for calls.
macro_rules! owner {
    ($name:ident, $c:ident, $destroy:ident) => {
        impl $crate::handle::Object for $crate::sys::$c {
            unsafe fn destroy(object: *mut Self) {
                // SAFETY: the caller's promise.
                unsafe { $crate::sys::$destroy(object) }
            }
        }

        impl $name {
            pub(crate) fn as_c(&self) -> *mut $crate::sys::$c {
                self.handle.get()
            }
        }
    };
}
pub(crate) use owner;
