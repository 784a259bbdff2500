//! The structs that describe a scheme, a problem and the like. Each mirrors one of C: its constructor takes every default from
//! the library, and its fields have the names, units and ranges of the header.

mod bias;
mod mask;
mod remap;
mod rope;
mod score;

pub use bias::BiasConfig;
pub use mask::MaskConfig;
pub use remap::RemapConfig;
pub use rope::RopeConfig;
pub use score::ScoreConfig;

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
same_in_c!(i32, i64, u64, f64, [i32; 4]);

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

/// Defines a struct that mirrors a C one: `Name<'a> = c_struct by init_function(method: MethodType) { fields }`.
macro_rules! config {
    (
        $(#[$doc:meta])*
        $name:ident $(<$life:lifetime>)? = $c:ident by $init:ident($($method:ident: $method_type:ty)?) {
            $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
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
                Self::from_c(&Self::c_defaults($($method)?))
            }

            /// As C has it, without its arrays.
            pub(crate) fn from_c(c: &$crate::sys::$c) -> Self {
                Self { $($field: $crate::config::Field::from_c(c.$field),)* }
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
                $(c.$field = $crate::config::Field::to_c(&self.$field);)*
                c
            }
        }
    };
}
pub(crate) use config;
