"""Exports: made, listed and downloaded."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, send_file, url_for

from cocokit.campaign.overview import note_export, read_overview

from ..dashboard import page
from ..exports import Exports
from ..guard import allowed, dash_blueprint, may, write_down
from ..site import site

blueprint = dash_blueprint("downloads", __name__)


@blueprint.get("/<int:campaign>/export")
@allowed("viewer")
def exports(campaign: int) -> Any:
    """What could be exported now, and what was."""
    engine = site().engine(campaign)
    status = read_overview(engine, site().clock.now(), 0).status
    return page("dash/export.html", engine, "export", status=status, exports=_of(campaign).list(),
                folder=_of(campaign).folder if may("owner") else "")  # fmt: skip


@blueprint.post("/<int:campaign>/export")
@allowed("reviewer")
def export(campaign: int) -> Any:
    """Export now."""
    engine, now = site().engine(campaign), site().clock.now()
    name, made = _of(campaign).make(engine, now, request.form.get("unfinished") == "yes")
    note_export(engine, made, now)
    write_down("campaign.export", campaign=campaign, export=name, images=made.images, annotations=made.annotations)
    flash(f"Exported {made.images:,} images with {made.annotations:,} masks.", "good")
    return redirect(url_for("downloads.exports", campaign=campaign), 303)


@blueprint.get("/<int:campaign>/export/<name>.zip")
@allowed("viewer")
def download(campaign: int, name: str) -> Any:
    """An export as a zip."""
    file = _of(campaign).zipped(name)
    return send_file(file, "application/zip", as_attachment=True, download_name=f"cocokit-{name}.zip", max_age=0)


def _of(campaign: int) -> Exports:
    return Exports(site().config.workspace, site().engine(campaign).campaign.record.name)
