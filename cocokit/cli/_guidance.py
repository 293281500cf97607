"""``cocokit campaign instruct|icon``: what workers are told, at any time."""

from __future__ import annotations

import sys

import click

from ._campaigns import campaign_option, open_campaign, read_text

_MOST = 1_000_000


@click.command(epilog="Example: cocokit campaign instruct segment how-to.txt",
               short_help="Tell the workers of a stage what this campaign wants.")  # fmt: skip
@click.argument("stage", metavar="STAGE")
@click.argument("file", metavar="FILE")
@campaign_option
def instruct(stage: str, file: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Tell the workers of a stage what a campaign wants beyond the usual.

    STAGE is a stage, or "welcome" for what is said before the first task. FILE is plain text, - reads it from the
    input; an empty one takes the text away. Workers see it beside their next task.
    """
    from ..campaign.guidance import instruct

    text = sys.stdin.read(_MOST) if file == "-" else read_text(file)
    database, campaign = open_campaign(db, name)
    instruct(database, campaign, stage, text)
    count = len(text.strip())
    _tell(campaign.record.name, {"stage": stage, "characters": count}, as_json,
          f"tells workers of {stage} {count:,} characters" if count else f"tells workers of {stage} nothing of its own")


@click.command(epilog="Example: cocokit campaign icon axolotl axolotl.png")
@click.argument("category", metavar="CATEGORY")
@click.argument("file", metavar="FILE")
@campaign_option
def icon(category: str, file: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Give a category its own picture.

    CATEGORY is a name or a number, FILE a PNG, JPEG or WebP; it is made square, 96 px a side. - takes the picture away.
    """
    from cocokit.annotate_ui.small_icons import small_icon

    from ..campaign.guidance import category_named, picture_category

    database, campaign = open_campaign(db, name)
    known = category_named(campaign, category)
    data = b"" if file == "-" else small_icon(file)
    picture_category(database, campaign, known, data)
    _tell(campaign.record.name, {"category": known.id, "bytes": len(data)}, as_json,
          f"{'has a picture' if data else 'has no picture of its own'} for {known.name}")


def _tell(campaign: str, found: dict[str, object], as_json: bool, sentence: str) -> None:
    if as_json:
        from ._output import print_json

        print_json({"campaign": campaign, **found})
    else:
        click.echo(f"campaign {campaign} {sentence}")
