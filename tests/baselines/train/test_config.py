"""Settings: JSON holds them without loss, words change them, and what does not exist is said to be near what does."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass, replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.baselines.detectors import DETECTORS
from cocokit.baselines.train.config import TrainConfig, default_config, learning_rate, train_config
from cocokit.baselines.train.settings import changed, from_json, settings_of, to_json
from cocokit.errors import NotFoundError, ParamsError
from tests.baselines.train import toy


@dataclass(frozen=True)
class Inner:
    names: tuple[str, ...] = ("a",)
    ratios: tuple[tuple[float, ...], ...] = ((0.5, 1.0),)


@dataclass(frozen=True)
class Outer:
    count: int = 1
    share: float = 0.5
    on: bool = False
    word: str = "x"
    kind: Literal["one", "two"] = "one"
    limit: int | None = None
    pair: tuple[int, float] = (1, 2.0)
    inner: Inner = Inner()
    by_name: dict[str, float] | None = None


numbers = st.floats(allow_nan=False, allow_infinity=False)
inners = st.builds(Inner, st.lists(st.text()).map(tuple), st.lists(st.lists(numbers).map(tuple)).map(tuple))
outers = st.builds(
    Outer, st.integers(), numbers, st.booleans(), st.text(), st.sampled_from(["one", "two"]),
    st.none() | st.integers(), st.tuples(st.integers(), numbers), inners,
    st.none() | st.dictionaries(st.text(), numbers),
)  # fmt: skip


@given(outers)
def test_json_holds_a_config_without_loss(config: Outer) -> None:
    assert from_json(Outer, json.loads(json.dumps(to_json(config)))) == config


def test_words_that_belong_together_are_checked_together() -> None:
    words = ["model.boxes=none", "model.regress=false", "model.low=0.6", "model.high=0.7"]
    for order in itertools.permutations(words):  # some of these orders pass through what is refused
        assert changed(default_config("fast_rcnn"), order).model.low == 0.6
    with pytest.raises(ParamsError, match="nothing learns to move boxes"):
        changed(default_config("fast_rcnn"), words[:1])
    assert changed(default_config("ssd"), ["steps=5", "steps=7"]).steps == 7, "the last word counts"


@given(outers)
def test_words_make_any_config_of_any_other(config: Outer) -> None:
    words = [f"{name}={value if isinstance(value, str) else json.dumps(value)}"
             for name, value in settings_of(config).items() if not isinstance(value, str) or value == value.strip()]
    made = changed(replace(Outer(), word=config.word), words)
    assert made == config


@pytest.mark.parametrize("name", DETECTORS)
def test_the_config_of_every_baseline_comes_back_from_json(name: str) -> None:
    config = default_config(name)
    assert train_config(json.loads(json.dumps(to_json(config)))) == config


@pytest.mark.parametrize(
    "word, name, value",
    [("lr=0.01", "lr_per_16_images", 0.01), ("steps=200", "steps", 200), ("flip=0", "flip", 0.0),
     ("optimizer=sgd", "optimizer", "sgd"), ("scales=0.5,1.5", "scales", (0.5, 1.5)),
     ("scales=[1, 2]", "scales", (1.0, 2.0))],
)  # fmt: skip
def test_a_word_becomes_what_its_field_is(word: str, name: str, value: object) -> None:
    found = getattr(changed(default_config("toy"), [word]), name)
    assert found == value
    assert type(found) is type(value)


def test_words_reach_into_the_model() -> None:
    config = changed(default_config("toy"), ["model.gamma=1", "model.levels=P4,P5", "model.width=3"])
    assert config.model == toy.Config(3, 1.0, levels=("P4", "P5"))
    assert config.steps == default_config("toy").steps


def test_a_baseline_knows_better_than_the_defaults() -> None:
    assert (default_config("toy").size, default_config("toy").warmup) == (64, 2)
    assert default_config("toy").steps == TrainConfig("toy", None).steps


@pytest.mark.parametrize(
    "word, message",
    [
        ("stesp=3", "stesp is '3'; there is no such setting; the nearest is steps"),
        ("gamma=3", "gamma is '3'; there is no such setting; the nearest is model.gamma"),
        ("model.gama=3", "model.gama is '3'; there is no such setting; the nearest is model.gamma"),
        ("model=3", "model is '3'; there is no such setting"),
        ("steps.more=3", "steps.more is '3'; there is no such setting; the nearest is steps"),
        ("steps=1.5", "steps is 1.5; a whole number is needed"),
        ("steps=true", "steps is True; a whole number is needed"),
        ("lr=fast", "lr_per_16_images is 'fast'; a finite number is needed"),
        ("lr=NaN", "lr_per_16_images is nan; a finite number is needed"),
        ("lr=Infinity", "lr_per_16_images is inf; a finite number is needed"),
        ("optimizer=adam", "optimizer is 'adam'; use one of adamw, sgd"),
        ("scales=1", "scales is [1]; a list of 2 is needed"),
        ("scales=2,1", "scales is (2.0, 1.0); give two rising shares"),
        ("model.width=0", "model.width is 0; give 1 or more"),
        ("steps=0", "steps is 0; give 1 or more"),
        ("flip=2", "flip is 2.0; give a share, 0 to 1"),
        ("steps", "--set is 'steps'; write NAME=VALUE, such as steps=200"),
    ],
)
def test_a_word_that_cannot_work(word: str, message: str) -> None:
    with pytest.raises(ParamsError) as error:
        changed(default_config("toy"), [word])
    assert str(error.value).startswith(message)


def test_json_that_is_no_config() -> None:
    with pytest.raises(ParamsError, match=r"model.gama is 1; there is no such setting; the nearest is model.gamma"):
        train_config({"baseline": "toy", "model": {"gama": 1}})
    with pytest.raises(ParamsError, match="stps is 1; there is no such setting; the nearest is steps"):
        train_config({"baseline": "toy", "stps": 1})
    with pytest.raises(NotFoundError, match="no baseline is called 'toys'"):
        train_config({"baseline": "toys"})
    for odd in (None, [], {}, {"baseline": 3}, {"baseline": "toy", "model": 7}):
        with pytest.raises(ParamsError):
            train_config(odd)


def test_the_learning_rate_is_scaled_in_one_place() -> None:
    config = TrainConfig("toy", toy.Config(), steps=100, batch=4, lr_per_16_images=0.1, warmup=10)
    rates = [learning_rate(config, step) for step in range(101)]
    assert max(rates) == pytest.approx(0.1 * 4 / 16)
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[55] == pytest.approx(0.0125)  # halfway down the cosine
    assert rates[100] == pytest.approx(0)
    tenths = replace(config, decay="steps", warmup=0)
    assert [learning_rate(tenths, step) / 0.025 for step in (0, 66, 67, 88, 89)] == pytest.approx(
        [1, 1, 0.1, 0.1, 0.01])  # fmt: skip
    assert math.isclose(learning_rate(replace(config, decay="constant"), 99), 0.025)
