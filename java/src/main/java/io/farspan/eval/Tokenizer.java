package io.farspan.eval;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/** How a text becomes tokens. */
public enum Tokenizer {
    /** Split at white space only: the text is tokenised already. */
    NONE(NativeConstants.TOKENIZER_NONE),
    /** mteval-v13a, the default of WMT and sacrebleu: punctuation of Western languages. */
    V13A(NativeConstants.TOKENIZER_13A),
    /** Every character a token. */
    CHAR(NativeConstants.TOKENIZER_CHAR),
    /** mteval-v14: punctuation and symbols of all scripts. */
    INTL(NativeConstants.TOKENIZER_INTL),
    /** a-z and 0-9 after lower case, the rest separates; for {@link #tokenize} only. */
    ROUGE(NativeConstants.TOKENIZER_ROUGE),
    /** The same, words longer than 3 letters stemmed (Porter 1980, with NLTK's extensions). */
    ROUGE_STEMMED(NativeConstants.TOKENIZER_ROUGE_STEMMED),
    /** Chinese: every Chinese character and sign a token, the rest as {@link #V13A} (sacrebleu's zh). */
    ZH(NativeConstants.TOKENIZER_ZH);

    final int code;

    Tokenizer(int code) {
        this.code = code;
    }

    /**
     * What a score sees of a text.
     *
     * @param text any text; an unpaired surrogate counts as U+FFFD
     * @param lowercase whether to compare lower case
     * @return the tokens, joined by single spaces
     */
    public String tokenize(String text, boolean lowercase) {
        byte[] bytes = Texts.utf8(text, "text");
        return Texts.written(2 * bytes.length + 1,
                (buffer, needed) -> Native.tokenize(code, lowercase ? 1 : 0, bytes, buffer, needed));
    }
}
