import json

import numpy as np
import pytest

import farspan
from farspan import Rope, Scheme

YARN = Rope(method="yarn", layout="half", rotary_dim=64, original_context=2048, factor=4.0)


def test_words_and_numbers_make_the_same_scheme():
    by_number = {"method": 11, "layout": 1, "rotary_dim": 64, "original_context": 2048, "factor": 4}
    for scheme in (Scheme(rope=YARN), Scheme(rope=by_number)):
        frequencies, magnitude = farspan.rope_frequencies(scheme, 0, 32)
        assert frequencies[0] == 1.0 and magnitude == pytest.approx(0.1 * np.log(4) + 1)


def test_errors_have_message_field_and_class():
    with pytest.raises(farspan.InputError, match=r"rope.rotary_dim is 63: must be even") as caught:
        Scheme(rope={**YARN, "rotary_dim": 63})
    error = caught.value
    assert isinstance(error, ValueError) and error.function == "scheme_create" and error.argument == 1 and error.reason
    with pytest.raises(ValueError, match="rope.method is 'yearn': must be one of none, base"):
        Scheme(rope={"method": "yearn"})
    with pytest.raises(ValueError, match="rope.layout is 'neox': must be one of half, interleaved"):
        Scheme(rope={**YARN, "layout": "neox"})
    with pytest.raises(TypeError, match="rope has no field 'theta'; it has method, layout"):
        Scheme(rope={"method": "base", "theta": 1e6})


@pytest.mark.parametrize("value, error", [(2**31, OverflowError), (64.5, TypeError), ("64", TypeError)])
def test_a_number_that_would_be_cut_is_refused(value, error):
    with pytest.raises(error, match="rope.rotary_dim is"):
        Scheme(rope={**YARN, "rotary_dim": value})


def test_probe_and_visible():
    scheme = Scheme(rope=YARN, remap={"method": "rerope", "window": 100}, mask={"sinks": 4, "window_left": 511})
    assert scheme.probe(5000, 4500).relative_position == 100 and scheme.probe(5000, 4950).relative_position == 50
    assert scheme.visible(5000, 8000) == (range(0, 4), range(4489, 5001))
    assert scheme.axes == 1


def test_schemes_are_text():
    text = '{"rope": {"method": "yarn", "layout": "half", "rotary_dim": 64, "factor": 4, "original_context": 2048}, "mask": {"sinks": 4}}'
    assert Scheme(rope=YARN, mask={"sinks": 4}).to_json() == text
    assert Scheme.from_json(text).to_json() == text == Scheme.from_json(text.encode()).to_json()
    with pytest.raises(farspan.InputError, match=r"^\$.rope.basee is not a field of rope$"):
        Scheme.from_json('{"rope": {"basee": 1}}')
    with pytest.raises(farspan.Error, match="line 1, column 1"):
        Scheme.from_json("")


def test_arrays_are_copied():
    factors = np.ones(32)
    scheme = Scheme(rope={"method": "pair_factors", "layout": "half", "rotary_dim": 64, "short_factors": factors})
    factors[:] = 7
    assert farspan.rope_frequencies(scheme, 0, 32)[0][0] == 1
    with pytest.raises(TypeError, match="short_factors holds"):
        Scheme(rope={"method": "pair_factors", "layout": "half", "rotary_dim": 64, "short_factors": ["a"] * 32})


def test_alibi_bias():
    scheme = Scheme(bias={"method": "alibi", "heads": 4})
    assert farspan.bias_fill(scheme, 0, 0, 3).tolist() == [0, -0.25, -0.5]


# Each key sets the field of its name: a scheme of dictionaries has the text that they are.
EVERY_FIELD = [
    (
        '{"rope": {"method": "yarn", "layout": "interleaved", "rotary_dim": 16, "rotary_offset": 4, "angle": "float32", '
        '"base": 5000, "factor": 8, "original_context": 640, "beta_fast": 30, "beta_slow": 2, "extrapolation_factor": 0.5, '
        '"ramp": "rotations", "magnitude": "explicit", "attention_factor": 1.25, "axes": "sections", "axis_sections": [1, '
        '2, 2, 3]}, "bias": {"method": "alibi", "heads": 4, "bidirectional": true, "distance_limit": 64, "max_bias": 16, '
        '"scale": 0.125, "trained_length": 128}, "mask": {"causal": false, "window_left": 50, "window_right": 30, "sinks": '
        '1, "chunk": 160, "prefix": 2}, "score": {"temperature": "length", "scale": 2, "multiplier": 3, "trained_length": '
        '100, "alpha": 0.2, "power": 2, "softcap": 30}}'
    ),
    (
        '{"rope": {"method": "yarn", "layout": "half", "rotary_dim": 16, "factor": 8, "original_context": 640, "truncate": '
        'false, "mscale": 0.5, "mscale_all_dim": 0.25}, "remap": {"method": "leaky_rerope", "window": 20, "leak": 4}}'
    ),
    (
        '{"rope": {"method": "ntk_mixed", "layout": "half", "rotary_dim": 16, "mixed_exponent": 0.5}, "remap": {"method": '
        '"self_extend", "window": 20, "group": 4, "real_shift": true}}'
    ),
    (
        '{"rope": {"method": "llama3", "layout": "half", "rotary_dim": 16, "original_context": 640, "low_freq_factor": 2, '
        '"high_freq_factor": 8}, "remap": {"method": "dual_chunk", "chunk": 40, "local_window": 4, "position_scale": 2}}'
    ),
    (
        '{"rope": {"method": "proportional", "layout": "half", "rotary_dim": 16, "rotated_fraction": 0.5}, "remap": '
        '{"method": "lm_infinite", "window": 20, "limit": 30}}'
    ),
    (
        '{"rope": {"method": "xpos", "layout": "half", "rotary_dim": 16, "xpos_scale_base": 256, "xpos_gamma": 0.5}, '
        '"bias": {"method": "t5", "heads": 2, "buckets": 4, "max_distance": 64, "values": [1, 2, 3, 4, 5, 6, 7, 8]}}'
    ),
    (
        '{"rope": {"method": "longrope", "layout": "half", "rotary_dim": 4, "original_context": 640, "length_switch": "at", '
        '"short_factors": [1, 2], "long_factors": [3, 4]}, "remap": {"method": "streaming", "sinks": 3, "recent": 20}}'
    ),
    ('{"bias": {"method": "kerple_log", "heads": 2, "a": [0.5, 1], "p": [2, 3]}}'),
    ('{"bias": {"method": "sandwich", "heads": 2, "dim": 64}}'),
]


@pytest.mark.parametrize("text", EVERY_FIELD)
def test_every_key_reaches_its_field(text):
    assert Scheme(**json.loads(text)).to_json() == text
