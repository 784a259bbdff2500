// Made by regenerate.sh from the headers in include/farspan. Do not edit.

pub const FARSPAN_VERSION_MAJOR: u32 = 0;
pub const FARSPAN_VERSION_MINOR: u32 = 1;
pub const FARSPAN_VERSION_PATCH: u32 = 0;
pub const FARSPAN_VERSION: u32 = 100;
pub const FARSPAN_ABI_VERSION: u32 = 1;
pub type __int32_t = std::os::raw::c_int;
pub type __uint32_t = std::os::raw::c_uint;
pub type __int64_t = std::os::raw::c_long;
pub type __uint64_t = std::os::raw::c_ulong;
pub type farspan_status = i32;
pub const FARSPAN_OK: _bindgen_ty_1 = 0;
pub const FARSPAN_ERROR_NULL_ARGUMENT: _bindgen_ty_1 = 1;
pub const FARSPAN_ERROR_STRUCT_SIZE: _bindgen_ty_1 = 2;
pub const FARSPAN_ERROR_DTYPE: _bindgen_ty_1 = 3;
pub const FARSPAN_ERROR_SHAPE: _bindgen_ty_1 = 4;
pub const FARSPAN_ERROR_STRIDE: _bindgen_ty_1 = 5;
pub const FARSPAN_ERROR_HEAD_GROUPS: _bindgen_ty_1 = 6;
pub const FARSPAN_ERROR_ROTARY_DIM: _bindgen_ty_1 = 7;
pub const FARSPAN_ERROR_PARAMETER_RANGE: _bindgen_ty_1 = 8;
pub const FARSPAN_ERROR_METHOD: _bindgen_ty_1 = 9;
pub const FARSPAN_ERROR_COMBINATION: _bindgen_ty_1 = 10;
pub const FARSPAN_ERROR_POSITIONS: _bindgen_ty_1 = 11;
pub const FARSPAN_ERROR_WORKSPACE_SIZE: _bindgen_ty_1 = 12;
pub const FARSPAN_ERROR_ISA_UNSUPPORTED: _bindgen_ty_1 = 13;
pub const FARSPAN_ERROR_OUT_OF_MEMORY: _bindgen_ty_1 = 14;
pub const FARSPAN_ERROR_CANCELLED: _bindgen_ty_1 = 15;
pub const FARSPAN_ERROR_INTERNAL: _bindgen_ty_1 = 16;
pub type _bindgen_ty_1 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_error {
    pub struct_size: u32,
    pub code: i32,
    pub argument: i32,
    pub reserved: i32,
    pub message: [std::os::raw::c_char; 256usize],
}
#[test]
fn bindgen_test_layout_farspan_error() {
    assert_eq!(::std::mem::size_of::<farspan_error>(), 272usize, concat!("Size of: ", stringify!(farspan_error)));
    assert_eq!(::std::mem::align_of::<farspan_error>(), 4usize, concat!("Alignment of ", stringify!(farspan_error)));
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_error>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_error), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_code() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_error>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).code) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_error), "::", stringify!(code))
        );
    }
    test_field_code();
    fn test_field_argument() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_error>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).argument) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_error), "::", stringify!(argument))
        );
    }
    test_field_argument();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_error>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_error), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_message() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_error>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).message) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_error), "::", stringify!(message))
        );
    }
    test_field_message();
}
extern "C" {
    pub fn farspan_status_text(status: farspan_status) -> *const std::os::raw::c_char;
}
extern "C" {
    pub fn farspan_version() -> u32;
}
extern "C" {
    pub fn farspan_version_text() -> *const std::os::raw::c_char;
}
extern "C" {
    pub fn farspan_abi_version() -> u32;
}
pub const FARSPAN_F32: _bindgen_ty_2 = 1;
pub const FARSPAN_F64: _bindgen_ty_2 = 2;
pub const FARSPAN_F16: _bindgen_ty_2 = 3;
pub const FARSPAN_BF16: _bindgen_ty_2 = 4;
pub type _bindgen_ty_2 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_tensor {
    pub data: *mut std::os::raw::c_void,
    pub dtype: i32,
    pub reserved: i32,
    pub shape: [i64; 4usize],
    pub stride: [i64; 4usize],
}
#[test]
fn bindgen_test_layout_farspan_tensor() {
    assert_eq!(::std::mem::size_of::<farspan_tensor>(), 80usize, concat!("Size of: ", stringify!(farspan_tensor)));
    assert_eq!(::std::mem::align_of::<farspan_tensor>(), 8usize, concat!("Alignment of ", stringify!(farspan_tensor)));
    fn test_field_data() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_tensor>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).data) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_tensor), "::", stringify!(data))
        );
    }
    test_field_data();
    fn test_field_dtype() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_tensor>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).dtype) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_tensor), "::", stringify!(dtype))
        );
    }
    test_field_dtype();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_tensor>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_tensor), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_shape() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_tensor>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).shape) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_tensor), "::", stringify!(shape))
        );
    }
    test_field_shape();
    fn test_field_stride() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_tensor>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).stride) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_tensor), "::", stringify!(stride))
        );
    }
    test_field_stride();
}
extern "C" {
    pub fn farspan_tensor_contiguous(
        tensor: *mut farspan_tensor,
        data: *mut std::os::raw::c_void,
        dtype: i32,
        batch: i64,
        heads: i64,
        sequence: i64,
        features: i64,
    );
}
extern "C" {
    pub fn farspan_tensor_check(
        tensor: *const farspan_tensor,
        bytes: usize,
        offset: i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_ROPE_NONE: _bindgen_ty_3 = 0;
pub const FARSPAN_ROPE_BASE: _bindgen_ty_3 = 1;
pub const FARSPAN_ROPE_LINEAR: _bindgen_ty_3 = 2;
pub const FARSPAN_ROPE_DYNAMIC_LINEAR: _bindgen_ty_3 = 3;
pub const FARSPAN_ROPE_NTK: _bindgen_ty_3 = 4;
pub const FARSPAN_ROPE_NTK_OLD: _bindgen_ty_3 = 5;
pub const FARSPAN_ROPE_NTK_FIXED: _bindgen_ty_3 = 6;
pub const FARSPAN_ROPE_NTK_MIXED: _bindgen_ty_3 = 7;
pub const FARSPAN_ROPE_DYNAMIC_NTK: _bindgen_ty_3 = 8;
pub const FARSPAN_ROPE_DYNAMIC_NTK_QWEN: _bindgen_ty_3 = 9;
pub const FARSPAN_ROPE_NTK_BY_PARTS: _bindgen_ty_3 = 10;
pub const FARSPAN_ROPE_YARN: _bindgen_ty_3 = 11;
pub const FARSPAN_ROPE_DYNAMIC_YARN: _bindgen_ty_3 = 12;
pub const FARSPAN_ROPE_LONGROPE: _bindgen_ty_3 = 13;
pub const FARSPAN_ROPE_LLAMA3: _bindgen_ty_3 = 14;
pub const FARSPAN_ROPE_PROPORTIONAL: _bindgen_ty_3 = 15;
pub const FARSPAN_ROPE_XPOS: _bindgen_ty_3 = 16;
pub const FARSPAN_ROPE_PAIR_FACTORS: _bindgen_ty_3 = 17;
pub type _bindgen_ty_3 = std::os::raw::c_uint;
pub const FARSPAN_LAYOUT_HALF: _bindgen_ty_4 = 1;
pub const FARSPAN_LAYOUT_INTERLEAVED: _bindgen_ty_4 = 2;
pub type _bindgen_ty_4 = std::os::raw::c_uint;
pub const FARSPAN_ANGLE_EXACT: _bindgen_ty_5 = 0;
pub const FARSPAN_ANGLE_FLOAT32: _bindgen_ty_5 = 1;
pub type _bindgen_ty_5 = std::os::raw::c_uint;
pub const FARSPAN_RAMP_PAIR_INDEX: _bindgen_ty_6 = 0;
pub const FARSPAN_RAMP_ROTATIONS: _bindgen_ty_6 = 1;
pub type _bindgen_ty_6 = std::os::raw::c_uint;
pub const FARSPAN_MAGNITUDE_DEFAULT: _bindgen_ty_7 = 0;
pub const FARSPAN_MAGNITUDE_YARN: _bindgen_ty_7 = 1;
pub const FARSPAN_MAGNITUDE_EXPLICIT: _bindgen_ty_7 = 2;
pub const FARSPAN_MAGNITUDE_UNCLAMPED: _bindgen_ty_7 = 3;
pub type _bindgen_ty_7 = std::os::raw::c_uint;
pub const FARSPAN_SWITCH_AFTER: _bindgen_ty_8 = 0;
pub const FARSPAN_SWITCH_AT: _bindgen_ty_8 = 1;
pub const FARSPAN_SWITCH_ALWAYS_LONG: _bindgen_ty_8 = 2;
pub type _bindgen_ty_8 = std::os::raw::c_uint;
pub const FARSPAN_AXES_NONE: _bindgen_ty_9 = 0;
pub const FARSPAN_AXES_SECTIONS: _bindgen_ty_9 = 1;
pub const FARSPAN_AXES_INTERLEAVED: _bindgen_ty_9 = 2;
pub const FARSPAN_AXES_INTERLEAVED_GGML: _bindgen_ty_9 = 3;
pub type _bindgen_ty_9 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_rope_config {
    pub struct_size: u32,
    pub method: i32,
    pub layout: i32,
    pub rotary_dim: i32,
    pub rotary_offset: i32,
    pub angle: i32,
    pub base: f64,
    pub factor: f64,
    pub original_context: i64,
    pub beta_fast: f64,
    pub beta_slow: f64,
    pub extrapolation_factor: f64,
    pub ramp: i32,
    pub truncate: i32,
    pub mscale: f64,
    pub mscale_all_dim: f64,
    pub magnitude: i32,
    pub length_switch: i32,
    pub attention_factor: f64,
    pub mixed_exponent: f64,
    pub low_freq_factor: f64,
    pub high_freq_factor: f64,
    pub rotated_fraction: f64,
    pub xpos_scale_base: f64,
    pub xpos_gamma: f64,
    pub short_factors: *const f64,
    pub long_factors: *const f64,
    pub pair_factor_count: i32,
    pub axes: i32,
    pub axis_sections: [i32; 4usize],
}
#[test]
fn bindgen_test_layout_farspan_rope_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_rope_config>(),
        200usize,
        concat!("Size of: ", stringify!(farspan_rope_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_rope_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_rope_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_method() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).method) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(method))
        );
    }
    test_field_method();
    fn test_field_layout() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).layout) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(layout))
        );
    }
    test_field_layout();
    fn test_field_rotary_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).rotary_dim) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(rotary_dim))
        );
    }
    test_field_rotary_dim();
    fn test_field_rotary_offset() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).rotary_offset) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(rotary_offset))
        );
    }
    test_field_rotary_offset();
    fn test_field_angle() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).angle) as usize - ptr as usize
            },
            20usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(angle))
        );
    }
    test_field_angle();
    fn test_field_base() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).base) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(base))
        );
    }
    test_field_base();
    fn test_field_factor() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).factor) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(factor))
        );
    }
    test_field_factor();
    fn test_field_original_context() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).original_context) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(original_context))
        );
    }
    test_field_original_context();
    fn test_field_beta_fast() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).beta_fast) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(beta_fast))
        );
    }
    test_field_beta_fast();
    fn test_field_beta_slow() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).beta_slow) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(beta_slow))
        );
    }
    test_field_beta_slow();
    fn test_field_extrapolation_factor() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).extrapolation_factor) as usize - ptr as usize
            },
            64usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(extrapolation_factor))
        );
    }
    test_field_extrapolation_factor();
    fn test_field_ramp() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).ramp) as usize - ptr as usize
            },
            72usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(ramp))
        );
    }
    test_field_ramp();
    fn test_field_truncate() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).truncate) as usize - ptr as usize
            },
            76usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(truncate))
        );
    }
    test_field_truncate();
    fn test_field_mscale() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).mscale) as usize - ptr as usize
            },
            80usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(mscale))
        );
    }
    test_field_mscale();
    fn test_field_mscale_all_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).mscale_all_dim) as usize - ptr as usize
            },
            88usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(mscale_all_dim))
        );
    }
    test_field_mscale_all_dim();
    fn test_field_magnitude() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).magnitude) as usize - ptr as usize
            },
            96usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(magnitude))
        );
    }
    test_field_magnitude();
    fn test_field_length_switch() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).length_switch) as usize - ptr as usize
            },
            100usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(length_switch))
        );
    }
    test_field_length_switch();
    fn test_field_attention_factor() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).attention_factor) as usize - ptr as usize
            },
            104usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(attention_factor))
        );
    }
    test_field_attention_factor();
    fn test_field_mixed_exponent() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).mixed_exponent) as usize - ptr as usize
            },
            112usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(mixed_exponent))
        );
    }
    test_field_mixed_exponent();
    fn test_field_low_freq_factor() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).low_freq_factor) as usize - ptr as usize
            },
            120usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(low_freq_factor))
        );
    }
    test_field_low_freq_factor();
    fn test_field_high_freq_factor() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).high_freq_factor) as usize - ptr as usize
            },
            128usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(high_freq_factor))
        );
    }
    test_field_high_freq_factor();
    fn test_field_rotated_fraction() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).rotated_fraction) as usize - ptr as usize
            },
            136usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(rotated_fraction))
        );
    }
    test_field_rotated_fraction();
    fn test_field_xpos_scale_base() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).xpos_scale_base) as usize - ptr as usize
            },
            144usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(xpos_scale_base))
        );
    }
    test_field_xpos_scale_base();
    fn test_field_xpos_gamma() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).xpos_gamma) as usize - ptr as usize
            },
            152usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(xpos_gamma))
        );
    }
    test_field_xpos_gamma();
    fn test_field_short_factors() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).short_factors) as usize - ptr as usize
            },
            160usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(short_factors))
        );
    }
    test_field_short_factors();
    fn test_field_long_factors() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).long_factors) as usize - ptr as usize
            },
            168usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(long_factors))
        );
    }
    test_field_long_factors();
    fn test_field_pair_factor_count() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).pair_factor_count) as usize - ptr as usize
            },
            176usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(pair_factor_count))
        );
    }
    test_field_pair_factor_count();
    fn test_field_axes() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).axes) as usize - ptr as usize
            },
            180usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(axes))
        );
    }
    test_field_axes();
    fn test_field_axis_sections() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).axis_sections) as usize - ptr as usize
            },
            184usize,
            concat!("Offset of field: ", stringify!(farspan_rope_config), "::", stringify!(axis_sections))
        );
    }
    test_field_axis_sections();
}
pub const FARSPAN_REMAP_NONE: _bindgen_ty_10 = 0;
pub const FARSPAN_REMAP_REROPE: _bindgen_ty_10 = 1;
pub const FARSPAN_REMAP_LEAKY_REROPE: _bindgen_ty_10 = 2;
pub const FARSPAN_REMAP_SELF_EXTEND: _bindgen_ty_10 = 3;
pub const FARSPAN_REMAP_DUAL_CHUNK: _bindgen_ty_10 = 4;
pub const FARSPAN_REMAP_LM_INFINITE: _bindgen_ty_10 = 5;
pub const FARSPAN_REMAP_STREAMING: _bindgen_ty_10 = 6;
pub type _bindgen_ty_10 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_remap_config {
    pub struct_size: u32,
    pub method: i32,
    pub window: i64,
    pub group: i64,
    pub leak: f64,
    pub chunk: i64,
    pub local_window: i64,
    pub limit: i64,
    pub sinks: i64,
    pub real_shift: i32,
    pub reserved: i32,
    pub position_scale: f64,
}
#[test]
fn bindgen_test_layout_farspan_remap_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_remap_config>(),
        80usize,
        concat!("Size of: ", stringify!(farspan_remap_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_remap_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_remap_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_method() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).method) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(method))
        );
    }
    test_field_method();
    fn test_field_window() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).window) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(window))
        );
    }
    test_field_window();
    fn test_field_group() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).group) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(group))
        );
    }
    test_field_group();
    fn test_field_leak() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).leak) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(leak))
        );
    }
    test_field_leak();
    fn test_field_chunk() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).chunk) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(chunk))
        );
    }
    test_field_chunk();
    fn test_field_local_window() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).local_window) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(local_window))
        );
    }
    test_field_local_window();
    fn test_field_limit() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).limit) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(limit))
        );
    }
    test_field_limit();
    fn test_field_sinks() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).sinks) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(sinks))
        );
    }
    test_field_sinks();
    fn test_field_real_shift() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).real_shift) as usize - ptr as usize
            },
            64usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(real_shift))
        );
    }
    test_field_real_shift();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            68usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_position_scale() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_remap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).position_scale) as usize - ptr as usize
            },
            72usize,
            concat!("Offset of field: ", stringify!(farspan_remap_config), "::", stringify!(position_scale))
        );
    }
    test_field_position_scale();
}
pub const FARSPAN_BIAS_NONE: _bindgen_ty_11 = 0;
pub const FARSPAN_BIAS_ALIBI: _bindgen_ty_11 = 1;
pub const FARSPAN_BIAS_T5: _bindgen_ty_11 = 2;
pub const FARSPAN_BIAS_KERPLE_LOG: _bindgen_ty_11 = 3;
pub const FARSPAN_BIAS_KERPLE_POWER: _bindgen_ty_11 = 4;
pub const FARSPAN_BIAS_SANDWICH: _bindgen_ty_11 = 5;
pub const FARSPAN_BIAS_DENSE: _bindgen_ty_11 = 6;
pub type _bindgen_ty_11 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_bias_config {
    pub struct_size: u32,
    pub method: i32,
    pub heads: i32,
    pub head_offset: i32,
    pub bidirectional: i32,
    pub buckets: i32,
    pub max_distance: i64,
    pub distance_limit: i64,
    pub max_bias: f64,
    pub scale: f64,
    pub trained_length: i64,
    pub dim: i32,
    pub reserved: i32,
    pub values: *const f32,
    pub a: *const f64,
    pub p: *const f64,
}
#[test]
fn bindgen_test_layout_farspan_bias_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_bias_config>(),
        96usize,
        concat!("Size of: ", stringify!(farspan_bias_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_bias_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_bias_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_method() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).method) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(method))
        );
    }
    test_field_method();
    fn test_field_heads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).heads) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(heads))
        );
    }
    test_field_heads();
    fn test_field_head_offset() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).head_offset) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(head_offset))
        );
    }
    test_field_head_offset();
    fn test_field_bidirectional() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).bidirectional) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(bidirectional))
        );
    }
    test_field_bidirectional();
    fn test_field_buckets() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).buckets) as usize - ptr as usize
            },
            20usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(buckets))
        );
    }
    test_field_buckets();
    fn test_field_max_distance() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).max_distance) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(max_distance))
        );
    }
    test_field_max_distance();
    fn test_field_distance_limit() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).distance_limit) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(distance_limit))
        );
    }
    test_field_distance_limit();
    fn test_field_max_bias() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).max_bias) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(max_bias))
        );
    }
    test_field_max_bias();
    fn test_field_scale() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).scale) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(scale))
        );
    }
    test_field_scale();
    fn test_field_trained_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).trained_length) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(trained_length))
        );
    }
    test_field_trained_length();
    fn test_field_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).dim) as usize - ptr as usize
            },
            64usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(dim))
        );
    }
    test_field_dim();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            68usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_values() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).values) as usize - ptr as usize
            },
            72usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(values))
        );
    }
    test_field_values();
    fn test_field_a() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).a) as usize - ptr as usize
            },
            80usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(a))
        );
    }
    test_field_a();
    fn test_field_p() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bias_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).p) as usize - ptr as usize
            },
            88usize,
            concat!("Offset of field: ", stringify!(farspan_bias_config), "::", stringify!(p))
        );
    }
    test_field_p();
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_mask_config {
    pub struct_size: u32,
    pub causal: i32,
    pub window_left: i64,
    pub window_right: i64,
    pub sinks: i64,
    pub chunk: i64,
    pub prefix: i64,
}
#[test]
fn bindgen_test_layout_farspan_mask_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_mask_config>(),
        48usize,
        concat!("Size of: ", stringify!(farspan_mask_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_mask_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_mask_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_mask_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_mask_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_causal() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_mask_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).causal) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_mask_config), "::", stringify!(causal))
        );
    }
    test_field_causal();
    fn test_field_window_left() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_mask_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).window_left) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_mask_config), "::", stringify!(window_left))
        );
    }
    test_field_window_left();
    fn test_field_window_right() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_mask_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).window_right) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_mask_config), "::", stringify!(window_right))
        );
    }
    test_field_window_right();
    fn test_field_sinks() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_mask_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).sinks) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_mask_config), "::", stringify!(sinks))
        );
    }
    test_field_sinks();
    fn test_field_chunk() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_mask_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).chunk) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_mask_config), "::", stringify!(chunk))
        );
    }
    test_field_chunk();
    fn test_field_prefix() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_mask_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).prefix) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_mask_config), "::", stringify!(prefix))
        );
    }
    test_field_prefix();
}
pub const FARSPAN_TEMPERATURE_NONE: _bindgen_ty_12 = 0;
pub const FARSPAN_TEMPERATURE_LOG_N: _bindgen_ty_12 = 1;
pub const FARSPAN_TEMPERATURE_LOG_N_TRAINED: _bindgen_ty_12 = 2;
pub const FARSPAN_TEMPERATURE_LOG_N_LONG: _bindgen_ty_12 = 3;
pub const FARSPAN_TEMPERATURE_LLAMA4: _bindgen_ty_12 = 4;
pub const FARSPAN_TEMPERATURE_LENGTH: _bindgen_ty_12 = 5;
pub const FARSPAN_TEMPERATURE_MINISTRAL3: _bindgen_ty_12 = 6;
pub type _bindgen_ty_12 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_score_config {
    pub struct_size: u32,
    pub temperature: i32,
    pub scale: f64,
    pub multiplier: f64,
    pub trained_length: f64,
    pub alpha: f64,
    pub power: f64,
    pub softcap: f64,
    pub sinks: *const f32,
    pub sink_heads: i32,
    pub sink_head_offset: i32,
}
#[test]
fn bindgen_test_layout_farspan_score_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_score_config>(),
        72usize,
        concat!("Size of: ", stringify!(farspan_score_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_score_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_score_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_temperature() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).temperature) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(temperature))
        );
    }
    test_field_temperature();
    fn test_field_scale() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).scale) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(scale))
        );
    }
    test_field_scale();
    fn test_field_multiplier() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).multiplier) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(multiplier))
        );
    }
    test_field_multiplier();
    fn test_field_trained_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).trained_length) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(trained_length))
        );
    }
    test_field_trained_length();
    fn test_field_alpha() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).alpha) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(alpha))
        );
    }
    test_field_alpha();
    fn test_field_power() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).power) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(power))
        );
    }
    test_field_power();
    fn test_field_softcap() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).softcap) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(softcap))
        );
    }
    test_field_softcap();
    fn test_field_sinks() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).sinks) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(sinks))
        );
    }
    test_field_sinks();
    fn test_field_sink_heads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).sink_heads) as usize - ptr as usize
            },
            64usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(sink_heads))
        );
    }
    test_field_sink_heads();
    fn test_field_sink_head_offset() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_score_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).sink_head_offset) as usize - ptr as usize
            },
            68usize,
            concat!("Offset of field: ", stringify!(farspan_score_config), "::", stringify!(sink_head_offset))
        );
    }
    test_field_sink_head_offset();
}
extern "C" {
    pub fn farspan_rope_config_init(config: *mut farspan_rope_config, size: usize, method: i32);
}
extern "C" {
    pub fn farspan_remap_config_init(config: *mut farspan_remap_config, size: usize, method: i32);
}
extern "C" {
    pub fn farspan_bias_config_init(config: *mut farspan_bias_config, size: usize, method: i32);
}
extern "C" {
    pub fn farspan_mask_config_init(config: *mut farspan_mask_config, size: usize);
}
extern "C" {
    pub fn farspan_score_config_init(config: *mut farspan_score_config, size: usize);
}
pub const FARSPAN_PART_ROPE: _bindgen_ty_13 = 0;
pub const FARSPAN_PART_REMAP: _bindgen_ty_13 = 1;
pub const FARSPAN_PART_BIAS: _bindgen_ty_13 = 2;
pub const FARSPAN_PART_TEMPERATURE: _bindgen_ty_13 = 3;
pub type _bindgen_ty_13 = std::os::raw::c_uint;
extern "C" {
    pub fn farspan_method_name(part: i32, method: i32) -> *const std::os::raw::c_char;
}
extern "C" {
    pub fn farspan_method_find(part: i32, name: *const std::os::raw::c_char) -> i32;
}
extern "C" {
    pub fn farspan_method_count(part: i32) -> i32;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_context {
    _unused: [u8; 0],
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_scheme {
    _unused: [u8; 0],
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_plan {
    _unused: [u8; 0],
}
extern "C" {
    pub fn farspan_scheme_create(
        rope: *const farspan_rope_config,
        remap: *const farspan_remap_config,
        bias: *const farspan_bias_config,
        mask: *const farspan_mask_config,
        score: *const farspan_score_config,
        scheme: *mut *mut farspan_scheme,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_scheme_destroy(scheme: *mut farspan_scheme);
}
extern "C" {
    pub fn farspan_scheme_axes(scheme: *const farspan_scheme) -> i32;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_probe {
    pub struct_size: u32,
    pub visible: i32,
    pub branch: i32,
    pub reserved: i32,
    pub query_angle_position: f64,
    pub key_angle_position: f64,
    pub relative_position: f64,
    pub bias: f64,
    pub scale: f64,
    pub magnitude: f64,
}
#[test]
fn bindgen_test_layout_farspan_probe() {
    assert_eq!(::std::mem::size_of::<farspan_probe>(), 64usize, concat!("Size of: ", stringify!(farspan_probe)));
    assert_eq!(::std::mem::align_of::<farspan_probe>(), 8usize, concat!("Alignment of ", stringify!(farspan_probe)));
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_probe>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_probe), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_visible() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_probe>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).visible) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_probe), "::", stringify!(visible))
        );
    }
    test_field_visible();
    fn test_field_branch() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_probe>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).branch) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_probe), "::", stringify!(branch))
        );
    }
    test_field_branch();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_probe>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_probe), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_query_angle_position() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_probe>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).query_angle_position) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_probe), "::", stringify!(query_angle_position))
        );
    }
    test_field_query_angle_position();
    fn test_field_key_angle_position() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_probe>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_angle_position) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_probe), "::", stringify!(key_angle_position))
        );
    }
    test_field_key_angle_position();
    fn test_field_relative_position() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_probe>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).relative_position) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_probe), "::", stringify!(relative_position))
        );
    }
    test_field_relative_position();
    fn test_field_bias() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_probe>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).bias) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_probe), "::", stringify!(bias))
        );
    }
    test_field_bias();
    fn test_field_scale() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_probe>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).scale) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_probe), "::", stringify!(scale))
        );
    }
    test_field_scale();
    fn test_field_magnitude() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_probe>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).magnitude) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_probe), "::", stringify!(magnitude))
        );
    }
    test_field_magnitude();
}
extern "C" {
    pub fn farspan_scheme_probe(
        scheme: *const farspan_scheme,
        length: i64,
        query: i64,
        key: i64,
        head: i32,
        probe: *mut farspan_probe,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_scheme_visible(
        scheme: *const farspan_scheme,
        query: i64,
        keys: i64,
        intervals: *mut i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_rope_frequencies(
        scheme: *const farspan_scheme,
        length: i64,
        inv_freq: *mut f64,
        count: i32,
        magnitude: *mut f64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_SIDE_QUERY: _bindgen_ty_14 = 0;
pub const FARSPAN_SIDE_KEY: _bindgen_ty_14 = 1;
pub type _bindgen_ty_14 = std::os::raw::c_uint;
pub const FARSPAN_ROTATE_FORWARD: _bindgen_ty_15 = 0;
pub const FARSPAN_ROTATE_INVERSE: _bindgen_ty_15 = 1;
pub const FARSPAN_ROTATE_DELTA: _bindgen_ty_15 = 2;
pub type _bindgen_ty_15 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_rope_options {
    pub struct_size: u32,
    pub side: i32,
    pub branch: i32,
    pub direction: i32,
    pub length: i64,
    pub axis_stride: i64,
    pub xpos_centre: f64,
}
#[test]
fn bindgen_test_layout_farspan_rope_options() {
    assert_eq!(
        ::std::mem::size_of::<farspan_rope_options>(),
        40usize,
        concat!("Size of: ", stringify!(farspan_rope_options))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_rope_options>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_rope_options))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_rope_options), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_side() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).side) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_rope_options), "::", stringify!(side))
        );
    }
    test_field_side();
    fn test_field_branch() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).branch) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_rope_options), "::", stringify!(branch))
        );
    }
    test_field_branch();
    fn test_field_direction() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).direction) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_rope_options), "::", stringify!(direction))
        );
    }
    test_field_direction();
    fn test_field_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).length) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_rope_options), "::", stringify!(length))
        );
    }
    test_field_length();
    fn test_field_axis_stride() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).axis_stride) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_rope_options), "::", stringify!(axis_stride))
        );
    }
    test_field_axis_stride();
    fn test_field_xpos_centre() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rope_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).xpos_centre) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_rope_options), "::", stringify!(xpos_centre))
        );
    }
    test_field_xpos_centre();
}
extern "C" {
    pub fn farspan_rope_options_init(options: *mut farspan_rope_options, size: usize);
}
extern "C" {
    pub fn farspan_rope_apply(
        context: *const farspan_context,
        scheme: *const farspan_scheme,
        options: *const farspan_rope_options,
        positions: *const i64,
        in_: *const farspan_tensor,
        out: *const farspan_tensor,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_bias_fill(
        scheme: *const farspan_scheme,
        head: i32,
        length: i64,
        first_distance: i64,
        count: i64,
        out: *mut f32,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_SINUSOIDAL_INTERLEAVED: _bindgen_ty_16 = 1;
pub const FARSPAN_SINUSOIDAL_BLOCKS: _bindgen_ty_16 = 2;
pub const FARSPAN_SINUSOIDAL_TENSOR2TENSOR: _bindgen_ty_16 = 3;
pub type _bindgen_ty_16 = std::os::raw::c_uint;
extern "C" {
    pub fn farspan_sinusoidal_fill(
        layout: i32,
        first: i64,
        base: f64,
        out: *const farspan_tensor,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_position_lookup(
        table: *const farspan_tensor,
        positions: *const i64,
        out: *const farspan_tensor,
        error: *mut farspan_error,
    ) -> farspan_status;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_fire_config {
    pub struct_size: u32,
    pub hidden: i32,
    pub heads: i32,
    pub reserved: i32,
    pub c: f64,
    pub threshold: f64,
    pub epsilon: f64,
    pub w1: *const f32,
    pub b1: *const f32,
    pub w2: *const f32,
    pub b2: *const f32,
}
#[test]
fn bindgen_test_layout_farspan_fire_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_fire_config>(),
        72usize,
        concat!("Size of: ", stringify!(farspan_fire_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_fire_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_fire_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_hidden() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).hidden) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(hidden))
        );
    }
    test_field_hidden();
    fn test_field_heads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).heads) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(heads))
        );
    }
    test_field_heads();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_c() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).c) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(c))
        );
    }
    test_field_c();
    fn test_field_threshold() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).threshold) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(threshold))
        );
    }
    test_field_threshold();
    fn test_field_epsilon() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).epsilon) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(epsilon))
        );
    }
    test_field_epsilon();
    fn test_field_w1() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).w1) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(w1))
        );
    }
    test_field_w1();
    fn test_field_b1() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).b1) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(b1))
        );
    }
    test_field_b1();
    fn test_field_w2() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).w2) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(w2))
        );
    }
    test_field_w2();
    fn test_field_b2() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_fire_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).b2) as usize - ptr as usize
            },
            64usize,
            concat!("Offset of field: ", stringify!(farspan_fire_config), "::", stringify!(b2))
        );
    }
    test_field_b2();
}
extern "C" {
    pub fn farspan_fire_config_init(config: *mut farspan_fire_config, size: usize);
}
extern "C" {
    pub fn farspan_fire_fill(
        config: *const farspan_fire_config,
        query_positions: *const i64,
        key_positions: *const i64,
        out: *const farspan_tensor,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_STATE_RAW: _bindgen_ty_17 = 0;
pub const FARSPAN_STATE_ROTATED: _bindgen_ty_17 = 1;
pub type _bindgen_ty_17 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_problem {
    pub struct_size: u32,
    pub state: i32,
    pub batch: i64,
    pub query_heads: i64,
    pub key_heads: i64,
    pub queries: i64,
    pub keys: i64,
    pub head_dim: i64,
    pub value_dim: i64,
    pub length: i64,
    pub query_positions: *const i64,
    pub key_positions: *const i64,
    pub query_position_stride: i64,
    pub key_position_stride: i64,
    pub query_axis_positions: *const i64,
    pub key_axis_positions: *const i64,
    pub segments: i64,
    pub query_offsets: *const i64,
    pub key_offsets: *const i64,
    pub key_ranges: *const i64,
}
#[test]
fn bindgen_test_layout_farspan_problem() {
    assert_eq!(::std::mem::size_of::<farspan_problem>(), 152usize, concat!("Size of: ", stringify!(farspan_problem)));
    assert_eq!(
        ::std::mem::align_of::<farspan_problem>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_problem))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_state() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).state) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(state))
        );
    }
    test_field_state();
    fn test_field_batch() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).batch) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(batch))
        );
    }
    test_field_batch();
    fn test_field_query_heads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).query_heads) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(query_heads))
        );
    }
    test_field_query_heads();
    fn test_field_key_heads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_heads) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(key_heads))
        );
    }
    test_field_key_heads();
    fn test_field_queries() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).queries) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(queries))
        );
    }
    test_field_queries();
    fn test_field_keys() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).keys) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(keys))
        );
    }
    test_field_keys();
    fn test_field_head_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).head_dim) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(head_dim))
        );
    }
    test_field_head_dim();
    fn test_field_value_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).value_dim) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(value_dim))
        );
    }
    test_field_value_dim();
    fn test_field_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).length) as usize - ptr as usize
            },
            64usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(length))
        );
    }
    test_field_length();
    fn test_field_query_positions() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).query_positions) as usize - ptr as usize
            },
            72usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(query_positions))
        );
    }
    test_field_query_positions();
    fn test_field_key_positions() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_positions) as usize - ptr as usize
            },
            80usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(key_positions))
        );
    }
    test_field_key_positions();
    fn test_field_query_position_stride() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).query_position_stride) as usize - ptr as usize
            },
            88usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(query_position_stride))
        );
    }
    test_field_query_position_stride();
    fn test_field_key_position_stride() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_position_stride) as usize - ptr as usize
            },
            96usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(key_position_stride))
        );
    }
    test_field_key_position_stride();
    fn test_field_query_axis_positions() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).query_axis_positions) as usize - ptr as usize
            },
            104usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(query_axis_positions))
        );
    }
    test_field_query_axis_positions();
    fn test_field_key_axis_positions() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_axis_positions) as usize - ptr as usize
            },
            112usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(key_axis_positions))
        );
    }
    test_field_key_axis_positions();
    fn test_field_segments() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).segments) as usize - ptr as usize
            },
            120usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(segments))
        );
    }
    test_field_segments();
    fn test_field_query_offsets() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).query_offsets) as usize - ptr as usize
            },
            128usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(query_offsets))
        );
    }
    test_field_query_offsets();
    fn test_field_key_offsets() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_offsets) as usize - ptr as usize
            },
            136usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(key_offsets))
        );
    }
    test_field_key_offsets();
    fn test_field_key_ranges() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_problem>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_ranges) as usize - ptr as usize
            },
            144usize,
            concat!("Offset of field: ", stringify!(farspan_problem), "::", stringify!(key_ranges))
        );
    }
    test_field_key_ranges();
}
extern "C" {
    pub fn farspan_problem_init(problem: *mut farspan_problem, size: usize);
}
extern "C" {
    pub fn farspan_plan_create(
        context: *const farspan_context,
        scheme: *const farspan_scheme,
        problem: *const farspan_problem,
        plan: *mut *mut farspan_plan,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_plan_destroy(plan: *mut farspan_plan);
}
extern "C" {
    pub fn farspan_plan_workspace_size(plan: *const farspan_plan) -> usize;
}
extern "C" {
    pub fn farspan_plan_tile_counts(
        plan: *const farspan_plan,
        counts: *mut i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_attention_run(
        context: *const farspan_context,
        plan: *const farspan_plan,
        q: *const farspan_tensor,
        k: *const farspan_tensor,
        v: *const farspan_tensor,
        bias: *const farspan_tensor,
        out: *const farspan_tensor,
        lse: *mut f32,
        workspace: *mut std::os::raw::c_void,
        workspace_size: usize,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_attention(
        context: *const farspan_context,
        scheme: *const farspan_scheme,
        q: *const farspan_tensor,
        k: *const farspan_tensor,
        v: *const farspan_tensor,
        out: *const farspan_tensor,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_attention_merge(
        out_a: *const farspan_tensor,
        lse_a: *mut f32,
        out_b: *const farspan_tensor,
        lse_b: *const f32,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_ISA_BEST: _bindgen_ty_18 = 0;
pub const FARSPAN_ISA_SCALAR: _bindgen_ty_18 = 1;
pub const FARSPAN_ISA_AVX2: _bindgen_ty_18 = 2;
pub const FARSPAN_ISA_AVX512: _bindgen_ty_18 = 3;
pub const FARSPAN_ISA_NEON: _bindgen_ty_18 = 4;
pub type _bindgen_ty_18 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_context_config {
    pub struct_size: u32,
    pub threads: i32,
    pub isa: i32,
    pub reserved: i32,
    pub cancel: *const i32,
}
#[test]
fn bindgen_test_layout_farspan_context_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_context_config>(),
        24usize,
        concat!("Size of: ", stringify!(farspan_context_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_context_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_context_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_context_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_context_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_threads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_context_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).threads) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_context_config), "::", stringify!(threads))
        );
    }
    test_field_threads();
    fn test_field_isa() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_context_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).isa) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_context_config), "::", stringify!(isa))
        );
    }
    test_field_isa();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_context_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_context_config), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_cancel() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_context_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).cancel) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_context_config), "::", stringify!(cancel))
        );
    }
    test_field_cancel();
}
extern "C" {
    pub fn farspan_context_config_init(config: *mut farspan_context_config, size: usize);
}
extern "C" {
    pub fn farspan_context_create(
        config: *const farspan_context_config,
        context: *mut *mut farspan_context,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_context_destroy(context: *mut farspan_context);
}
extern "C" {
    pub fn farspan_context_threads(context: *const farspan_context) -> i32;
}
extern "C" {
    pub fn farspan_context_isa(context: *const farspan_context) -> i32;
}
extern "C" {
    pub fn farspan_isa_supported(isa: i32) -> i32;
}
extern "C" {
    pub fn farspan_isa_name(isa: i32) -> *const std::os::raw::c_char;
}
extern "C" {
    pub fn farspan_diagnose(buffer: *mut std::os::raw::c_char, size: usize) -> usize;
}
extern "C" {
    pub fn farspan_shutdown();
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_api {
    _unused: [u8; 0],
}
extern "C" {
    pub fn farspan_get_api(abi_version: u32) -> *const farspan_api;
}
pub const FARSPAN_I8: _bindgen_ty_19 = 5;
pub type _bindgen_ty_19 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_cache {
    _unused: [u8; 0],
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_cache_plan {
    _unused: [u8; 0],
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_cache_config {
    pub struct_size: u32,
    pub dtype: i32,
    pub layers: i64,
    pub key_heads: i64,
    pub head_dim: i64,
    pub value_dim: i64,
    pub memory_limit: i64,
}
#[test]
fn bindgen_test_layout_farspan_cache_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_cache_config>(),
        48usize,
        concat!("Size of: ", stringify!(farspan_cache_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_cache_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_cache_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_cache_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_dtype() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).dtype) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_cache_config), "::", stringify!(dtype))
        );
    }
    test_field_dtype();
    fn test_field_layers() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).layers) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_cache_config), "::", stringify!(layers))
        );
    }
    test_field_layers();
    fn test_field_key_heads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_heads) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_cache_config), "::", stringify!(key_heads))
        );
    }
    test_field_key_heads();
    fn test_field_head_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).head_dim) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_cache_config), "::", stringify!(head_dim))
        );
    }
    test_field_head_dim();
    fn test_field_value_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).value_dim) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_cache_config), "::", stringify!(value_dim))
        );
    }
    test_field_value_dim();
    fn test_field_memory_limit() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).memory_limit) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_cache_config), "::", stringify!(memory_limit))
        );
    }
    test_field_memory_limit();
}
extern "C" {
    pub fn farspan_cache_config_init(config: *mut farspan_cache_config, size: usize);
}
extern "C" {
    pub fn farspan_cache_create(
        config: *const farspan_cache_config,
        cache: *mut *mut farspan_cache,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_destroy(cache: *mut farspan_cache);
}
extern "C" {
    pub fn farspan_cache_sequence_create(
        cache: *mut farspan_cache,
        sequence: *mut i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_sequence_destroy(
        cache: *mut farspan_cache,
        sequence: i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_fork(
        cache: *mut farspan_cache,
        sequence: i64,
        child: *mut i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_evict(
        cache: *mut farspan_cache,
        sequence: i64,
        first: i64,
        last: i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_keep(
        cache: *mut farspan_cache,
        sequence: i64,
        sinks: i64,
        window: i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_clear(cache: *mut farspan_cache, error: *mut farspan_error) -> farspan_status;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_sequence_info {
    pub struct_size: u32,
    pub reserved: i32,
    pub tokens: i64,
    pub first_position: i64,
    pub next_position: i64,
    pub blocks: i64,
    pub shared_blocks: i64,
}
#[test]
fn bindgen_test_layout_farspan_sequence_info() {
    assert_eq!(
        ::std::mem::size_of::<farspan_sequence_info>(),
        48usize,
        concat!("Size of: ", stringify!(farspan_sequence_info))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_sequence_info>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_sequence_info))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_sequence_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_sequence_info), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_sequence_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_sequence_info), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_tokens() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_sequence_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).tokens) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_sequence_info), "::", stringify!(tokens))
        );
    }
    test_field_tokens();
    fn test_field_first_position() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_sequence_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).first_position) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_sequence_info), "::", stringify!(first_position))
        );
    }
    test_field_first_position();
    fn test_field_next_position() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_sequence_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).next_position) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_sequence_info), "::", stringify!(next_position))
        );
    }
    test_field_next_position();
    fn test_field_blocks() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_sequence_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).blocks) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_sequence_info), "::", stringify!(blocks))
        );
    }
    test_field_blocks();
    fn test_field_shared_blocks() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_sequence_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).shared_blocks) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_sequence_info), "::", stringify!(shared_blocks))
        );
    }
    test_field_shared_blocks();
}
extern "C" {
    pub fn farspan_cache_sequence_info(
        cache: *const farspan_cache,
        sequence: i64,
        info: *mut farspan_sequence_info,
        error: *mut farspan_error,
    ) -> farspan_status;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_cache_statistics {
    pub struct_size: u32,
    pub reserved: i32,
    pub sequences: i64,
    pub blocks: i64,
    pub free_blocks: i64,
    pub block_bytes: i64,
}
#[test]
fn bindgen_test_layout_farspan_cache_statistics() {
    assert_eq!(
        ::std::mem::size_of::<farspan_cache_statistics>(),
        40usize,
        concat!("Size of: ", stringify!(farspan_cache_statistics))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_cache_statistics>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_cache_statistics))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_statistics>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_cache_statistics), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_statistics>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_cache_statistics), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_sequences() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_statistics>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).sequences) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_cache_statistics), "::", stringify!(sequences))
        );
    }
    test_field_sequences();
    fn test_field_blocks() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_statistics>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).blocks) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_cache_statistics), "::", stringify!(blocks))
        );
    }
    test_field_blocks();
    fn test_field_free_blocks() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_statistics>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).free_blocks) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_cache_statistics), "::", stringify!(free_blocks))
        );
    }
    test_field_free_blocks();
    fn test_field_block_bytes() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_statistics>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).block_bytes) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_cache_statistics), "::", stringify!(block_bytes))
        );
    }
    test_field_block_bytes();
}
extern "C" {
    pub fn farspan_cache_get_statistics(
        cache: *const farspan_cache,
        statistics: *mut farspan_cache_statistics,
        error: *mut farspan_error,
    ) -> farspan_status;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_cache_batch {
    pub struct_size: u32,
    pub reserved: i32,
    pub sequences: i64,
    pub sequence: *const i64,
    pub offsets: *const i64,
}
#[test]
fn bindgen_test_layout_farspan_cache_batch() {
    assert_eq!(
        ::std::mem::size_of::<farspan_cache_batch>(),
        32usize,
        concat!("Size of: ", stringify!(farspan_cache_batch))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_cache_batch>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_cache_batch))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_batch>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_cache_batch), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_batch>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_cache_batch), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_sequences() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_batch>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).sequences) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_cache_batch), "::", stringify!(sequences))
        );
    }
    test_field_sequences();
    fn test_field_sequence() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_batch>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).sequence) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_cache_batch), "::", stringify!(sequence))
        );
    }
    test_field_sequence();
    fn test_field_offsets() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_cache_batch>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).offsets) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_cache_batch), "::", stringify!(offsets))
        );
    }
    test_field_offsets();
}
extern "C" {
    pub fn farspan_cache_batch_init(batch: *mut farspan_cache_batch, size: usize);
}
extern "C" {
    pub fn farspan_cache_append(
        cache: *mut farspan_cache,
        batch: *const farspan_cache_batch,
        positions: *const i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_write(
        context: *const farspan_context,
        cache: *mut farspan_cache,
        layer: i64,
        batch: *const farspan_cache_batch,
        k: *const farspan_tensor,
        v: *const farspan_tensor,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_plan_create(
        context: *const farspan_context,
        scheme: *const farspan_scheme,
        cache: *const farspan_cache,
        batch: *const farspan_cache_batch,
        query_heads: i64,
        positions: *const i64,
        length: i64,
        plan: *mut *mut farspan_cache_plan,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_plan_destroy(plan: *mut farspan_cache_plan);
}
extern "C" {
    pub fn farspan_cache_plan_workspace_size(plan: *const farspan_cache_plan) -> usize;
}
extern "C" {
    pub fn farspan_cache_run(
        context: *const farspan_context,
        plan: *const farspan_cache_plan,
        layer: i64,
        q: *const farspan_tensor,
        out: *const farspan_tensor,
        lse: *mut f32,
        workspace: *mut std::os::raw::c_void,
        workspace_size: usize,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_attention_decode(
        context: *const farspan_context,
        scheme: *const farspan_scheme,
        cache: *const farspan_cache,
        layer: i64,
        batch: *const farspan_cache_batch,
        q: *const farspan_tensor,
        out: *const farspan_tensor,
        lse: *mut f32,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_save_size(cache: *const farspan_cache, sequence: i64) -> usize;
}
extern "C" {
    pub fn farspan_cache_save(
        cache: *const farspan_cache,
        sequence: i64,
        buffer: *mut std::os::raw::c_void,
        size: usize,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_cache_restore(
        cache: *mut farspan_cache,
        buffer: *const std::os::raw::c_void,
        size: usize,
        sequence: *mut i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_token_nll(
        context: *const farspan_context,
        logits: *const farspan_tensor,
        targets: *const i64,
        ignore_index: i64,
        nll: *mut f64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_token_nll_grad(
        context: *const farspan_context,
        logits: *const farspan_tensor,
        targets: *const i64,
        ignore_index: i64,
        weights: *const f32,
        grad: *const farspan_tensor,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_WINDOWS_BLOCKS: _bindgen_ty_20 = 1;
pub const FARSPAN_WINDOWS_SLIDING: _bindgen_ty_20 = 2;
pub const FARSPAN_WINDOWS_GROWING: _bindgen_ty_20 = 3;
pub const FARSPAN_WINDOWS_LAST: _bindgen_ty_20 = 4;
pub type _bindgen_ty_20 = std::os::raw::c_uint;
pub const FARSPAN_BOS_NONE: _bindgen_ty_21 = 1;
pub const FARSPAN_BOS_FIRST: _bindgen_ty_21 = 2;
pub const FARSPAN_BOS_EVERY: _bindgen_ty_21 = 3;
pub type _bindgen_ty_21 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_windows_config {
    pub struct_size: u32,
    pub kind: i32,
    pub bos: i32,
    pub reserved: i32,
    pub tokens: i64,
    pub length: i64,
    pub stride: i64,
    pub segment: i64,
}
#[test]
fn bindgen_test_layout_farspan_windows_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_windows_config>(),
        48usize,
        concat!("Size of: ", stringify!(farspan_windows_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_windows_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_windows_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_windows_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_windows_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_kind() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_windows_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).kind) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_windows_config), "::", stringify!(kind))
        );
    }
    test_field_kind();
    fn test_field_bos() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_windows_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).bos) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_windows_config), "::", stringify!(bos))
        );
    }
    test_field_bos();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_windows_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_windows_config), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_tokens() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_windows_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).tokens) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_windows_config), "::", stringify!(tokens))
        );
    }
    test_field_tokens();
    fn test_field_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_windows_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).length) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_windows_config), "::", stringify!(length))
        );
    }
    test_field_length();
    fn test_field_stride() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_windows_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).stride) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_windows_config), "::", stringify!(stride))
        );
    }
    test_field_stride();
    fn test_field_segment() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_windows_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).segment) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_windows_config), "::", stringify!(segment))
        );
    }
    test_field_segment();
}
extern "C" {
    pub fn farspan_windows_config_init(config: *mut farspan_windows_config, size: usize, kind: i32);
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_window {
    pub struct_size: u32,
    pub bos: i32,
    pub begin: i64,
    pub end: i64,
    pub first_scored: i64,
    pub rows: i64,
    pub first_row: i64,
}
#[test]
fn bindgen_test_layout_farspan_window() {
    assert_eq!(::std::mem::size_of::<farspan_window>(), 48usize, concat!("Size of: ", stringify!(farspan_window)));
    assert_eq!(::std::mem::align_of::<farspan_window>(), 8usize, concat!("Alignment of ", stringify!(farspan_window)));
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_window>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_window), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_bos() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_window>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).bos) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_window), "::", stringify!(bos))
        );
    }
    test_field_bos();
    fn test_field_begin() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_window>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).begin) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_window), "::", stringify!(begin))
        );
    }
    test_field_begin();
    fn test_field_end() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_window>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).end) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_window), "::", stringify!(end))
        );
    }
    test_field_end();
    fn test_field_first_scored() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_window>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).first_scored) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_window), "::", stringify!(first_scored))
        );
    }
    test_field_first_scored();
    fn test_field_rows() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_window>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).rows) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_window), "::", stringify!(rows))
        );
    }
    test_field_rows();
    fn test_field_first_row() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_window>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).first_row) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_window), "::", stringify!(first_row))
        );
    }
    test_field_first_row();
}
extern "C" {
    pub fn farspan_windows_count(
        config: *const farspan_windows_config,
        count: *mut i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_windows_get(
        config: *const farspan_windows_config,
        index: i64,
        window: *mut farspan_window,
        error: *mut farspan_error,
    ) -> farspan_status;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_loss {
    pub struct_size: u32,
    pub reserved: i32,
    pub block_tokens: i64,
    pub tokens: i64,
    pub bytes: i64,
    pub sum: f64,
    pub blocks: i64,
    pub block_mean: f64,
    pub block_squares: f64,
    pub open_tokens: i64,
    pub open_sum: f64,
}
#[test]
fn bindgen_test_layout_farspan_loss() {
    assert_eq!(::std::mem::size_of::<farspan_loss>(), 80usize, concat!("Size of: ", stringify!(farspan_loss)));
    assert_eq!(::std::mem::align_of::<farspan_loss>(), 8usize, concat!("Alignment of ", stringify!(farspan_loss)));
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_block_tokens() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).block_tokens) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(block_tokens))
        );
    }
    test_field_block_tokens();
    fn test_field_tokens() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).tokens) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(tokens))
        );
    }
    test_field_tokens();
    fn test_field_bytes() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).bytes) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(bytes))
        );
    }
    test_field_bytes();
    fn test_field_sum() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).sum) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(sum))
        );
    }
    test_field_sum();
    fn test_field_blocks() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).blocks) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(blocks))
        );
    }
    test_field_blocks();
    fn test_field_block_mean() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).block_mean) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(block_mean))
        );
    }
    test_field_block_mean();
    fn test_field_block_squares() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).block_squares) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(block_squares))
        );
    }
    test_field_block_squares();
    fn test_field_open_tokens() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).open_tokens) as usize - ptr as usize
            },
            64usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(open_tokens))
        );
    }
    test_field_open_tokens();
    fn test_field_open_sum() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).open_sum) as usize - ptr as usize
            },
            72usize,
            concat!("Offset of field: ", stringify!(farspan_loss), "::", stringify!(open_sum))
        );
    }
    test_field_open_sum();
}
extern "C" {
    pub fn farspan_loss_init(loss: *mut farspan_loss, size: usize);
}
extern "C" {
    pub fn farspan_loss_add(
        loss: *mut farspan_loss,
        nll: *const f64,
        count: i64,
        targets: *const i64,
        ignore_index: i64,
        bytes: i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_loss_merge(
        loss: *mut farspan_loss,
        from: *const farspan_loss,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_loss_add_by_context(
        curve: *mut farspan_loss,
        buckets: i64,
        edges: *const i64,
        first_context: i64,
        nll: *const f64,
        count: i64,
        targets: *const i64,
        ignore_index: i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_loss_summary {
    pub struct_size: u32,
    pub reserved: i32,
    pub tokens: i64,
    pub nll: f64,
    pub standard_error: f64,
    pub perplexity: f64,
    pub bits_per_token: f64,
    pub bits_per_byte: f64,
}
#[test]
fn bindgen_test_layout_farspan_loss_summary() {
    assert_eq!(
        ::std::mem::size_of::<farspan_loss_summary>(),
        56usize,
        concat!("Size of: ", stringify!(farspan_loss_summary))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_loss_summary>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_loss_summary))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss_summary>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_loss_summary), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss_summary>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_loss_summary), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_tokens() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss_summary>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).tokens) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_loss_summary), "::", stringify!(tokens))
        );
    }
    test_field_tokens();
    fn test_field_nll() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss_summary>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).nll) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_loss_summary), "::", stringify!(nll))
        );
    }
    test_field_nll();
    fn test_field_standard_error() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss_summary>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).standard_error) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_loss_summary), "::", stringify!(standard_error))
        );
    }
    test_field_standard_error();
    fn test_field_perplexity() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss_summary>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).perplexity) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_loss_summary), "::", stringify!(perplexity))
        );
    }
    test_field_perplexity();
    fn test_field_bits_per_token() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss_summary>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).bits_per_token) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_loss_summary), "::", stringify!(bits_per_token))
        );
    }
    test_field_bits_per_token();
    fn test_field_bits_per_byte() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_loss_summary>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).bits_per_byte) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_loss_summary), "::", stringify!(bits_per_byte))
        );
    }
    test_field_bits_per_byte();
}
extern "C" {
    pub fn farspan_loss_summarize(
        loss: *const farspan_loss,
        summary: *mut farspan_loss_summary,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_VERDICT_UNTESTED: _bindgen_ty_22 = 0;
pub const FARSPAN_VERDICT_IMPROVES: _bindgen_ty_22 = 1;
pub const FARSPAN_VERDICT_HOLDS: _bindgen_ty_22 = 2;
pub const FARSPAN_VERDICT_DEGRADES: _bindgen_ty_22 = 3;
pub const FARSPAN_VERDICT_EXPLODES: _bindgen_ty_22 = 4;
pub type _bindgen_ty_22 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_verdict {
    pub struct_size: u32,
    pub verdict: i32,
    pub reference_length: i64,
    pub worst_length: i64,
    pub worst_ratio: f64,
}
#[test]
fn bindgen_test_layout_farspan_verdict() {
    assert_eq!(::std::mem::size_of::<farspan_verdict>(), 32usize, concat!("Size of: ", stringify!(farspan_verdict)));
    assert_eq!(
        ::std::mem::align_of::<farspan_verdict>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_verdict))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_verdict>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_verdict), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_verdict() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_verdict>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).verdict) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_verdict), "::", stringify!(verdict))
        );
    }
    test_field_verdict();
    fn test_field_reference_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_verdict>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reference_length) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_verdict), "::", stringify!(reference_length))
        );
    }
    test_field_reference_length();
    fn test_field_worst_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_verdict>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).worst_length) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_verdict), "::", stringify!(worst_length))
        );
    }
    test_field_worst_length();
    fn test_field_worst_ratio() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_verdict>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).worst_ratio) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_verdict), "::", stringify!(worst_ratio))
        );
    }
    test_field_worst_ratio();
}
extern "C" {
    pub fn farspan_judge(
        lengths: *const i64,
        nll: *const f64,
        count: i64,
        trained_length: i64,
        verdict: *mut farspan_verdict,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_verdict_name(verdict: i32) -> *const std::os::raw::c_char;
}
extern "C" {
    pub fn farspan_verdict_rule() -> *const std::os::raw::c_char;
}
pub const FARSPAN_TOKENIZER_NONE: _bindgen_ty_23 = 1;
pub const FARSPAN_TOKENIZER_13A: _bindgen_ty_23 = 2;
pub const FARSPAN_TOKENIZER_CHAR: _bindgen_ty_23 = 3;
pub const FARSPAN_TOKENIZER_INTL: _bindgen_ty_23 = 4;
pub const FARSPAN_TOKENIZER_ROUGE: _bindgen_ty_23 = 5;
pub const FARSPAN_TOKENIZER_ROUGE_STEMMED: _bindgen_ty_23 = 6;
pub const FARSPAN_TOKENIZER_ZH: _bindgen_ty_23 = 7;
pub type _bindgen_ty_23 = std::os::raw::c_uint;
extern "C" {
    pub fn farspan_tokenize(
        tokenizer: i32,
        lowercase: i32,
        text: *const std::os::raw::c_char,
        bytes: i64,
        buffer: *mut std::os::raw::c_char,
        size: i64,
        needed: *mut i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_SMOOTHING_NONE: _bindgen_ty_24 = 1;
pub const FARSPAN_SMOOTHING_FLOOR: _bindgen_ty_24 = 2;
pub const FARSPAN_SMOOTHING_ADD_K: _bindgen_ty_24 = 3;
pub const FARSPAN_SMOOTHING_EXP: _bindgen_ty_24 = 4;
pub type _bindgen_ty_24 = std::os::raw::c_uint;
pub const FARSPAN_BLEU_MAX_ORDER: _bindgen_ty_25 = 8;
pub type _bindgen_ty_25 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_bleu_config {
    pub struct_size: u32,
    pub tokenizer: i32,
    pub smoothing: i32,
    pub max_order: i32,
    pub lowercase: i32,
    pub effective_order: i32,
    pub smoothing_value: f64,
}
#[test]
fn bindgen_test_layout_farspan_bleu_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_bleu_config>(),
        32usize,
        concat!("Size of: ", stringify!(farspan_bleu_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_bleu_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_bleu_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_tokenizer() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).tokenizer) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_config), "::", stringify!(tokenizer))
        );
    }
    test_field_tokenizer();
    fn test_field_smoothing() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).smoothing) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_config), "::", stringify!(smoothing))
        );
    }
    test_field_smoothing();
    fn test_field_max_order() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).max_order) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_config), "::", stringify!(max_order))
        );
    }
    test_field_max_order();
    fn test_field_lowercase() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).lowercase) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_config), "::", stringify!(lowercase))
        );
    }
    test_field_lowercase();
    fn test_field_effective_order() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).effective_order) as usize - ptr as usize
            },
            20usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_config), "::", stringify!(effective_order))
        );
    }
    test_field_effective_order();
    fn test_field_smoothing_value() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).smoothing_value) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_config), "::", stringify!(smoothing_value))
        );
    }
    test_field_smoothing_value();
}
extern "C" {
    pub fn farspan_bleu_config_init(config: *mut farspan_bleu_config, size: usize);
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_bleu_counts {
    pub struct_size: u32,
    pub max_order: i32,
    pub segments: i64,
    pub hypothesis_length: i64,
    pub reference_length: i64,
    pub correct: [i64; 8usize],
    pub total: [i64; 8usize],
}
#[test]
fn bindgen_test_layout_farspan_bleu_counts() {
    assert_eq!(
        ::std::mem::size_of::<farspan_bleu_counts>(),
        160usize,
        concat!("Size of: ", stringify!(farspan_bleu_counts))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_bleu_counts>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_bleu_counts))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_counts), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_max_order() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).max_order) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_counts), "::", stringify!(max_order))
        );
    }
    test_field_max_order();
    fn test_field_segments() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).segments) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_counts), "::", stringify!(segments))
        );
    }
    test_field_segments();
    fn test_field_hypothesis_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).hypothesis_length) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_counts), "::", stringify!(hypothesis_length))
        );
    }
    test_field_hypothesis_length();
    fn test_field_reference_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reference_length) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_counts), "::", stringify!(reference_length))
        );
    }
    test_field_reference_length();
    fn test_field_correct() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).correct) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_counts), "::", stringify!(correct))
        );
    }
    test_field_correct();
    fn test_field_total() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).total) as usize - ptr as usize
            },
            96usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_counts), "::", stringify!(total))
        );
    }
    test_field_total();
}
extern "C" {
    pub fn farspan_bleu_counts_init(counts: *mut farspan_bleu_counts, size: usize);
}
extern "C" {
    pub fn farspan_bleu_add(
        config: *const farspan_bleu_config,
        hypothesis: *const std::os::raw::c_char,
        hypothesis_bytes: i64,
        references: *const *const std::os::raw::c_char,
        reference_bytes: *const i64,
        reference_count: i32,
        counts: *mut farspan_bleu_counts,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_bleu_add_tokens(
        config: *const farspan_bleu_config,
        hypothesis: *const i64,
        hypothesis_length: i64,
        references: *const *const i64,
        reference_lengths: *const i64,
        reference_count: i32,
        counts: *mut farspan_bleu_counts,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_bleu_merge(
        counts: *mut farspan_bleu_counts,
        from: *const farspan_bleu_counts,
        error: *mut farspan_error,
    ) -> farspan_status;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_bleu_result {
    pub struct_size: u32,
    pub reserved: i32,
    pub score: f64,
    pub brevity_penalty: f64,
    pub precisions: [f64; 8usize],
    pub hypothesis_length: i64,
    pub reference_length: i64,
}
#[test]
fn bindgen_test_layout_farspan_bleu_result() {
    assert_eq!(
        ::std::mem::size_of::<farspan_bleu_result>(),
        104usize,
        concat!("Size of: ", stringify!(farspan_bleu_result))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_bleu_result>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_bleu_result))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_result), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_result), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_score() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).score) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_result), "::", stringify!(score))
        );
    }
    test_field_score();
    fn test_field_brevity_penalty() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).brevity_penalty) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_result), "::", stringify!(brevity_penalty))
        );
    }
    test_field_brevity_penalty();
    fn test_field_precisions() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).precisions) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_result), "::", stringify!(precisions))
        );
    }
    test_field_precisions();
    fn test_field_hypothesis_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).hypothesis_length) as usize - ptr as usize
            },
            88usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_result), "::", stringify!(hypothesis_length))
        );
    }
    test_field_hypothesis_length();
    fn test_field_reference_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bleu_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reference_length) as usize - ptr as usize
            },
            96usize,
            concat!("Offset of field: ", stringify!(farspan_bleu_result), "::", stringify!(reference_length))
        );
    }
    test_field_reference_length();
}
extern "C" {
    pub fn farspan_bleu_score(
        config: *const farspan_bleu_config,
        counts: *const farspan_bleu_counts,
        result: *mut farspan_bleu_result,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_bleu_signature(
        config: *const farspan_bleu_config,
        references: i32,
        buffer: *mut std::os::raw::c_char,
        size: i64,
        needed: *mut i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_CHRF_MAX_ORDERS: _bindgen_ty_26 = 16;
pub type _bindgen_ty_26 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_chrf_config {
    pub struct_size: u32,
    pub char_order: i32,
    pub word_order: i32,
    pub lowercase: i32,
    pub whitespace: i32,
    pub every_order: i32,
    pub beta: f64,
}
#[test]
fn bindgen_test_layout_farspan_chrf_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_chrf_config>(),
        32usize,
        concat!("Size of: ", stringify!(farspan_chrf_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_chrf_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_chrf_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_char_order() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).char_order) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_config), "::", stringify!(char_order))
        );
    }
    test_field_char_order();
    fn test_field_word_order() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).word_order) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_config), "::", stringify!(word_order))
        );
    }
    test_field_word_order();
    fn test_field_lowercase() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).lowercase) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_config), "::", stringify!(lowercase))
        );
    }
    test_field_lowercase();
    fn test_field_whitespace() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).whitespace) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_config), "::", stringify!(whitespace))
        );
    }
    test_field_whitespace();
    fn test_field_every_order() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).every_order) as usize - ptr as usize
            },
            20usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_config), "::", stringify!(every_order))
        );
    }
    test_field_every_order();
    fn test_field_beta() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).beta) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_config), "::", stringify!(beta))
        );
    }
    test_field_beta();
}
extern "C" {
    pub fn farspan_chrf_config_init(config: *mut farspan_chrf_config, size: usize);
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_chrf_counts {
    pub struct_size: u32,
    pub orders: i32,
    pub segments: i64,
    pub hypothesis: [i64; 16usize],
    pub reference: [i64; 16usize],
    pub matches: [i64; 16usize],
}
#[test]
fn bindgen_test_layout_farspan_chrf_counts() {
    assert_eq!(
        ::std::mem::size_of::<farspan_chrf_counts>(),
        400usize,
        concat!("Size of: ", stringify!(farspan_chrf_counts))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_chrf_counts>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_chrf_counts))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_counts), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_orders() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).orders) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_counts), "::", stringify!(orders))
        );
    }
    test_field_orders();
    fn test_field_segments() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).segments) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_counts), "::", stringify!(segments))
        );
    }
    test_field_segments();
    fn test_field_hypothesis() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).hypothesis) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_counts), "::", stringify!(hypothesis))
        );
    }
    test_field_hypothesis();
    fn test_field_reference() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reference) as usize - ptr as usize
            },
            144usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_counts), "::", stringify!(reference))
        );
    }
    test_field_reference();
    fn test_field_matches() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_chrf_counts>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).matches) as usize - ptr as usize
            },
            272usize,
            concat!("Offset of field: ", stringify!(farspan_chrf_counts), "::", stringify!(matches))
        );
    }
    test_field_matches();
}
extern "C" {
    pub fn farspan_chrf_counts_init(counts: *mut farspan_chrf_counts, size: usize);
}
extern "C" {
    pub fn farspan_chrf_add(
        config: *const farspan_chrf_config,
        hypothesis: *const std::os::raw::c_char,
        hypothesis_bytes: i64,
        references: *const *const std::os::raw::c_char,
        reference_bytes: *const i64,
        reference_count: i32,
        counts: *mut farspan_chrf_counts,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_chrf_merge(
        counts: *mut farspan_chrf_counts,
        from: *const farspan_chrf_counts,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_chrf_score(
        config: *const farspan_chrf_config,
        counts: *const farspan_chrf_counts,
        score: *mut f64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_ROUGE_N: _bindgen_ty_27 = 1;
pub const FARSPAN_ROUGE_L: _bindgen_ty_27 = 2;
pub const FARSPAN_ROUGE_LSUM: _bindgen_ty_27 = 3;
pub type _bindgen_ty_27 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_rouge_config {
    pub struct_size: u32,
    pub kind: i32,
    pub order: i32,
    pub stem: i32,
}
#[test]
fn bindgen_test_layout_farspan_rouge_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_rouge_config>(),
        16usize,
        concat!("Size of: ", stringify!(farspan_rouge_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_rouge_config>(),
        4usize,
        concat!("Alignment of ", stringify!(farspan_rouge_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rouge_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_rouge_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_kind() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rouge_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).kind) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_rouge_config), "::", stringify!(kind))
        );
    }
    test_field_kind();
    fn test_field_order() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rouge_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).order) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_rouge_config), "::", stringify!(order))
        );
    }
    test_field_order();
    fn test_field_stem() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rouge_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).stem) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_rouge_config), "::", stringify!(stem))
        );
    }
    test_field_stem();
}
extern "C" {
    pub fn farspan_rouge_config_init(config: *mut farspan_rouge_config, size: usize, kind: i32);
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_rouge_result {
    pub struct_size: u32,
    pub reference: i32,
    pub precision: f64,
    pub recall: f64,
    pub f_measure: f64,
}
#[test]
fn bindgen_test_layout_farspan_rouge_result() {
    assert_eq!(
        ::std::mem::size_of::<farspan_rouge_result>(),
        32usize,
        concat!("Size of: ", stringify!(farspan_rouge_result))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_rouge_result>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_rouge_result))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rouge_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_rouge_result), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_reference() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rouge_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reference) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_rouge_result), "::", stringify!(reference))
        );
    }
    test_field_reference();
    fn test_field_precision() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rouge_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).precision) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_rouge_result), "::", stringify!(precision))
        );
    }
    test_field_precision();
    fn test_field_recall() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rouge_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).recall) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_rouge_result), "::", stringify!(recall))
        );
    }
    test_field_recall();
    fn test_field_f_measure() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_rouge_result>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).f_measure) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_rouge_result), "::", stringify!(f_measure))
        );
    }
    test_field_f_measure();
}
extern "C" {
    pub fn farspan_rouge(
        config: *const farspan_rouge_config,
        hypothesis: *const std::os::raw::c_char,
        hypothesis_bytes: i64,
        references: *const *const std::os::raw::c_char,
        reference_bytes: *const i64,
        reference_count: i32,
        result: *mut farspan_rouge_result,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_rouge_tokens(
        config: *const farspan_rouge_config,
        hypothesis: *const i64,
        hypothesis_length: i64,
        references: *const *const i64,
        reference_lengths: *const i64,
        reference_count: i32,
        result: *mut farspan_rouge_result,
        error: *mut farspan_error,
    ) -> farspan_status;
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_bootstrap_config {
    pub struct_size: u32,
    pub samples: i32,
    pub seed: u64,
    pub confidence: f64,
}
#[test]
fn bindgen_test_layout_farspan_bootstrap_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_bootstrap_config>(),
        24usize,
        concat!("Size of: ", stringify!(farspan_bootstrap_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_bootstrap_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_bootstrap_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bootstrap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_bootstrap_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_samples() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bootstrap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).samples) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_bootstrap_config), "::", stringify!(samples))
        );
    }
    test_field_samples();
    fn test_field_seed() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bootstrap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).seed) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_bootstrap_config), "::", stringify!(seed))
        );
    }
    test_field_seed();
    fn test_field_confidence() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_bootstrap_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).confidence) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_bootstrap_config), "::", stringify!(confidence))
        );
    }
    test_field_confidence();
}
extern "C" {
    pub fn farspan_bootstrap_config_init(config: *mut farspan_bootstrap_config, size: usize);
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_interval {
    pub struct_size: u32,
    pub reserved: i32,
    pub low: f64,
    pub median: f64,
    pub high: f64,
    pub mean: f64,
}
#[test]
fn bindgen_test_layout_farspan_interval() {
    assert_eq!(::std::mem::size_of::<farspan_interval>(), 40usize, concat!("Size of: ", stringify!(farspan_interval)));
    assert_eq!(
        ::std::mem::align_of::<farspan_interval>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_interval))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_interval>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_interval), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_interval>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_interval), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_low() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_interval>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).low) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_interval), "::", stringify!(low))
        );
    }
    test_field_low();
    fn test_field_median() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_interval>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).median) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_interval), "::", stringify!(median))
        );
    }
    test_field_median();
    fn test_field_high() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_interval>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).high) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_interval), "::", stringify!(high))
        );
    }
    test_field_high();
    fn test_field_mean() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_interval>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).mean) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_interval), "::", stringify!(mean))
        );
    }
    test_field_mean();
}
extern "C" {
    pub fn farspan_bootstrap_mean(
        context: *const farspan_context,
        config: *const farspan_bootstrap_config,
        values: *const f64,
        count: i64,
        interval: *mut farspan_interval,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_bleu_bootstrap(
        context: *const farspan_context,
        config: *const farspan_bootstrap_config,
        bleu: *const farspan_bleu_config,
        segments: *const farspan_bleu_counts,
        count: i64,
        interval: *mut farspan_interval,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_PASSKEY_LANDMARK: _bindgen_ty_28 = 1;
pub const FARSPAN_PASSKEY_SENTENCES: _bindgen_ty_28 = 2;
pub type _bindgen_ty_28 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_passkey_config {
    pub struct_size: u32,
    pub form: i32,
    pub length: i64,
    pub seed: u64,
    pub depth: f64,
    pub lowest_key: i64,
    pub highest_key: i64,
}
#[test]
fn bindgen_test_layout_farspan_passkey_config() {
    assert_eq!(
        ::std::mem::size_of::<farspan_passkey_config>(),
        48usize,
        concat!("Size of: ", stringify!(farspan_passkey_config))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_passkey_config>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_passkey_config))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_passkey_config), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_form() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).form) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_passkey_config), "::", stringify!(form))
        );
    }
    test_field_form();
    fn test_field_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).length) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_passkey_config), "::", stringify!(length))
        );
    }
    test_field_length();
    fn test_field_seed() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).seed) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_passkey_config), "::", stringify!(seed))
        );
    }
    test_field_seed();
    fn test_field_depth() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).depth) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_passkey_config), "::", stringify!(depth))
        );
    }
    test_field_depth();
    fn test_field_lowest_key() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).lowest_key) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_passkey_config), "::", stringify!(lowest_key))
        );
    }
    test_field_lowest_key();
    fn test_field_highest_key() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey_config>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).highest_key) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_passkey_config), "::", stringify!(highest_key))
        );
    }
    test_field_highest_key();
}
extern "C" {
    pub fn farspan_passkey_config_init(config: *mut farspan_passkey_config, size: usize, form: i32);
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_passkey {
    pub struct_size: u32,
    pub reserved: i32,
    pub key: i64,
    pub key_begin: i64,
    pub key_end: i64,
    pub bytes: i64,
    pub depth: f64,
}
#[test]
fn bindgen_test_layout_farspan_passkey() {
    assert_eq!(::std::mem::size_of::<farspan_passkey>(), 48usize, concat!("Size of: ", stringify!(farspan_passkey)));
    assert_eq!(
        ::std::mem::align_of::<farspan_passkey>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_passkey))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_passkey), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_passkey), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_key() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_passkey), "::", stringify!(key))
        );
    }
    test_field_key();
    fn test_field_key_begin() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_begin) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_passkey), "::", stringify!(key_begin))
        );
    }
    test_field_key_begin();
    fn test_field_key_end() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_end) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_passkey), "::", stringify!(key_end))
        );
    }
    test_field_key_end();
    fn test_field_bytes() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).bytes) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_passkey), "::", stringify!(bytes))
        );
    }
    test_field_bytes();
    fn test_field_depth() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_passkey>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).depth) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_passkey), "::", stringify!(depth))
        );
    }
    test_field_depth();
}
extern "C" {
    pub fn farspan_passkey_make(
        config: *const farspan_passkey_config,
        buffer: *mut std::os::raw::c_char,
        size: i64,
        needed: *mut i64,
        passkey: *mut farspan_passkey,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_passkey_check(
        generated: *const std::os::raw::c_char,
        bytes: i64,
        key: i64,
        correct: *mut i32,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_needle_place(
        haystack: *const i64,
        haystack_length: i64,
        needle: *const i64,
        needle_length: i64,
        question: *const i64,
        question_length: i64,
        length: i64,
        depth: f64,
        boundary: *const i64,
        out: *mut i64,
        position: *mut i64,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_ERROR_FORMAT: _bindgen_ty_29 = 17;
pub type _bindgen_ty_29 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_model {
    _unused: [u8; 0],
}
pub const FARSPAN_RELEASE_REFERENCE: _bindgen_ty_30 = 0;
pub const FARSPAN_RELEASE_TRANSFORMERS_4_48: _bindgen_ty_30 = 1;
pub const FARSPAN_RELEASE_LLAMA_CPP: _bindgen_ty_30 = 2;
pub type _bindgen_ty_30 = std::os::raw::c_uint;
pub const FARSPAN_EXTENSION_NONE: _bindgen_ty_31 = 0;
pub const FARSPAN_EXTENSION_LINEAR: _bindgen_ty_31 = 1;
pub const FARSPAN_EXTENSION_NTK: _bindgen_ty_31 = 2;
pub const FARSPAN_EXTENSION_DYNAMIC_NTK: _bindgen_ty_31 = 3;
pub const FARSPAN_EXTENSION_YARN: _bindgen_ty_31 = 4;
pub const FARSPAN_EXTENSION_SELF_EXTEND: _bindgen_ty_31 = 5;
pub const FARSPAN_EXTENSION_REROPE: _bindgen_ty_31 = 6;
pub const FARSPAN_EXTENSION_LEAKY_REROPE: _bindgen_ty_31 = 7;
pub const FARSPAN_EXTENSION_DUAL_CHUNK: _bindgen_ty_31 = 8;
pub const FARSPAN_EXTENSION_ALIBI_SLOPES: _bindgen_ty_31 = 9;
pub type _bindgen_ty_31 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_model_options {
    pub struct_size: u32,
    pub release: i32,
    pub angle: i32,
    pub extension: i32,
    pub target_length: i64,
    pub window: i64,
    pub group: i64,
    pub t5_encoder: *const f32,
    pub t5_decoder: *const f32,
    pub rope_freqs: *const f64,
    pub rope_short: *const f64,
    pub rope_long: *const f64,
    pub t5_values: i64,
    pub rope_pairs: i64,
}
#[test]
fn bindgen_test_layout_farspan_model_options() {
    assert_eq!(
        ::std::mem::size_of::<farspan_model_options>(),
        96usize,
        concat!("Size of: ", stringify!(farspan_model_options))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_model_options>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_model_options))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_release() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).release) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(release))
        );
    }
    test_field_release();
    fn test_field_angle() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).angle) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(angle))
        );
    }
    test_field_angle();
    fn test_field_extension() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).extension) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(extension))
        );
    }
    test_field_extension();
    fn test_field_target_length() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).target_length) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(target_length))
        );
    }
    test_field_target_length();
    fn test_field_window() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).window) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(window))
        );
    }
    test_field_window();
    fn test_field_group() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).group) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(group))
        );
    }
    test_field_group();
    fn test_field_t5_encoder() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).t5_encoder) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(t5_encoder))
        );
    }
    test_field_t5_encoder();
    fn test_field_t5_decoder() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).t5_decoder) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(t5_decoder))
        );
    }
    test_field_t5_decoder();
    fn test_field_rope_freqs() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).rope_freqs) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(rope_freqs))
        );
    }
    test_field_rope_freqs();
    fn test_field_rope_short() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).rope_short) as usize - ptr as usize
            },
            64usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(rope_short))
        );
    }
    test_field_rope_short();
    fn test_field_rope_long() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).rope_long) as usize - ptr as usize
            },
            72usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(rope_long))
        );
    }
    test_field_rope_long();
    fn test_field_t5_values() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).t5_values) as usize - ptr as usize
            },
            80usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(t5_values))
        );
    }
    test_field_t5_values();
    fn test_field_rope_pairs() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_options>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).rope_pairs) as usize - ptr as usize
            },
            88usize,
            concat!("Offset of field: ", stringify!(farspan_model_options), "::", stringify!(rope_pairs))
        );
    }
    test_field_rope_pairs();
}
extern "C" {
    pub fn farspan_model_options_init(options: *mut farspan_model_options, size: usize);
}
extern "C" {
    pub fn farspan_model_from_config(
        text: *const std::os::raw::c_char,
        bytes: usize,
        options: *const farspan_model_options,
        model: *mut *mut farspan_model,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_METADATA_INTEGER: _bindgen_ty_32 = 1;
pub const FARSPAN_METADATA_REAL: _bindgen_ty_32 = 2;
pub const FARSPAN_METADATA_TEXT: _bindgen_ty_32 = 3;
pub type _bindgen_ty_32 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_metadata {
    pub key: *const std::os::raw::c_char,
    pub type_: i32,
    pub is_array: i32,
    pub count: i64,
    pub values: *const std::os::raw::c_void,
}
#[test]
fn bindgen_test_layout_farspan_metadata() {
    assert_eq!(::std::mem::size_of::<farspan_metadata>(), 32usize, concat!("Size of: ", stringify!(farspan_metadata)));
    assert_eq!(
        ::std::mem::align_of::<farspan_metadata>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_metadata))
    );
    fn test_field_key() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_metadata>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_metadata), "::", stringify!(key))
        );
    }
    test_field_key();
    fn test_field_type() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_metadata>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).type_) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_metadata), "::", stringify!(type_))
        );
    }
    test_field_type();
    fn test_field_is_array() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_metadata>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).is_array) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_metadata), "::", stringify!(is_array))
        );
    }
    test_field_is_array();
    fn test_field_count() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_metadata>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).count) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_metadata), "::", stringify!(count))
        );
    }
    test_field_count();
    fn test_field_values() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_metadata>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).values) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_metadata), "::", stringify!(values))
        );
    }
    test_field_values();
}
extern "C" {
    pub fn farspan_model_from_metadata(
        entries: *const farspan_metadata,
        count: i64,
        options: *const farspan_model_options,
        model: *mut *mut farspan_model,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_model_from_gguf(
        file: *const std::os::raw::c_void,
        bytes: usize,
        options: *const farspan_model_options,
        model: *mut *mut farspan_model,
        error: *mut farspan_error,
    ) -> farspan_status;
}
extern "C" {
    pub fn farspan_model_destroy(model: *mut farspan_model);
}
pub const FARSPAN_ABSOLUTE_NONE: _bindgen_ty_33 = 0;
pub const FARSPAN_ABSOLUTE_LEARNED: _bindgen_ty_33 = 1;
pub const FARSPAN_ABSOLUTE_SINUSOIDAL: _bindgen_ty_33 = 2;
pub type _bindgen_ty_33 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_model_info {
    pub struct_size: u32,
    pub absolute: i32,
    pub family: *const std::os::raw::c_char,
    pub layers: i64,
    pub encoder_layers: i64,
    pub query_heads: i64,
    pub key_heads: i64,
    pub head_dim: i64,
    pub value_dim: i64,
    pub hidden: i64,
    pub vocabulary: i64,
    pub context: i64,
    pub trained_context: i64,
    pub usable_context: i64,
    pub usable_context_most: i64,
    pub absolute_rows: i64,
    pub absolute_offset: i64,
    pub layer_kinds: i64,
    pub notes: i64,
    pub final_softcap: f64,
}
#[test]
fn bindgen_test_layout_farspan_model_info() {
    assert_eq!(
        ::std::mem::size_of::<farspan_model_info>(),
        152usize,
        concat!("Size of: ", stringify!(farspan_model_info))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_model_info>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_model_info))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_absolute() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).absolute) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(absolute))
        );
    }
    test_field_absolute();
    fn test_field_family() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).family) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(family))
        );
    }
    test_field_family();
    fn test_field_layers() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).layers) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(layers))
        );
    }
    test_field_layers();
    fn test_field_encoder_layers() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).encoder_layers) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(encoder_layers))
        );
    }
    test_field_encoder_layers();
    fn test_field_query_heads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).query_heads) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(query_heads))
        );
    }
    test_field_query_heads();
    fn test_field_key_heads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_heads) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(key_heads))
        );
    }
    test_field_key_heads();
    fn test_field_head_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).head_dim) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(head_dim))
        );
    }
    test_field_head_dim();
    fn test_field_value_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).value_dim) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(value_dim))
        );
    }
    test_field_value_dim();
    fn test_field_hidden() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).hidden) as usize - ptr as usize
            },
            64usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(hidden))
        );
    }
    test_field_hidden();
    fn test_field_vocabulary() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).vocabulary) as usize - ptr as usize
            },
            72usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(vocabulary))
        );
    }
    test_field_vocabulary();
    fn test_field_context() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).context) as usize - ptr as usize
            },
            80usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(context))
        );
    }
    test_field_context();
    fn test_field_trained_context() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).trained_context) as usize - ptr as usize
            },
            88usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(trained_context))
        );
    }
    test_field_trained_context();
    fn test_field_usable_context() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).usable_context) as usize - ptr as usize
            },
            96usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(usable_context))
        );
    }
    test_field_usable_context();
    fn test_field_usable_context_most() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).usable_context_most) as usize - ptr as usize
            },
            104usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(usable_context_most))
        );
    }
    test_field_usable_context_most();
    fn test_field_absolute_rows() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).absolute_rows) as usize - ptr as usize
            },
            112usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(absolute_rows))
        );
    }
    test_field_absolute_rows();
    fn test_field_absolute_offset() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).absolute_offset) as usize - ptr as usize
            },
            120usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(absolute_offset))
        );
    }
    test_field_absolute_offset();
    fn test_field_layer_kinds() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).layer_kinds) as usize - ptr as usize
            },
            128usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(layer_kinds))
        );
    }
    test_field_layer_kinds();
    fn test_field_notes() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).notes) as usize - ptr as usize
            },
            136usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(notes))
        );
    }
    test_field_notes();
    fn test_field_final_softcap() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_info>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).final_softcap) as usize - ptr as usize
            },
            144usize,
            concat!("Offset of field: ", stringify!(farspan_model_info), "::", stringify!(final_softcap))
        );
    }
    test_field_final_softcap();
}
extern "C" {
    pub fn farspan_model_describe(
        model: *const farspan_model,
        info: *mut farspan_model_info,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_LAYER_FULL: _bindgen_ty_34 = 0;
pub const FARSPAN_LAYER_SLIDING: _bindgen_ty_34 = 1;
pub const FARSPAN_LAYER_CHUNKED: _bindgen_ty_34 = 2;
pub const FARSPAN_LAYER_OTHER: _bindgen_ty_34 = 3;
pub type _bindgen_ty_34 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_model_layer {
    pub struct_size: u32,
    pub kind: i32,
    pub alike: i64,
    pub query_heads: i64,
    pub key_heads: i64,
    pub head_dim: i64,
    pub value_dim: i64,
    pub window: i64,
    pub attention_scale: f64,
    pub scheme: *const farspan_scheme,
    pub rope: *const farspan_rope_config,
    pub remap: *const farspan_remap_config,
    pub bias: *const farspan_bias_config,
    pub mask: *const farspan_mask_config,
    pub score: *const farspan_score_config,
}
#[test]
fn bindgen_test_layout_farspan_model_layer() {
    assert_eq!(
        ::std::mem::size_of::<farspan_model_layer>(),
        112usize,
        concat!("Size of: ", stringify!(farspan_model_layer))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_model_layer>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_model_layer))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_kind() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).kind) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(kind))
        );
    }
    test_field_kind();
    fn test_field_alike() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).alike) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(alike))
        );
    }
    test_field_alike();
    fn test_field_query_heads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).query_heads) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(query_heads))
        );
    }
    test_field_query_heads();
    fn test_field_key_heads() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).key_heads) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(key_heads))
        );
    }
    test_field_key_heads();
    fn test_field_head_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).head_dim) as usize - ptr as usize
            },
            32usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(head_dim))
        );
    }
    test_field_head_dim();
    fn test_field_value_dim() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).value_dim) as usize - ptr as usize
            },
            40usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(value_dim))
        );
    }
    test_field_value_dim();
    fn test_field_window() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).window) as usize - ptr as usize
            },
            48usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(window))
        );
    }
    test_field_window();
    fn test_field_attention_scale() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).attention_scale) as usize - ptr as usize
            },
            56usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(attention_scale))
        );
    }
    test_field_attention_scale();
    fn test_field_scheme() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).scheme) as usize - ptr as usize
            },
            64usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(scheme))
        );
    }
    test_field_scheme();
    fn test_field_rope() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).rope) as usize - ptr as usize
            },
            72usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(rope))
        );
    }
    test_field_rope();
    fn test_field_remap() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).remap) as usize - ptr as usize
            },
            80usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(remap))
        );
    }
    test_field_remap();
    fn test_field_bias() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).bias) as usize - ptr as usize
            },
            88usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(bias))
        );
    }
    test_field_bias();
    fn test_field_mask() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).mask) as usize - ptr as usize
            },
            96usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(mask))
        );
    }
    test_field_mask();
    fn test_field_score() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_layer>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).score) as usize - ptr as usize
            },
            104usize,
            concat!("Offset of field: ", stringify!(farspan_model_layer), "::", stringify!(score))
        );
    }
    test_field_score();
}
extern "C" {
    pub fn farspan_model_layer_at(
        model: *const farspan_model,
        index: i64,
        layer: *mut farspan_model_layer,
        error: *mut farspan_error,
    ) -> farspan_status;
}
pub const FARSPAN_SEVERITY_NOTE: _bindgen_ty_35 = 0;
pub const FARSPAN_SEVERITY_WARNING: _bindgen_ty_35 = 1;
pub type _bindgen_ty_35 = std::os::raw::c_uint;
pub const FARSPAN_NOTE_DEFAULT: _bindgen_ty_36 = 1;
pub const FARSPAN_NOTE_DERIVED: _bindgen_ty_36 = 2;
pub const FARSPAN_NOTE_RELEASE: _bindgen_ty_36 = 3;
pub const FARSPAN_NOTE_IGNORED: _bindgen_ty_36 = 4;
pub const FARSPAN_NOTE_UNKNOWN_FIELD: _bindgen_ty_36 = 16;
pub const FARSPAN_NOTE_LENGTHS: _bindgen_ty_36 = 17;
pub const FARSPAN_NOTE_TWICE: _bindgen_ty_36 = 18;
pub const FARSPAN_NOTE_WEIGHTS: _bindgen_ty_36 = 19;
pub const FARSPAN_NOTE_NO_EFFECT: _bindgen_ty_36 = 20;
pub const FARSPAN_NOTE_INCOMPLETE: _bindgen_ty_36 = 21;
pub type _bindgen_ty_36 = std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct farspan_model_note {
    pub struct_size: u32,
    pub severity: i32,
    pub code: i32,
    pub reserved: i32,
    pub path: *const std::os::raw::c_char,
    pub text: *const std::os::raw::c_char,
}
#[test]
fn bindgen_test_layout_farspan_model_note() {
    assert_eq!(
        ::std::mem::size_of::<farspan_model_note>(),
        32usize,
        concat!("Size of: ", stringify!(farspan_model_note))
    );
    assert_eq!(
        ::std::mem::align_of::<farspan_model_note>(),
        8usize,
        concat!("Alignment of ", stringify!(farspan_model_note))
    );
    fn test_field_struct_size() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_note>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).struct_size) as usize - ptr as usize
            },
            0usize,
            concat!("Offset of field: ", stringify!(farspan_model_note), "::", stringify!(struct_size))
        );
    }
    test_field_struct_size();
    fn test_field_severity() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_note>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).severity) as usize - ptr as usize
            },
            4usize,
            concat!("Offset of field: ", stringify!(farspan_model_note), "::", stringify!(severity))
        );
    }
    test_field_severity();
    fn test_field_code() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_note>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).code) as usize - ptr as usize
            },
            8usize,
            concat!("Offset of field: ", stringify!(farspan_model_note), "::", stringify!(code))
        );
    }
    test_field_code();
    fn test_field_reserved() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_note>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).reserved) as usize - ptr as usize
            },
            12usize,
            concat!("Offset of field: ", stringify!(farspan_model_note), "::", stringify!(reserved))
        );
    }
    test_field_reserved();
    fn test_field_path() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_note>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).path) as usize - ptr as usize
            },
            16usize,
            concat!("Offset of field: ", stringify!(farspan_model_note), "::", stringify!(path))
        );
    }
    test_field_path();
    fn test_field_text() {
        assert_eq!(
            unsafe {
                let uninit = ::std::mem::MaybeUninit::<farspan_model_note>::uninit();
                let ptr = uninit.as_ptr();
                ::std::ptr::addr_of!((*ptr).text) as usize - ptr as usize
            },
            24usize,
            concat!("Offset of field: ", stringify!(farspan_model_note), "::", stringify!(text))
        );
    }
    test_field_text();
}
extern "C" {
    pub fn farspan_model_note_at(
        model: *const farspan_model,
        index: i64,
        note: *mut farspan_model_note,
        error: *mut farspan_error,
    ) -> farspan_status;
}
