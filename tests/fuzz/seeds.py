"""Inputs to start from: the fixtures for fuzz_config, small GGUF files for fuzz_gguf, the schemes of the conformance cases for
fuzz_scheme_json. usage: seeds.py FOLDER"""
import json
import re
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "configs"
FILES = ROOT / "tests" / "fixtures" / "gguf"
KEY_TABLE = ROOT / "src" / "config" / "key_table.cpp"
METHODS = ROOT / "src" / "method"
VECTORS = ROOT / "tests" / "vectors" / "conformance"
INTEGER, REAL, TEXT, LIST = 4, 6, 8, 9

# Keys beside those that every file needs, by architecture.
GGUF = {
    "llama": {"rope.freq_base": 5e5, "rope.scaling.type": "linear", "rope.scaling.factor": 4.0},
    "qwen2vl": {"rope.dimension_sections": [4, 2, 2, 0]},
    "gemma3": {"attention.sliding_window": 16, "attention.sliding_window_pattern": 2, "rope.freq_base_swa": 1e4},
    "deepseek2": {
        "attention.key_length_mla": 24,
        "attention.value_length_mla": 16,
        "rope.dimension_count": 8,
        "rope.scaling.type": "yarn",
        "rope.scaling.factor": 40.0,
        "rope.scaling.yarn_log_multiplier": 0.1,
        "rope.scaling.original_context_length": 4096,
    },
    "mistral3": {"attention.temperature_scale": 0.1, "rope.scaling.original_context_length": 64},
    "mpt": {"attention.max_alibi_bias": 8.0},
    "llama4": {},
    "gpt2": {},
}


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def typed(value):
    if isinstance(value, list):
        return struct.pack("<IIQ", LIST, INTEGER, len(value)) + struct.pack(f"<{len(value)}I", *value)
    if isinstance(value, str):
        return struct.pack("<I", TEXT) + text(value)
    return struct.pack("<If", REAL, value) if isinstance(value, float) else struct.pack("<II", INTEGER, value)


def gguf(architecture, keys, divisors):
    """A file of two layers, with the tensor rope_freqs.weight or without tensors."""
    needed = {"block_count": 2, "context_length": 4096, "embedding_length": 64, "attention.head_count": 4}
    entries = {
        "general.architecture": architecture,
        **{f"{architecture}.{key}": value for key, value in {**needed, **keys}.items()},
    }
    out = b"GGUF" + struct.pack("<IQQ", 3, 1 if divisors else 0, len(entries))
    out += b"".join(text(key) + typed(value) for key, value in entries.items())
    if divisors:
        out += text("rope_freqs.weight") + struct.pack("<IQIQ", 1, len(divisors), 0, 0)
        out += b"\0" * (-len(out) % 32) + struct.pack(f"<{len(divisors)}f", *divisors)
    return out


def words():
    """Keys and values that the readers look for, as quoted in the tables and in the code: libFuzzer's dictionary."""
    found = {"rope", "remap", "bias", "mask", "score", "method", "temperature"}
    for file in ("field_list.def", "method_list.def"):
        text = re.sub(r"//.*", "", (METHODS / file).read_text())
        found.update(re.findall(r'"(\w+)"', text) + re.findall(r"_(?:FIELD|METHOD)\(\w+, (\w+)", text))
    for file in sorted(KEY_TABLE.parent.glob("*.cpp")):
        found.update(re.findall(r'"([a-z0-9_.]{3,40})"', file.read_text()))
    return sorted(found | {"NaN", "Infinity", "-Infinity", "\\\\u0000", "true", "false", "null"})


def main():
    folder = Path(sys.argv[1])
    for name in ("fuzz_config", "fuzz_gguf", "fuzz_cache", "fuzz_scheme", "fuzz_scheme_json"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for file in FIXTURES.glob("*.json"):
        for extension in (0, 5):  # none and Self-Extend
            (folder / "fuzz_config" / f"{file.stem}-{extension}").write_bytes(bytes([0, extension]) + file.read_bytes())
    for file in FILES.glob("*.gguf"):
        (folder / "fuzz_gguf" / file.stem).write_bytes(b"\0\0" + file.read_bytes())
    for file in VECTORS.glob("*.json"):
        for number, case in enumerate(json.loads(file.read_text())["cases"]):
            if scheme := case.get("scheme"):
                text = scheme if isinstance(scheme, str) else json.dumps(scheme)
                (folder / "fuzz_scheme_json" / f"{file.stem}-{number}").write_text(text)
    (folder / "words").write_text("".join(f'"{word}"\n' for word in words()))
    for architecture, keys in GGUF.items():
        (folder / "fuzz_gguf" / architecture).write_bytes(b"\0\0" + gguf(architecture, keys, []))
    (folder / "fuzz_gguf" / "divisors").write_bytes(b"\0\0" + gguf("llama", {}, [float(n) for n in range(1, 9)]))
    # Tokens 0, 1 and 2 of one page, which continues at position 3, then of two.
    for pages, positions in ((1, [0]), (2, [0, 64])):
        records = b"".join(struct.pack("<qQ", position, 7) for position in positions)
        next_position = struct.pack("<q", positions[-1] + 3)
        (folder / "fuzz_cache" / f"pages-{pages}").write_bytes(
            bytes([4 | pages << 3]) + bytes(48) + next_position + bytes(16) + records
        )


main()
