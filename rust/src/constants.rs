//! Options: numbers with a name. Not Rust enums, so that a newer library may have more of them.

use std::ffi::CString;

use crate::error::constant_text;
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
                constant_text(unsafe { sys::farspan_method_name(sys::$part as i32, self.0) })
            }

            /// The method that is spelled so.
            pub fn find(name: &str) -> Option<Self> {
                let name = CString::new(name).ok()?;
                // SAFETY: the text is NUL-terminated.
                let method = unsafe { sys::farspan_method_find(sys::$part as i32, name.as_ptr()) };
                (method >= 0).then(|| Self(method))
            }

            /// All methods of the loaded library.
            pub fn all() -> impl Iterator<Item = Self> {
                // SAFETY: takes any number.
                (0..unsafe { sys::farspan_method_count(sys::$part as i32) }).map(Self)
            }
        }
    };
}

option! {
    /// The type of a tensor's elements. Attention and rope take `F32`, `F16` and `BF16`.
    Dtype {
        /// `f32`.
        F32 = FARSPAN_F32,
        /// `f64`; no function takes it so far.
        F64 = FARSPAN_F64,
        /// [`F16`](crate::F16).
        F16 = FARSPAN_F16,
        /// [`Bf16`](crate::Bf16).
        BF16 = FARSPAN_BF16,
        /// Whole numbers of a byte with scales, for the storage of a [`Cache`](crate::cache::Cache) only.
        I8 = FARSPAN_I8,
    }
}

option! {
    /// How the angle of each rotary pair grows with position.
    ///
    /// R is the rotary size, L the trained length, n the current one, s the factor, p the pair.
    RopeMethod {
        /// No rotation.
        NONE = FARSPAN_ROPE_NONE,
        /// RoPE (Su et al. 2021).
        BASE = FARSPAN_ROPE_BASE,
        /// Position interpolation, PI (Chen et al. 2023): inv_freq / s.
        LINEAR = FARSPAN_ROPE_LINEAR,
        /// PI with factor n/L once n exceeds L.
        DYNAMIC_LINEAR = FARSPAN_ROPE_DYNAMIC_LINEAR,
        /// NTK-aware: base * s^(R/(R-2)).
        NTK = FARSPAN_ROPE_NTK,
        /// base * s^(2/R) per step of the pair index.
        NTK_OLD = FARSPAN_ROPE_NTK_OLD,
        /// inv_freq * s^(-2(p+1)/R).
        NTK_FIXED = FARSPAN_ROPE_NTK_FIXED,
        /// inv_freq * exp(-a (p+1)^mixed_exponent).
        NTK_MIXED = FARSPAN_ROPE_NTK_MIXED,
        /// The base grows with length: (s n/L - (s-1))^(R/(R-2)).
        DYNAMIC_NTK = FARSPAN_ROPE_DYNAMIC_NTK,
        /// Qwen-1: alpha = max(1, 2^ceil(log2(n/L)+1) - 1).
        DYNAMIC_NTK_QWEN = FARSPAN_ROPE_DYNAMIC_NTK_QWEN,
        /// YaRN's frequencies without its magnitude (Peng et al. 2023).
        NTK_BY_PARTS = FARSPAN_ROPE_NTK_BY_PARTS,
        /// NTK-by-parts and magnitude 0.1 ln(s) + 1.
        YARN = FARSPAN_ROPE_YARN,
        /// YaRN with factor n/L, plain up to L.
        DYNAMIC_YARN = FARSPAN_ROPE_DYNAMIC_YARN,
        /// Divisors per pair, short or long by length (Ding et al. 2024).
        LONGROPE = FARSPAN_ROPE_LONGROPE,
        /// Llama 3.1: three bands by wavelength.
        LLAMA3 = FARSPAN_ROPE_LLAMA3,
        /// The first `rotated_fraction` of the pairs, exponent over the full width.
        PROPORTIONAL = FARSPAN_ROPE_PROPORTIONAL,
        /// xPos / LeX (Sun et al. 2022): decay with distance; causal.
        XPOS = FARSPAN_ROPE_XPOS,
        /// `inv_freq[p] / short_factors[p]`, as GGUF's freq_factors.
        PAIR_FACTORS = FARSPAN_ROPE_PAIR_FACTORS,
    }
}
named!(RopeMethod, FARSPAN_PART_ROPE);

option! {
    /// Which two features of a head form a rotary pair. There is no default: a wrong guess gives fluent nonsense.
    Layout {
        /// Pair p is `(x[p], x[p + R/2])`: NeoX, rotate_half; Hugging Face's Llama, Qwen, Gemma.
        HALF = FARSPAN_LAYOUT_HALF,
        /// Pair p is `(x[2p], x[2p + 1])`: GPT-J, "normal"; Meta's Llama, GLM.
        INTERLEAVED = FARSPAN_LAYOUT_INTERLEAVED,
    }
}

option! {
    /// The precision of angles.
    Angle {
        /// In double: as exact at position 10^7 as at 10.
        EXACT = FARSPAN_ANGLE_EXACT,
        /// Rounded to float32 as Hugging Face does, to match its bits.
        FLOAT32 = FARSPAN_ANGLE_FLOAT32,
    }
}

option! {
    /// What YaRN's ramp is linear in.
    Ramp {
        /// The pair index, what every implementation computes.
        PAIR_INDEX = FARSPAN_RAMP_PAIR_INDEX,
        /// The number of rotations, the paper's equations 17 to 20.
        ROTATIONS = FARSPAN_RAMP_ROTATIONS,
    }
}

option! {
    /// The factor m on cos and sin.
    Magnitude {
        /// The method's own: YaRN 0.1 ln s + 1, LongRoPE sqrt(1 + ln s / ln L), else 1.
        DEFAULT = FARSPAN_MAGNITUDE_DEFAULT,
        /// 0.1 ln s + 1 (longrope).
        YARN = FARSPAN_MAGNITUDE_YARN,
        /// `attention_factor` as given.
        EXPLICIT = FARSPAN_MAGNITUDE_EXPLICIT,
        /// 0.1 ln s + 1 also for s < 1, as ggml (yarn).
        UNCLAMPED = FARSPAN_MAGNITUDE_UNCLAMPED,
    }
}

option! {
    /// When LongRoPE uses its long factors.
    LengthSwitch {
        /// When length > L (the paper, current Hugging Face).
        AFTER = FARSPAN_SWITCH_AFTER,
        /// When length >= L, and m is 1 below it (Hugging Face 4.46 and 4.47).
        AT = FARSPAN_SWITCH_AT,
        /// Always.
        ALWAYS_LONG = FARSPAN_SWITCH_ALWAYS_LONG,
    }
}

option! {
    /// How rotary pairs divide among position axes (M-RoPE).
    Axes {
        /// One position per token.
        NONE = FARSPAN_AXES_NONE,
        /// Consecutive sections of pairs (Qwen2-VL).
        SECTIONS = FARSPAN_AXES_SECTIONS,
        /// t h w t h w ..., leftover pairs on axis 0 (Qwen3-VL).
        INTERLEAVED = FARSPAN_AXES_INTERLEAVED,
        /// The same, leftover pairs on axis 3.
        INTERLEAVED_GGML = FARSPAN_AXES_INTERLEAVED_GGML,
    }
}

option! {
    /// Which position the rope part sees.
    RemapMethod {
        /// The true one.
        NONE = FARSPAN_REMAP_NONE,
        /// Distances from `window` on count as `window` (Su 2023).
        REROPE = FARSPAN_REMAP_REROPE,
        /// From `window` on: window + (distance - window) / leak.
        LEAKY_REROPE = FARSPAN_REMAP_LEAKY_REROPE,
        /// From `window` on: positions in groups (Jin et al. 2024).
        SELF_EXTEND = FARSPAN_REMAP_SELF_EXTEND,
        /// Dual Chunk Attention (An et al. 2024).
        DUAL_CHUNK = FARSPAN_REMAP_DUAL_CHUNK,
        /// From `window` on: min(limit, length - 1) (Han et al. 2023); with `mask.sinks`.
        LM_INFINITE = FARSPAN_REMAP_LM_INFINITE,
        /// StreamingLLM (Xiao et al. 2023): positions are cache slots; with the mask sinks = sinks, window_left = window.
        STREAMING = FARSPAN_REMAP_STREAMING,
    }
}
named!(RemapMethod, FARSPAN_PART_REMAP);

option! {
    /// What is added to the logit by distance d and head h.
    BiasMethod {
        /// Nothing.
        NONE = FARSPAN_BIAS_NONE,
        /// `-slope[h] d` (Press et al. 2022).
        ALIBI = FARSPAN_BIAS_ALIBI,
        /// `values[bucket][h]` (Raffel et al. 2020).
        T5 = FARSPAN_BIAS_T5,
        /// `-p[h] ln(1 + a[h] d)` (Chi et al. 2022).
        KERPLE_LOG = FARSPAN_BIAS_KERPLE_LOG,
        /// `-a[h] d^p[h]`.
        KERPLE_POWER = FARSPAN_BIAS_KERPLE_POWER,
        /// Sandwich (Chi et al. 2023).
        SANDWICH = FARSPAN_BIAS_SANDWICH,
        /// A tensor given to the run: FIRE, or anything additive.
        DENSE = FARSPAN_BIAS_DENSE,
    }
}
named!(BiasMethod, FARSPAN_PART_BIAS);

option! {
    /// How the scale s_i of the logits depends on the query's position p_i or the length.
    Temperature {
        /// Not at all.
        NONE = FARSPAN_TEMPERATURE_NONE,
        /// max(1, ln(p_i + 1) / ln L) (Su).
        LOG_N = FARSPAN_TEMPERATURE_LOG_N,
        /// ln(p_i + 1) / ln L, below 1 too: for models trained so.
        LOG_N_TRAINED = FARSPAN_TEMPERATURE_LOG_N_TRAINED,
        /// As `LOG_N`, only when length > L (later Qwen-1 revisions).
        LOG_N_LONG = FARSPAN_TEMPERATURE_LOG_N_LONG,
        /// 1 + alpha ln(floor((p_i + 1) / L) + 1).
        LLAMA4 = FARSPAN_TEMPERATURE_LLAMA4,
        /// max(1, alpha ln(length / L) + 1)^power.
        LENGTH = FARSPAN_TEMPERATURE_LENGTH,
        /// As `LLAMA4`, a position later: 1 + alpha ln(floor(p_i / L) + 1).
        MINISTRAL3 = FARSPAN_TEMPERATURE_MINISTRAL3,
    }
}
named!(Temperature, FARSPAN_PART_TEMPERATURE);

option! {
    /// Whose map of a branch a rotation uses; matters with a remap and for xPos.
    Side {
        /// The queries'.
        QUERY = FARSPAN_SIDE_QUERY,
        /// The keys'.
        KEY = FARSPAN_SIDE_KEY,
    }
}

option! {
    /// Which way to rotate.
    Direction {
        /// By the position, times the magnitude.
        FORWARD = FARSPAN_ROTATE_FORWARD,
        /// Undo `FORWARD` (also the gradient up to m^2).
        INVERSE = FARSPAN_ROTATE_INVERSE,
        /// By a difference of positions, without magnitude: moves cached keys.
        DELTA = FARSPAN_ROTATE_DELTA,
    }
}

option! {
    /// The order of sines and cosines of the sinusoidal encoding.
    Sinusoidal {
        /// sin, cos, sin, cos ... (Vaswani et al. 2017).
        INTERLEAVED = FARSPAN_SINUSOIDAL_INTERLEAVED,
        /// All sines, then all cosines; same frequencies (RoFormer, Marian).
        BLOCKS = FARSPAN_SINUSOIDAL_BLOCKS,
        /// Blocks, exponent over dim/2 - 1 (tensor2tensor, fairseq); with an odd width the last is 0.
        TENSOR2TENSOR = FARSPAN_SINUSOIDAL_TENSOR2TENSOR,
    }
}

option! {
    /// Whether q and k carry positions already.
    State {
        /// They do not: the library rotates them.
        RAW = FARSPAN_STATE_RAW,
        /// They are rotated and carry the magnitude: the rope part is skipped.
        ROTATED = FARSPAN_STATE_ROTATED,
    }
}

option! {
    /// An instruction set.
    Isa {
        /// The best of this machine, or what the environment variable `FARSPAN_ISA` names.
        BEST = FARSPAN_ISA_BEST,
        /// Portable code.
        SCALAR = FARSPAN_ISA_SCALAR,
        /// AVX2, FMA and F16C.
        AVX2 = FARSPAN_ISA_AVX2,
        /// AVX-512 F, CD, DQ, BW and VL.
        AVX512 = FARSPAN_ISA_AVX512,
        /// NEON.
        NEON = FARSPAN_ISA_NEON,
    }
}

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
