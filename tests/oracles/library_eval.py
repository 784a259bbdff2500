"""include/farspan/eval.h for Python: what compare_eval.py calls, by ctypes."""
import ctypes
from ctypes import POINTER, byref, c_double, c_float, c_int64

import numpy as np

import abi


class Library:
    def __init__(self, path):
        self._functions = abi.load(path)

    def _call(self, name, *arguments):
        error = abi.farspan_error(struct_size=ctypes.sizeof(abi.farspan_error))
        if getattr(self._functions, "farspan_" + name)(*arguments, byref(error)) != abi.FARSPAN_OK:
            raise RuntimeError(f"farspan_{name}: {error.message.decode()}")

    def _made(self, struct, fields=(), *selector):
        """A struct with its defaults, but for the fields given."""
        value = struct()
        getattr(self._functions, struct.__name__ + "_init")(byref(value), ctypes.sizeof(struct), *selector)
        for name, given in dict(fields).items():
            setattr(value, name, given)
        return value

    def _add(self, name, config, hypothesis, references, counts):
        text, texts = hypothesis.encode(), [reference.encode() for reference in references]
        views = (abi.farspan_text * len(texts))(*(abi.farspan_text(one, len(one)) for one in texts))
        self._call(name, None, byref(config), text, len(text), views, len(texts), byref(counts))
        return counts

    def bleu(self, options, segments):
        """The score of a list of (hypothesis, references)."""
        values = dict(options)
        if values["smoothing_value"] is None:
            values["smoothing_value"] = float("nan")
        config = self._made(abi.farspan_bleu_config, values)
        counts, result = self._made(abi.farspan_bleu_counts), self._made(abi.farspan_bleu_result)
        for hypothesis, references in segments:
            self._add("bleu_add", config, hypothesis, references, counts)
        self._call("bleu_score", byref(config), byref(counts), byref(result))
        return result.score

    def chrf(self, options, segments):
        config, counts, score = (
            self._made(abi.farspan_chrf_config, options),
            self._made(abi.farspan_chrf_counts),
            c_double(),
        )
        for hypothesis, references in segments:
            self._add("chrf_add", config, hypothesis, references, counts)
        self._call("chrf_score", byref(config), byref(counts), byref(score))
        return score.value

    def rouge(self, options, hypothesis, references):
        config = self._made(abi.farspan_rouge_config, options, options["kind"])
        result = self._add("rouge", config, hypothesis, references, self._made(abi.farspan_rouge_result))
        return [result.precision, result.recall, result.f_measure]

    def tokens(self, tokenizer, lowercase, text):
        data, needed = text.encode(), c_int64()
        arguments = (None, tokenizer, lowercase, data, len(data))
        self._call("tokenize", *arguments, None, 0, byref(needed))
        buffer = ctypes.create_string_buffer(needed.value)
        self._call("tokenize", *arguments, buffer, needed, byref(needed))
        return buffer.raw[:-1].decode()

    @staticmethod
    def _tensor(array):
        dtype = {np.dtype(np.float32): abi.FARSPAN_F32, np.dtype(np.float16): abi.FARSPAN_F16}[array.dtype]
        tokens, vocabulary = array.shape
        strides = [stride // array.itemsize for stride in array.strides]
        return abi.farspan_tensor(array.ctypes.data, dtype, 0, (1, 1, tokens, vocabulary), (0, 0, *strides))

    def token_nll(self, logits, targets, ignore_index=-100):
        nll = np.empty(len(targets))
        self._call(
            "token_nll",
            None,
            byref(self._tensor(logits)),
            targets.ctypes.data_as(POINTER(c_int64)),
            targets.size,
            ignore_index,
            nll.ctypes.data_as(POINTER(c_double)),
            nll.size,
        )
        return nll

    def token_nll_grad(self, logits, targets, weights, ignore_index=-100):
        grad = np.empty(logits.shape, np.float32)
        self._call(
            "token_nll_grad",
            None,
            byref(self._tensor(logits)),
            targets.ctypes.data_as(POINTER(c_int64)),
            targets.size,
            ignore_index,
            weights.ctypes.data_as(POINTER(c_float)),
            weights.size,
            byref(self._tensor(grad)),
        )
        return grad
