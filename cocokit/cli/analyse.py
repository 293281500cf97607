"""``cocokit analyse``: the field's small experiments about detectors, on made pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import _parse
from ._baselines import prepare
from ._progress import Progress

if TYPE_CHECKING:
    from cocokit.baselines.analysis.findings import Findings

_HELP = """Run one of the field's small experiments about detectors, or list them.

Each trains small detectors on made pictures, once for each seed, and prints a table whose numbers have the range of
the seeds, with what was published of photographs beside it: the order can be compared, not the numbers. It takes
minutes on a CPU; --full takes a GPU, and hours on anything else.
"""
_SHORT = "Run a small experiment about detectors."


@click.command(name="analyse", help=_HELP, epilog="Example: cocokit analyse prior --seeds 0", short_help=_SHORT)
@click.argument("name", required=False)
@click.option("--full", is_flag=True, help="Larger networks and pictures, longer training, every row.")
@click.option("--seeds", metavar="LIST", callback=_parse.option_value(_parse.integers), help="Numbers from which "
              "pictures and first weights follow.  [default: 0,1,2]")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a setting, such as steps=300; may "
              "be given often.")
@click.option("--settings", "show", is_flag=True, help="Print the settings instead.")
@click.option("--plot", "plot_file", metavar="FILE.svg", callback=_parse.option_value(_parse.name_ending(".svg")),
              help="Draw what was found.")
@click.option("--device", default="auto", show_default=True, metavar="NAME", help="auto, cpu, cuda, cuda:1, mps.")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Processors to use.  [default: all]")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")  # fmt: skip
def command(name: str | None, show: bool, plot_file: str | None, as_json: bool, **given: Any) -> None:
    """Run ``cocokit analyse``."""
    prepare(given["threads"])
    from ._output import print_json

    if name is None:
        _list(as_json)
        return
    settings = _settings(name, given)
    if show:
        _show(settings, as_json)
        return
    if plot_file is not None:
        from ..atomic import require_folder

        require_folder(plot_file)
    found = _found(name, settings, given["device"])
    if plot_file is not None:
        from ..atomic import write_text

        write_text(plot_file, found.svg)
    if as_json:
        from cocokit.baselines.train.settings import to_json

        print_json({"analysis": name, "settings": to_json(settings), **found.to_dict(), "plot": plot_file})
    else:
        click.echo("\n".join(_lines(found)))
        if plot_file is not None:
            click.echo(f"\n{plot_file}: the same as a picture")


def _list(as_json: bool) -> None:
    from cocokit.baselines.analysis import ANALYSES

    from ._output import print_json, table

    rows = [{"name": name, "asks": entry.asks, "source": entry.source} for name, entry in ANALYSES.items()]
    if as_json:
        print_json({"analyses": rows})
    else:
        click.echo("\n".join(table(rows)))


def _settings(name: str, given: dict[str, Any]) -> Any:
    """The settings of an experiment, small or full, as the flags change them."""
    from dataclasses import replace

    from cocokit.baselines.analysis import load
    from cocokit.baselines.train.settings import changed

    experiment = load(name)
    settings = changed(experiment.FULL if given["full"] else experiment.SMALL, given["changes"])
    return settings if given["seeds"] is None else replace(settings, seeds=tuple(given["seeds"]))


def _show(settings: Any, as_json: bool) -> None:
    from cocokit.baselines.train.settings import settings_of, to_json

    from ._output import print_json, table

    if as_json:
        print_json(to_json(settings))
        return
    rows = [{"setting": key, "value": _typed(value)} for key, value in settings_of(settings).items()]
    click.echo("\n".join(table(rows)))


def _typed(value: Any) -> str:
    """A value as it is typed behind --set."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _found(name: str, settings: Any, device: str) -> Findings:
    from cocokit.baselines.analysis import load
    from cocokit.baselines.train.parallel import choose_device

    with _Line() as line:
        return load(name).run(settings, str(choose_device(device)), line.tell)


def _lines(found: Findings) -> list[str]:
    from ._output import table

    lines = []
    for one in found.tables:
        lines += [one.title, *table(one.texts()), *([one.note] if one.note else []), ""]
    return [*lines, " ".join(found.said).replace("*", "")]


class _Line(Progress):
    """Which row is tried, and how many steps of all are done."""

    def __init__(self) -> None:
        super().__init__("drawing pictures", kernels=False)

    def tell(self, what: str, done: int, total: int) -> None:
        """So many steps are done."""
        self._what = f"{what}: {done:,} of {total:,} steps"
