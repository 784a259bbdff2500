"""The models that llama.cpp and Farspan read from one file each: what their metadata says and which tensors belong to their positions."""
from dataclasses import dataclass, field

import gguf
import numpy as np

import farspan
import gguf_files
import tiny_models

PAIRS = 16  # of the heads of tiny_models.SIZES


@dataclass
class Case:
    name: str
    architecture: str
    keys: dict = field(
        default_factory=dict
    )  # beside tiny_models.SIZES, without the architecture in front; None leaves one out
    tensors: dict = field(
        default_factory=dict
    )  # those that llama.cpp would not miss; a shape stands for random weights
    quick: bool = False
    context: int = 256  # cells that llama.cpp allocates; it takes this for the current length
    first: int = 0  # position of the first token in the comparison of attention
    axes: bool = False  # positions have four axes in llama.cpp
    rotation_only: bool = False  # attention is not compared: queries and keys pass weights between rotation and product
    normed: bool = False  # rotated queries and keys are normalised after the rotation
    most_bias: float = 0.0  # the largest bias of a logit
    release: int = farspan.RELEASE_LLAMA_CPP
    length: int = 0  # the current length that Farspan is told; 0: the context
    differs: str = ""  # what llama.cpp does otherwise than the reference; then the two must differ

    def positions(self, first, tokens):
        rows = np.arange(first, first + tokens)
        return np.concatenate([rows, first + rows // 2, first + rows // 3, 0 * rows]) if self.axes else rows

    def current(self):
        return self.length or self.context


def yarn(factor, original, **more):
    return {
        "rope.scaling.type": "yarn",
        "rope.scaling.factor": factor,
        "rope.scaling.original_context_length": original,
        **{f"rope.scaling.{key}": value for key, value in more.items()},
    }


FUSED = {
    f"blk.{layer}.attn_qkv.weight": (256, 128) for layer in range(4)
}  # llama.cpp takes them for optional, and then needs them


def longrope(context, **more):
    short, long = np.linspace(1, 1.5, PAIRS, dtype=np.float32), np.linspace(1, 40, PAIRS, dtype=np.float32)
    return Case(
        f"phi3 longrope in {context} cells",
        "phi3",
        {
            "rope.scaling.type": "longrope",
            "rope.scaling.original_context_length": 512,
            "rope.scaling.attn_factor": 1.25,
        },
        {"rope_factors_short.weight": short, "rope_factors_long.weight": long, **FUSED},
        context=context,
        **more,
    )


LINEAR = {"rope.scaling.type": "linear", "rope.scaling.factor": 4.0}
LLAMA3 = {"rope_freqs.weight": gguf_files.llama3_divisors(32, 500000.0, 8, 1, 4, 1024)}
WINDOW = {"attention.sliding_window": 16}
EXPERTS = {
    "expert_count": 2,
    "expert_used_count": 1,
    "expert_feed_forward_length": 32,
    "expert_shared_count": 1,
    "expert_shared_feed_forward_length": 32,
}
ALL_HEADS = {"attention.head_count_kv": 4}
SIX_HEADS = {"embedding_length": 192, "attention.head_count": 6, "attention.head_count_kv": 6}
LATENT = {"attention.q_lora_rank": 32, "attention.kv_lora_rank": 32, "rope.dimension_count": 16}
DEEPSEEK = {
    **LATENT,
    **EXPERTS,
    "attention.head_count_kv": 1,
    "attention.key_length": 48,
    "attention.value_length": 32,
    "attention.key_length_mla": 40,
    "attention.value_length_mla": 32,
    "leading_dense_block_count": 4,
}
DENSE = {**EXPERTS, "leading_dense_block_count": 4, "expert_gating_func": 2}
BOTH_SIDES = {"attention.causal": False}
BERT = {**BOTH_SIDES, **ALL_HEADS, ".tokenizer.ggml.token_type_count": 2}
GEMMA4 = {
    "attention.sliding_window_pattern": [True, True, False, True],
    "attention.key_length": 64,
    "attention.value_length": 64,
    "rope.dimension_count": 64,
    "attention.key_length_swa": 32,
    "attention.value_length_swa": 32,
    "rope.dimension_count_swa": 32,
    "embedding_length_per_layer_input": 0,
    "rope.freq_base": 1e6,
    "rope.freq_base_swa": 10000.0,
    **WINDOW,
}
PROPORTIONAL = {"rope_freqs.weight": np.repeat(np.array([1, 1e30], np.float32), (8, 24))}

CASES = [
    Case("llama", "llama", quick=True),
    Case("llama linear", "llama", LINEAR),
    Case("llama scale_linear", "llama", {"rope.scale_linear": 4.0}),
    Case("llama type none", "llama", {**LINEAR, "rope.scaling.type": "none"}),
    Case("llama3 divisors", "llama", {"rope.freq_base": 500000.0}, LLAMA3, quick=True),
    Case("llama3 divisors and factor", "llama", {"rope.freq_base": 500000.0, **LINEAR}, LLAMA3),
    Case("llama yarn", "llama", yarn(4.0, 1024), quick=True),
    Case("llama yarn, attn_factor", "llama", yarn(4.0, 1024, attn_factor=0.9)),
    Case("llama yarn, factor 0.5", "llama", yarn(0.5, 1024)),
    Case("deci", "deci"),
    Case(
        "mistral3 yarn, temperature",
        "mistral3",
        {
            **yarn(16.0, 64, yarn_beta_fast=4.0, yarn_beta_slow=0.5, yarn_log_multiplier=1.0),
            "attention.temperature_scale": 0.1,
        },
        first=40,
    ),
    Case(
        "llama4 chunks",
        "llama4",
        {**EXPERTS, "interleave_moe_layer_step": 1},
        LLAMA3,
        first=8192 - 24,
        normed=True,
        quick=True,
    ),
    Case("baichuan 7B", "baichuan", {"block_count": 32, **ALL_HEADS}),
    Case("baichuan 13B", "baichuan", {"block_count": 40, **SIX_HEADS}, most_bias=48),
    Case("internlm2", "internlm2"),
    Case("minicpm", "minicpm"),
    Case("minicpm3", "minicpm3", {**LATENT, "attention.key_length": 48, **ALL_HEADS}),
    Case("granite", "granite", {"logit_scale": 1.0, "attention.scale": 0.1}),
    Case("granite without rope", "granite", {"logit_scale": 1.0, "rope.scaling.finetuned": False}),
    Case("olmo", "olmo"),
    Case("command-r", "command-r", {"logit_scale": 1.0}),
    Case("cohere2", "cohere2", {"logit_scale": 1.0, **WINDOW}, quick=True),
    Case("chatglm", "chatglm", {"rope.dimension_count": 16}),
    Case("glm4", "glm4", {"rope.dimension_count": 16}),
    Case(
        "glm4 with sections", "glm4", {"rope.dimension_count": 16, "rope.dimension_sections": [2, 3, 3, 0]}, axes=True
    ),
    Case("ernie4_5", "ernie4_5"),
    Case(
        "deepseek2 yarn",
        "deepseek2",
        {**DEEPSEEK, **yarn(40.0, 1024, yarn_log_multiplier=0.0707)},
        rotation_only=True,
        quick=True,
    ),
    Case("falcon", "falcon"),
    Case(
        "gptneox, half of the head", "gptneox", {"use_parallel_residual": True, "rope.dimension_count": 16, **ALL_HEADS}
    ),
    Case("stablelm, quarter", "stablelm", {"rope.dimension_count": 8}),
    Case("qwen", "qwen", ALL_HEADS),
    Case("qwen2 yarn", "qwen2", {"rope.freq_base": 1e6, **yarn(4.0, 1024)}),
    Case(
        "qwen2 yarn, its own ramp",
        "qwen2",
        yarn(4.0, 1024, yarn_beta_fast=8.0, yarn_beta_slow=2.0, yarn_attn_factor=1.0),
    ),
    Case(
        "qwen2 yarn, reference",
        "qwen2",
        yarn(4.0, 1024, yarn_beta_fast=8.0, yarn_beta_slow=2.0, yarn_attn_factor=1.0),
        release=farspan.RELEASE_REFERENCE,
        differs="ramp and magnitude of the file are read for mistral3 only",
    ),
    Case("qwen2moe", "qwen2moe", EXPERTS),
    Case("qwen3", "qwen3"),
    Case("qwen3moe", "qwen3moe", EXPERTS),
    Case("qwen2vl sections", "qwen2vl", {"rope.dimension_sections": [4, 6, 6, 0]}, axes=True, quick=True),
    Case("qwen3vl interleaved sections", "qwen3vl", {"rope.dimension_sections": [6, 5, 5, 0]}, axes=True, quick=True),
    Case("phi2, half of the head", "phi2", {"rope.dimension_count": 16}),
    Case("phi3", "phi3", tensors=FUSED),
    longrope(256, quick=True),
    longrope(1024, quick=True),
    longrope(1024, length=256, differs="long factors for every token once 1024 cells are allocated"),
    Case("phi3 window", "phi3", WINDOW, FUSED, differs="the window of Phi-3 is not applied"),
    Case("phimoe", "phimoe", EXPERTS),
    Case("gemma", "gemma"),
    Case("gemma2", "gemma2", WINDOW, quick=True),
    Case("gemma2 27B", "gemma2", {"block_count": 46, "embedding_length": 96, **WINDOW}),
    Case("gemma3", "gemma3", {"block_count": 6, "rope.freq_base": 1e6, **LINEAR, **WINDOW}, quick=True),
    Case("gemma3 27B", "gemma3", {"block_count": 62, "embedding_length": 96, "rope.freq_base": 1e6, **WINDOW}),
    Case("gemma4", "gemma4", GEMMA4, PROPORTIONAL, quick=True),
    Case("gemma4, key heads per layer", "gemma4", {**GEMMA4, "attention.head_count_kv": [2, 2, 1, 2]}, PROPORTIONAL),
    Case(
        "modern-bert",
        "modern-bert",
        {
            **WINDOW,
            **ALL_HEADS,
            "attention.causal": False,
            "rope.freq_base": 160000.0,
            "rope.freq_base_swa": 10000.0,
            "rope.scaling.type": "none",
        },
        quick=True,
    ),
    Case("olmo2", "olmo2"),
    Case("olmo2 windows, yarn", "olmo2", {**WINDOW, **yarn(4.0, 1024)}),
    Case("olmoe", "olmoe", {**EXPERTS, **ALL_HEADS}),
    Case("exaone", "exaone"),
    Case("exaone4 32B", "exaone4", {"block_count": 64, **WINDOW}),
    Case("exaone4 of 4 layers", "exaone4", WINDOW, differs="windows only in models of 64 layers"),
    Case("nemotron", "nemotron", {"rope.dimension_count": 16}),
    Case("hunyuan-moe", "hunyuan-moe", EXPERTS, rotation_only=True),
    Case("hunyuan-dense", "hunyuan-dense", rotation_only=True),
    Case("gpt-oss sinks, yarn", "gpt-oss", {**EXPERTS, **WINDOW, **yarn(32.0, 1024)}, quick=True),
    Case("smollm3", "smollm3"),
    Case("granitemoe", "granitemoe", {"logit_scale": 1.0, **EXPERTS}),
    Case("ernie4_5-moe", "ernie4_5-moe", {**EXPERTS, "interleave_moe_layer_step": 1}),
    Case("qwen3vlmoe", "qwen3vlmoe", {**EXPERTS, "rope.dimension_sections": [6, 5, 5, 0]}, axes=True),
    Case("minimax-m2", "minimax-m2", {**EXPERTS, "rope.dimension_count": 16, "expert_gating_func": 2}),
    Case("starcoder2", "starcoder2"),
    Case("glm4moe", "glm4moe", {**EXPERTS, "rope.dimension_count": 16}),
    Case("seed_oss", "seed_oss"),
    Case("bloom", "bloom", {**ALL_HEADS}, most_bias=48, quick=True),
    Case("bloom, six heads", "bloom", SIX_HEADS, most_bias=48),
    Case("mpt", "mpt", {**ALL_HEADS, "attention.max_alibi_bias": 16.0}, most_bias=48),
    Case("mpt without ALiBi", "mpt", {**ALL_HEADS, "attention.max_alibi_bias": 0.0}),
    Case("mpt, bias not stated", "mpt", ALL_HEADS, most_bias=48, differs="no bias; the converter always states it"),
    Case("gpt2", "gpt2", ALL_HEADS),
    Case("arcee", "arcee"),
    Case("arctic", "arctic", EXPERTS),
    Case("bailingmoe", "bailingmoe", {**EXPERTS, "leading_dense_block_count": 1}),
    Case("deepseek", "deepseek", DENSE),
    Case("llada", "llada", BOTH_SIDES),
    Case("llama-embed", "llama-embed", BOTH_SIDES),
    Case("neo-bert", "neo-bert", {**BOTH_SIDES, **ALL_HEADS}),
    Case("xverse", "xverse"),
    Case("apertus", "apertus", {f".xielu.{key}": [0.5] * 4 for key in ("alpha_n", "alpha_p", "beta", "eps")}),
    Case("bailingmoe2", "bailingmoe2", DENSE),
    Case("bitnet", "bitnet"),
    Case("codeshell", "codeshell"),
    Case("dbrx", "dbrx", {**EXPERTS, "attention.clamp_kqv": 8.0}),
    Case("dots1", "dots1", {**DENSE, **ALL_HEADS}),
    Case("dream", "dream", BOTH_SIDES),
    Case("eurobert", "eurobert", BOTH_SIDES),
    Case(
        "grovemoe",
        "grovemoe",
        {**EXPERTS, "expert_chunk_feed_forward_length": 32, "expert_group_scale": 1.0, "experts_per_group": 2},
    ),
    Case("jais2", "jais2", ALL_HEADS),
    Case("jina-bert-v3", "jina-bert-v3", BERT),
    Case("llada-moe", "llada-moe", {**EXPERTS, **BOTH_SIDES}),
    Case("nomic-bert", "nomic-bert", BERT),
    Case("nomic-bert-moe", "nomic-bert-moe", {**BERT, **EXPERTS, "moe_every_n_layers": 1}),
    Case("openelm", "openelm"),
    Case("orion", "orion"),
    Case("plm", "plm", {**LATENT, "attention.key_length": 48, **ALL_HEADS}),
    Case("pangu-embedded", "pangu-embedded"),
    Case("plamo", "plamo"),
    Case("rnd1", "rnd1", {**EXPERTS, **BOTH_SIDES}),
    Case("hunyuan_vl", "hunyuan_vl", rotation_only=True),
    Case("paddleocr sections", "paddleocr", {"rope.dimension_sections": [4, 6, 6, 0]}, axes=True),
    Case("afmoe", "afmoe", {**DENSE, **WINDOW}, rotation_only=True),  # its output passes a gate
    Case("exaone-moe", "exaone-moe", {**DENSE, **WINDOW}),
    Case("gemma-embedding", "gemma-embedding", {**BOTH_SIDES, **WINDOW, "block_count": 6, "rope.freq_base": 1e6}),
    Case("gemma3n", "gemma3n", {**WINDOW, "block_count": 5}),
    Case(
        "mimo2",
        "mimo2",
        {
            **EXPERTS,
            **WINDOW,
            "attention.sliding_window_pattern": [True, False, True, False],
            "leading_dense_block_count": 1,
            "attention.head_count_kv": [4, 2, 4, 2],
            "rope.freq_base_swa": 10000.0,
        },
    ),
    Case(
        "smallthinker",
        "smallthinker",
        {**EXPERTS, "block_count": 8, "attention.sliding_window": 4096, "expert_gating_func": 2},
    ),
    Case(
        "jina-bert-v2",
        "jina-bert-v2",
        {**BERT, "attention.max_alibi_bias": 8.0},
        {f"blk.{layer}.ffn_up.weight": (64, 128) for layer in range(4)},
        most_bias=48,
    ),
    Case("jais", "jais", {**ALL_HEADS, "attention.max_alibi_bias": 8.0}, most_bias=48),
    Case("refact", "refact", ALL_HEADS, most_bias=48),
    Case("bert", "bert", BERT),
    Case("starcoder", "starcoder", ALL_HEADS),
]


def check_architectures():
    """(passed, messages of failures): every architecture of the package gguf is read, or refused with a reason of the library's table."""
    refused, unknown = {}, []
    for name in sorted(gguf.MODEL_ARCH_NAMES.values()):
        try:
            farspan.Model(tiny_models.file_of(name, {}, {}))
        except farspan.Failure as failure:
            if "not supported: " in str(failure):
                refused[name] = str(failure).split("not supported: ")[-1]
            elif "no architecture that is known" in str(failure):
                unknown.append(f"GGUF: {name} is neither an architecture that is read nor in the table of refusals")
    count = len(gguf.MODEL_ARCH_NAMES)
    print(
        f"the package gguf names {count} architectures: {count - len(refused) - len(unknown)} are read, {len(refused)} refused with a reason"
    )
    for name, reason in refused.items():
        print(f"    {name:<26}{reason}")
    return count - len(unknown), unknown
