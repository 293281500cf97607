"""A contact sheet of near duplicates: one page of HTML with all its pictures in it, to be looked at."""

from __future__ import annotations

import base64
import html
import io
import os
from collections.abc import Callable, Sequence

from ..atomic import write_text
from ..columns import Int64
from ..imageio import read_image, thumbnail
from ..pages import document
from ..places import counted
from .finding import Found

#: Groups on a sheet, photos of a group, and px of a photo's longer side.
MOST_GROUPS, MOST_PHOTOS, SIDE = 300, 24, 200

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_HEAD = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
_STYLE = """
body{max-width:1280px;margin:0 auto;padding:24px}
section{margin-top:16px;padding:16px 20px 20px;background:var(--panel);border:1px solid var(--line);border-radius:12px}
h2{margin-bottom:12px}h2 span{color:var(--text-3);font-weight:400}
section>div{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(180px,45%),1fr));gap:20px 16px}
figure{margin:0;min-width:0;max-width:200px}
img{display:block;max-width:100%;max-height:200px;border-radius:6px}
figcaption{margin-top:6px;overflow-wrap:anywhere;font-size:12px;line-height:16px}
figcaption span{display:block;color:var(--text-3)}
@media (max-width:600px){body{padding:12px}section{padding:12px}}
"""
_SCORE = "A photo's score says how far it agrees with the one of its group that is most like it; 1 is the same picture."


def contact_sheet(
    found: Found,
    paths: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    names: Sequence[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a page with the photos of each group beside each other; the first of a group stands at the left.

    Args:
        found: what was found among ``paths``.
        paths: the N files.
        out: the page, .html.
        names: what each photo is called on the page; its path otherwise.
        progress: called with (done, in all) after each group.

    Raises:
        DataError: a photo cannot be read any more, or the page cannot be written.
    """
    found_groups, sections = found.groups(), list[str]()
    names = [os.fspath(path) for path in paths] if names is None else names
    best = _best_scores(found)
    for number, rows in enumerate(found_groups[:MOST_GROUPS], 1):
        figures = "\n".join(_figure(paths[row], names[row], best.get(row)) for row in rows[:MOST_PHOTOS].tolist())
        more = f", {len(rows) - MOST_PHOTOS:,} of them not shown" if len(rows) > MOST_PHOTOS else ""
        head = f"<h2>Group {number} <span>{counted(len(rows), 'photo')}{more}</span></h2>"
        sections.append(f"<section>\n{head}\n<div>\n{figures}\n</div>\n</section>")
        if progress is not None:
            progress(number, min(len(found_groups), MOST_GROUPS))
    summary = summarised(found_groups, len(paths))
    if len(found_groups) > MOST_GROUPS:
        summary += f" The {MOST_GROUPS} largest groups are shown."
    lead = f'<p class="said">{html.escape(summary)}{f" {_SCORE}" if sections else ""}</p>'
    body = "\n".join(["<h1>Near duplicates</h1>", lead, *sections])
    write_text(out, document("Near duplicates", body, _STYLE, _HEAD))


def summarised(found_groups: Sequence[Int64], count: int) -> str:
    """One sentence about what was found.

    Args:
        found_groups: groups of photos, each (K,) int64 rows.
        count: photos in all.
    """
    if not found_groups:
        return f"{counted(count, 'photo')}: no near duplicates."
    inside = sum(map(len, found_groups))
    groups = f"{len(found_groups):,} group{'s' if len(found_groups) > 1 else ''}"
    return f"{counted(count, 'photo')}: {groups} of near duplicates with {counted(inside, 'photo')}."


def _best_scores(found: Found) -> dict[int, float]:
    """The score of each photo with the one that it agrees with best."""
    best = dict[int, float]()
    for pair, score in zip(found.pairs.tolist(), found.scores.tolist(), strict=True):
        for row in pair:
            best[row] = max(best.get(row, 0.0), score)
    return best


def _figure(path: str | os.PathLike[str], name: str, score: float | None) -> str:
    from PIL import Image

    pixels, made = read_image(path), io.BytesIO()
    Image.fromarray(thumbnail(pixels, SIDE)).convert("RGB").save(made, "JPEG", quality=80)
    data = base64.b64encode(made.getvalue()).decode()
    size = f"{pixels.shape[1]} x {pixels.shape[0]} px, {os.path.getsize(path) / 1024:,.0f} KiB"
    agrees = "" if score is None else f"<span>score {score:.3f}</span>"
    return (
        f'<figure><img src="data:image/jpeg;base64,{data}" alt="">'
        f"<figcaption>{html.escape(name)}<span>{size}</span>{agrees}</figcaption></figure>"
    )
