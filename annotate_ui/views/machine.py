"""The health page: the database, leases, checks in stock, room on the disk."""

from __future__ import annotations

import shutil
from typing import Any

from cocokit.campaign.condition import read_condition

from ..dashboard import chosen, page
from ..guard import allowed, dash_blueprint
from ..site import site

blueprint = dash_blueprint("machine", __name__)


@blueprint.get("/health")
@allowed("viewer")
def health() -> Any:
    """How things are."""
    key = chosen()
    engine = site().engine(key) if key is not None else None
    free = shutil.disk_usage(site().config.workspace).free
    found = read_condition(engine) if engine else None
    return page("dash/health.html", engine, "health", found=found, free=free, workspace=site().config.workspace)
