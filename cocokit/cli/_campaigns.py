"""What the commands about a campaign share: how it is found and opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ._workspace import database_option, open_database

if TYPE_CHECKING:
    from ..campaign.context import Campaign
    from ..campaign.engine import Engine
    from ..store.database import Database

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """The option ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")(command)


def campaign_options(command: F) -> F:
    """The argument NAME and the options of every command about one campaign."""
    named = click.argument("name", required=False)(command)
    return json_option(database_option(named))


def campaign_option(command: F) -> F:
    """The option ``--campaign`` of commands whose arguments are something else."""
    text = "Which campaign.  [default: the newest]"
    option = click.option("--campaign", "name", metavar="NAME", help=text)
    return json_option(database_option(option(command)))


def open_campaign(db: str | None, name: str | None) -> tuple[Database, Campaign]:
    """The database and a campaign in it, by name, or the newest.

    Raises:
        CocokitError: no workspace, no database, no such campaign.
    """
    from ..campaign.context import load_campaign

    database = open_database(db)
    with database.read() as tx:
        return database, load_campaign(tx, name)


def open_engine(db: str | None, name: str | None) -> Engine:
    """The engine of a campaign; raises as :func:`open_campaign`."""
    from ..campaign.engine import Engine

    return Engine(open_database(db), name)


def read_text(path: str) -> str:
    """The text of a file; raises DataError if there is none."""
    from ..errors import DataError

    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except OSError as error:
        raise DataError(path, "", f"cannot be read: {error.strerror or error}", "check the path") from error
    except UnicodeDecodeError:
        raise DataError(path, "", "is no text in UTF-8", "save it as UTF-8") from None
