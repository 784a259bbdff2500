//! What the structs of `generated` are made of. Each mirrors one of C: a configuration's constructor takes every default from the
//! library, and fields have the names, units and ranges of the header.

/// A field as Rust has it, from and to the C type.
pub(crate) trait Field {
    type C;
    fn from_c(value: Self::C) -> Self;
    fn to_c(&self) -> Self::C;
}

macro_rules! same_in_c {
    ($($type:ty),*) => {
        $(impl Field for $type {
            type C = $type;
            fn from_c(value: $type) -> Self {
                value
            }
            fn to_c(&self) -> $type {
                *self
            }
        })*
    };
}
same_in_c!(i32, i64, u64, f64, [i32; 4], [f64; 8]);

impl Field for bool {
    type C = i32;
    fn from_c(value: i32) -> Self {
        value != 0
    }
    fn to_c(&self) -> i32 {
        i32::from(*self)
    }
}

/// An array that C has a pointer to. The defaults have none.
impl<T> Field for Option<&[T]> {
    type C = *const T;
    fn from_c(_: *const T) -> Self {
        None
    }
    fn to_c(&self) -> *const T {
        self.map_or(std::ptr::null(), <[T]>::as_ptr)
    }
}

/// For the options of `generated`.
macro_rules! option_fields {
    ($($type:ty),*) => {
        $(impl $crate::config::Field for $type {
            type C = i32;
            fn from_c(value: i32) -> Self {
                Self(value)
            }
            fn to_c(&self) -> i32 {
                self.0
            }
        })*
    };
}
pub(crate) use option_fields;

/// A field of a C struct; an array has its count beside it.
macro_rules! read_field {
    ($field:expr) => {
        $crate::config::Field::from_c($field)
    };
    ($array:expr, $count:expr) => {
        // SAFETY: the caller of `from_c` promises it.
        unsafe { $crate::config::array($array, $count.into()) }
    };
}
pub(crate) use read_field;

/// # Safety
///
/// `array` is NULL, or has `count` entries that live as long as `'a`.
pub(crate) unsafe fn array<'a, T>(array: *const T, count: i64) -> Option<&'a [T]> {
    // SAFETY: the caller's promise.
    (!array.is_null()).then(|| unsafe { std::slice::from_raw_parts(array, count as usize) })
}

/// Defines a struct that mirrors a C one: `Name<'a> = c_struct by init_function(method: MethodType) { fields }`.
macro_rules! config {
    (
        $(#[$doc:meta])*
        $name:ident $(<$life:lifetime>)? = $c:ident by $init:ident($($method:ident: $method_type:ty)?) {
            $($(#[$field_doc:meta])* $field:ident $([$count:ident])?: $type:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name $(<$life>)? {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $(<$life>)? $name $(<$life>)? {
            /// Every field at the library's default.
            #[allow(clippy::new_without_default)] // one way to make it, the same for all configurations
            pub fn new($($method: $method_type)?) -> Self {
                // SAFETY: the defaults have no arrays.
                unsafe { Self::from_c(&Self::c_defaults($($method)?)) }
            }

            /// As C has it.
            ///
            /// # Safety
            ///
            /// Its arrays live as long as the struct that is made.
            pub(crate) unsafe fn from_c(c: &$crate::sys::$c) -> Self {
                Self { $($field: $crate::config::read_field!(c.$field $(, c.$count)?),)* }
            }

            fn c_defaults($($method: $method_type)?) -> $crate::sys::$c {
                let mut c = std::mem::MaybeUninit::zeroed();
                // SAFETY: all zero bits are a value of the struct, and C writes no more than the given size.
                unsafe {
                    $crate::sys::$init(c.as_mut_ptr(), std::mem::size_of::<$crate::sys::$c>() as _ $(, $method.0)?);
                    c.assume_init()
                }
            }

            /// For C. Its pointers are those of the slices: it must not outlive `self`.
            pub(crate) fn to_c(self) -> $crate::sys::$c {
                let mut c = Self::c_defaults($(self.$method)?);
                $(
                    c.$field = $crate::config::Field::to_c(&self.$field);
                    $(c.$count = self.$field.map_or(0, |array| array.len() as _);)?
                )*
                c
            }
        }
    };
}
pub(crate) use config;

/// Writes what a struct begins with: its size.
macro_rules! begin {
    ($c:ident, $init:ident) => {
        $crate::sys::$init(&mut $c, std::mem::size_of_val(&$c))
    };
    ($c:ident) => {
        $c.struct_size = std::mem::size_of_val(&$c) as u32
    };
}
pub(crate) use begin;

/// Defines a struct with fields of a C one that the library fills.
macro_rules! result {
    ($(#[$doc:meta])* $name:ident = $c:ident $(by $init:ident)? { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// Lets the library fill the struct.
            #[allow(dead_code)] // where the call is made under a lock, `empty` and `from_c` stand around it
            pub(crate) fn filled(
                fill: impl FnOnce(*mut $crate::sys::$c, *mut $crate::sys::farspan_error) -> $crate::sys::farspan_status,
            ) -> $crate::Result<Self> {
                let mut c = Self::empty();
                $crate::error::check(|error| fill(&mut c, error))?;
                Ok(Self::from_c(&c))
            }

            /// What the library is given to fill.
            pub(crate) fn empty() -> $crate::sys::$c {
                // SAFETY: all zero bits are a value of the struct, and C writes no more than its size.
                #[allow(unused_unsafe)]
                unsafe {
                    let mut c: $crate::sys::$c = std::mem::zeroed();
                    $crate::config::begin!(c $(, $init)?);
                    c
                }
            }

            pub(crate) fn from_c(c: &$crate::sys::$c) -> Self {
                Self { $($field: $crate::config::Field::from_c(c.$field),)* }
            }
        }
    };
}
pub(crate) use result;

/// A field of an answer that may be a text.
macro_rules! read_answer {
    ($field:expr) => {
        $crate::config::Field::from_c($field)
    };
    ($field:expr, text) => {
        // SAFETY: the caller of `from_c` promises it.
        unsafe { std::ffi::CStr::from_ptr($field) }.to_string_lossy()
    };
}
pub(crate) use read_answer;

/// The same as `result` for a struct with texts of the library's. They are UTF-8; what is not is replaced.
macro_rules! texts {
    (
        $(#[$doc:meta])*
        $name:ident<$life:lifetime> = $c:ident $(by $init:ident)? {
            $($(#[$field_doc:meta])* $field:ident $([$text:ident])?: $type:ty,)*
        }
    ) => {
        $(#[$doc])*
        pub struct $name<$life> {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl<$life> $name<$life> {
            /// # Safety
            ///
            /// The library filled the struct, whose texts live as long as the one that is made.
            pub(crate) unsafe fn from_c(c: &$crate::sys::$c) -> Self {
                Self { $($field: $crate::config::read_answer!(c.$field $(, $text)?),)* }
            }
        }
    };
}
pub(crate) use texts;

/// Defines a struct that the library counts in: plain data with the fields of a C struct.
macro_rules! counter {
    ($(#[$doc:meta])* $name:ident = $c:ident by $init:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// Nothing counted yet.
            #[allow(clippy::new_without_default)] // one way to make it, as for the configurations
            pub fn new() -> Self {
                Self::from_c(&Self::empty())
            }

            fn empty() -> $crate::sys::$c {
                let mut c = std::mem::MaybeUninit::zeroed();
                // SAFETY: all zero bits are a value of the struct, and C writes no more than the given size.
                unsafe {
                    $crate::sys::$init(c.as_mut_ptr(), std::mem::size_of::<$crate::sys::$c>() as _);
                    c.assume_init()
                }
            }

            pub(crate) fn from_c(c: &$crate::sys::$c) -> Self {
                Self { $($field: c.$field,)* }
            }

            pub(crate) fn to_c(self) -> $crate::sys::$c {
                let mut c = Self::empty();
                $(c.$field = self.$field;)*
                c
            }

            /// Lets the library change what was counted. A call that fails changes nothing.
            pub(crate) fn change(
                &mut self,
                call: impl FnOnce(*mut $crate::sys::$c, *mut $crate::sys::farspan_error) -> $crate::sys::farspan_status,
            ) -> $crate::Result<()> {
                let mut c = self.to_c();
                $crate::error::check(|error| call(&mut c, error))?;
                *self = Self::from_c(&c);
                Ok(())
            }
        }
    };
}
pub(crate) use counter;
