"""A language model and its tokenizer by transformers, its attention by Farspan."""
from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import transformers

from .. import eval as judging
from ..transformers import enable
from ..transformers._enable import _ATTRIBUTE
from . import methods


class LanguageModel:
    """Of a folder in the form of save_pretrained, or of a GGUF file; in float32.

    trained: the length that its configuration states.    bos: the token that its tokenizer puts first, or None.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.exists():
            raise FileNotFoundError(f"there is no {path}: give a folder with config.json, or a GGUF file")
        gguf = self.path.is_file()
        folder, named = (self.path.parent, {"gguf_file": self.path.name}) if gguf else (self.path, {})
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **named)
        config = transformers.AutoConfig.from_pretrained(folder, **named)
        self.model = _read_gguf(self.path, config) if gguf else _read_folder(folder)
        self.model.eval().requires_grad_(False)
        enable(self.model)
        self.trained = self._described.info.trained_context
        self.context = self._described.info.context
        first = self.tokenizer("")["input_ids"]
        self.bos: int | None = int(first[0]) if len(first) == 1 else None

    @property
    def _described(self) -> Any:
        return getattr(self.model, _ATTRIBUTE).described

    @property
    def name(self) -> str:
        return self.path.stem if self.path.is_file() else self.path.name

    @property
    def digest(self) -> str:
        """Tells models apart whose files have the same name."""
        found = hashlib.sha256()
        for name, value in sorted(self.model.state_dict().items()):
            found.update(f"{name} {tuple(value.shape)}".encode())
            found.update(value.detach().float().reshape(-1)[:: max(1, value.numel() // 4096)].numpy().tobytes())
        return found.hexdigest()[:16]

    def encode(self, text: str) -> npt.NDArray[np.int64]:
        return np.asarray(self.tokenizer(text, add_special_tokens=False)["input_ids"], np.int64)

    def use(self, method: str, length: int) -> str:
        """Puts a method on for windows of a length, and returns the schemes of all layers as text."""
        enable(self.model, **methods.settings(method, self.trained, length))
        layers = getattr(self.model, _ATTRIBUTE).layers
        schemes = [None if layer is None else json.loads(layer.scheme(None, None, False).to_json()) for layer in layers]
        alike = schemes[:1] if all(scheme == schemes[0] for scheme in schemes) else schemes
        return json.dumps(alike, separators=(",", ":"))

    def losses(self, tokens: npt.NDArray[np.int64], end: int, length: int, segment: int) -> npt.NDArray[np.float64]:
        """Of the `segment` tokens before `end`, each in nats, by a model that reads `length` tokens."""
        window = judging.Windows(
            "last", bos="none" if self.bos is None else "every", tokens=end, length=length, segment=segment
        )[-1]
        given = tokens[window.begin : window.end - 1]
        if window.bos:
            given = np.concatenate([[self.bos], given])
        with torch.inference_mode():
            logits = self.model(torch.from_numpy(given)[None], use_cache=False, logits_to_keep=segment).logits
        return judging.token_nll(logits[:, None], tokens[window.first_scored : window.end])

    def answer(self, prompt: npt.NDArray[np.int64], count: int) -> str:
        """What the model writes after a prompt: the likeliest token, `count` times at most."""
        given = torch.from_numpy(prompt if self.bos is None else np.concatenate([[self.bos], prompt]))[None]
        with torch.inference_mode():
            written = self.model.generate(
                given, attention_mask=torch.ones_like(given), max_new_tokens=count, do_sample=False, pad_token_id=0
            )
        return str(self.tokenizer.decode(written[0, given.shape[1] :], skip_special_tokens=True))


def _read_folder(folder: Path) -> Any:
    return transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def _read_gguf(path: Path, config: Any) -> Any:
    """As from_pretrained(gguf_file=...), which would ask for accelerate."""
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    found = load_gguf_checkpoint(str(path), return_tensors=True, model_to_load=model)["tensors"]
    found = {name: value.float() for name, value in found.items()}
    missing, unexpected = model.load_state_dict(found, strict=False)
    model.tie_weights()
    tied = set(getattr(model, "_tied_weights_keys", None) or ()) if config.tie_word_embeddings else set()
    left = [name for name in missing if name not in tied]
    if left or unexpected:
        raise ValueError(f"{path.name} does not fit transformers' {type(model).__name__}: {left + list(unexpected)}")
    return model


def set_threads(count: int) -> None:
    if count > 0:
        torch.set_num_threads(count)
