"""Judging how a model behaves beyond its trained length, from what any runtime can give: logits, losses, texts, token ids.

Natural logarithms everywhere; a loss is in nats.
"""
from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Optional, TypeVar, Union

import numpy as np
import numpy.typing as npt

from . import _abi, _structs
from ._library import call, library, text as decoded, text_of
from ._tensor import Vector, like, view
from .context import Context, context_address

Array = TypeVar("Array")
Text = Union[str, bytes]
Ids = Union[Sequence[int], "npt.NDArray[np.int64]"]
Numbers = Union[Sequence[float], "npt.NDArray[np.float64]"]


def _encoded(value: Text) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else value


def _int64(values: Any, name: str) -> tuple[Any, np.ndarray[Any, Any] | None]:
    found = None if values is None else _structs.array(values, np.int64, name)
    return _structs.pointer(found, ctypes.c_int64), found


def _float64(values: Any, name: str) -> tuple[Any, np.ndarray[Any, Any]]:
    found = _structs.array(values, np.float64, name)
    return _structs.pointer(found, ctypes.c_double), found


def _size(found: np.ndarray[Any, Any] | None) -> int:
    return 0 if found is None else found.size


# ---- Token loss ----


def token_nll(
    logits: Any, targets: Ids, ignore_index: int = -100, out: Any = None, context: Context | None = None
) -> npt.NDArray[np.float64]:
    """The negative log-likelihood of each target: float64 [batch * heads * tokens], 0 where the target is ignored.

    Args:
        logits: [batch, heads, tokens, vocabulary]    targets: int64 [batch, heads, tokens]
        out: None, or where to write: float64, contiguous.
    """
    source = view(logits, "logits")
    where, ids = _int64(targets, "targets")
    result = np.zeros(source.shape[0] * source.shape[1] * source.shape[2]) if out is None else out
    target = Vector(result, ctypes.c_double, "out")
    call(
        "farspan_token_nll",
        context_address(context),
        ctypes.byref(source.tensor),
        where,
        _size(ids),
        ignore_index,
        target.address,
        target.count,
    )
    return result


def token_nll_grad(
    logits: Array,
    targets: Ids,
    weights: Any = None,
    ignore_index: int = -100,
    out: Any = None,
    context: Context | None = None,
) -> Array:
    """The gradient of sum(weights * nll) with respect to the logits, in their shape.

    Args:
        weights: float32 [batch, heads, tokens]; None: 1.
        out: None: new memory; logits itself works in place.
    """
    source = view(logits, "logits")
    where, ids = _int64(targets, "targets")
    factors = None if weights is None else _structs.array(weights, np.float32, "weights")
    result = like(logits, source.shape) if out is None else out
    call(
        "farspan_token_nll_grad",
        context_address(context),
        ctypes.byref(source.tensor),
        where,
        _size(ids),
        ignore_index,
        _structs.pointer(factors, ctypes.c_float),
        _size(factors),
        ctypes.byref(view(result, "out", True).tensor),
    )
    return result  # type: ignore[no-any-return]


# ---- Windows ----


@dataclass(frozen=True)
class Window:
    """The model reads `rows` inputs: a BOS if bos, then the tokens [begin, end - 1). Row r of its logits predicts token
    end - rows + r; the rows [first_row, rows) are scored: they predict the tokens [first_scored, end)."""

    bos: bool
    begin: int
    end: int
    first_scored: int
    rows: int
    first_row: int


class Windows:
    """How a long text is cut into windows that a model can read: len(), index, iteration in text order.

    Args:
        kind: "blocks", "sliding", "growing" or "last".    bos: "none", "first" or "every".
        tokens: of the text.    length: what a model reads at most, BOS included.
        stride: of sliding and growing.    segment: of last: tokens scored.
    """

    __slots__ = ("_config", "_count")

    def __init__(self, kind: int | str, *, bos: int | str, tokens: int, length: int, **more: int) -> None:
        number = _structs.number("WINDOWS", kind, "windows.kind")
        self._config = _structs.new("farspan_windows_config", number)
        _structs.fill(self._config, "windows", {"bos": bos, "tokens": tokens, "length": length, **more})
        count = ctypes.c_int64()
        call("farspan_windows_count", ctypes.byref(self._config), ctypes.byref(count))
        self._count = count.value

    def __len__(self) -> int:
        return self._count

    def get(self, index: int) -> Window:
        answer = _structs.new("farspan_window")
        call("farspan_windows_get", ctypes.byref(self._config), index, ctypes.byref(answer))
        return _structs.read(Window, answer)

    def __getitem__(self, index: int) -> Window:
        if not -self._count <= index < self._count:
            raise IndexError(f"window {index} of {self._count}")
        return self.get(index % self._count)

    def __iter__(self) -> Iterator[Window]:
        return (self.get(index) for index in range(self._count))


# ---- Accumulators ----


@dataclass(frozen=True)
class LossSummary:
    """nll: mean, nats per token; standard_error of that mean, from the means of blocks."""

    tokens: int
    nll: float
    standard_error: float
    perplexity: float
    bits_per_token: float
    bits_per_byte: float


class _Record:
    """Plain data of fixed size: may be pickled, and sent elsewhere to be merged."""

    _name: str
    _struct: Any

    def __bytes__(self) -> bytes:
        return bytes(self._struct)

    def __getstate__(self) -> bytes:
        return bytes(self)

    def __setstate__(self, state: bytes) -> None:
        self._struct = getattr(_abi, self._name).from_buffer_copy(state)


class Loss(_Record):
    """Running sums over scored tokens. For one thread; merge() adds what others gathered."""

    _name = "farspan_loss"

    def __init__(self, block_tokens: int = 128) -> None:
        self._struct = _structs.new(self._name)
        _structs.fill(self._struct, "loss", {"block_tokens": block_tokens})

    def add(self, nll: Numbers, *, targets: Ids | None = None, ignore_index: int = -100, bytes: int = 0) -> None:
        """Adds losses in text order; where targets has ignore_index, the loss is skipped. bytes: of text behind them."""
        losses, values = _float64(nll, "nll")
        where, ids = _int64(targets, "targets")
        call(
            "farspan_loss_add",
            None,
            ctypes.byref(self._struct),
            losses,
            values.size,
            where,
            _size(ids),
            ignore_index,
            bytes,
        )

    def merge(self, other: Loss) -> None:
        call("farspan_loss_merge", ctypes.byref(self._struct), ctypes.byref(other._struct))

    def summary(self) -> LossSummary:
        answer = _structs.new("farspan_loss_summary")
        call("farspan_loss_summarize", ctypes.byref(self._struct), ctypes.byref(answer))
        return _structs.read(LossSummary, answer)


class LossCurve:
    """Losses by the number of tokens that the model had read: bucket k holds edges[k] <= context < edges[k + 1].

    Plain data, as Loss: may be pickled, and sent elsewhere to be merged.
    """

    def __init__(self, edges: Ids, block_tokens: int = 128) -> None:
        self.edges = _structs.array(edges, np.int64, "edges")
        count = max(self.edges.size - 1, 0)
        self._losses = (_abi.farspan_loss * max(count, 1))()
        self._count = count
        for n in range(count):
            library.farspan_loss_init(ctypes.byref(self._losses[n]), ctypes.sizeof(_abi.farspan_loss))
            _structs.fill(self._losses[n], "loss", {"block_tokens": block_tokens})

    def __getstate__(self) -> tuple[Any, ...]:
        return self.edges, bytes(self._losses)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.edges, losses = state
        self._count = self.edges.size - 1
        self._losses = (_abi.farspan_loss * self._count).from_buffer_copy(losses)

    def add(self, first_context: int, nll: Numbers, *, targets: Ids | None = None, ignore_index: int = -100) -> None:
        """Adds losses of which the first was predicted after first_context tokens."""
        losses, values = _float64(nll, "nll")
        where, ids = _int64(targets, "targets")
        call(
            "farspan_loss_add_by_context",
            None,
            self._losses,
            self._count,
            _structs.pointer(self.edges, ctypes.c_int64),
            self.edges.size,
            first_context,
            losses,
            values.size,
            where,
            _size(ids),
            ignore_index,
        )

    def merge(self, other: LossCurve) -> None:
        if not np.array_equal(self.edges, other.edges):
            raise ValueError("curves of different edges cannot be merged")
        for n in range(self._count):
            call("farspan_loss_merge", ctypes.byref(self._losses[n]), ctypes.byref(other._losses[n]))

    @property
    def buckets(self) -> list[Loss]:
        """A copy of each bucket."""
        result = []
        for n in range(self._count):
            loss = Loss()
            loss.__setstate__(bytes(self._losses[n]))
            result.append(loss)
        return result


# ---- Verdict ----


@dataclass(frozen=True)
class Verdict:
    """verdict: a number, whose word is `name`; worst_ratio: perplexity at worst_length over that at reference_length."""

    verdict: int
    reference_length: int
    worst_length: int
    worst_ratio: float

    @property
    def name(self) -> str:
        return verdict_name(self.verdict) or ""


def judge(lengths: Ids, nll: Numbers, trained_length: int) -> Verdict:
    """Judges mean losses of the same tokens at ascending lengths."""
    where, lengths_found = _int64(lengths, "lengths")
    losses, values = _float64(nll, "nll")
    answer = _structs.new("farspan_verdict")
    call("farspan_judge", None, where, _size(lengths_found), losses, values.size, trained_length, ctypes.byref(answer))
    return _structs.read(Verdict, answer)


def verdict_name(verdict: int) -> str | None:
    """ "holds"; None if unknown."""
    return decoded(library.farspan_verdict_name(verdict))


def verdict_rule() -> str:
    """The rule in words, for reports."""
    return decoded(library.farspan_verdict_rule()) or ""


# ---- BLEU, chrF, ROUGE ----


def tokenize(tokenizer: int | str, text: Text, lowercase: bool = False) -> str:
    """What a score sees of a text: its tokens, joined by spaces. tokenizer: "none", "13a", "char", "intl", "zh", "rouge" ..."""
    data = _encoded(text)
    number = _structs.number("TOKENIZER", tokenizer, "tokenizer")
    return text_of(
        lambda buffer, size, needed: call(
            "farspan_tokenize", None, number, int(lowercase), data, len(data), buffer, size, needed
        )
    )


def _texts(references: Sequence[Optional[Text]]) -> Any:
    """References as the C interface takes them; None is a reference that a segment does not have."""
    data = [None if r is None else _encoded(r) for r in references]
    return (_abi.farspan_text * max(len(data), 1))(*(_abi.farspan_text(d, 0 if d is None else len(d)) for d in data))


def _id_lists(references: Sequence[Optional[Ids]]) -> tuple[Any, object]:
    """The same of token ids, and what must stay alive."""
    arrays = [None if r is None else _structs.array(r, np.int64, "references") for r in references]
    views = (_abi.farspan_ids(_structs.pointer(a, ctypes.c_int64), _size(a)) for a in arrays)
    return (_abi.farspan_ids * max(len(arrays), 1))(*views), arrays


def _is_text(hypothesis: Any) -> bool:
    return isinstance(hypothesis, (str, bytes))


@dataclass(frozen=True)
class BleuResult:
    score: float
    brevity_penalty: float
    precisions: tuple[float, ...]
    hypothesis_length: int
    reference_length: int


class Bleu:
    """How BLEU is counted: tokenizer "13a", smoothing "exp", max_order 4, lowercase, effective_order, smoothing_value."""

    def __init__(self, **options: Any) -> None:
        self._config = _structs.new("farspan_bleu_config")
        _structs.fill(self._config, "bleu", options)

    def signature(self, references: int = 1) -> str:
        """What must be stated with a score, in sacrebleu's form. references: how many, or 0 if that varies."""
        return text_of(
            lambda buffer, size, needed: call(
                "farspan_bleu_signature", ctypes.byref(self._config), references, buffer, size, needed
            )
        )


class BleuCounts(_Record):
    """What BLEU knows of a corpus. For one thread; merge() adds what others counted."""

    _name = "farspan_bleu_counts"

    def __init__(self) -> None:
        self._struct = _structs.new(self._name)

    def add(self, bleu: Bleu, hypothesis: Text | Ids, references: Sequence[Any]) -> None:
        """Counts a segment: a text against texts, or token ids against lists of token ids; a reference may be None."""
        if _is_text(hypothesis):
            data = _encoded(hypothesis)  # type: ignore[arg-type]
            call(
                "farspan_bleu_add",
                None,
                ctypes.byref(bleu._config),
                data,
                len(data),
                _texts(references),
                len(references),
                ctypes.byref(self._struct),
            )
            return
        where, ids = _int64(hypothesis, "hypothesis")
        lists, held = _id_lists(references)
        call(
            "farspan_bleu_add_tokens",
            None,
            ctypes.byref(bleu._config),
            where,
            _size(ids),
            lists,
            len(references),
            ctypes.byref(self._struct),
        )
        del held

    def merge(self, other: BleuCounts) -> None:
        call("farspan_bleu_merge", ctypes.byref(self._struct), ctypes.byref(other._struct))

    def score(self, bleu: Bleu) -> BleuResult:
        answer = _structs.new("farspan_bleu_result")
        call("farspan_bleu_score", ctypes.byref(bleu._config), ctypes.byref(self._struct), ctypes.byref(answer))
        return _structs.read(BleuResult, answer)


class Chrf:
    """How chrF is counted: char_order 6, word_order 0 (2: chrF++), lowercase, whitespace, every_order, beta 2."""

    def __init__(self, **options: Any) -> None:
        self._config = _structs.new("farspan_chrf_config")
        _structs.fill(self._config, "chrf", options)


class ChrfCounts(_Record):
    _name = "farspan_chrf_counts"

    def __init__(self) -> None:
        self._struct = _structs.new(self._name)

    def add(self, chrf: Chrf, hypothesis: Text, references: Sequence[Optional[Text]]) -> None:
        data = _encoded(hypothesis)
        call(
            "farspan_chrf_add",
            None,
            ctypes.byref(chrf._config),
            data,
            len(data),
            _texts(references),
            len(references),
            ctypes.byref(self._struct),
        )

    def merge(self, other: ChrfCounts) -> None:
        call("farspan_chrf_merge", ctypes.byref(self._struct), ctypes.byref(other._struct))

    def score(self, chrf: Chrf) -> float:
        """0 .. 100."""
        score = ctypes.c_double()
        call("farspan_chrf_score", ctypes.byref(chrf._config), ctypes.byref(self._struct), ctypes.byref(score))
        return score.value


@dataclass(frozen=True)
class RougeResult:
    """Of the reference that scored best, whose index is `reference`."""

    precision: float
    recall: float
    f_measure: float
    reference: int


def rouge(kind: int | str, hypothesis: Text | Ids, references: Sequence[Any], **options: int) -> RougeResult:
    """ROUGE of one hypothesis. kind: "n" (with order), "l" or "lsum"; stem 1: Porter's stemmer. Texts, or token ids for "n" and "l"."""
    config = _structs.new("farspan_rouge_config", _structs.number("ROUGE", kind, "rouge.kind"))
    _structs.fill(config, "rouge", options)
    answer = _structs.new("farspan_rouge_result")
    if _is_text(hypothesis):
        data = _encoded(hypothesis)  # type: ignore[arg-type]
        call(
            "farspan_rouge",
            None,
            ctypes.byref(config),
            data,
            len(data),
            _texts(references),
            len(references),
            ctypes.byref(answer),
        )
    else:
        where, ids = _int64(hypothesis, "hypothesis")
        lists, held = _id_lists(references)
        call(
            "farspan_rouge_tokens",
            None,
            ctypes.byref(config),
            where,
            _size(ids),
            lists,
            len(references),
            ctypes.byref(answer),
        )
        del held
    return _structs.read(RougeResult, answer)


# ---- Bootstrap ----


@dataclass(frozen=True)
class Interval:
    low: float
    median: float
    high: float
    mean: float


def _bootstrap(options: dict[str, Any]) -> Any:
    config = _structs.new("farspan_bootstrap_config")
    _structs.fill(config, "bootstrap", options)
    return config


def bootstrap_mean(values: Numbers, context: Context | None = None, **options: Any) -> Interval:
    """The interval of a mean by resampling (Efron 1979). Options: samples 1000, seed 12345, confidence 0.95."""
    where, found = _float64(values, "values")
    answer = _structs.new("farspan_interval")
    call(
        "farspan_bootstrap_mean",
        context_address(context),
        ctypes.byref(_bootstrap(options)),
        where,
        found.size,
        ctypes.byref(answer),
    )
    return _structs.read(Interval, answer)


def bleu_bootstrap(
    bleu: Bleu, segments: Sequence[BleuCounts], context: Context | None = None, **options: Any
) -> Interval:
    """The interval of corpus BLEU (Koehn 2004) from the counts of single segments."""
    counts = (_abi.farspan_bleu_counts * max(len(segments), 1))(*(s._struct for s in segments))
    answer = _structs.new("farspan_interval")
    call(
        "farspan_bleu_bootstrap",
        context_address(context),
        ctypes.byref(_bootstrap(options)),
        ctypes.byref(bleu._config),
        counts,
        len(segments),
        ctypes.byref(answer),
    )
    return _structs.read(Interval, answer)


# ---- Key tokens and effective length ----


@dataclass(frozen=True)
class LongPerplexity:
    """LongPPL: the perplexity of the key tokens, its interval, and their share of all tokens. NaN if there is none."""

    tokens: int
    key_tokens: int
    share: float
    nll: float
    perplexity: float
    low: float
    high: float


@dataclass(frozen=True)
class Reach:
    """length: the longest up to which every score is above the threshold; first_below: the next one. 0: there is none."""

    length: int
    first_below: int
    score: float


def key_tokens(
    long_nll: Numbers, short_nll: Numbers, context: Context | None = None, **options: float
) -> npt.NDArray[np.int64]:
    """1 for each token that needs what stands far back, else 0 (Fang et al. 2025): targets for Loss.add with ignore_index 0.

    Args:
        long_nll: losses of a judge after the whole context.    short_nll: after a short one.
        options: gain 2: short - long must be above it.    most_nll 2: long must be below it.
    """
    after_all, longs = _float64(long_nll, "long_nll")
    after_few, shorts = _float64(short_nll, "short_nll")
    config = _structs.new("farspan_key_tokens_config")
    _structs.fill(config, "key_tokens", options)
    keys = np.zeros(longs.size, np.int64)
    call(
        "farspan_key_tokens",
        context_address(context),
        ctypes.byref(config),
        after_all,
        longs.size,
        after_few,
        shorts.size,
        _structs.pointer(keys, ctypes.c_int64),
        keys.size,
    )
    return keys


def long_ppl(
    nll: Numbers, keys: Ids, block_tokens: int = 128, context: Context | None = None, **options: Any
) -> LongPerplexity:
    """LongPPL of losses whose key tokens are known. Options: those of bootstrap_mean."""
    losses, values = _float64(nll, "nll")
    where, ids = _int64(keys, "keys")
    answer = _structs.new("farspan_long_perplexity")
    call(
        "farspan_long_ppl",
        context_address(context),
        ctypes.byref(_bootstrap(options)),
        block_tokens,
        losses,
        values.size,
        where,
        _size(ids),
        ctypes.byref(answer),
    )
    return _structs.read(LongPerplexity, answer)


def effective_length(lengths: Ids, scores: Numbers, threshold: float) -> Reach:
    """The longest length up to which every score is above the threshold (Hsieh et al. 2024). lengths: ascending."""
    where, found = _int64(lengths, "lengths")
    given, values = _float64(scores, "scores")
    answer = _structs.new("farspan_reach")
    call("farspan_effective_length", None, where, _size(found), given, values.size, threshold, ctypes.byref(answer))
    return _structs.read(Reach, answer)


# ---- Passkey ----


@dataclass(frozen=True)
class Passkey:
    """A text that hides a number; bytes [key_begin, key_end) of it tell the key."""

    text: str
    key: int
    key_begin: int
    key_end: int
    bytes: int
    depth: float


def passkey(form: int | str, length: int, **options: Any) -> Passkey:
    """Makes a passkey task of at most `length` bytes. form: "landmark" (Mohtashami and Jaggi 2023) or "sentences" (RedPajama).

    Options: seed 0, depth (drawn), lowest_key 1, highest_key. The same options make the same text everywhere.
    """
    config = _structs.new("farspan_passkey_config", _structs.number("PASSKEY", form, "passkey.form"))
    _structs.fill(config, "passkey", {"length": length, **options})
    answer = _structs.new("farspan_passkey")
    text = text_of(
        lambda buffer, size, needed: call(
            "farspan_passkey_make", None, ctypes.byref(config), buffer, size, needed, ctypes.byref(answer)
        )
    )
    return Passkey(text, answer.key, answer.key_begin, answer.key_end, answer.bytes, answer.depth)


def passkey_check(generated: Text, key: int) -> bool:
    """Whether the first whole number in what the model wrote is the key."""
    data = _encoded(generated)
    correct = ctypes.c_int32()
    call("farspan_passkey_check", None, data, len(data), key, ctypes.byref(correct))
    return bool(correct.value)


def needle_place(
    haystack: Ids, needle: Ids, question: Ids, length: int, depth: float, boundary: int | None = None
) -> tuple[npt.NDArray[np.int64], int]:
    """A needle in a haystack of token ids, `length` of them together with the question, and where the needle begins.

    Args:
        depth: 0 the start, 1 the end.    boundary: the needle moves back to just behind this id, as that of ".".
    """
    given = [_int64(ids, name) for ids, name in ((haystack, "haystack"), (needle, "needle"), (question, "question"))]
    out = np.zeros(max(length, 0), np.int64)
    position = ctypes.c_int64()
    edges, ends = _int64(None if boundary is None else [boundary], "boundary")
    sizes = [(where, _size(ids)) for where, ids in given]
    call(
        "farspan_needle_place",
        None,
        *(value for pair in sizes for value in pair),
        depth,
        edges,
        _size(ends),
        _structs.pointer(out, ctypes.c_int64),
        out.size,
        ctypes.byref(position),
    )
    return out, position.value


# ---- RULER ----


@dataclass(frozen=True)
class RulerInfo:
    """What a task will give; least_bytes and least_ids are the shortest lengths."""

    answers: int
    answer_ids: int
    question_ids: int
    least_bytes: int
    least_ids: int
    depth: float


@dataclass(frozen=True)
class Recall:
    """How many of the expected answers were found; share is the score of RULER's tasks."""

    complete: int
    expected: int
    found: int
    share: float
    best: float


class Ruler:
    """A task of RULER (Hsieh et al. 2024) as text or token ids; the same options make the same prompt everywhere.

    Args:
        task: "single_1" .. "single_3", "multikey_1" .. "multikey_3", "multivalue", "multiquery", "tracking", "common_words" or
            "frequent_words".
        length: of the whole prompt: bytes at most, or exactly so many ids.
        options: seed 0, depth (drawn), haystack "noise", "essay" or "needles", keys_are and values_are "word", "number" or "uuid",
            keys, values, queries, chains, hops, common, frequency, rare_frequency, exponent, example; defaults are the paper's.
    """

    def __init__(self, task: int | str, length: int, **options: Any) -> None:
        self._config = _structs.new("farspan_ruler_config", _structs.number("RULER", task, "ruler.task"))
        _structs.fill(self._config, "ruler", {"length": length, **options})

    def info(self, context: Context | None = None) -> RulerInfo:
        answer = _structs.new("farspan_ruler_info")
        call("farspan_ruler_describe", context_address(context), ctypes.byref(self._config), ctypes.byref(answer))
        return _structs.read(RulerInfo, answer)

    def text(self, part: int | str = "whole", haystack: Text = "", context: Context | None = None) -> str:
        """The prompt or its "task", "document", "question", "prefix" or "answers". haystack: an essay of the caller's."""
        essay, number = _encoded(haystack), _structs.number("PROMPT", part, "part")
        return text_of(
            lambda buffer, size, needed: call(
                "farspan_ruler_text",
                context_address(context),
                ctypes.byref(self._config),
                essay,
                len(essay),
                number,
                buffer,
                size,
                needed,
            )
        )

    def answers(self, context: Context | None = None) -> list[str]:
        return self.text("answers", context=context).split("\n")

    def ids(
        self, marks: Ids, vocabulary: Ids, part: int | str = "whole", haystack: Ids = (), context: Context | None = None
    ) -> npt.NDArray[np.int64]:
        """The same as ids. marks: "is", "end of statement", "what is", "no word"; vocabulary: different ids, no marks."""
        number, info = _structs.number("PROMPT", part, "part"), self.info(context)
        sizes = {
            _abi.FARSPAN_PROMPT_WHOLE: self._config.length,
            _abi.FARSPAN_PROMPT_DOCUMENT: self._config.length - info.question_ids,
            _abi.FARSPAN_PROMPT_QUESTION: info.question_ids,
            _abi.FARSPAN_PROMPT_ANSWERS: info.answers * info.answer_ids,
        }
        out = np.zeros(max(sizes.get(number, 0), 0), np.int64)
        given = [_int64(*one) for one in ((marks, "marks"), (vocabulary, "vocabulary"), (haystack, "haystack"))]
        call(
            "farspan_ruler_ids",
            context_address(context),
            ctypes.byref(self._config),
            *(value for where, ids in given for value in (where, _size(ids))),
            number,
            _structs.pointer(out, ctypes.c_int64),
            out.size,
        )
        return out

    def score(self, generated: Text, context: Context | None = None) -> Recall:
        """How much of the answers is in what the model wrote."""
        return ruler_score("\n".join(self.answers(context)), generated, context)


def ruler_score(answers: Text, generated: Text, context: Context | None = None) -> Recall:
    """How many answers, one a line, are in what the model wrote."""
    expected, written, answer = _encoded(answers), _encoded(generated), _structs.new("farspan_recall")
    call(
        "farspan_ruler_score",
        context_address(context),
        expected,
        len(expected),
        written,
        len(written),
        ctypes.byref(answer),
    )
    return _structs.read(Recall, answer)


def ruler_score_ids(answers: Ids, answer_ids: int, generated: Ids, context: Context | None = None) -> Recall:
    """The same on ids, `answer_ids` for each answer."""
    (expected, answer_array), (written, ids) = _int64(answers, "answers"), _int64(generated, "generated")
    answer = _structs.new("farspan_recall")
    call(
        "farspan_ruler_score_ids",
        context_address(context),
        expected,
        _size(answer_array),
        answer_ids,
        written,
        _size(ids),
        ctypes.byref(answer),
    )
    return _structs.read(Recall, answer)
