"""``cocokit categories``: votes on candidates, and the choice that follows from them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ..errors import ParamsError
from ._campaigns import json_option, read_text

if TYPE_CHECKING:
    from ..collection.ballots import Nominee
    from ..collection.choosing import Choice

_HELP = "Vote on categories, and choose them by vote."


@click.group(name="categories", help=_HELP, epilog="Example: cocokit categories vote ballot.csv dog=5 --voter ann",
             short_help=_HELP)  # fmt: skip
def command() -> None:
    """Run ``cocokit categories``."""


@command.command(name="vote", epilog="Example: cocokit categories vote ballot.csv dog=5 toaster=2 --voter ann")
@click.argument("ballot", metavar="BALLOT.csv")
@click.argument("votes", metavar="NAME=1..5...", nargs=-1)
@click.option("--voter", required=True, metavar="NAME", help="Whose votes these are.")
@click.option("--from", "path", metavar="FILE", help="More votes: NAME=VOTE in each line.")
@click.option("--candidates", metavar="WORDS|FILE", default="coco91", show_default=True,
              help="What a new ballot is about: coco80, coco91, a list, or a file with a name a line.")  # fmt: skip
@json_option
def vote(ballot: str, votes: tuple[str, ...], voter: str, path: str | None, candidates: str, as_json: bool) -> None:
    """Write down one voter's votes, from 1 to 5: is it common, useful, different from the others?

    The ballot is a table with a row for each candidate and a column for each voter; its columns supercategory,
    instances (how many are likely to be found) and must are for you to fill in. Voting again changes a vote.
    """
    from ..collection.ballots import read_ballot, with_votes, write_ballot

    lines = [*votes, *(line for line in (read_text(path).splitlines() if path else []) if line.strip())]
    given = dict(map(_vote, lines))
    nominees = read_ballot(ballot) if os.path.exists(ballot) else _nominees(candidates)
    nominees = with_votes(nominees, voter, given)
    write_ballot(ballot, nominees)
    voters = {name for one in nominees for name in one.votes or {}}
    if as_json:
        from ._output import print_json

        print_json({"ballot": ballot, "votes": len(given), "candidates": len(nominees), "voters": sorted(voters)})
        return
    click.echo(f"{ballot}: {len(given)} votes of {voter}; {len(nominees)} candidates, {len(voters)} voters")


@command.command(name="select", epilog="Example: cocokit categories select ballot.csv --count 40 -o categories.txt")
@click.argument("ballot", metavar="BALLOT.csv")
@click.option("--count", "size", type=click.IntRange(1), metavar="N", default=91, show_default=True,
              help="How many categories.")  # fmt: skip
@click.option("--must", metavar="voc|NAMES", help="What is in whatever the votes are: PASCAL VOC's twenty, or a list.")
@click.option("--cap", type=click.IntRange(1), metavar="N",
              help="The most of one supercategory.  [default: as few as are enough]")  # fmt: skip
@click.option("--instances", type=click.IntRange(0), metavar="N", default=5000, show_default=True,
              help="Candidates with fewer expected instances are out.")  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Write the names, for --categories of other commands.")
@json_option
def select(ballot: str, size: int, must: str | None, cap: int | None, instances: int, output: str | None,
           as_json: bool) -> None:  # fmt: skip
    """Choose by vote while the supercategories stay balanced.

    What must be in is in. Then comes one after another by its mean vote, unless its supercategory is full. The Gini
    coefficient says how balanced the supercategories are: 0 if they are equal.
    """
    from ..atomic import write_text
    from ..collection.ballots import read_ballot
    from ..collection.choosing import VOC_20, choose

    nominees = read_ballot(ballot)
    names = VOC_20 if must == "voc" else [word.strip() for word in (must or "").split(",") if word.strip()]
    choice = choose(nominees, size, cap=cap, must=names, least_instances=instances)
    if output:
        write_text(output, "".join(f"{one.name}:{one.supercategory}".rstrip(":") + "\n" for one in choice.chosen))
    _tell(choice, output, as_json)


def _tell(choice: Choice, output: str | None, as_json: bool) -> None:
    from ._output import print_json, table

    if as_json:
        rows = [{"name": one.name, "supercategory": one.supercategory, "vote": one.mean} for one in choice.chosen]
        print_json({"chosen": rows, "passed_over": choice.passed_over, "supercategories": choice.sizes,
                    "gini": choice.gini})  # fmt: skip
        return
    rows = [{"supercategory": name or "(none)", "categories": count} for name, count in choice.sizes.items()]
    click.echo("\n".join(table(rows)))
    counts = list(choice.passed_over.values())
    reasons = {"rare": "rare", "full": "with a full supercategory", "vote": "with too few votes"}
    left = ", ".join(f"{counts.count(why)} {text}" for why, text in reasons.items() if why in counts)
    click.echo(f"{len(choice.chosen)} categories, Gini {choice.gini:.3f}; passed over: {left or 'none'}")
    if output:
        click.echo(f"{output}: give it to --categories")


def _nominees(words: str) -> list[Nominee]:
    from ..collection.ballots import Nominee
    from ._categories import of_words

    return [Nominee(category.name, category.supercategory) for category in of_words(words)]


def _vote(text: str) -> tuple[str, int]:
    name, _, value = text.rpartition("=")
    if not name.strip() or not value.strip().isdecimal():
        raise ParamsError("vote", text, "give NAME=VOTE, such as dog=5")
    return name.strip(), int(value)
