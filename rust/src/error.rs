use std::ffi::CStr;
use std::fmt;
use std::os::raw::c_char;

pub use crate::generated::status::Status;
use crate::generated::status::STATUSES;
use crate::sys;

/// The result of a call of the library.
pub type Result<T> = std::result::Result<T, Error>;

impl Status {
    /// The number of the status in C (`farspan_status`).
    pub fn code(self) -> i32 {
        match self {
            Status::Unknown(code) => code,
            known => STATUSES.iter().find(|row| row.0 == known).map_or(0, |row| row.1),
        }
    }

    fn from_code(code: i32) -> Self {
        STATUSES.iter().find(|row| row.1 == code).map_or(Status::Unknown(code), |row| row.0)
    }
}

/// The short text of the library, such as "shape mismatch".
impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: takes any number.
        formatter.write_str(constant_text(unsafe { sys::farspan_status_text(self.code()) }).unwrap_or("unknown status"))
    }
}

/// What a failed call says: a status, the argument it concerns, and the cause in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error {
    status: Status,
    argument: i32,
    field: String,
    message: String,
}

impl Error {
    /// The kind of failure.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The offending argument of the C function, counted from 1; 0 if none.
    pub fn argument(&self) -> i32 {
        self.argument
    }

    /// The path of the offending field, such as `"problem.key_positions[7]"`; empty if none. The message begins with it.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The cause: the field, its value and the allowed range.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn new(status: Status, argument: i32, message: String) -> Self {
        Error { status, argument, field: String::new(), message }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            self.status.fmt(formatter)
        } else {
            formatter.write_str(&self.message)
        }
    }
}

impl std::error::Error for Error {}

/// Runs a C function on an error slot of its own, so that a message belongs to its call in every thread.
pub(crate) fn check(call: impl FnOnce(*mut sys::farspan_error) -> sys::farspan_status) -> Result<()> {
    let mut slot = sys::farspan_error {
        struct_size: std::mem::size_of::<sys::farspan_error>() as u32,
        code: 0,
        argument: 0,
        reserved: 0,
        field: [0; 64],
        message: [0; 256],
    };
    let status = call(&mut slot);
    if status == sys::FARSPAN_OK as i32 {
        return Ok(());
    }
    // SAFETY: the library ends every text with a NUL, and the slot began as zeros.
    let text = |start: *const c_char| unsafe { CStr::from_ptr(start) }.to_string_lossy().into_owned();
    let (field, message) = (text(slot.field.as_ptr()), text(slot.message.as_ptr()));
    Err(Error { field, ..Error::new(Status::from_code(status), slot.argument, message) })
}

/// A constant text of the library.
pub(crate) fn constant_text(text: *const c_char) -> Option<&'static str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the library's texts are NUL-terminated constants that live as long as the process.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}
