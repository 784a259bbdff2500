import copy
import threading

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

import farspan  # noqa: E402
from farspan.torch import _recent  # noqa: E402
from farspan.transformers import Cache, Unsupported, disable, enable  # noqa: E402
from farspan.transformers._enable import _note_layer  # noqa: E402

TOKENS = torch.randint(3, 60, (2, 50), generator=torch.Generator().manual_seed(1))
SIZES = {
    "hidden_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 32,
    "vocab_size": 64,
    "max_position_embeddings": 256,
    "pad_token_id": None,
    "bos_token_id": 1,
    "eos_token_id": None,
}


def build(kind="llama", seed=0, **keys):
    torch.manual_seed(seed)
    config = transformers.CONFIG_MAPPING[kind](**{**SIZES, **keys})
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=1.5 / parameter.shape[-1] ** 0.5)
    return model


@pytest.fixture(autouse=True)
def no_gradient():
    with torch.no_grad():
        yield


@pytest.fixture
def model():
    return build()


def generate(model, tokens=TOKENS, **named):
    return model.generate(tokens, max_new_tokens=40, do_sample=False, **named)


def close(got, expected, bound=1e-4):
    return ((got - expected).abs().max() / expected.abs().max()).item() < bound


def padding(side="left"):
    mask = torch.ones_like(TOKENS)
    mask[1, slice(0, 9) if side == "left" else slice(-9, None)] = 0
    return mask


def caches(model):
    return [None, Cache(model, "f32")]


def with_cache(cache):
    return {} if cache is None else {"cache": cache}


def test_generation_with_padding(model):
    named = {"attention_mask": padding()}
    expected = generate(model, **named)
    enable(model)
    for cache in caches(model):
        assert torch.equal(generate(model, **named, **with_cache(cache)), expected)


@pytest.mark.parametrize("side", ["left", "right"])
def test_logits_with_padding(model, side):
    mask = padding(side)
    positions = (mask.cumsum(1) - 1).clamp(0)
    expected = model(TOKENS, attention_mask=mask, position_ids=positions).logits
    enable(model)
    for cache in caches(model):
        got = model(
            TOKENS, attention_mask=mask, position_ids=positions, use_cache=cache is not None, **with_cache(cache)
        ).logits
        assert close(got[mask.bool()], expected[mask.bool()])


def test_beams_are_forks(model):
    expected = generate(model, num_beams=3)
    enable(model)
    for cache in caches(model):
        assert torch.equal(generate(model, num_beams=3, **with_cache(cache)), expected)


def test_assisted_decoding_rolls_back(model):
    assistant, tokens = build(seed=1, num_hidden_layers=1), TOKENS[:1]
    expected = generate(model, tokens)
    enable(model)
    enable(assistant)
    for cache in caches(model):
        assert torch.equal(generate(model, tokens, assistant_model=assistant, **with_cache(cache)), expected)


def test_windows_and_their_caches():
    model = build("mistral", sliding_window=16)
    expected = generate(model, attention_mask=padding())
    enable(model)
    for cache in caches(model):
        assert torch.equal(generate(model, attention_mask=padding(), **with_cache(cache)), expected)


def test_packed_sequences(model):
    positions = torch.cat([torch.arange(20), torch.arange(30)])[None]
    expected = model(TOKENS[:1], position_ids=positions, use_cache=False).logits
    enable(model)
    assert close(model(TOKENS[:1], position_ids=positions, use_cache=False).logits, expected)


@pytest.mark.parametrize("dtype, bound", [("f16", 1e-2), ("bf16", 5e-2), ("i8", 2e-1)])
def test_types_of_storage(model, dtype, bound):
    expected = model(TOKENS).logits
    enable(model)
    cache = Cache(model, dtype)
    got = torch.cat([model(TOKENS[:, :40], cache=cache).logits, model(TOKENS[:, 40:], cache=cache).logits], 1)
    assert close(got, expected, bound) and cache.stored_bytes > 0


def test_a_model_in_half_precision(model):
    half = copy.deepcopy(model).to(torch.bfloat16)
    enable(half)
    assert half(TOKENS).logits.dtype == torch.bfloat16 and close(half(TOKENS).logits.float(), model(TOKENS).logits, 0.1)


def test_streaming_keeps_constant_memory(model):
    """What was forgotten is what the mask would have hidden."""
    enable(model, scheme={"mask": {"sinks": 4, "window_left": 63}})
    whole, streaming, sizes = Cache(model, "f32"), Cache(model, "f32", sinks=4, recent=64), []
    for n in range(400):
        token = TOKENS[:1, n % 50 : n % 50 + 1]
        expected, got = model(token, cache=whole).logits, model(token, cache=streaming).logits
        assert close(got, expected)
        sizes.append(streaming.stored_bytes)
    assert max(sizes[200:]) <= max(sizes[:200]) < whole.stored_bytes


def test_another_scheme_in_the_middle():
    """The keys of a first layer do not depend on the attention before them: switching must give what the new scheme gives alone."""
    model, rerope = build(num_hidden_layers=1), {"remap": {"method": "rerope", "window": 10}}
    enable(model, rerope)
    expected = model(TOKENS).logits[:, -1]
    assert not close(enable(model)(TOKENS).logits[:, -1], expected)
    for cache in (Cache(model, "f32"), transformers.DynamicCache(config=model.config)):
        enable(model)
        model(TOKENS[:, :-1], cache=cache)
        enable(model, rerope)
        assert close(model(TOKENS[:, -1:], cache=cache).logits[:, -1], expected)


def test_extension(model):
    tokens = torch.randint(3, 60, (1, 600), generator=torch.Generator().manual_seed(2))
    enable(model, extend="self_extend", target_length=1024)
    got = model(tokens).logits
    described = farspan.Model.from_config(model.config.to_dict(), extension="self_extend", target_length=1024)
    enable(model, lambda index, layer: described.layer(index).scheme)
    assert close(got, model(tokens).logits, 1e-6) and not close(got, enable(model)(tokens).logits)


def test_layers_that_are_alike_share_their_plans(model):
    """A plan has tables as long as the text: not one for each layer."""
    enable(model)
    _recent.plans.clear()
    model(TOKENS)
    assert len(_recent.plans) == 1
    cache = Cache(model, "f32")
    model(TOKENS[:1], cache=cache)
    assert [len(store.plans) for store in cache.stores.values()] == [1]
    enable(model, scheme=lambda index, layer: {"mask": {"window_left": 7 + index}})
    model(TOKENS)
    assert len(_recent.plans) == 1 + SIZES["num_hidden_layers"]


def test_disable_restores(model):
    expected = model(TOKENS).logits
    enable(model)
    assert model.config._attn_implementation == "farspan"
    disable(model)
    assert torch.equal(model(TOKENS).logits, expected) and model.config._attn_implementation == "eager"
    disable(model)


def test_compiled(model):
    expected = model(TOKENS, use_cache=False).logits
    enable(model)
    compiled = torch.compile(model, backend="aot_eager")
    assert close(compiled(TOKENS, use_cache=False).logits, expected)


@pytest.mark.parametrize("kind", ["llama", "gemma2", "gpt_oss"])
def test_training(kind):
    """The gradient of every parameter is that of the model's own attention."""
    model = build(kind)

    def gradients():
        with torch.enable_grad():
            model(TOKENS, labels=TOKENS, attention_mask=padding("right"), use_cache=False).loss.backward()
        found = {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}
        model.zero_grad(set_to_none=True)
        return found

    expected = gradients()
    enable(model)
    found = gradients()
    assert found.keys() == expected.keys() and any("sinks" in name for name in found) == (kind == "gpt_oss")
    for name, gradient in found.items():
        assert close(gradient, expected[name], 1e-3), name


def test_training_is_refused(model):
    enable(model)
    with torch.enable_grad(), pytest.raises(RuntimeError, match="cache has no gradient"):
        model(TOKENS, labels=TOKENS, past_key_values=Cache(model)).loss.backward()
    dropping = build(attention_dropout=0.1).train()
    with pytest.raises(Unsupported, match="dropout"):
        enable(dropping)(TOKENS)


@pytest.mark.parametrize("kind, reason", [("bloom", "computes attention in its own way"), ("t5", "encoder-decoder")])
def test_models_that_are_refused(kind, reason):
    config = transformers.CONFIG_MAPPING[kind]()
    config.num_hidden_layers = config.num_layers = 1
    auto = transformers.AutoModelForCausalLM if kind == "bloom" else transformers.AutoModelForSeq2SeqLM
    config.vocab_size = 64
    with pytest.raises(Unsupported, match=reason):
        enable(auto.from_config(config))


def test_calls_that_are_refused(model):
    enable(model)
    with pytest.raises(Unsupported, match="mask for pairs of tokens"):
        model(TOKENS, attention_mask=torch.ones(2, 1, 50, 50))
    with pytest.raises(Unsupported, match="fixed size"):
        model(TOKENS, cache=transformers.StaticCache(config=model.config, max_cache_len=80))
    with pytest.raises(Unsupported, match="a batch of 1 for a cache of 2"):
        model(TOKENS, cache=(cache := Cache(model)))
        model(TOKENS[:1], cache=cache)
    holes = torch.ones_like(TOKENS)
    holes[0, 20:25] = 0
    with pytest.raises(ValueError, match="padding"):
        model(TOKENS, attention_mask=holes)


def test_sessions_in_threads(model):
    """A cache for each, of one model."""
    import threading

    enable(model)
    expected = [generate(model, TOKENS[n : n + 1], cache=Cache(model)) for n in range(2)]
    found = {}

    def session(n):
        with torch.no_grad():
            found[n] = generate(model, TOKENS[n % 2 : n % 2 + 1], cache=Cache(model))

    threads = [threading.Thread(target=session, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.equal(found[n], expected[n % 2]) for n in range(4))


def test_one_model_in_many_threads(model):
    """Whose first passes are at once, and whose modules may be at different layers."""
    expected = [model(tokens[None]).logits for tokens in TOKENS]
    for _ in range(10):
        state = getattr(enable(model), "_farspan")
        shared = torch.nn.Module()  # an attention that several layers share
        shared.layer_idx = None
        start, found = threading.Barrier(6), {}

        def run(n):
            start.wait()
            with torch.no_grad():
                found[n] = model(TOKENS[n % 2, None]).logits, model(TOKENS[n % 2, None], use_cache=False).logits
            _note_layer(state)(shared, (), {"layer_idx": n % 3})
            start.wait()
            found[n] = (*found[n], state.layer(shared, None))

        threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(close(logits, expected[n % 2]) for n in range(6) for logits in found[n][:2])
        assert all(found[n][2] is state.layers[n % 3] for n in range(6))
        disable(model)
