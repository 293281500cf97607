"""``cocokit baselines``: the reference detectors, and the settings of each."""

from __future__ import annotations

from typing import Any

import click

from ._baselines import prepare

_HELP = """List the reference detectors, or the settings of one.

Each is one short file over shared parts. With NAME: every setting that cocokit train --set takes, with its default.
"""
_SHORT = "List the reference detectors, or the settings of one."
#: Categories for which parameters are counted: COCO's.
_CATEGORIES = 80


@click.command(name="baselines", help=_HELP, epilog="Example: cocokit baselines", short_help=_SHORT)
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(name: str | None, as_json: bool) -> None:
    """Run ``cocokit baselines``."""
    prepare()
    from ._output import print_json, table

    if name is not None:
        _settings(name, as_json)
        return
    from cocokit.baselines.detectors import DETECTORS

    rows = [_row(known) for known in DETECTORS]
    if as_json:
        print_json({"baselines": rows})
        return
    click.echo("\n".join(table([_shown(row) for row in rows])))
    click.echo(f"Parameters are those of the default settings with {_CATEGORIES} categories.")


def _row(name: str) -> dict[str, Any]:
    from cocokit.baselines.detectors import DETECTORS
    from cocokit.baselines.train.checkpoint import parameter_count

    entry = DETECTORS[name]
    inputs = ["images", *(word for word in ("boxes",) if entry.learns != "nothing"), *entry.needs]
    may = f" ({', '.join(entry.takes)})" if entry.takes else ""
    return {"name": name, "system": entry.title, "source": entry.source, "learns": entry.learns,
            "inputs": ", ".join(inputs) + may, "predicts": ", ".join(entry.predicts),
            "parameters": parameter_count(name, _CATEGORIES)}  # fmt: skip


def _shown(row: dict[str, Any]) -> dict[str, str]:
    """A row as wide as a terminal: the first author for all, what every detector is given left out."""
    authors, _, venue = row["source"].rpartition(", ")
    if " and " in authors:
        authors = authors.split(", ")[0] + " et al."
    return {"name": row["name"], "source": f"{authors}, {venue}", "learns": row["learns"], "from": row["inputs"],
            "predicts": row["predicts"],
            "parameters": f"{row['parameters'] / 1e6:.1f} M" if row["parameters"] else "none"}  # fmt: skip


def _settings(name: str, as_json: bool) -> None:
    from cocokit.baselines.train.config import default_config
    from cocokit.baselines.train.settings import settings_of, to_json

    from ._output import print_json, table

    config = default_config(name)
    if as_json:
        print_json(to_json(config))
        return
    rows = [{"setting": key, "default": _text(value)} for key, value in settings_of(config).items()
            if key != "baseline"]  # fmt: skip
    click.echo("\n".join(table(rows)))


def _text(value: Any) -> str:
    """A default as it is typed behind --set."""
    import json

    return value if isinstance(value, str) else json.dumps(value)
