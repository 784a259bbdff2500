"""RULER's tasks, solved by a reader that knows their English and nothing of how they are made: every answer follows from the document."""
import math
import re
from collections import Counter

import numpy as np
import pytest

from farspan import eval as judging

NEEDLES = ["single_1", "single_2", "single_3", "multikey_1", "multikey_2", "multikey_3", "multivalue", "multiquery"]
TASKS = NEEDLES + ["tracking", "common_words", "frequent_words"]
NEEDLE = re.compile(r"One of the special magic (\w+)s for ([\w-]+) is: ([\w-]+)\.")
KINDS = {
    "word": re.compile(r"[a-z]+(-[a-z]+){1,2}"),
    "number": re.compile(r"[1-9]\d{6}"),
    "uuid": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
}


def needles(prompt):
    """The values of the keys that the question names, in its order."""
    told = {}
    for _, key, value in NEEDLE.findall(prompt):
        told.setdefault(key, []).append(value)
    asked = prompt.rsplit(" for ", 2)[1].split(" mentioned in the provided text?")[0]
    return [value for key in re.split(", and |, ", asked) for value in told[key]]


def variables(prompt):
    """The variables of the value that the question names, through a table of assignments in the text's order."""
    document, question = prompt.rsplit("Question: ", 1)
    asked = re.search(r"assigned the value (\d+)", question)[1]
    known = {}
    for name, source, number in re.findall(r"VAR ([A-Z]{5}) = (?:VAR ([A-Z]{5})|(\d+))", document):
        known[name] = number or known[source]
    return [name for name, value in known.items() if value == asked]


def common(prompt):
    document, question = prompt.rsplit("Question: ", 1)
    words = re.findall(r"\d+\. ([a-z]+)", document.rsplit("Below is a numbered list", 1)[1])
    return top(words, int(re.search(r"What are the (\d+) most", question)[1]))


def frequent(prompt):
    document, question = prompt.rsplit("Question: ", 1)
    number = re.search(r"What are the (\w+) most", question)[1]
    words = document.split("coded words. ", 1)[1].split()
    return top([word for word in words if word != "..."], {"three": 3}.get(number) or int(number))


def top(words, number):
    found = Counter(words).most_common()
    assert found[number - 1][1] > found[number][1], "the answer is certain"
    return [word for word, _ in found[:number]]


def solve(task, prompt):
    return {"tracking": variables, "common_words": common, "frequent_words": frequent}.get(task, needles)(prompt)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("length", [6000, 40000])
def test_every_answer_follows_from_the_document(task, length):
    for seed in range(12):
        made = judging.Ruler(task, length, seed=seed)
        assert sorted(solve(task, made.text())) == sorted(made.answers()), (task, seed)
        assert made.score(" " + ", ".join(solve(task, made.text()))).share == 1


def test_other_numbers():
    for seed in range(6):
        for options in (
            {"keys": 9, "values": 3, "queries": 5},
            {"keys": 2, "queries": 2, "values": 1, "haystack": "needles"},
            {"keys_are": "number", "values_are": "word", "keys": 20, "queries": 20},
            {"keys_are": "uuid", "values_are": "word", "haystack": "noise"},
        ):
            made = judging.Ruler("multiquery", 20000, seed=seed, **options)
            text = made.text()
            assert sorted(needles(text)) == sorted(made.answers())
            kinds = {"keys_are": "word", "values_are": "number", **options}
            for kind, key, value in NEEDLE.findall(text):
                assert KINDS[kinds["keys_are"]].fullmatch(key) and KINDS[kinds["values_are"]].fullmatch(value)
                assert kind == kinds["values_are"]
        for chains, hops in ((1, 1), (5, 2), (3, 30)):
            made = judging.Ruler("tracking", 20000, seed=seed, chains=chains, hops=hops, haystack="essay", example=0)
            text = made.text()
            assert variables(text) == made.answers() and len(made.answers()) == hops + 1
            assert len(re.findall(r"VAR [A-Z]{5} =", text)) == chains * (hops + 1)
        made = judging.Ruler("common_words", 20000, seed=seed, common=4, frequency=50, rare_frequency=49)
        assert sorted(common(made.text())) == sorted(made.answers())
        made = judging.Ruler("frequent_words", 60000, seed=seed, common=12, exponent=1.3)
        assert sorted(frequent(made.text())) == sorted(made.answers())


def test_a_solved_example_is_right():
    for task, solver in (("tracking", variables), ("common_words", common)):
        for seed in range(6):
            made = judging.Ruler(task, 9000, seed=seed)
            example = made.text("task").rsplit("\n\n", 2 if task == "tracking" else 1)[0]
            prompt, answers = re.split(r" Answer: .*?(?:they are|are): ", example)
            assert sorted(solver(prompt)) == sorted(answers.split())
            assert not set(answers.split()) & set(made.text("document").replace("\n", " ").split(" "))


def test_frequent_words_stand_as_often_as_the_law_says():
    """floor(N k^-2 / zeta(2)), N found from the first count; as many of each as Zipf's law, in an order that is none."""
    document = judging.Ruler("frequent_words", 300000, seed=3).text("document").split()
    counts = sorted(Counter(document).values(), reverse=True)
    weights = [k**-2.0 / (math.pi**2 / 6) for k in range(1, 1000)]
    sizes = range(int(counts[1] / weights[1]), int((counts[1] + 1) / weights[1]) + 2)
    laws = ([int(n * w) for w in weights if n * w >= 1] for n in sizes)
    law = next(law for law in laws if law[1:] == counts[1:])
    assert document.count("...") in range(law[0], law[0] + 3), "what is left is filled"
    word = Counter(document).most_common(2)[1][0]
    places = np.flatnonzero(np.array(document) == word) / len(document)
    assert abs(places.mean() - 0.5) < 4 * math.sqrt(1 / 12 / len(places))


MARKS, VOCABULARY = [1, 2, 3, 4], list(range(100, 1100))


def read_ids(task, ids, question, info):
    """The answers, by what the header says of statements."""
    ids, question = list(ids), list(question)
    if task in ("common_words", "frequent_words"):
        return top([i for i in ids if i != 4], info.answers)
    if task == "tracking":
        asked, known = question[1:6], {}
        for at in (n for n, i in enumerate(ids) if i == 1):
            end = ids.index(2, at)
            given = ids[at + 1 : end]
            known[ids[at - 1]] = given if len(given) == 5 else known[given[0]]
        return [name for name, value in known.items() if value == asked]
    found = []
    queries = question.count(3)
    size = len(question) // queries
    for n in range(queries):
        key = question[n * size + 1 : (n + 1) * size - 1]
        for at in (n for n, i in enumerate(ids) if i == 1):
            if ids[at - len(key) : at] == key:
                found += ids[at + 1 : ids.index(2, at)]
    return found


@pytest.mark.parametrize("task", TASKS)
def test_answers_of_ids_follow_too(task):
    for seed in range(12):
        made = judging.Ruler(task, 3000, seed=seed)
        parts = {part: made.ids(MARKS, VOCABULARY, part) for part in ("whole", "document", "question", "answers")}
        assert np.array_equal(parts["whole"], np.concatenate([parts["document"], parts["question"]]))
        found = read_ids(task, parts["document"], parts["question"], made.info())
        assert sorted(found) == sorted(parts["answers"].tolist()), (task, seed)
        assert judging.ruler_score_ids(parts["answers"], made.info().answer_ids, found).complete == 1
        assert not made.ids(MARKS, VOCABULARY, "prefix").size


def test_depth_is_where_the_needle_stands():
    for depth in np.linspace(0, 1, 11):
        made = judging.Ruler("single_2", 50000, depth=depth, seed=1)
        document = made.text("document")
        assert abs(document.index("One of the special") / len(document) - depth) < 0.004
        ids = judging.Ruler("single_1", 4000, depth=depth, seed=1).ids(MARKS, VOCABULARY, "document").tolist()
        assert abs((ids.index(1) - 2) / (len(ids) - 11) - depth) < 0.0005


def test_wrong_ones_are_refused():
    with pytest.raises(ValueError, match="ruler.task is 'vt': must be one of single_1"):
        judging.Ruler("vt", 1000)
    with pytest.raises(ValueError, match="config.length is 100: must be between"):
        judging.Ruler("single_1", 100).text()
    with pytest.raises(ValueError, match="vocabulary_count is 2: not enough"):
        judging.Ruler("multiquery", 300).ids(MARKS, [8, 9])
