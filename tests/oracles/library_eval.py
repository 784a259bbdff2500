"""include/farspan/eval.h for Python: what compare_eval.py calls, by ctypes."""
import ctypes
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int32, c_int64, c_uint32, c_void_p, sizeof

import numpy as np


class Versioned(ctypes.Structure):
    """A struct that begins with struct_size."""

    def __init__(self, **fields):
        super().__init__(struct_size=sizeof(type(self)), **fields)


class Error(Versioned):
    _fields_ = [("struct_size", c_uint32), ("code", c_int32), ("argument", c_int32), ("reserved", c_int32), ("field", ctypes.c_char * 64),
                ("message", ctypes.c_char * 256)]


class Tensor(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("dtype", c_int32), ("reserved", c_int32), ("shape", c_int64 * 4), ("stride", c_int64 * 4)]


class BleuConfig(Versioned):
    _fields_ = [("struct_size", c_uint32), ("tokenizer", c_int32), ("smoothing", c_int32), ("max_order", c_int32), ("lowercase", c_int32),
                ("effective_order", c_int32), ("smoothing_value", c_double)]


class BleuCounts(Versioned):
    _fields_ = [("struct_size", c_uint32), ("max_order", c_int32), ("segments", c_int64), ("hypothesis_length", c_int64),
                ("reference_length", c_int64), ("correct", c_int64 * 8), ("total", c_int64 * 8)]


class BleuResult(Versioned):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_int32), ("score", c_double), ("brevity_penalty", c_double),
                ("precisions", c_double * 8), ("hypothesis_length", c_int64), ("reference_length", c_int64)]


class ChrfConfig(Versioned):
    _fields_ = [("struct_size", c_uint32), ("char_order", c_int32), ("word_order", c_int32), ("lowercase", c_int32), ("whitespace", c_int32),
                ("every_order", c_int32), ("beta", c_double)]


class ChrfCounts(Versioned):
    _fields_ = [("struct_size", c_uint32), ("orders", c_int32), ("segments", c_int64), ("hypothesis", c_int64 * 16),
                ("reference", c_int64 * 16), ("matches", c_int64 * 16)]


class RougeConfig(Versioned):
    _fields_ = [("struct_size", c_uint32), ("kind", c_int32), ("order", c_int32), ("stem", c_int32)]


class RougeResult(Versioned):
    _fields_ = [("struct_size", c_uint32), ("reference", c_int32), ("precision", c_double), ("recall", c_double), ("f_measure", c_double)]


class Library:
    def __init__(self, path):
        self._functions = ctypes.CDLL(path)

    def _call(self, name, *arguments):
        error = Error()
        status = getattr(self._functions, "farspan_" + name)(*arguments, byref(error))
        if status != 0:
            raise RuntimeError(f"farspan_{name}: {error.message.decode()}")

    def _add(self, name, config, hypothesis, references, counts):
        texts = [text.encode() for text in references]
        text = hypothesis.encode()
        self._call(name, byref(config), text, c_int64(len(text)), (c_char_p * len(texts))(*texts),
                   (c_int64 * len(texts))(*map(len, texts)), c_int32(len(texts)), byref(counts))
        return counts

    def bleu(self, options, segments):
        """The score of a list of (hypothesis, references)."""
        values = dict(options)
        if values["smoothing_value"] is None:
            values["smoothing_value"] = float("nan")
        config, counts, result = BleuConfig(**values), BleuCounts(), BleuResult()
        for hypothesis, references in segments:
            self._add("bleu_add", config, hypothesis, references, counts)
        self._call("bleu_score", byref(config), byref(counts), byref(result))
        return result.score

    def chrf(self, options, segments):
        config, counts, score = ChrfConfig(**options), ChrfCounts(), c_double()
        for hypothesis, references in segments:
            self._add("chrf_add", config, hypothesis, references, counts)
        self._call("chrf_score", byref(config), byref(counts), byref(score))
        return score.value

    def rouge(self, options, hypothesis, references):
        result = self._add("rouge", RougeConfig(**options), hypothesis, references, RougeResult())
        return [result.precision, result.recall, result.f_measure]

    def tokens(self, tokenizer, lowercase, text):
        data, needed = text.encode(), c_int64()
        arguments = (c_int32(tokenizer), c_int32(lowercase), data, c_int64(len(data)))
        self._call("tokenize", *arguments, None, c_int64(0), byref(needed))
        buffer = ctypes.create_string_buffer(needed.value)
        self._call("tokenize", *arguments, buffer, needed, byref(needed))
        return buffer.raw[:-1].decode()

    @staticmethod
    def _tensor(array):
        dtype = {np.dtype(np.float32): 1, np.dtype(np.float16): 3}[array.dtype]
        tokens, vocabulary = array.shape
        strides = [stride // array.itemsize for stride in array.strides]
        return Tensor(array.ctypes.data, dtype, 0, (1, 1, tokens, vocabulary), (0, 0, *strides))

    def token_nll(self, logits, targets, ignore_index=-100):
        nll = np.empty(len(targets))
        self._call("token_nll", None, byref(self._tensor(logits)), targets.ctypes.data_as(POINTER(c_int64)), c_int64(ignore_index),
                   nll.ctypes.data_as(POINTER(c_double)))
        return nll

    def token_nll_grad(self, logits, targets, weights, ignore_index=-100):
        grad = np.empty(logits.shape, np.float32)
        self._call("token_nll_grad", None, byref(self._tensor(logits)), targets.ctypes.data_as(POINTER(c_int64)), c_int64(ignore_index),
                   weights.ctypes.data_as(POINTER(c_float)), byref(self._tensor(grad)))
        return grad
