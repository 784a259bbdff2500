use std::borrow::Cow;
use std::ffi::CStr;
use std::os::raw::c_char;

use crate::config::array;
use crate::model::{Absolute, LayerKind, NoteCode, Severity};
use crate::{sys, BiasConfig, MaskConfig, RemapConfig, RopeConfig, Scheme, SchemeBuilder, ScoreConfig};

/// A text that lives as long as `'a`. The library's texts are UTF-8; what is not is replaced.
///
/// # Safety
///
/// The text is NUL-terminated and lives that long.
unsafe fn text<'a>(text: *const c_char) -> Cow<'a, str> {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy()
}

/// What a configuration says as a whole. Heads and sizes are those of the first layer with attention; see [`Layer`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Info<'a> {
    /// model_type, or general.architecture.
    pub family: Cow<'a, str>,
    /// Positions that are added to the embeddings.
    pub absolute: Absolute,
    /// Encoder and decoder together; the encoder's come first.
    pub layers: i64,
    /// 0 unless encoder-decoder.
    pub encoder_layers: i64,
    /// Heads of queries.
    pub query_heads: i64,
    /// Heads of keys and values.
    pub key_heads: i64,
    /// Of queries and keys; with latent attention (MLA) the rotated and unrotated parts together.
    pub head_dim: i64,
    /// Features of values.
    pub value_dim: i64,
    /// Width of the model; 0: unknown.
    pub hidden: i64,
    /// Number of tokens; 0: unknown.
    pub vocabulary: i64,
    /// The length that the file states; 0: unknown or unlimited.
    pub context: i64,
    /// L: positions that the unscaled rotation was trained on; 0: unknown.
    pub trained_context: i64,
    /// Longest length for which the resolved settings are meant; 0: no limit known.
    pub usable_context: i64,
    /// The same unless the file is ambiguous: linear or dynamic scaling may or may not be in `context`.
    pub usable_context_most: i64,
    /// Rows of the learned table; 0: none.
    pub absolute_rows: i64,
    /// Position p is row p + offset (OPT: 2).
    pub absolute_offset: i64,
    /// How many different layers there are.
    pub layer_kinds: i64,
    /// Notes and warnings together.
    pub notes: i64,
    /// Cap on the output logits, not on attention (Gemma 2: 30); 0: none.
    pub final_softcap: f64,
}

impl<'a> Info<'a> {
    /// # Safety
    ///
    /// `c` was filled by the library, for a model that lives as long as `'a`.
    pub(super) unsafe fn from_c(c: &sys::farspan_model_info) -> Self {
        Info {
            // SAFETY: the caller's promise.
            family: unsafe { text(c.family) },
            absolute: Absolute(c.absolute),
            layers: c.layers,
            encoder_layers: c.encoder_layers,
            query_heads: c.query_heads,
            key_heads: c.key_heads,
            head_dim: c.head_dim,
            value_dim: c.value_dim,
            hidden: c.hidden,
            vocabulary: c.vocabulary,
            context: c.context,
            trained_context: c.trained_context,
            usable_context: c.usable_context,
            usable_context_most: c.usable_context_most,
            absolute_rows: c.absolute_rows,
            absolute_offset: c.absolute_offset,
            layer_kinds: c.layer_kinds,
            notes: c.notes,
            final_softcap: c.final_softcap,
        }
    }
}

/// The scheme of a layer, and the configurations that it is made of.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Parts<'a> {
    /// Ready to be used.
    pub scheme: &'a Scheme,
    /// How angles grow with position.
    pub rope: RopeConfig<'a>,
    /// Which position the rope part sees.
    pub remap: RemapConfig,
    /// What is added to the logit.
    pub bias: BiasConfig<'a>,
    /// Which keys a query sees.
    pub mask: MaskConfig,
    /// The scale of the logit.
    pub score: ScoreConfig<'a>,
}

impl<'a> Parts<'a> {
    /// A builder with all five parts, for a scheme with changes: sinks, another remap ...
    pub fn builder(&self) -> SchemeBuilder<'a> {
        Scheme::builder().rope(&self.rope).remap(&self.remap).bias(&self.bias).mask(&self.mask).score(&self.score)
    }

    /// # Safety
    ///
    /// `c` was filled by the library for a layer with a scheme, of a model that lives as long as `'a`.
    unsafe fn from_c(c: &sys::farspan_model_layer, scheme: &'a Scheme) -> Self {
        // SAFETY: the caller's promise; the arrays have the lengths that the header says.
        unsafe {
            let (rope, bias, score) = (&*c.rope, &*c.bias, &*c.score);
            let (pairs, heads) = (rope.pair_factor_count.into(), i64::from(bias.heads));
            Parts {
                scheme,
                rope: RopeConfig {
                    short_factors: array(rope.short_factors, pairs),
                    long_factors: array(rope.long_factors, pairs),
                    ..RopeConfig::from_c(rope)
                },
                remap: RemapConfig::from_c(&*c.remap),
                bias: BiasConfig {
                    values: array(bias.values, heads * i64::from(bias.buckets)),
                    a: array(bias.a, heads),
                    p: array(bias.p, heads),
                    ..BiasConfig::from_c(bias)
                },
                mask: MaskConfig::from_c(&*c.mask),
                score: ScoreConfig { sinks: array(score.sinks, score.sink_heads.into()), ..ScoreConfig::from_c(score) },
            }
        }
    }
}

/// One layer of a model.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Layer<'a> {
    /// What its queries see.
    pub kind: LayerKind,
    /// The first layer with the same settings; equal numbers mean the same scheme.
    pub alike: i64,
    /// Heads of queries.
    pub query_heads: i64,
    /// Heads of keys and values.
    pub key_heads: i64,
    /// Features of queries and keys.
    pub head_dim: i64,
    /// Features of values.
    pub value_dim: i64,
    /// Keys that a query sees at most, itself included; 0: all before it.
    pub window: i64,
    /// Factor on `<q, k>`, without temperature and without the rope part's magnitude.
    pub attention_scale: f64,
    /// `None` for [`LayerKind::OTHER`].
    pub parts: Option<Parts<'a>>,
}

impl<'a> Layer<'a> {
    /// # Safety
    ///
    /// `c` was filled by the library, for a model that lives as long as `'a`; `scheme` is that of the layer.
    pub(super) unsafe fn from_c(c: &sys::farspan_model_layer, scheme: Option<&'a Scheme>) -> Self {
        Layer {
            kind: LayerKind(c.kind),
            alike: c.alike,
            query_heads: c.query_heads,
            key_heads: c.key_heads,
            head_dim: c.head_dim,
            value_dim: c.value_dim,
            window: c.window,
            attention_scale: c.attention_scale,
            // SAFETY: the caller's promise.
            parts: scheme.map(|scheme| unsafe { Parts::from_c(c, scheme) }),
        }
    }
}

/// Something that reading a configuration has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note<'a> {
    /// A note or a warning.
    pub severity: Severity,
    /// What it is about.
    pub code: NoteCode,
    /// A JSON path such as `$.rope_scaling.factor`, or a GGUF key; empty if it concerns no single key.
    pub path: Cow<'a, str>,
    /// A sentence.
    pub text: Cow<'a, str>,
}

impl<'a> Note<'a> {
    /// # Safety
    ///
    /// `c` was filled by the library, for a model that lives as long as `'a`.
    pub(super) unsafe fn from_c(c: &sys::farspan_model_note) -> Self {
        // SAFETY: the caller's promise.
        let (path, text) = unsafe { (text(c.path), text(c.text)) };
        Note { severity: Severity(c.severity), code: NoteCode(c.code), path, text }
    }
}
