//! Options: numbers with a name. Not Rust enums, so that a newer library may have more of them. The lists are in `generated`.

use crate::error::constant_text;
use crate::generated::constants::Isa;
use crate::sys;

macro_rules! option {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $constant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(transparent)]
        pub struct $name(pub i32);

        impl $name {
            $($(#[$value_doc])* pub const $value: Self = Self($crate::sys::$constant as i32);)*
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match *self {
                    $(Self::$value => formatter.write_str(concat!(stringify!($name), "::", stringify!($value))),)*
                    Self(other) => write!(formatter, concat!(stringify!($name), "({})"), other),
                }
            }
        }
    };
}

pub(crate) use option;

/// The spelling of a method, shared by all languages and tools.
macro_rules! named {
    ($name:ident, $part:ident) => {
        impl $name {
            /// The spelling of the method, such as `"yarn"`; `None` if it is unknown.
            pub fn name(self) -> Option<&'static str> {
                // SAFETY: takes any numbers.
                $crate::error::constant_text(unsafe {
                    $crate::sys::farspan_method_name($crate::sys::$part as i32, self.0)
                })
            }

            /// The method that is spelled so.
            pub fn find(name: &str) -> Option<Self> {
                let name = std::ffi::CString::new(name).ok()?;
                // SAFETY: the text is NUL-terminated.
                let method = unsafe { $crate::sys::farspan_method_find($crate::sys::$part as i32, name.as_ptr()) };
                (method >= 0).then(|| Self(method))
            }

            /// All methods of the loaded library.
            pub fn all() -> impl Iterator<Item = Self> {
                // SAFETY: takes any number.
                (0..unsafe { $crate::sys::farspan_method_count($crate::sys::$part as i32) }).map(Self)
            }
        }
    };
}

pub(crate) use named;

impl Isa {
    /// Whether it is built in and usable on this machine.
    #[inline]
    pub fn is_supported(self) -> bool {
        // SAFETY: takes any number.
        unsafe { sys::farspan_isa_supported(self.0) == 1 }
    }

    /// Its name, such as `"avx2"`; `None` if it is unknown.
    pub fn name(self) -> Option<&'static str> {
        // SAFETY: takes any number.
        constant_text(unsafe { sys::farspan_isa_name(self.0) })
    }
}
