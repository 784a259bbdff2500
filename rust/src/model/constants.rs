//! Options and answers that are numbers with a name.

use crate::config::option_fields;
use crate::constants::option;

option! {
    /// Whose numbers are wanted where published releases compute different ones from the same file.
    Release {
        /// What the authors trained with; Hugging Face transformers 5 where it agrees.
        REFERENCE = FARSPAN_RELEASE_REFERENCE,
        /// Hugging Face transformers 4.48.
        TRANSFORMERS_4_48 = FARSPAN_RELEASE_TRANSFORMERS_4_48,
        /// llama.cpp: YaRN's ramp always has whole ends, GGUF's `yarn_` keys are hardly read, dynamic scaling is not applied.
        LLAMA_CPP = FARSPAN_RELEASE_LLAMA_CPP,
    }
}

option! {
    /// A way to run a model beyond its trained length L, up to the target length T = s L.
    ///
    /// What is not given is derived, and a note shows how. Layers without rotation or with a window stay as they are.
    Extension {
        /// As trained.
        NONE = FARSPAN_EXTENSION_NONE,
        /// PI, factor s; needs fine-tuning.
        LINEAR = FARSPAN_EXTENSION_LINEAR,
        /// A larger base, so that no pair sees an unseen angle.
        NTK = FARSPAN_EXTENSION_NTK,
        /// The same at length T, growing from L on.
        DYNAMIC_NTK = FARSPAN_EXTENSION_DYNAMIC_NTK,
        /// YaRN, factor s over L.
        YARN = FARSPAN_EXTENSION_YARN,
        /// Self-Extend with the least group that reaches T.
        SELF_EXTEND = FARSPAN_EXTENSION_SELF_EXTEND,
        /// ReRoPE; any length.
        REROPE = FARSPAN_EXTENSION_REROPE,
        /// Leaky ReRoPE.
        LEAKY_REROPE = FARSPAN_EXTENSION_LEAKY_REROPE,
        /// Dual Chunk Attention; any length.
        DUAL_CHUNK = FARSPAN_EXTENSION_DUAL_CHUNK,
        /// ALiBi only: slopes shrink by L/n beyond L.
        ALIBI_SLOPES = FARSPAN_EXTENSION_ALIBI_SLOPES,
    }
}
option_fields!(Release, Extension);

option! {
    /// Positions that are added to the embeddings.
    Absolute {
        /// None.
        NONE = FARSPAN_ABSOLUTE_NONE,
        /// A table of weights, see [`position_lookup`](crate::position_lookup).
        LEARNED = FARSPAN_ABSOLUTE_LEARNED,
        /// See [`sinusoidal_fill`](crate::sinusoidal_fill).
        SINUSOIDAL = FARSPAN_ABSOLUTE_SINUSOIDAL,
    }
}

option! {
    /// What the queries of a layer see.
    LayerKind {
        /// All keys before them.
        FULL = FARSPAN_LAYER_FULL,
        /// A window.
        SLIDING = FARSPAN_LAYER_SLIDING,
        /// Their own chunk.
        CHUNKED = FARSPAN_LAYER_CHUNKED,
        /// No softmax attention (linear attention, convolution, state space): there is no scheme.
        OTHER = FARSPAN_LAYER_OTHER,
    }
}

option! {
    /// How much a note matters.
    Severity {
        /// Says how the configuration was read.
        NOTE = FARSPAN_SEVERITY_NOTE,
        /// Something looks wrong, but has one reading.
        WARNING = FARSPAN_SEVERITY_WARNING,
    }
}

option! {
    /// What a note is about.
    NoteCode {
        /// A key is absent, the default of the model's class holds.
        DEFAULT = FARSPAN_NOTE_DEFAULT,
        /// A number was calculated: an extension, a factor from two lengths.
        DERIVED = FARSPAN_NOTE_DERIVED,
        /// Releases disagree here; see [`Release`].
        RELEASE = FARSPAN_NOTE_RELEASE,
        /// A key that this family does not read.
        IGNORED = FARSPAN_NOTE_IGNORED,
        /// A field of the rope dictionary that its type does not read.
        UNKNOWN_FIELD = FARSPAN_NOTE_UNKNOWN_FIELD,
        /// A factor and lengths do not fit each other, or a length is missing.
        LENGTHS = FARSPAN_NOTE_LENGTHS,
        /// The same setting in two places; the text says which one holds.
        TWICE = FARSPAN_NOTE_TWICE,
        /// The scheme lacks numbers that are weights: sinks, T5's table.
        WEIGHTS = FARSPAN_NOTE_WEIGHTS,
        /// A declared window or pattern that the model's class does not apply.
        NO_EFFECT = FARSPAN_NOTE_NO_EFFECT,
        /// The file describes more than a scheme can say.
        INCOMPLETE = FARSPAN_NOTE_INCOMPLETE,
    }
}
