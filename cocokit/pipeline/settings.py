"""Every number of a campaign by name, with the paper's value as the default (PROTOCOL 1 to 10)."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from cocokit.domain.stages import Stage
from cocokit.errors import ParamsError

Value = int | float | bool | str | tuple[str, ...]

#: What a mask may be drawn with: the paper's polygon, and what a campaign may allow beside it (PROTOCOL 10.8).
TOOLS = ("polygon", "brush", "scissors", "superpixels", "lasso", "box", "tighten")

# The range of a number, both ends included; a float is checked to be finite beside it.
_COUNT = {"low": 1, "high": 1_000_000}
_COUNT_OR_NONE = {"low": 0, "high": 1_000_000}
_SHARE = {"low": 0.0, "high": 1.0}
_WEIGHT = {"low": 0.0, "high": 1_000.0}
_SECONDS = {"low": 1, "high": 30 * 24 * 3600}
_TIME = {"low": 0.001, "high": 24 * 3600.0}
_CENTS = {"low": 0.0, "high": 1_000_000.0}


@dataclass(frozen=True, slots=True)
class CampaignSettings:
    """The numbers of a campaign; the defaults are those of the preset ``coco``.

    Attributes:
        filter_page, k_filter: candidates on a page; workers who see it.
        k_label, k_spot: workers for an image, for a category in an image.
        max_spots: crosses of one worker on one category in one image.
        training: a worker draws a training task before drawing in a category.
        training_iou, training_boundary: the bars of a training task, 0 to 1; a boundary bar of 0: the IoU alone.
        training_tries: how often a worker may try in one category.
        no_object_answers: workers who must say "no such object" at a spot before it is dropped.
        all_segmented_answers: workers who must say "all already segmented" before the rest of a pair's spots close.
        max_attempts: masks for one spot before it is given up.
        tools: what a mask may be drawn with, of :data:`TOOLS`.
        page_size: tiles of a verification page, sentinels among them.
        bad_sentinels, good_sentinels: tiles of a page whose answer is known to be bad, good.
        sentinels_needed: bad sentinels to be found, or the page counts for nothing.
        false_alarms: good sentinels that a worker may flag, or the page counts for nothing.
        votes_first, votes_more: votes for each mask; further votes if any of the first says bad.
        votes_needed: good votes of all of these that pass the mask; the first ones pass it too if none says bad.
        crowd_after, k_crowd: instances segmented one by one before the rest is a crowd; workers who paint it.
        k_caption, caption_min_words: sentences for an image; words in each, at least.
        caption_more_images, k_caption_more: how many images, drawn at random, get more sentences; and how many.
        line_precision, line_recall, line_at_least: a, b and c of the rejection line: a worker stays with
            a * precision + b * recall >= c.
        sentinel_floor: a share of sentinels answered right; a worker is doubted who is surely below it.
        judge_after: answers or sentinels of a worker before anything is judged.
        lease_filter ... lease_caption: seconds that a worker may hold a task.
        currency: three letters.
        pay_filter ... pay_caption: cents for an answer.
        adaptive, adaptive_floor, adaptive_posterior: stop asking once the answer is this sure, after this many.
        prior_filter ... prior_caption: seconds for an answer, until enough were measured.
        prior_spread: how far a prior may be off, as a share of it (one standard deviation).
        measured_after: answers in a stage before its own median takes the prior's place.

    Raises:
        ParamsError: a value that cannot work, with what would.
    """

    filter_page: int = field(default=128, metadata=_COUNT)
    k_filter: int = field(default=1, metadata=_COUNT)
    k_label: int = field(default=8, metadata=_COUNT)
    k_spot: int = field(default=8, metadata=_COUNT)
    max_spots: int = field(default=10, metadata=_COUNT)
    training: bool = True
    training_iou: float = field(default=0.8, metadata=_SHARE)
    training_boundary: float = field(default=0.0, metadata=_SHARE)
    training_tries: int = field(default=3, metadata=_COUNT)
    no_object_answers: int = field(default=1, metadata=_COUNT)
    all_segmented_answers: int = field(default=2, metadata=_COUNT)
    max_attempts: int = field(default=5, metadata=_COUNT)
    tools: tuple[str, ...] = ("polygon",)
    page_size: int = field(default=64, metadata=_COUNT)
    bad_sentinels: int = field(default=4, metadata=_COUNT_OR_NONE)
    good_sentinels: int = field(default=4, metadata=_COUNT_OR_NONE)
    sentinels_needed: int = field(default=3, metadata=_COUNT_OR_NONE)
    false_alarms: int = field(default=2, metadata=_COUNT_OR_NONE)
    votes_first: int = field(default=3, metadata=_COUNT)
    votes_more: int = field(default=2, metadata=_COUNT_OR_NONE)
    votes_needed: int = field(default=4, metadata=_COUNT)
    crowd_after: int = field(default=10, metadata=_COUNT)
    k_crowd: int = field(default=1, metadata=_COUNT)
    k_caption: int = field(default=5, metadata=_COUNT)
    caption_min_words: int = field(default=8, metadata=_COUNT_OR_NONE)
    caption_more_images: int = field(default=0, metadata=_COUNT_OR_NONE)
    k_caption_more: int = field(default=40, metadata=_COUNT)
    line_precision: float = field(default=1.0, metadata=_WEIGHT)
    line_recall: float = field(default=1.0, metadata=_WEIGHT)
    line_at_least: float = field(default=1.2, metadata=_WEIGHT)
    sentinel_floor: float = field(default=0.5, metadata=_SHARE)
    judge_after: int = field(default=20, metadata=_COUNT)
    lease_filter: int = field(default=900, metadata=_SECONDS)
    lease_label: int = field(default=600, metadata=_SECONDS)
    lease_spot: int = field(default=300, metadata=_SECONDS)
    lease_segment: int = field(default=1200, metadata=_SECONDS)
    lease_verify: int = field(default=1200, metadata=_SECONDS)
    lease_crowd: int = field(default=900, metadata=_SECONDS)
    lease_caption: int = field(default=600, metadata=_SECONDS)
    currency: str = "USD"
    pay_filter: float = field(default=35.6, metadata=_CENTS)
    pay_label: float = field(default=7.5, metadata=_CENTS)
    pay_spot: float = field(default=1.2, metadata=_CENTS)
    pay_segment: float = field(default=22.0, metadata=_CENTS)
    pay_verify: float = field(default=28.4, metadata=_CENTS)
    pay_crowd: float = field(default=16.7, metadata=_CENTS)
    pay_caption: float = field(default=12.5, metadata=_CENTS)
    adaptive: bool = False
    adaptive_floor: int = field(default=3, metadata=_COUNT)
    adaptive_posterior: float = field(default=0.99, metadata=_SHARE)
    prior_filter: float = field(default=128.0, metadata=_TIME)
    prior_label: float = field(default=27.0, metadata=_TIME)
    prior_spot: float = field(default=4.0, metadata=_TIME)
    prior_segment: float = field(default=79.0, metadata=_TIME)
    prior_verify: float = field(default=102.4, metadata=_TIME)
    prior_crowd: float = field(default=60.0, metadata=_TIME)
    prior_caption: float = field(default=45.0, metadata=_TIME)
    prior_spread: float = field(default=0.5, metadata=_SHARE)
    measured_after: int = field(default=30, metadata=_COUNT)

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = _checked(entry.name, str(entry.type), getattr(self, entry.name), entry.metadata)
            object.__setattr__(self, entry.name, value)
        _check_tools(self.tools)
        if len(self.currency) != 3 or not (self.currency.isascii() and self.currency.isalpha()):
            raise ParamsError("currency", self.currency, "three letters are needed, such as USD")
        self._check_pages()

    def _check_pages(self) -> None:
        """The numbers of a verification page must fit each other."""
        if self.bad_sentinels + self.good_sentinels >= self.page_size:
            raise ParamsError("page_size", self.page_size, "it must leave room beside bad_sentinels + good_sentinels")
        votes = self.votes_first + self.votes_more
        for name, most, limit in (
            ("sentinels_needed", self.bad_sentinels, "bad_sentinels"),
            ("false_alarms", self.good_sentinels, "good_sentinels"),
            ("votes_needed", votes, "votes_first + votes_more"),
        ):
            if getattr(self, name) > most:
                raise ParamsError(name, getattr(self, name), f"at most {limit} ({most})")

    def changed(self, **values: Value) -> CampaignSettings:
        """The same settings with some values replaced.

        Raises:
            ParamsError: an unknown name or a value that cannot work.

        Examples:
            >>> CampaignSettings().changed(k_label=6).k_label
            6
        """
        for name, value in values.items():
            _known(name, value)
        return replace(self, **values)  # type: ignore[arg-type]

    def answers(self, stage: Stage) -> int:
        """How many workers answer one task of a stage; of verification, the votes of the first round."""
        counts = {Stage.SEGMENT: 1, Stage.VERIFY: self.votes_first}
        return counts[stage] if stage in counts else int(getattr(self, f"k_{stage}"))

    def lease_ms(self, stage: Stage) -> int:
        """How long a worker may hold a task of a stage, ms."""
        return 1000 * int(getattr(self, f"lease_{stage}"))

    def pay(self, stage: Stage) -> float:
        """Cents for an answer in a stage."""
        return float(getattr(self, f"pay_{stage}"))

    def prior(self, stage: Stage) -> float:
        """Seconds for an answer in a stage, until enough were measured."""
        return float(getattr(self, f"prior_{stage}"))


_TYPES = {entry.name: str(entry.type) for entry in fields(CampaignSettings)}

#: The names of all settings, in the order of the stages.
NAMES = tuple(_TYPES)


def from_mapping(mapping: Mapping[str, object], base: CampaignSettings | None = None) -> CampaignSettings:
    """Settings from plain values, as a TOML or JSON file has them.

    Args:
        mapping: values by name; what is not named keeps the value of ``base``.
        base: None means the defaults.

    Raises:
        ParamsError: an unknown name, with the nearest known one, or a value that cannot work.
    """
    values = dict(mapping)
    for name, value in values.items():
        _known(name, value)
    return replace(base or CampaignSettings(), **values)  # type: ignore[arg-type]


def parse_assignment(text: str) -> tuple[str, Value]:
    """The name and the value of a text such as ``k_label=6``, with the type of the setting.

    Raises:
        ParamsError: no ``=``, an unknown name, or a text that is no such value.

    Examples:
        >>> parse_assignment("training_iou=0.7"), parse_assignment("tools=polygon,brush")
        (('training_iou', 0.7), ('tools', ('polygon', 'brush')))
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals:
        raise ParamsError("setting", text, "write NAME=VALUE, such as k_label=6")
    _known(name, value)
    return name, _parsed(name, value)


def parse_sweep(text: str) -> tuple[str, list[Value]]:
    """The name and the values of a text such as ``k_label=1..10`` or ``training_iou=0.7,0.8``.

    Raises:
        ParamsError: as for :func:`parse_assignment`, a range that is empty or of more than 1,000 values.

    Examples:
        >>> parse_sweep("k_label=1..4")
        ('k_label', [1, 2, 3, 4])
    """
    name, equals, listed = (part.strip() for part in text.partition("="))
    if not equals or ".." not in listed:
        return name, [parse_assignment(f"{name}{equals}{part}")[1] for part in listed.split(",")]
    low, _, high = listed.partition("..")
    first, last = (parse_assignment(f"{name}={end}")[1] for end in (low, high))
    if not isinstance(first, int) or not isinstance(last, int) or _TYPES[name] != "int":
        raise ParamsError(name, listed, "ranges are for whole numbers; list the values: A,B,C")
    if not 0 <= last - first < 1000:
        raise ParamsError(name, listed, "a range rises and has at most 1,000 values")
    return name, list(range(first, last + 1))


def _known(name: str, value: object) -> None:
    if name not in _TYPES:
        near = difflib.get_close_matches(name, _TYPES, n=1, cutoff=0.5)
        raise ParamsError(name, value, f"there is no such setting{f'; did you mean {near[0]}?' if near else ''}")


def _parsed(name: str, text: str) -> Value:
    """A text as a value of the setting's type."""
    kind = _TYPES[name]
    if kind == "bool":
        if text.lower() not in ("true", "false"):
            raise ParamsError(name, text, "true or false is needed")
        return text.lower() == "true"
    if kind == "str":
        return text
    if kind == "tuple[str, ...]":
        return tuple(part.strip() for part in text.split(","))
    try:
        return int(text) if kind == "int" else float(text)
    except ValueError:
        raise ParamsError(name, text, f"a {'whole ' if kind == 'int' else ''}number is needed") from None


def _checked(name: str, kind: str, value: object, limits: Mapping[str, float]) -> Value:
    """The value in the setting's own type: a whole number may stand for a float, a list for a tuple."""
    if kind == "tuple[str, ...]":
        if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
            return tuple(value)
        raise ParamsError(name, value, "a list of texts is needed")
    if kind in ("bool", "str"):
        if isinstance(value, bool if kind == "bool" else str):
            return value
        raise ParamsError(name, value, "true or false is needed" if kind == "bool" else "a text is needed")
    if isinstance(value, bool) or not isinstance(value, int if kind == "int" else (int, float)):
        raise ParamsError(name, value, f"a {'whole ' if kind == 'int' else ''}number is needed")
    if not math.isfinite(value) or not limits["low"] <= value <= limits["high"]:
        raise ParamsError(name, value, f"from {limits['low']:,} to {limits['high']:,} is possible")
    return value if kind == "int" else float(value)


def _check_tools(tools: tuple[str, ...]) -> None:
    if not tools or len(set(tools)) < len(tools) or not set(tools) <= set(TOOLS):
        raise ParamsError("tools", tools, f"name one or more of {', '.join(TOOLS)}, each once")
