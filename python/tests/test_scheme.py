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
