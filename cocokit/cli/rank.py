"""``cocokit rank``: whether the non-iconic score ranks candidates as people do."""

from __future__ import annotations

from typing import Any

import click

from ._campaigns import campaign_option

_SHORT = "Show how well the non-iconic score ranks as a campaign's filter decided."
_HELP = """Show how well the non-iconic score of collected photos ranks as a campaign's filter decided.

AUC is the chance that a photo that was kept has a higher score than one that was dropped as iconic: 0.5 is chance, 1 is
perfect. Photos dropped for other reasons, and those without a score, do not count.
"""


@click.command(name="rank", help=_HELP, epilog="Example: cocokit rank", short_help=_SHORT)
@campaign_option
def command(name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit rank``."""
    import numpy as np

    from ..collection.cues import CUES
    from ..collection.iconic import agreement
    from ..store.exports import export_images
    from ._campaigns import open_campaign

    database, campaign = open_campaign(db, name)
    with database.read() as tx:
        images = [image for image in export_images(tx, campaign.id) if image.page is not None]
    rows = [(image.origin, image.state != "dropped") for image in images if _counts(image)]
    kept = np.array([stays for _, stays in rows], np.bool_)
    if not kept.any() or kept.all():
        _tell({"kept": int(kept.sum()), "dropped": int((~kept).sum()), "auc": None, "cues": {}}, as_json)
        return
    scores = np.array([float(origin["non_iconic"]) for origin, _ in rows])
    cues = np.array([[float(origin["cues"][cue]) for cue in CUES] for origin, _ in rows])
    found = agreement(scores, cues, kept)
    _tell({"kept": found.kept, "dropped": found.dropped, "auc": found.auc, "cues": found.cues}, as_json)


def _counts(image: Any) -> bool:
    """Whether the filter has decided about a photo with a score, and not for another reason."""
    scored = isinstance(image.origin.get("non_iconic"), int | float) and isinstance(image.origin.get("cues"), dict)
    if not scored or image.state == "candidate":
        return False
    return bool(image.state != "dropped" or image.reason == "iconic")


def _tell(found: dict[str, Any], as_json: bool) -> None:
    from ._output import print_json, table

    if as_json:
        print_json(found)
        return
    counts = (
        f"of the photos with a score, the filter has kept {found['kept']:,} and dropped {found['dropped']:,} as iconic"
    )
    if found["auc"] is None:
        click.echo(f"{counts}; it takes some of both to compare")
        return
    click.echo(f"{counts}: AUC {found['auc']:.3f}")
    click.echo("\n".join(table([{"cue": name, "AUC alone": value} for name, value in found["cues"].items()])))
