"""``cocokit collect``: candidates for a campaign, from a folder or from the web."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, ClassVar

import click

from ._campaigns import json_option, read_text
from ._help import Sectioned
from ._parse import option_value
from ._progress import PATIENCE, Progress

if TYPE_CHECKING:
    from ..collection.collecting import Collected
    from ..collection.found import Query
    from ..collection.sources import Source

_SHORT = "Collect photos, from a folder or from the web, as candidates for a campaign."
_HELP = """Collect photos into a folder: from a folder of photos, or from flickr, openverse or commons.

Each comes with its author, licence, page and date. A run that was stopped goes on when it is called again. Photos that
are broken, that come twice or may not be used are left out and listed with the reason. candidates.json is for
cocokit campaign create --coco.
"""
_EXAMPLE = "Example: cocokit collect photos -o candidates"
_QUERIES = "pairs (of categories), scenes (a category in one), all (both), singles, or a file: dog + car in each line."


class _Collect(Sectioned):
    """The command's help, in sections."""

    sections: ClassVar[dict[str, str]] = {"queries": "What to search", "licenses": "What to take", "output": "Output"}


def _seconds(text: str) -> float:
    from ..collection.window import seconds

    return seconds(text)


@click.command(name="collect", cls=_Collect, help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
@click.argument("source", metavar="FOLDER|flickr|openverse|commons")
@click.option("--queries", metavar="WORD|FILE", default="pairs", show_default=True, help=_QUERIES)
@click.option("--categories", metavar="WORDS|FILE", default="coco91", show_default=True,
              help="Of which pairs and scenes are made, as for cocokit campaign create.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Of the order of the queries.")
@click.option("--url", metavar="URL", help="Where the source's interface is, if not at its own address.")
@click.option("--licenses", metavar="WORDS",
              help="changes (they allow changed copies), commercial (and for money), any, or a list: cc0,by.  "
                   "[default: changes; for a folder also what names none]")  # fmt: skip
@click.option("--per-photographer", type=click.IntRange(1), metavar="N", default=5, show_default=True,
              help="At most so many photos by one photographer in any --window.")  # fmt: skip
@click.option("--window", metavar="TIME", default="24h", show_default=True, callback=option_value(_seconds),
              help="A length of time, such as 90m, 24h or 7d.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Photos in the collection.  [default: all]")
@click.option(
    "--per-query", type=click.IntRange(1), metavar="N", help="Photos for each query.  [default: 128; of a folder all]"
)
@click.option("--retry", is_flag=True, help="Look again at what did not come the last time.")
@click.option("-o", "--output", metavar="DIR", help="The collection.  [default: candidates/ of the workspace]")
@json_option
def command(source: str, output: str | None, as_json: bool, **given: Any) -> None:
    """Run ``cocokit collect``."""
    from ..collection.collecting import Plan, collect
    from ..collection.licences import choose_licences
    from ..collection.listing import write_lists
    from ..collection.sources import WEB

    on_web = source in WEB
    licenses = given["licenses"] or ("changes" if on_web else None)
    accepts = choose_licences(licenses) if licenses else None
    per_query = given["per_query"] or (128 if on_web else None)
    plan = Plan(accepts, given["limit"], per_query, given["per_photographer"], given["window"], given["retry"])
    folder = output or collection_folder()
    queries = _queries(given["queries"], given["categories"], given["seed"]) if on_web else _everything()
    with _Photos() as progress:
        place = _source(source, given["url"], licenses or "any", progress)
        found = collect(place, queries, folder, plan, progress=progress)
    _tell(found, folder, write_lists(folder), as_json)
    if found.stopped is not None:
        raise found.stopped


def collection_folder() -> str:
    """Where the collection of the workspace lies."""
    from ._workspace import workspace

    return os.path.relpath(os.path.join(workspace(), "candidates"))


class _Photos(Progress):
    """How many photos there are, and for how long a source wants us to wait."""

    def __init__(self) -> None:
        super().__init__("collecting", kernels=False)

    def __call__(self, done: int, total: int) -> None:
        self._done = f": {done:,} of {total:,} photos" if total else f": {done:,} photos"

    def sleep(self, seconds: float) -> None:
        """Wait, and say so."""
        before = self._done
        if seconds >= PATIENCE:
            self._done = f"{before}, waiting for {seconds:,.0f} s"
        time.sleep(seconds)
        self._done = before


def _source(name: str, url: str | None, licenses: str, progress: _Photos) -> Source:
    from ..collection.licences import choose_licences
    from ..collection.limits import Clock
    from ..collection.sources import WEB, web_source
    from ..collection.sources.folder import Folder

    if name not in WEB:
        return Folder(name)
    key = os.environ.get(f"COCOKIT_{name.upper()}_KEY")
    return web_source(name, base=url, key=key, accepts=choose_licences(licenses), clock=Clock(sleep=progress.sleep))


def _everything() -> list[Query]:
    from ..collection.found import Query

    return [Query(())]


def _queries(words: str, categories: str, seed: int) -> list[Query]:
    from ..collection.queries import in_scenes, mixed, of_lines, pairs, singles
    from ._categories import of_words

    if words not in ("pairs", "scenes", "singles", "all"):
        return of_lines(read_text(words).splitlines(), words)
    names = [category.name for category in of_words(categories)]
    if words == "singles":
        return mixed(singles(names), seed)
    made = pairs(names) if words != "scenes" else []
    return mixed(made + (in_scenes(names) if words != "pairs" else []), seed)


def _tell(found: Collected, folder: str, total: int, as_json: bool) -> None:
    from ..collection.listing import CANDIDATES, LEFT_OUT
    from ..places import counted

    if as_json:
        from ._output import print_json

        print_json({"collection": folder, "came": len(found.came), "images": total, "left_out": found.counts(),
                    "known": found.known, "trouble": found.trouble,
                    "stopped": str(found.stopped) if found.stopped else None})  # fmt: skip
        return
    for sentence in found.trouble:
        click.echo(f"not read to the end: {sentence}", err=True)
    click.echo(f"{folder}: {counted(total, 'candidate')}, {len(found.came):,} of them new")
    if found.left_out:
        counts = ", ".join(f"{why} {count:,}" for why, count in found.counts().items())
        click.echo(f"left out: {len(found.left_out):,} ({counts}); see {os.path.join(folder, LEFT_OUT)}")
    path, images = os.path.join(folder, CANDIDATES), os.path.join(folder, "images")
    click.echo(f"next: cocokit campaign create NAME --coco {path} --images {images}")
