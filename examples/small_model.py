"""A model of two layers and a tokenizer of letters, for tests of the examples: a folder as save_pretrained makes it."""
import string
from pathlib import Path

import tokenizers
import torch
import transformers

LETTERS = string.ascii_letters + string.digits + " .,?\n"


def save(path: Path, trained: int = 64) -> Path:
    """With weights that are large enough for attention to matter."""
    vocabulary = {letter: n for n, letter in enumerate(LETTERS)} | {"<unk>": len(LETTERS), "</s>": len(LETTERS) + 1}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split(tokenizers.Regex(r"[\s\S]"), "isolated")
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", eos_token="</s>", pad_token="</s>"
    ).save_pretrained(path)
    torch.manual_seed(3)
    model = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            intermediate_size=32,
            vocab_size=len(vocabulary),
            max_position_embeddings=trained,
            eos_token_id=len(LETTERS) + 1,
        )
    )
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=1.5 / parameter.shape[-1] ** 0.5)
    model.save_pretrained(path)
    return path
