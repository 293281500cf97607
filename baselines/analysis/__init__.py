"""The field's small experiments, and the table of them: each settings, a function, a table and a picture."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from cocokit.errors import NotFoundError

if TYPE_CHECKING:
    from .findings import Findings


class Telling(Protocol):
    """How an experiment says how far it is."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """So much of something is done."""
        ...


class Experiment(Protocol):
    """What the module of each experiment holds, beside the class of these settings."""

    SMALL: Any
    FULL: Any

    @staticmethod
    def run(settings: Any, device: str = "cpu", tell: Telling | None = None) -> Findings:
        """Do it, once for each seed of the settings."""
        ...


@dataclass(frozen=True)
class Entry:
    """A row of the table of experiments.

    Attributes:
        module: the file in this package.
        asks: the question it answers.
        source: where the field asked it.
    """

    module: str
    asks: str
    source: str


#: Every experiment by the name that the command knows.
ANALYSES: dict[str, Entry] = {
    "focal_loss": Entry("focal_loss", "What do alpha and gamma bring, beside hard examples?", "thesis, Table 5.1"),
    "loss_cdf": Entry("loss_cdf", "Which examples make up the loss?", "thesis, Fig. 5.3"),
    "cross_dataset": Entry("cross_dataset", "What does a detector lose on other pictures?", "thesis, Table 2.1"),
    "proposals": Entry("proposals", "How many proposals find how much?", "thesis, Table 3.3"),
    "pyramids": Entry("pyramids", "What do the parts of a feature pyramid bring?", "thesis, Table 4.1"),
    "pooling": Entry("pooling", "What do whole pixels cost, when regions are read?", "Mask R-CNN, Table 2"),
    "outlines": Entry("outlines", "How good are masks where the box is right?", "thesis, Fig. 2.9"),
    "prior": Entry("prior", "What does it help that every anchor begins as background?", "thesis, 5.4.1 and 5.5.1"),
}


def find_analysis(name: str) -> Entry:
    """The row of a name, in which a hyphen is as good. Raises NotFoundError, which lists the names."""
    known = name.replace("-", "_")
    if known not in ANALYSES:
        raise NotFoundError(f"no analysis is called {name!r}: there are {', '.join(ANALYSES)}")
    return ANALYSES[known]


def load(name: str) -> Experiment:
    """The module of an experiment: ``SMALL`` and ``FULL`` settings, and ``run``. Raises NotFoundError."""
    found: Any = import_module(f"{__name__}.{find_analysis(name).module}")
    experiment: Experiment = found
    return experiment
