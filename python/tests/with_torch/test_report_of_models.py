"""`python -m farspan report` on a small model: its losses are those of transformers' own attention."""
import json
import string

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")

from farspan.__main__ import main  # noqa: E402
from farspan.report.model import LanguageModel  # noqa: E402

TRAINED, SEGMENT = 64, 32
LETTERS = string.ascii_letters + string.digits + " .,\n"
SIZES = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 32,
    "vocab_size": len(LETTERS) + 2,
    "max_position_embeddings": TRAINED,
    "tie_word_embeddings": True,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("small")
    vocabulary = {letter: n for n, letter in enumerate(LETTERS)} | {"<unk>": len(LETTERS), "<s>": len(LETTERS) + 1}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split(tokenizers.Regex(r"[\s\S]"), "isolated")
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>").save_pretrained(path)
    torch.manual_seed(3)
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**SIZES))
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=1.5 / parameter.shape[-1] ** 0.5)
    model.save_pretrained(path)
    return path


@pytest.fixture
def text(tmp_path):
    letters = np.random.default_rng(5).choice(list(LETTERS), 1200)
    path = tmp_path / "text.txt"
    path.write_text("".join(letters))
    return path


def run(folder, text, out, *more):
    arguments = ["report", "--model", folder, "--text", text, "--out", out, "--segment", SEGMENT, "--windows", 2, *more]
    assert main([str(a) for a in arguments]) == 0
    return json.loads((out / "report.json").read_text())


def expected(folder, text, length, **rope):
    """Mean loss of the same tokens, by the model's own attention and PyTorch's cross-entropy."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", **rope).eval()
    tokens = torch.tensor([LETTERS.index(c) for c in text.read_text()])
    losses = []
    for end in (600, 1200):
        read = tokens[end - 1 - length : end - 1][None]
        with torch.no_grad():
            logits = model(read).logits[0, -SEGMENT:]
        losses.append(torch.nn.functional.cross_entropy(logits, tokens[end - SEGMENT : end]).item())
    return float(np.mean(losses))


def test_facts_are_hidden_and_asked_for(folder, text, tmp_path):
    """This model knows none; that one which answers is read right is shown without PyTorch, in test_report.py."""
    more = ("--methods", "none,rerope", "--lengths", "64,600", "--needles", 2, "--task", "single_1", "--windows", 1)
    found = run(folder, text, tmp_path / "out", *more)["found"]
    assert [one["method"] for one in found] == ["none", "rerope"] and found[0]["effective_length"] == 0
    assert [(cell["length"], cell["prompts"], cell["share"]) for cell in found[1]["cells"]] == [(600, 2, 0)] * 5
    model = LanguageModel(folder)
    model.use("none", 64)
    prompt = torch.tensor([LETTERS.index(c) for c in text.read_text()[:20]])
    options = {"attention_mask": torch.ones(1, 20), "max_new_tokens": 9, "do_sample": False, "pad_token_id": 0}
    reference = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
    written = reference.generate(prompt[None], **options)[0, 20:]
    assert model.answer(prompt.numpy(), 9) == model.tokenizer.decode(written)


def test_losses_are_those_of_transformers(folder, text, tmp_path, capsys):
    found = run(folder, text, tmp_path / "out", "--methods", "none,pi,none-logn,rerope", "--lengths", "32,64,128")
    by_method = {line["method"]: {p["length"]: p["nll"] for p in line["points"]} for line in found["lines"]}
    for length in (32, 64, 128):
        assert by_method["none"][length] == pytest.approx(expected(folder, text, length), abs=1e-5)
    linear = {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0}}
    assert by_method["pi"][128] == pytest.approx(expected(folder, text, 128, **linear), abs=1e-5)
    assert abs(by_method["none"][128] - by_method["pi"][128]) > 1e-4
    assert len({by_method[m][128] for m in by_method}) == 4 and len({by_method[m][64] for m in by_method}) == 1
    printed = capsys.readouterr()
    assert "| rerope |" in printed.out and "12 windows to run, about" in printed.err


def test_a_second_run_measures_only_what_is_new(folder, text, tmp_path, capsys):
    out = tmp_path / "out"
    first = run(folder, text, out, "--methods", "none", "--lengths", "64,128")
    capsys.readouterr()
    second = run(folder, text, out, "--methods", "none,yarn", "--lengths", "64,128")
    assert "2 windows to run" in capsys.readouterr().err
    assert second["lines"][0]["points"] == first["lines"][0]["points"]
    text.write_text(text.read_text()[::-1])
    assert main(["report", "--model", str(folder), "--text", str(text), "--out", str(out), "--segment", "32"]) == 1
    assert "another report" in capsys.readouterr().err


def test_every_method_runs(folder, text, tmp_path):
    found = run(folder, text, tmp_path / "out", "--lengths", "64,128", "--threads", "1")
    assert len(found["lines"]) == 24 and not found["remaining"]
    assert all(np.isfinite(p["nll"]) for line in found["lines"] for p in line["points"])
    by_method = {line["method"]: line["points"][1]["nll"] for line in found["lines"]}
    assert len(set(by_method.values())) == 22
    model = LanguageModel(folder)
    tokens = model.encode(text.read_text())
    for name in ("ntk", "ntk-logn"):  # which the report measures once
        schemes = model.use("dynamic-" + name, 128)
        losses = model.losses(tokens, 1200, 128, SEGMENT)
        assert schemes != model.use(name, 128)
        assert np.abs(losses - model.losses(tokens, 1200, 128, SEGMENT)).max() < 1e-4


def test_a_begin_token_is_part_of_the_length(folder, text):
    model = LanguageModel(folder)
    tokens = model.encode(text.read_text())
    assert model.bos is None and model.trained == TRAINED
    model.bos = len(LETTERS) + 1
    read = torch.tensor([[model.bos, *tokens[600 - 63 - 1 : 600 - 1]]])
    with torch.no_grad():
        logits = model.model(read).logits[0, -SEGMENT:]
    wanted = torch.nn.functional.cross_entropy(logits, torch.from_numpy(tokens[600 - SEGMENT : 600])).item()
    assert model.losses(tokens, 600, 64, SEGMENT).mean() == pytest.approx(wanted, abs=1e-6)


def test_estimate_alone(folder, text, tmp_path, capsys):
    arguments = ["report", "--model", str(folder), "--text", str(text), "--out", str(tmp_path / "out"), "--estimate"]
    assert main(arguments + ["--lengths", "64,128", "--methods", "none", "--windows", "1"]) == 0
    assert "2 windows to run" in capsys.readouterr().err and not (tmp_path / "out" / "report.json").exists()
