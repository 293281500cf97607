"""The audit log: read, filtered, and as a table for other programs."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, request

from cocokit.campaign.accounts import list_accounts
from cocokit.campaign.audit import broken_at, read_audit

from ..dashboard import page
from ..guard import allowed, dash_blueprint
from ..site import site
from ..wording import stamp

blueprint = dash_blueprint("audit", __name__)
_SHOWN = 200
#: What a table program would take for the beginning of a formula.
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@blueprint.get("/audit")
@allowed("viewer")
def log() -> Any:
    """The newest lines."""
    action, account = _wanted()
    database = site().database
    return page("dash/audit.html", None, "audit", entries=read_audit(database, action, account, _SHOWN), action=action,
                who=account, accounts=list_accounts(database), broken=broken_at(database), most=_SHOWN)  # fmt: skip


@blueprint.get("/audit.csv")
@allowed("reviewer")
def table() -> Any:
    """Every line that fits, as CSV."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(["id", "at", "account", "action", "data", "hash"])
    for one in read_audit(site().database, *_wanted()):
        writer.writerow([one.id, stamp(one.at), *map(harmless, (one.account or "", one.action, one.data)), one.hash])
    answer = Response(made.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=cocokit-audit.csv"
    return answer


def harmless(text: str) -> str:
    """A cell that no table program runs.

    >>> harmless("=1+1"), harmless("maria")
    ("'=1+1", 'maria')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _wanted() -> tuple[str, str]:
    return request.args.get("action", "")[:60], request.args.get("account", "")[:200]
