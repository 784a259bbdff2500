"""The report without PyTorch: a model whose losses are known."""
import json
import re
import xml.etree.ElementTree as xml
from pathlib import Path

import numpy as np
import pytest

from farspan import Model, Scheme, report
from farspan.__main__ import main
from farspan.report import command, methods
from farspan.report.measure import Cost, Job, places
from farspan.report.needles import DEPTHS, Needles
from farspan.report.page import to_page
from farspan.report.pieces import Pieces
from farspan.report.results import Found, Results
from farspan.report.svg import HeatMap, heat_map

TRAINED, SEGMENT = 256, 128
NAMES = ["none", "yarn", "window"]
ABOUT = {"model": "known", "weights": "0", "trained": TRAINED, "text": "a text", "tokens": 4000, "segment": SEGMENT}


class KnownModel:
    """none explodes beyond the trained length, window stays, yarn gains."""

    trained = TRAINED

    def __init__(self):
        self.method, self.runs = "", []

    def use(self, method, length):
        self.method = method
        return json.dumps([method if length > TRAINED else "none"])

    def losses(self, tokens, end, length, segment):
        self.runs.append((self.method, length, end))
        beyond = {"none": 2.0, "yarn": -0.1, "window": 0.0}[self.method] if length > TRAINED else 0.0
        return 3.0 + beyond + 0.01 * np.sin(np.arange(segment) + end)


@pytest.fixture
def job(tmp_path):
    def make(model):
        pieces = Pieces(tmp_path / "windows.jsonl", ABOUT)
        return Job(
            model,
            np.zeros(4000, np.int64),
            NAMES,
            [128, 256, 512, 1024],
            places(4000, 1024, 3, SEGMENT),
            SEGMENT,
            pieces,
            "a machine; today",
        )

    return make


def results(job):
    ends, lines = job.lines()
    return Results("a <model>", "a text", 4000, TRAINED, SEGMENT, ends, list(job.lengths), lines, len(job.missing()))


class Reader:
    """Answers what it sees: none up to the trained length, window its last 1000 bytes, yarn everything. Its tokens are bytes."""

    trained = 1024

    def __init__(self):
        self.method, self.sees, self.asked = "", 0, []

    def use(self, method, length):
        self.method = method
        self.sees = {"none": length if length <= self.trained else 0, "window": 1000, "yarn": length}[method]
        return json.dumps([method if length > self.trained else "none"])

    def encode(self, text):
        return np.frombuffer(text.encode(), np.uint8).astype(np.int64)

    def answer(self, prompt, count):
        self.asked.append((self.method, len(prompt), count))
        text = bytes(prompt[len(prompt) - min(self.sees, len(prompt)) :].astype(np.uint8)).decode()
        asked = re.search(r"number for ([\w-]+) mentioned", text)
        told = asked and re.search(rf"numbers for {asked[1]} is: (\d+)\.", text)
        return f" {told[1]}, I think" if told else " 1234567"


@pytest.fixture
def needles(tmp_path):
    def make(model, prompts=3):
        pieces = Pieces(tmp_path / "single_2.jsonl", {"model": "reader", "trained": Reader.trained})
        lengths = [128, 1024, 2048, 4096]
        return Needles(model, "single_2", prompts, NAMES, lengths, pieces, "another machine; today")

    return make


def test_needles_show_what_a_model_sees(needles):
    model = Reader()
    job = needles(model)
    assert job.lengths == [1024, 2048, 4096], "128 bytes have no room"
    assert len(job.missing()) == 3 * len(DEPTHS) * (1 + 3 * 2)
    list(job.run(Cost(1, 0)))
    assert not job.missing() and len(model.asked) == 105
    assert {count for *_, count in model.asked} == {job.room}
    for length in job.lengths:
        sizes = [len(tokens) for (n, *_), (_, tokens) in job._made.items() if n == length]
        assert len(sizes) == 15 and all(0.9 * length < size + job.room < length for size in sizes)
    none, yarn, window = job.found()
    assert yarn.reach().length == 4096 and none.reach().length == 1024 and window.reach().length == 1024
    assert [window.share(4096, depth) for depth in DEPTHS] == [0, 0, 0, 0, 1] and none.share(2048, 1) == 0
    # Another run asks nothing again, and one of more prompts only those.
    second = Reader()
    assert not list(needles(second).run(Cost(1, 0))) and needles(second).found() == job.found()
    list(needles(second, 4).run(Cost(1, 0)))
    assert len(second.asked) == 35
    assert not list(needles(Reader(), 9).run(Cost(1, 0), limit=100)), "no time for any"


def test_the_page_has_a_map_of_each_method(job, needles):
    asked = needles(Reader(), 2)
    list(asked.run(Cost(1, 0)))
    made = results(job(KnownModel()))
    assert "stands far back" not in to_page(made) and json.loads(made.to_json())["found"] == []
    made.found = asked.found()
    page = to_page(made)
    assert page.count('class="chart map"') == 3 and "yarn: 4,096" in page and "none: 1,024" in page
    assert "window, 4,096 tokens, depth 0: 0% of 2 prompts" in page
    found = {one["method"]: one for one in json.loads(made.to_json())["found"]}
    assert found["yarn"]["effective_length"] == 4096 and len(found["window"]["cells"]) == 15
    assert "| method | 1,024 | 2,048 | 4,096 | effective length |" in made.to_markdown()
    assert "| window | 100% | 40% | 20% | 1,024 |" in made.to_markdown()
    part = Found("none", "single_2", {(8, 0.0): [0.5], (16, 1.0): [1.0]})
    made.found = [part]
    assert "not asked yet" in to_page(made)


def test_places_are_those_of_fewer_windows_too():
    assert places(1000, 100, 4, 50) == [250, 500, 750, 1000]
    assert set(places(145736, 16384, 2, 512)) <= set(places(145736, 32768, 4, 512))
    with pytest.raises(ValueError, match="give fewer windows"):
        places(1000, 100, 10, 50)
    with pytest.raises(ValueError, match="at least one window"):
        places(1000, 100, 0, 50)


def test_what_is_known_is_not_measured_again(job):
    model = KnownModel()
    first = job(model)
    assert len(first.missing()) == 3 * (2 + 2 * 3)  # up to the trained length all methods are one
    done = list(first.run(Cost(1, 0)))
    assert len(done) == len(model.runs) == 24 and not first.missing()
    second = KnownModel()
    assert not list(job(second).run(Cost(1, 0))) and not second.runs
    assert results(job(second)).to_markdown() == results(first).to_markdown()


def test_a_run_that_was_ended_goes_on(job, tmp_path):
    list(job(KnownModel()).run(Cost(1, 0)))
    path = tmp_path / "windows.jsonl"
    whole = path.read_text()
    expected = results(job(KnownModel())).to_markdown()
    lines = whole.splitlines(keepends=True)
    path.write_text("".join(lines[:14]) + lines[14][:100])  # in the second window, in the middle of a line
    model = KnownModel()
    ended = job(model)
    partial = results(ended)
    assert partial.remaining > 0 and len(partial.ends) == 1 and "not measured yet" in partial.facts()
    assert len(Pieces(path).about) == len(ABOUT)
    list(ended.run(Cost(1, 0)))
    assert 0 < len(model.runs) < 24 and results(ended).to_markdown() == expected
    with pytest.raises(ValueError, match="another report"):
        Pieces(path, {"model": "unknown"})


def test_what_was_measured_is_reported_without_the_model(job, needles, tmp_path, capsys):
    def tables():
        assert main(["report", "--measured", str(tmp_path), "--out", str(tmp_path / "out"), "--quiet"]) == 0
        assert (tmp_path / "out" / "report.html").exists()
        return capsys.readouterr().out

    done, asked = job(KnownModel()), needles(Reader(), 2)
    list(done.run(Cost(1, 0)))
    list(asked.run(Cost(1, 0)))
    expected = results(done)
    expected.model, expected.found = "known", asked.found()
    assert tables() == expected.facts() + "\n\n" + expected.to_markdown()
    assert " a machine; today. another machine; today." in expected.facts()
    # What was measured under other parameters does not count.
    other = KnownModel()
    other.use = lambda method, length: json.dumps([method, 2])
    assert len(job(other).missing()) == 3 * 3 * 4


def test_windows_count_of_which_as_much_is_measured(job):
    done = job(KnownModel())
    for (end, length, method), _ in done.run(Cost(1, 0)):
        if end == done.ends[0] and length == 1024 and method == "none":
            break
    found = results(done)
    assert found.ends == done.ends[:1] and [len(line.points) for line in found.lines] == [4, 3, 3]
    list(zip(range(9), done.run(Cost(1, 0))))  # the rest of the first window, and all of the second but one
    assert results(done).ends == done.ends[:1] and len(done.missing()) == 9
    list(zip(range(1), done.run(Cost(1, 0))))
    assert results(done).ends == done.ends[:2]
    # Nothing but what all methods share: one line for each. Else those alone of which more is known.
    few = job(KnownModel())
    assert [line.method for line in few.lines()[1]] == NAMES
    few.methods = ["none", "pi", "yarn"]
    few.schemes |= {("pi", n): json.dumps(["pi" if n > TRAINED else "none"]) for n in few.lengths}
    assert [line.method for line in few.lines()[1]] == ["none", "yarn"]


def test_the_page_of_a_pretrained_model_has_what_was_measured(tmp_path, capsys):
    """docs/real-model.md: `scripts/report-real.sh --tables` writes what stands between its marks."""
    folder = Path(__file__).parents[2] / "docs"
    if not folder.exists():
        pytest.skip("not in the repository")
    assert main(["report", "--measured", str(folder / "real-model"), "--out", str(tmp_path), "--quiet"]) == 0
    made = capsys.readouterr().out
    assert made.count("\n| ") > 3
    page = (folder / "real-model.md").read_text()
    assert page.split("<!-- begin of tables -->\n")[1].split("<!-- end of tables -->")[0] == made


def test_a_limit_of_time(job):
    model = KnownModel()
    short = job(model)
    assert not list(short.run(Cost(1, 0), limit=100)) and not model.runs
    assert short.estimate(Cost(1, 0)) == 3 * (128 + 256 + 3 * 512 + 3 * 1024)
    assert Cost(0, 1).of("window", TRAINED, 1024) < Cost(0, 1).of("none", TRAINED, 1024)
    cost = Cost(1, 0)
    cost.correct(10, 5)
    assert short.estimate(cost) == short.estimate(Cost(1, 0)) / 2


def test_tables(job):
    done = job(KnownModel())
    list(done.run(Cost(1, 0)))
    found = results(done)
    verdicts = {line.method: line.verdict.name for line in found.lines}
    assert verdicts == {"none": "explodes", "yarn": "improves", "window": "holds"}
    none = found.lines[0]
    assert none.verdict.worst_ratio == pytest.approx(np.exp(2), rel=1e-3)
    point = none.points[-1]
    assert point.loss.tokens == 3 * SEGMENT and point.loss.nll == pytest.approx(point.losses.mean())
    assert point.interval[0] <= point.loss.perplexity <= point.interval[1]
    assert point.change.nll == pytest.approx(2.0) and point.change.standard_error < 1e-9
    table = found.to_markdown()
    assert re.search(r"\| none \|.*\| explodes \(7\.39 at (512|1,024)\) \|", table) and "+2.000 +- 0.000" in table
    assert len(found.to_csv().splitlines()) == 1 + 3 * 4
    parsed = json.loads(found.to_json())
    assert parsed["lines"][1]["points"][3]["perplexity"] == found.lines[1].points[3].loss.perplexity


def test_page(job):
    done = job(KnownModel())
    list(done.run(Cost(1, 0)))
    page = to_page(results(done))
    assert "a &lt;model&gt;" in page and "http" not in page.replace("http-equiv", "").replace(
        "http://www.w3.org/2000/svg", ""
    )
    charts = re.findall(r"<svg xmlns.*?^</svg>\n(?=<svg xmlns|</div>)", page, re.S | re.M)
    assert len(charts) == 2
    assert [len(xml.fromstring(c).findall(".//{*}polyline")) for c in charts] == [
        6,
        4,
    ]  # a curve and its legend for each
    assert page.count('class="verdict explodes"') == 1 and page.count("<tr>") == 4 + 4 + 3
    drawn = xml.fromstring(heat_map(HeatMap("t", "x", "y", ["1", "2"], ["0"], [[(1.0, "a", "n"), (0.0, "b", "m")]])))
    assert [r.get("fill-opacity") for r in drawn.findall(".//{*}rect[@class='front']")] == ["1", "0"]


def test_style_is_that_of_the_command():
    """Which draws the same elements, and has its own copy."""
    here, command_files = Path(report.__file__).parent, Path(__file__).parents[2] / "tools" / "farspan"
    if not command_files.exists():
        pytest.skip("not in the repository")
    assert (here / "page.css").read_text() in (command_files / "page.cpp").read_text()
    drawn = re.sub(r"\s+|\\n|\"", "", (command_files / "svg.cpp").read_text())
    rules = re.sub(r"/\*.*?\*/", "", (here / "chart.css").read_text())
    colours = re.findall(r"--line: (#\w+);", rules)
    assert len(colours) == 18 and all(colour in drawn for colour in colours)
    for rule in re.findall(r"^\.chart.*$", rules, re.M):
        assert re.sub(r"\s+", "", rule) in drawn


CONFIG = {
    "model_type": "llama",
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "hidden_size": 256,
    "max_position_embeddings": TRAINED,
}


@pytest.mark.parametrize("name", methods.all_names())
def test_every_method_makes_a_scheme_that_sees_no_farther_than_in_training(name):
    """At the trained length all see what they were trained on; beyond it a query of a method that promises so sees distances below L."""
    assert methods.settings(name, TRAINED, TRAINED) == {}
    given = methods.settings(name, TRAINED, 1024)
    extension = {"extension": given["extend"], "target_length": 1024} if "extend" in given else {}
    parts = {**Model.from_config(CONFIG, **extension).layer(0).parts, **given.get("scheme", {})}
    scheme = Scheme(**parts)
    probes = [scheme.probe(1023, key) for key in range(1024)]
    distances = [p.relative_position for p in probes if p.visible]
    within = {"rerope", "leaky-rerope", "self-extend", "dual-chunk", "lambda", "window", "streaming"}
    if name.removesuffix(methods.LOG_N) in within:
        assert max(distances) < TRAINED
    seen = methods.find(name)[0].keys
    assert len(distances) <= (1024 if seen is None else seen(TRAINED) + methods.SINKS)
    text = scheme.to_json()
    assert ("log_n" in text) == name.endswith(methods.LOG_N)


def test_unknown_methods_are_named():
    with pytest.raises(ValueError, match="unknown method 'yam': known are none"):
        methods.find("yam")


def test_help_names_every_method(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["report", "--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0 and all(f"  {m.name} " in text for m in methods.METHODS) and "--model" in text
    with pytest.raises(SystemExit):
        main(["report", "--model", "x", "--text", "y", "--methods", "yam"])
    assert "unknown method" in capsys.readouterr().err
    assert main(["report", "--model", "/nowhere", "--text", "/nowhere"]) == 1


def test_durations():
    assert [command.duration(s) for s in (5, 600, 7200)] == ["5 s", "10 min", "2.0 h"]
