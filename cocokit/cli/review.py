"""``cocokit review``: masks whose votes are divided, an expert's vote on one, and good masks that become gold."""

from __future__ import annotations

import click

from ._campaigns import campaign_option, open_engine

_HELP = """List masks that voters do not agree on, vote on one as an expert, make a good one gold.

An expert's vote counts as one. A gold mask becomes a training task and checks of verification pages.
"""
_EXAMPLE = "Example: cocokit review list"
_SHORT = "Masks with divided votes: list them, vote, make gold."
_ID = click.argument("mask", metavar="ID", type=int)


@click.group(name="review", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
def command() -> None:
    """Run ``cocokit review``."""


@command.command(name="list", help="List masks with divided votes, the closest votes first.", epilog=_EXAMPLE)
@campaign_option
def list_(name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit review list``."""
    from ..campaign.gallery import divided_masks
    from ._output import print_json, table

    engine = open_engine(db, name)
    rows = [
        {"mask": one.mask.id, "image": one.coco_id, "category": one.mask.category_id, "state": one.mask.state,
         "good": one.mask.good, "bad": one.mask.bad}
        for one in divided_masks(engine)
    ]  # fmt: skip
    if as_json:
        print_json({"masks": rows})
    else:
        click.echo("\n".join(table(rows)) if rows else "no mask has divided votes")


@command.command(help="Vote on a mask as an expert; its ID is in the list.",
                 epilog="Example: cocokit review vote 1 good")  # fmt: skip
@_ID
@click.argument("word", metavar="good|bad", type=click.Choice(["good", "bad"]))
@click.option("--as", "who", default="owner", show_default=True, metavar="NAME", help="The expert.")
@campaign_option
def vote(mask: int, word: str, who: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit review vote``."""
    from ..campaign.reviewing import cast_vote
    from ._output import print_json

    state = cast_vote(open_engine(db, name), who, mask, good=word == "good")
    if as_json:
        print_json({"mask": mask, "vote": word, "state": state})
    else:
        click.echo(f"mask {mask} has the vote {word}; it is {state}")


@command.command(help="Make a good mask a training task and a check; its ID is in the list.",
                 epilog="Example: cocokit review gold 1")  # fmt: skip
@_ID
@campaign_option
def gold(mask: int, name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit review gold``."""
    from ..campaign.reviewing import promote
    from ._output import print_json

    made = promote(open_engine(db, name), mask)
    if as_json:
        print_json({"mask": mask, "made": made})
    else:
        click.echo(f"mask {mask} is gold: a training task and {made - 1} checks")
