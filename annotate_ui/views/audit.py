"""The audit log: read, filtered, and as a file for other programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from flask import request

from cocokit.campaign.accounts import list_accounts
from cocokit.campaign.audit import AuditEntry, broken_at, read_audit
from cocokit.errors import ParamsError

from ..dashboard import page
from ..guard import allowed, dash_blueprint
from ..site import site
from ..tables import as_file, csv_file
from ..wording import day_start, stamp

blueprint = dash_blueprint("audit", __name__)
_SHOWN = 200
_COLUMNS = ("id", "at", "account", "action", "data", "previous_hash", "hash")


@blueprint.get("/audit")
@allowed("viewer")
def log() -> Any:
    """The newest lines."""
    database, wanted = site().database, _wanted()
    days = {name: request.args.get(name, "") for name in ("since", "until")}
    return page("dash/audit.html", None, "audit", entries=read_audit(database, **wanted, limit=_SHOWN), most=_SHOWN,
                action=wanted["action"], who=wanted["account"], days=days, accounts=list_accounts(database),
                broken=broken_at(database), query=request.query_string.decode())  # fmt: skip


@blueprint.get("/audit.csv")
@allowed("reviewer")
def table() -> Any:
    """Every line that fits, as CSV."""
    return csv_file("cocokit-audit.csv", _COLUMNS, (
        [one.id, stamp(one.at), one.account, one.action, one.data, one.previous_hash, one.hash] for one in _entries()
    ))  # fmt: skip


@blueprint.get("/audit.json")
@allowed("reviewer")
def lines() -> Any:
    """Every line that fits, as JSON with all that its hash is made of; and whether the whole log holds together."""
    found = {"broken_at": broken_at(site().database), "entries": [asdict(one) for one in _entries()]}
    return as_file(json.dumps(found, ensure_ascii=False, indent=1), "cocokit-audit.json", "application/json")


def _entries() -> list[AuditEntry]:
    return read_audit(site().database, **_wanted())


def _wanted() -> dict[str, Any]:
    """What the address asks for."""
    since, until = (_moment(name) for name in ("since", "until"))
    return {"action": request.args.get("action", "")[:60], "account": request.args.get("account", "")[:200],
            "since": since, "until": None if until is None else until + 24 * 3_600_000}  # fmt: skip


def _moment(name: str) -> int | None:
    """The beginning of a day in the address, ms."""
    text = request.args.get(name, "")
    try:
        return day_start(text) if text else None
    except ValueError:
        raise ParamsError(name, text, "a day such as 2026-01-31 is needed") from None
