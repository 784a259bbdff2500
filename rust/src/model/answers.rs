use crate::config::array;
use crate::model::LayerKind;
use crate::{sys, BiasConfig, MaskConfig, RemapConfig, RopeConfig, Scheme, SchemeBuilder, ScoreConfig};

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
            Parts {
                scheme,
                rope: RopeConfig {
                    short_factors: array(rope.short_factors, rope.short_factors_count),
                    long_factors: array(rope.long_factors, rope.long_factors_count),
                    ..RopeConfig::from_c(rope)
                },
                remap: RemapConfig::from_c(&*c.remap),
                bias: BiasConfig {
                    values: array(bias.values, bias.values_count),
                    a: array(bias.a, bias.a_count),
                    p: array(bias.p, bias.p_count),
                    slopes: array(bias.slopes, bias.slopes_count),
                    ..BiasConfig::from_c(bias)
                },
                mask: MaskConfig::from_c(&*c.mask),
                score: ScoreConfig {
                    sink_logits: array(score.sink_logits, score.sink_logits_count),
                    ..ScoreConfig::from_c(score)
                },
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
