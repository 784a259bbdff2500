"""Every causal language model that transformers can build small, eager against Farspan: the whole text at once, token by token with both
caches, with padding, and the tokens that are generated: greedily, with beams and with assistance. A line for each; the differences are
relative to the largest logit.

    compare_families.py [--quick] [--page FILE] [NAME ...]

--page: writes the table into a page of Markdown too, between its marks. The last line but one is "N families, worst DIFF", the last "N passed, M failed, K skipped".
"""
import argparse
import logging
import sys
import traceback
import warnings
from pathlib import Path

import torch
import transformers
from transformers import CONFIG_MAPPING, AutoModel, AutoModelForCausalLM, DynamicCache

import farspan
from farspan.transformers import Cache, Unsupported, disable, enable

sys.path.append(
    str(Path(__file__).resolve().parents[3] / "tests" / "oracles")
)  # behind the package, which has the name of a module there

import class_families  # noqa: E402
import families  # noqa: E402
import huggingface  # noqa: E402

BOUND = 1e-4
PROMPT, SEQUENCE, GENERATED = 40, 60, 64
PADDING, FEW = 10, 16  # tokens of padding; tokens written with beams and with assistance
COLUMNS = ("whole", "steps", "cache", "padded")
TEXTS = ("text", "text by cache", "beams", "assisted")
QUICK = [
    "llama-3.1-8b",
    "gemma-3-4b",
    "gpt-oss-20b",
    "qwen3-8b-yarn",
    "deepseek-v3",
    "llama-4-scout-early",
    "gpt2",
    "bloom",
    "jamba",
    "cohere2",
]
# Small, but not by the keys that the others have.
TOO_LARGE = {"blt"}
logging.getLogger("transformers").setLevel(logging.ERROR)
warnings.filterwarnings("ignore")


def build(case):
    """The model in eager attention, with weights that keep the sizes of what they multiply."""
    kind = case.config_class or CONFIG_MAPPING[case.keys["model_type"]]
    known = kind().to_dict()
    small = {key: value for key, value in huggingface.SMALL.items() if key in known and value is not None}
    config = kind.from_dict({**small, **case.keys})
    torch.manual_seed(1)
    if kind in AutoModelForCausalLM._model_mapping:
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    elif case.model_class:
        model = getattr(transformers, case.model_class)._from_config(config, attn_implementation="eager")
    else:
        model = AutoModel.from_config(config, attn_implementation="eager")
    for name, parameter in model.named_parameters():
        if (parameter.dim() > 1 or "sinks" in name) and "embed_positions" not in name:
            torch.nn.init.normal_(parameter, std=0.5 if parameter.dim() == 1 else 1 / parameter.shape[-1] ** 0.5)
    for module in model.modules():
        if getattr(module, "scaling", None) == 1.0 and hasattr(module, "q_norm") and hasattr(module.q_norm, "weight"):
            module.q_norm.weight.data.mul_(module.head_dim**-0.5)  # it carries the scale, as trained ones do
    return model.float().eval()


def logits(model, tokens, **named):
    output = model(tokens, **named)
    return output.logits if "logits" in output else output.last_hidden_state


def by_steps(model, tokens, cache):
    """A prompt, then a token at a time."""
    pieces = [tokens[:, :PROMPT], *tokens[:, PROMPT:].split(1, dim=1)]
    begins = [0, *range(PROMPT, SEQUENCE)]
    result = [
        logits(
            model, piece, cache=cache, use_cache=True, position_ids=torch.arange(begin, begin + piece.shape[1])[None]
        )
        for piece, begin in zip(pieces, begins)
    ]
    return torch.cat(result, 1)


def dynamic_cache(model):
    try:
        return DynamicCache(config=model.config.get_text_config(decoder=True))
    except Exception:
        return DynamicCache()


def greedy(model, tokens, cache=None):
    named = {} if cache is None else {"cache": cache}
    return model.generate(tokens, max_new_tokens=GENERATED, min_new_tokens=GENERATED, do_sample=False, **named)


def padded(model, tokens):
    """The logits of two texts, of which one is shorter and padded on the left: of the tokens that exist."""
    there = torch.ones(2, SEQUENCE, dtype=torch.long)
    there[1, :PADDING] = 0
    positions = (there.cumsum(1) - 1).clamp(min=0)
    both = torch.cat([tokens, tokens.flip(1)])
    return logits(model, both, attention_mask=there, position_ids=positions, use_cache=False)[there.bool()]


def beams(model, tokens, cache=None):
    named = {} if cache is None else {"cache": cache}
    return model.generate(tokens, max_new_tokens=FEW, min_new_tokens=FEW, do_sample=False, num_beams=3, **named)


def assisted(model, tokens, cache=None):
    """Proposals from the text itself, of which some are taken back."""
    named = {} if cache is None else {"cache": cache}
    return model.generate(
        tokens, max_new_tokens=FEW, min_new_tokens=FEW, do_sample=False, prompt_lookup_num_tokens=3, **named
    )


def difference(got, expected):
    return ((got - expected).abs().max() / expected.abs().max()).item()


class Row:
    """What a family did: differences by name, or why not."""

    def __init__(self, name):
        self.name, self.differences, self.written, self.notes, self.failures = name, {}, [], [], []
        self.refused = None

    def compare(self, what, make, expected):
        try:
            self.differences[what] = difference(make(), expected)
            if not self.differences[what] <= BOUND:
                self.failures.append(f"{what}: {self.differences[what]:.1e}")
        except Unsupported as refusal:
            self.notes.append(f"{what} refused: {refusal}")
        except Exception:
            self.failures.append(f"{what}: {traceback.format_exc(limit=-3)}")

    def same(self, what, make, expected):
        try:
            found = make()
            if torch.equal(found, expected):
                self.written.append(what)
            else:
                self.failures.append(f"{what}: other tokens from {int((found != expected).any(0).nonzero()[0])} on")
        except Unsupported as refusal:
            self.notes.append(f"{what} refused: {refusal}")
        except Exception:
            self.failures.append(f"{what}: {traceback.format_exc(limit=-3)}")


def reference(make):
    """What transformers itself does; None if it does not."""
    try:
        return make()
    except Exception:
        return None


def run(name, case):
    row = Row(name)
    model = build(case)
    try:
        disable(enable(model))
    except (Unsupported, farspan.Error) as refusal:
        row.refused = str(refusal)
        return row
    tokens = torch.randint(3, 60, (1, SEQUENCE), generator=torch.Generator().manual_seed(2))
    causal = getattr(model.config.get_text_config(), "is_decoder", True) or "Bert" not in type(model).__name__
    whole = logits(model, tokens, use_cache=False)
    steps = reference(lambda: by_steps(model, tokens, dynamic_cache(model))) if causal else None
    if (
        steps is not None and difference(steps, whole) > 1e-2
    ):  # a model that looks ahead, or that counts positions in its own way
        row.notes.append("its own steps differ from the whole")
        steps = None
    writes = steps is not None and hasattr(model, "generate")
    repeated = tokens[:, : PROMPT // 2].repeat(1, 2)  # so that there is something to propose
    padding = reference(lambda: padded(model, tokens)) if causal else None
    text = reference(lambda: greedy(model, tokens[:, :PROMPT])) if writes else None
    searched = reference(lambda: beams(model, tokens[:, :PROMPT])) if writes else None
    proposed = reference(lambda: assisted(model, repeated)) if writes else None
    try:
        enable(model)
        logits(model, tokens, use_cache=False)
    except (Unsupported, farspan.Error) as refusal:
        row.refused = str(refusal)
        return row
    row.compare("whole", lambda: logits(model, tokens, use_cache=False), whole)
    if steps is not None:
        row.compare("steps", lambda: by_steps(model, tokens, dynamic_cache(model)), steps)
        row.compare("cache", lambda: by_steps(model, tokens, Cache(model, "f32")), steps)
    if text is not None:
        row.same("text", lambda: greedy(model, tokens[:, :PROMPT]), text)
        if "cache" in row.differences:
            row.same("text by cache", lambda: greedy(model, tokens[:, :PROMPT], Cache(model, "f32")), text)
    kept = "cache" in row.differences
    if searched is not None:
        row.same("beams", lambda: beams(model, tokens[:, :PROMPT], Cache(model, "f32") if kept else None), searched)
    if proposed is not None:
        row.same("assisted", lambda: assisted(model, repeated, Cache(model, "f32") if kept else None), proposed)
    if padding is not None:
        row.compare("padded", lambda: padded(model, tokens), padding)
    disable(model)
    if not torch.equal(logits(model, tokens, use_cache=False), whole):
        row.failures.append("disable does not restore the model")
    return row


def readable(name):
    """Why the library does not read a family, or None."""
    try:
        farspan.Model.from_config(
            {"model_type": name, "num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 64}
        )
    except farspan.Error as error:
        return str(error) if "not supported" in str(error) or "no model family" in str(error) else None
    return None


def line_of(row):
    columns = "".join(f"{row.differences[key]:>9.1e}" if key in row.differences else f"{'-':>9}" for key in COLUMNS)
    said = "; ".join([", ".join(row.written), *row.notes])
    return f"{row.name:<24}{columns}  {'FAILED ' if row.failures else ''}{said}"


def cells_of(row):
    """The same as a row of a table."""
    differences = [f"{row.differences[key]:.1e}" if key in row.differences else "" for key in COLUMNS]
    written = ["same" if what in row.written else "" for what in TEXTS]
    return "| " + " | ".join([row.name, *differences, *written]) + " |"


def write_page(page, rows, others, last):
    """What was compared, between the marks of a page, and what was not, with the reason."""
    head = f"| {' | '.join(('family or model', *COLUMNS, *TEXTS))} |\n|{'---|' * (1 + len(COLUMNS) + len(TEXTS))}\n"
    table = head + "".join(cells_of(row) + "\n" for row in rows)
    listed = "".join(f"- {name}: {why}\n" for name, why in others)
    before, after = page.read_text().split("<!-- begin of families -->\n")
    after = after.split("<!-- end of families -->\n")[1]
    made = f"{last}.\n\n{table}\nNot compared:\n\n{listed}"
    page.write_text(f"{before}<!-- begin of families -->\n{made}<!-- end of families -->\n{after}")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--quick", action="store_true", help="a few of them")
    parser.add_argument("--page", type=Path, help="a page of Markdown that gets the table")
    given = parser.parse_args(arguments)
    names = given.names or (QUICK if given.quick else [*families.CASES, *class_families.NAMES])
    passed, failed, rows, others, seen, worst, last = 0, [], [], [], set(), 0.0, "0 families"
    print(f"{'family':<24}" + "".join(f"{key:>9}" for key in COLUMNS) + "  the same tokens, notes")
    for name in names:
        fixture = name in families.CASES
        why = None if fixture else readable(name) or ("too large" if name in TOO_LARGE else None)
        if why:
            others.append((name, f"not read: {why.split('not supported: ')[-1]}"))
            print(f"{name:<24}{others[-1][1]}", flush=True)
            continue
        try:
            case = (families.Case if fixture else class_families.Case)(name)
            with torch.no_grad():
                row = run(name, case)
        except Exception:
            failed.append(f"{name}: {traceback.format_exc(limit=-3)}")
            print(f"{name:<24}FAILED", flush=True)
            continue
        if row.refused:
            others.append((name, f"refused: {row.refused}"))
            print(f"{name:<24}{others[-1][1]}", flush=True)
            continue
        rows.append(row)
        print(line_of(row), flush=True)
        worst = max([worst, *row.differences.values()])
        passed += len(row.differences) + len(row.written)
        failed += [f"{name}, {failure}" for failure in row.failures]
        if not row.failures:
            seen.add(case.family)
        last = f"{len(seen)} families, worst {worst:.1e}"
        if given.page:  # after each, so that a run that is ended leaves what it found
            write_page(given.page, rows, others, last)
    if given.page:
        write_page(given.page, rows, others, last)
    for failure in failed:
        print("FAILED", failure)
    print(last)
    print(f"{passed} passed, {len(failed)} failed, {len(others)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    torch.set_num_threads(1)  # the models are too small for more
    sys.exit(main(sys.argv[1:]))
