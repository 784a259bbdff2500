"""The published implementations, called with the options of Farspan's configurations."""
import logging

from absl import logging as absl_logging
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer
from rouge_score.tokenize import tokenize as rouge_tokenize
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.metrics.bleu import _get_tokenizer

logging.getLogger("sacrebleu").setLevel(logging.ERROR)
absl_logging.set_verbosity(absl_logging.ERROR)

# In the order of FARSPAN_TOKENIZER_*, FARSPAN_SMOOTHING_*, FARSPAN_ROUGE_*; None at 0, which is no value.
TOKENIZERS = [None, "none", "13a", "char", "intl"]
SMOOTHINGS = [None, "none", "floor", "add-k", "exp"]
ROUGE_KINDS = [None, "rouge{order}", "rougeL", "rougeLsum"]
STEMMER = PorterStemmer()


def random_bleu_options(random):
    options = {
        "tokenizer": random.randint(1, 4),
        "smoothing": random.randint(1, 4),
        "max_order": random.choice([4, 4, 4, 1, 2, 3, 6]),
        "lowercase": random.randint(0, 1),
        "effective_order": random.randint(0, 1),
        "smoothing_value": None,
    }
    if options["smoothing"] in (2, 3) and random.random() < 0.5:
        options["smoothing_value"] = random.choice([0.01, 0.5, 1.0, 2.5])
    return options


def bleu(options):
    return BLEU(
        tokenize=TOKENIZERS[options["tokenizer"]],
        smooth_method=SMOOTHINGS[options["smoothing"]],
        smooth_value=options["smoothing_value"],
        max_ngram_order=options["max_order"],
        lowercase=bool(options["lowercase"]),
        effective_order=bool(options["effective_order"]),
    )


def random_chrf_options(random):
    return {
        "char_order": random.choice([6, 6, 4, 1]),
        "word_order": random.choice([0, 0, 2, 1]),
        "lowercase": random.randint(0, 1),
        "whitespace": random.randint(0, 1),
        "every_order": random.randint(0, 1),
        "beta": random.choice([2, 2, 1, 3]),
    }


def chrf(options):
    return CHRF(
        char_order=options["char_order"],
        word_order=options["word_order"],
        beta=options["beta"],
        lowercase=bool(options["lowercase"]),
        whitespace=bool(options["whitespace"]),
        eps_smoothing=bool(options["every_order"]),
    )


def random_rouge_options(random):
    kind = random.randint(1, 3)
    return {"kind": kind, "order": random.choice([1, 2, 3, 9]) if kind == 1 else 0, "stem": random.randint(0, 1)}


def rouge(options, hypothesis, references):
    """[precision, recall, f] of the best reference."""
    name = ROUGE_KINDS[options["kind"]].format(order=options["order"])
    score = rouge_scorer.RougeScorer([name], use_stemmer=bool(options["stem"])).score_multi(references, hypothesis)[
        name
    ]
    return [float(score.precision), float(score.recall), float(score.fmeasure)]


def tokens(tokenizer, lowercase, text):
    """What farspan_tokenize gives."""
    if tokenizer >= 5:
        return " ".join(rouge_tokenize(text, STEMMER if tokenizer == 6 else None))
    text = text.lower() if lowercase else text
    return " ".join(_get_tokenizer(TOKENIZERS[tokenizer])()(text.rstrip()).split())
