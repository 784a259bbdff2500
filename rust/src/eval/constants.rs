use crate::config::option_fields;
use crate::constants::option;
use crate::error::constant_text;
use crate::sys;

option! {
    /// How a long text is cut into windows.
    WindowsKind {
        /// Without overlap: every token scored once (Press et al. 2022, main tables).
        BLOCKS = FARSPAN_WINDOWS_BLOCKS,
        /// Begins at multiples of the stride; the first scores all of itself, later ones what is new (Hugging Face, YaRN).
        SLIDING = FARSPAN_WINDOWS_SLIDING,
        /// `stride` new tokens each, after up to `length - stride` earlier ones (fairseq; Press et al. 2022, sliding tables).
        GROWING = FARSPAN_WINDOWS_GROWING,
        /// Only the last `segment` tokens, laid from the end backwards: equal tokens at every length (Su 2023).
        LAST = FARSPAN_WINDOWS_LAST,
    }
}
option! {
    /// What stands before the first token that is scored. There is no default.
    Bos {
        /// The token before is read as context; the text's first token is not scored.
        NONE = FARSPAN_BOS_NONE,
        /// A BOS stands before the text: only windows that begin with the text read it.
        FIRST = FARSPAN_BOS_FIRST,
        /// Every window reads a BOS in place of the token before it.
        EVERY = FARSPAN_BOS_EVERY,
    }
}
option! {
    /// Does a model extrapolate: by the worst perplexity beyond the trained length over that at it.
    Verdict {
        /// No length up to the trained one, or none beyond it.
        UNTESTED = FARSPAN_VERDICT_UNTESTED,
        /// Less perplexity beyond the trained length.
        IMPROVES = FARSPAN_VERDICT_IMPROVES,
        /// Nearly the same.
        HOLDS = FARSPAN_VERDICT_HOLDS,
        /// More.
        DEGRADES = FARSPAN_VERDICT_DEGRADES,
        /// Much more, or not a finite number.
        EXPLODES = FARSPAN_VERDICT_EXPLODES,
    }
}
option! {
    /// How a text becomes tokens.
    Tokenizer {
        /// Split at white space only: the text is tokenised already.
        NONE = FARSPAN_TOKENIZER_NONE,
        /// mteval-v13a, the default of WMT and sacrebleu.
        V13A = FARSPAN_TOKENIZER_13A,
        /// Every character a token.
        CHAR = FARSPAN_TOKENIZER_CHAR,
        /// mteval-v14: punctuation and symbols of all scripts.
        INTL = FARSPAN_TOKENIZER_INTL,
        /// a-z and 0-9 after lower case, the rest separates; for [`tokenize`](super::tokenize) only.
        ROUGE = FARSPAN_TOKENIZER_ROUGE,
        /// The same, words longer than 3 letters stemmed.
        ROUGE_STEMMED = FARSPAN_TOKENIZER_ROUGE_STEMMED,
        /// Chinese: every Chinese character and sign a token, the rest as [`V13A`](Self::V13A) (sacrebleu's zh).
        ZH = FARSPAN_TOKENIZER_ZH,
    }
}
option! {
    /// What an order without a match counts (Chen and Cherry 2014).
    Smoothing {
        /// 0, and so does the score.
        NONE = FARSPAN_SMOOTHING_NONE,
        /// `smoothing_value` matches.
        FLOOR = FARSPAN_SMOOTHING_FLOOR,
        /// `smoothing_value` more matches and n-grams in every order above 1.
        ADD_K = FARSPAN_SMOOTHING_ADD_K,
        /// 1/2 match in the first such order, 1/4 in the next ... (NIST).
        EXP = FARSPAN_SMOOTHING_EXP,
    }
}
option! {
    /// What ROUGE compares.
    RougeKind {
        /// N-grams in common.
        N = FARSPAN_ROUGE_N,
        /// The longest common subsequence of the whole texts.
        L = FARSPAN_ROUGE_L,
        /// That of every reference sentence with all sentences of the hypothesis; a line is a sentence.
        LSUM = FARSPAN_ROUGE_LSUM,
    }
}
option! {
    /// The published forms of the passkey task.
    PasskeyForm {
        /// Five lines; the garbage is cut by characters (Mohtashami and Jaggi 2023).
        LANDMARK = FARSPAN_PASSKEY_LANDMARK,
        /// One line of whole sentences (RedPajama; LM-Infinite).
        SENTENCES = FARSPAN_PASSKEY_SENTENCES,
    }
}
option_fields!(WindowsKind, Bos, Tokenizer, Smoothing, RougeKind, PasskeyForm);

impl Verdict {
    /// The word for it, such as `"holds"`; `None` if it is unknown.
    pub fn name(self) -> Option<&'static str> {
        // SAFETY: takes any number.
        constant_text(unsafe { sys::farspan_verdict_name(self.0) })
    }
}

impl From<i32> for Verdict {
    fn from(number: i32) -> Self {
        Verdict(number)
    }
}
