"""``cocokit campaign create``: images, categories, gold and numbers become a draft."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import click

from ._campaigns import json_option, read_text
from ._help import Sectioned
from ._progress import Progress
from ._workspace import database_option, open_database, workspace

if TYPE_CHECKING:
    from ..campaign.ingest import Ingested
    from ..dataset import Dataset
    from ..domain.tasks import CategoryRef
    from ..pipeline.campaign_file import CampaignFile

_HELP = """Make a draft of a campaign over a folder of photos, or over the images of a COCO file.

Photos are copied into the workspace's images/: upright, named by their content, without notes about places. The numbers
are those of a preset or of a campaign.toml, with --set on top.
"""
_EXAMPLE = "Example: cocokit campaign create pets --coco instances.json"
_CATEGORIES = (
    "coco80 or coco91, a list such as dog,cat,parrot:animal, a file with a name per line, or a COCO file.  "
    "[default: those of --coco, otherwise coco80]"
)


class _Create(Sectioned):
    """The command's help, in sections."""

    sections: ClassVar[dict[str, str]] = {"images": "What to annotate", "preset": "How", "db": "Output"}


@click.command(name="create", cls=_Create, help=_HELP, epilog=_EXAMPLE,
               short_help="Make a draft over a folder of photos.")  # fmt: skip
@click.argument("name", required=False)
@click.option("--images", metavar="FOLDER", help="Photos: JPEG, PNG, WebP; folders in it too. With --coco, its photos.")
@click.option("--later", is_flag=True, help="No images yet: cocokit bulk add --campaign brings them.")
@click.option("--coco", metavar="FILE", help="A COCO file: its images with their ids, and its categories.")
@click.option("--categories", metavar="WORDS|FILE", help=_CATEGORIES)
@click.option("--gold", metavar="FILE", help="A COCO file: expert masks on these images, to train and test workers.")
@click.option("--strict", is_flag=True, help="Stop at the first photo that is broken instead of leaving it out.")
@click.option("--preset", type=click.Choice(["coco", "lvis"]), help="The numbers to start from.  [default: coco]")
@click.option("--file", "toml", metavar="CAMPAIGN.toml", help="The numbers, stages and name from a file.")
@click.option("--without", metavar="STAGES", default="", help="Leave stages out, of filter,crowd,caption.")
@click.option("--set", "changes", metavar="NAME=VALUE", multiple=True, help="Change a number; may be given again.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of everything that is drawn by lot.")
@database_option
@json_option
def create(name: str | None, db: str | None, seed: int, as_json: bool, **given: Any) -> None:
    """Run ``cocokit campaign create``."""
    from ..campaign.creating import create_campaign
    from ..campaign.ingest import Ingested, read_gold

    if not given["images"] and not given["coco"] and not given["later"]:
        raise click.UsageError("no images: give --images FOLDER, or --coco FILE, or --later")
    if given["later"] and (given["images"] or given["coco"] or given["gold"]):
        raise click.UsageError("--later: a draft without images has neither photos, nor a COCO file, nor gold")
    file = _without(_file(name, given["toml"], given["preset"], given["changes"]), given["without"])
    database = open_database(db)
    dataset = _dataset(given["coco"])
    categories = _chosen(_categories(given["categories"], dataset), file)
    _refuse_taken(database, file.name)
    later = given["later"]
    found = Ingested() if later else _images(given["images"], dataset, given["coco"], strict=given["strict"])
    gold = []
    if given["gold"]:
        with Progress(f"reading {given['gold']}"):
            gold = read_gold(given["gold"], found.images, [c.id for c in categories])
    with Progress(f"writing campaign {file.name}"):
        create_campaign(database, file, categories, found.images, gold, seed=seed)
    _tell(file, found, len(categories), len(gold), as_json)


def _file(name: str | None, path: str | None, preset: str | None, changes: Sequence[str]) -> CampaignFile:
    """Name, numbers and stages, from flags and a file."""
    from dataclasses import replace

    from ..pipeline.campaign_file import CampaignFile, read_campaign
    from ..pipeline.presets import find_preset
    from ..pipeline.settings import parse_assignment

    if path and preset:
        raise click.UsageError("--file and --preset: the file names its preset; give one of them")
    if path:
        file = read_campaign(read_text(path), path)
    elif name:
        chosen = find_preset(preset or "coco")
        file = CampaignFile(name, chosen.name, chosen.settings, chosen.graph)
    else:
        raise click.UsageError("no name: cocokit campaign create NAME, or give --file with one in it")
    settings = file.settings.changed(**dict(parse_assignment(text) for text in changes))
    return replace(file, name=name or file.name, settings=settings)


def _without(file: CampaignFile, words: str) -> CampaignFile:
    from dataclasses import replace

    from ..campaign.drafting import graph_without

    return replace(file, graph=graph_without(file.graph, [word.strip() for word in words.split(",") if word.strip()]))


def _dataset(path: str | None) -> Dataset | None:
    if path is None:
        return None
    from ..coco_json import read_dataset
    from ..columns import Field

    with Progress(f"reading {path}"):
        return read_dataset(path, Field.IMAGE_ID)


def _categories(words: str | None, dataset: Dataset | None) -> list[CategoryRef]:
    from ..campaign.naming import of_dataset
    from ._categories import of_words

    if words is None and dataset is not None and dataset.categories:
        return of_dataset(dataset)
    return of_words(words or "coco80")


def _chosen(categories: list[CategoryRef], file: CampaignFile) -> list[CategoryRef]:
    """Those that the campaign's file names, or all."""
    from ..errors import ParamsError

    if file.categories is None:
        return categories
    known = {category.id: category for category in categories}
    for key in file.categories:
        if key not in known:
            raise ParamsError("campaign.categories", key, "no category has this id; see --categories")
    return [known[key] for key in file.categories]


def _refuse_taken(database: Any, name: str) -> None:
    """Before photos are copied for nothing."""
    from ..errors import CocokitError
    from ..store.campaigns import find_campaign

    with database.read() as tx:
        if find_campaign(tx, name) is not None:
            raise CocokitError(f"there is a campaign {name} already; choose another name")


def _images(folder: str | None, dataset: Dataset | None, path: str | None, *, strict: bool) -> Ingested:
    from ..campaign.ingest import ingest_coco, ingest_folder
    from ..config import load_settings

    most = load_settings().max_pixels
    into = os.path.relpath(os.path.join(workspace(), "images"))
    with Progress(f"bringing images into {into}") as progress:
        if dataset is not None:
            return ingest_coco(
                dataset, path or "", folder, into, strict=strict, progress=progress.at, most_pixels=most
            )
        return ingest_folder(folder or "", into, strict=strict, progress=progress.at, most_pixels=most)


def _tell(file: CampaignFile, found: Ingested, categories: int, gold: int, as_json: bool) -> None:
    from ..pipeline.people import people_needed
    from ..places import counted

    people, why = people_needed(file.settings, file.graph)
    if as_json:
        from ._output import print_json

        counts = {"images": len(found.images), "duplicates": found.duplicates, "broken": found.broken}
        counts |= {"categories": categories, "gold": gold, "workers_needed": people}
        print_json({"campaign": file.name, "state": "draft", **counts})
        return
    for sentence in found.broken:
        click.echo(f"left out: {sentence}", err=True)
    parts = [counted(len(found.images), "image"), counted(categories, "category")]
    parts += [counted(gold, "gold mask")] if gold else []
    parts += [f"{counted(len(found.broken), 'broken photo')} left out"] if found.broken else []
    parts += [f"{counted(found.duplicates, 'duplicate')} left out"] if found.duplicates else []
    click.echo(f"campaign {file.name} is a draft: {', '.join(parts)}")
    click.echo(f"it takes {counted(people, 'worker')} or more ({why}); with fewer it cannot be finished")
    next_one = f"campaign launch {file.name}" if found.images else f"bulk add --campaign {file.name} PLACES"
    click.echo(f"next: cocokit {next_one}")
