"""One GGUF file, two readers: llama.cpp loads a small model and runs it; Farspan reads the same bytes. What llama.cpp's rope gets and
gives, and what its attention makes of queries, keys and values, must be what Farspan's scheme of that layer makes of them."""
import math
import re

import numpy as np

import farspan
import llama_cases
import llama_cpp
import tiny_models
from llama_cpp import ULP, chain_error

TOKENS = 48
FAR = 30000


class Seen:
    """What passed through one layer."""

    def __init__(self, layer, case):
        self.layer, self.case, self.rotations, self.nodes = layer, case, [], {}

    def take(self, node):
        if node.operation == "ROPE":
            self.rotations.append(node)
        elif node.operation != "MUL":
            self.nodes.setdefault(
                node.name.partition("-")[0], node
            )  # some names come twice: before and after the output's weights
        elif node.inputs[1].shape[2:] == (1, 1):  # a factor for each token
            self.nodes["temperature"] = node

    def rotation(self, which):
        """The rope of the queries or of the keys; without names, the queries come first."""
        named = [node for node in self.rotations if node.name.upper().startswith(which)]
        return (named or self.rotations[0 if which == "Q" else -1 :] or [None])[0]

    def entered(self, which):
        """Queries or keys [heads, tokens, head_dim] before rotation and temperature."""
        node = self.rotation(which)
        multiplied = self.nodes["kq"].inputs[1][0] if which == "Q" else self.nodes["kq"].inputs[0][0, :, :TOKENS]
        if node is None:
            scaled = which == "Q" and self.nodes.get("temperature")
            return scaled.inputs[0][0].transpose(1, 0, 2) if scaled else multiplied
        x = node.inputs[0][0].transpose(1, 0, 2)
        if self.case.normed:
            x = x / np.sqrt(
                np.mean(x * x, axis=2, keepdims=True)
                + np.float32(tiny_models.SIZES["attention.layer_norm_rms_epsilon"])
            )
        return x if x.shape[2] == self.layer.head_dim else self.completed(multiplied, node)

    def completed(self, multiplied, node):
        """Heads of which llama.cpp cut out the rotated features, shared by all heads or not, with those put back as they were before."""
        first = self.layer.rope.contents.rotary_offset
        rotated = slice(first, first + node.output.shape[3])
        if np.any(multiplied[:, :, rotated] != node.output[0].transpose(1, 0, 2)):
            raise llama_cpp.Failure(f"the features from {first} on are not those that llama.cpp rotates")
        whole = multiplied.copy()
        whole[:, :, rotated] = node.inputs[0][0].transpose(1, 0, 2)
        return whole

    def values(self):
        """[key heads, tokens, value_dim]; the cache holds them transposed."""
        return self.nodes["kqv"].inputs[0][0, :, :, :TOKENS].transpose(0, 2, 1)

    def scheme(self):
        sinks = self.nodes["kq_soft_max"].inputs[2]
        return self.layer.scheme if sinks is None else farspan.with_sinks(self.layer, sinks.reshape(-1))


ATTENTION = re.compile(r"(kq|kqv|kqv_out|kq_soft_max)-\d+")


def wanted(operation, name):
    return operation == "ROPE" or bool(ATTENTION.fullmatch(name)) or (operation == "MUL" and name.startswith("Qcur"))


def watched(model, ours, case, first):
    """The layers of one run that starts at position `first`."""
    rows = (
        np.random.default_rng(7).normal(size=(TOKENS, ours.info.hidden)).astype(np.float32)
        if case.axes
        else np.arange(TOKENS)
    )
    layers = [Seen(ours.layer(n), case) for n in range(ours.info.layers)]
    for node in llama_cpp.run_model(model, rows, case.positions(first, TOKENS), case.context, wanted):
        layer = re.search(r"-(\d+)", node.name)
        if layer:
            layers[int(layer[1])].take(node)
    return layers


def angle_error(seen, last):
    """Of any pair of a layer at positions up to `last`."""
    rope = seen.layer.rope.contents
    plain = last * rope.base ** (-2.0 * np.arange(rope.rotary_dim // 2) / rope.rotary_dim)
    return np.max(chain_error(plain[None]))


def rotation_difference(seen, first):
    """(largest difference, its share of the bound) of what comes out of a layer's ropes; infinite if only one side has them."""
    rotates = farspan.method(seen.layer) != "none"
    if rotates != bool(seen.rotations):
        return math.inf, math.inf
    if not rotates:
        return 0.0, 0.0
    case, offset, found = seen.case, seen.layer.rope.contents.rotary_offset, []
    positions = case.positions(first, TOKENS)
    where = positions.reshape(4, -1)[: farspan.axes(seen.layer)] if case.axes else positions
    magnitude = farspan.frequencies(seen.layer, case.current())[1]
    for node in filter(None, map(seen.rotation, "QK")):
        x = node.inputs[0][0].transpose(1, 0, 2)
        if x.shape[2] < seen.layer.head_dim:  # only the rotated features
            x = np.pad(x, ((0, 0), (0, 0), (offset, 0)))
        mine = farspan.rotate(seen.layer.scheme, x[None], where, case.current())[0].transpose(1, 0, 2)
        theirs = node.output[0]
        difference = np.max(np.abs(mine[:, :, -theirs.shape[2] :] - theirs))
        bound = np.max(np.abs(x)) * math.sqrt(2) * magnitude * (angle_error(seen, first + TOKENS) + 8 * ULP)
        found.append((difference, difference / bound))
    return tuple(np.max(found, axis=0))


def scale_difference(seen):
    """The same for the factor on <q, k>, as far as it is a parameter of llama.cpp's softmax."""
    found = abs(seen.nodes["kq_soft_max"].real(0) / seen.layer.attention_scale - 1)
    return found, found / (8 * ULP)


def attention_difference(seen, first):
    """The same for what attention gives. An error of a logit moves the output by at most twice that times the largest value."""
    case, q, k, v = seen.case, seen.entered("Q"), seen.entered("K"), seen.values()
    mine = farspan.attention(
        seen.scheme(),
        q[None],
        k[None],
        v[None],
        first,
        case.current(),
        case.positions(first, TOKENS).reshape(4, -1)[: farspan.axes(seen.layer)] if case.axes else None,
    )[0]
    theirs = seen.nodes["kqv_out"].output.reshape(TOKENS, q.shape[0], -1).transpose(1, 0, 2)
    found = np.max(np.abs(theirs - mine))
    angle, magnitude = 0.0, 1.0
    if seen.rotations:
        angle, magnitude = angle_error(seen, first + TOKENS), farspan.frequencies(seen.layer, case.current())[1]
    size = (
        np.max(np.linalg.norm(q, axis=2))
        * np.max(np.linalg.norm(k, axis=2))
        * magnitude**2
        * seen.layer.attention_scale
    )
    logit = size * (2 * angle + (q.shape[2] + 16) * ULP) + case.most_bias * 8 * ULP
    return found, found / (np.max(np.abs(v)) * 2 * (logit + TOKENS * ULP))


def compare(case):
    """(largest differences of rope, rope far away and attention; largest share of a bound)"""
    data, model = tiny_models.make(case.architecture, case.keys, case.tensors)
    ours = farspan.Model(data, angle=farspan.ANGLE_EXACT, release=case.release)
    differences, shares = [0.0] * 3, []
    rotating = any(farspan.method(ours.layer(n)) != "none" for n in range(ours.info.layers))
    for place, first in enumerate((case.first, FAR) if rotating else (case.first,)):
        for seen in watched(model, ours, case, first):
            found = [(place, rotation_difference(seen, first))]
            if place == 0 and found[0][1] != (math.inf, math.inf):
                found.append((2, scale_difference(seen) if case.rotation_only else attention_difference(seen, first)))
            for column, (difference, share) in found:
                differences[column] = np.maximum(differences[column], difference)
                shares.append(share)
    llama_cpp.free_model(model)
    return differences, np.max(shares)


def judge(case, share):
    """What is wrong with a case, or nothing."""
    if case.differs and share <= 1:
        return f"llama.cpp {case.name}: no difference any more, expected was: {case.differs}"
    if not case.differs and not share <= 1:
        return f"llama.cpp {case.name}: {share:.3g} times the bound"
    return None


def run(quick):
    """(passed, messages of failures)"""
    passed, failures = 0, []
    print(f"{'llama.cpp':<30}{'rope':>10}{'at ' + str(FAR):>10}{'attention':>11}{'of bound':>10}")
    for case in llama_cases.CASES:
        if quick and not case.quick:
            continue
        try:
            differences, share = compare(case)
            wrong = judge(case, share)
        except (llama_cpp.Failure, farspan.Failure) as failure:
            wrong, differences, share = f"llama.cpp {case.name}: {str(failure)[-400:]}", [math.nan] * 3, math.nan
        rope, far, attention = differences
        note = f"  known: {case.differs}" if case.differs else ""
        print(f"{case.name:<30}{rope:>10.1e}{far:>10.1e}{attention:>11.1e}{share:>10.2f}{note}", flush=True)
        if wrong:
            failures.append(wrong)
        else:
            passed += 1
    return passed, failures
