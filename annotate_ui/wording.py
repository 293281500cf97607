"""Numbers, times and happenings in words, for the dashboard."""

from __future__ import annotations

import calendar
import time
from collections.abc import Mapping

from cocokit.campaign.overview import Happening
from cocokit.campaign.status import CampaignStatus, Eta
from cocokit.domain.stages import Outcome, Stage
from cocokit.domain.tasks import CategoryRef

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
HOUR, DAY = 3_600_000, 86_400_000


def money(cents: float, currency: str) -> str:
    """An amount in a campaign's currency.

    >>> money(138_200, "USD"), money(1250, "USD"), money(330, "CHF")
    ('$1,382', '$12.50', 'CHF 3.30')
    """
    amount = cents / 100
    text = f"{abs(amount):,.0f}" if abs(amount) >= 100 else f"{abs(amount):,.2f}"
    sign = _SIGNS.get(currency)
    return f"{'-' if amount < 0 else ''}{sign}{text}" if sign else f"{currency} {'-' if amount < 0 else ''}{text}"


def seconds(value: float) -> str:
    """A length of time.

    >>> [seconds(s) for s in (0.84, 12.3, 74, 600, 7300)]
    ['0.8 s', '12 s', '74 s', '10 min', '2 h']
    """
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 120 else f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.0f} h"


def percent(share: float | None) -> str:
    """A share; a dash where nothing was measured.

    >>> percent(0.843), percent(None)
    ('84 %', '–')
    """
    return "–" if share is None else f"{100 * share:.0f} %"


def share(value: float | None) -> str:
    """A number from 0 to 1 with two places; a dash where nothing was measured."""
    return "–" if value is None else f"{value:.2f}"


def clock(at: int, now: int) -> str:
    """When something was: the time of day today, the date before; UTC."""
    moment = time.gmtime(at / 1000)
    return time.strftime("%H:%M", moment) if now - at < DAY else f"{moment.tm_mday} {time.strftime('%b', moment)}"


def stamp(at: int) -> str:
    """A moment, to the second, UTC.

    >>> stamp(0)
    '1970-01-01 00:00:00'
    """
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at / 1000))


def day_start(text: str) -> int:
    """The first moment of a day, ms; raises ValueError where it is none.

    >>> day_start("1970-01-02")
    86400000
    """
    return calendar.timegm(time.strptime(text, "%Y-%m-%d")) * 1000


def day_of(at: int) -> str:
    """A day.

    >>> day_of(0)
    '1 Jan'
    """
    moment = time.gmtime(at / 1000)
    return f"{moment.tm_mday} {time.strftime('%b', moment)}"


def done_by(eta: Eta | None, now: int) -> tuple[str, str]:
    """When the work may be done, and the band around it."""
    if eta is None:
        return "–", "nobody works now"
    if eta.hours == 0:
        return "None", "no task is open"
    if eta.high < 36:
        return _hours(eta.hours), f"{_hours(eta.low)} to {_hours(eta.high)}"
    ends = [day_of(now + round(h * HOUR)) for h in (eta.hours, eta.low, min(eta.high, 24 * 3650))]
    return ends[0], f"{ends[1]} to {ends[2]}"


def standing(status: CampaignStatus, now: int) -> tuple[str, str]:
    """(class of the dot, words) for a campaign's state."""
    people = f"{status.at_work:,} {'worker' if status.at_work == 1 else 'workers'} at work"
    match status.state:
        case "running":
            day = (now - (status.launched_at or now)) // DAY + 1
            lately = sum(stage.last_hour for stage in status.stages)
            pace = f", {lately:,} {'answer' if lately == 1 else 'answers'} in the last hour" if lately else ""
            return "good", f"Running, day {day:,}. {people}{pace}"
        case "paused":
            return "warn", "Paused. Nothing is handed out; what workers hold still counts"
        case "closed":
            return "off", "Closed. Exports go on working"
    return "off", "A draft. Launch it to open its first tasks"


def told(one: Happening, categories: Mapping[int, CategoryRef]) -> tuple[str, str, bool]:
    """(who, what, whether it is bad) of a happening."""
    who = f"w-{one.worker_id}" if one.worker_id else ""
    category = categories[one.category_id].name if one.category_id in categories else "a category"
    match one.kind:
        case "trained":
            iou = f"IoU {one.data.get('iou') or 0:.2f}"
            passed = one.data.get("passed")
            return who, f"{'passed' if passed else 'missed'} the training for {category}, {iou}", False
        case "untrusted":
            return who, "missed the checks of a page: it counts for nothing", True
        case "rejected":
            return who, "was rejected; what rested on their work is decided again", True
        case "exported":
            return "", f"Exported {one.data.get('images', 0):,} images, {one.data.get('annotations', 0):,} masks", False
        case "evaluated":
            return "", "The export was compared with a truth", False
    words = {"created": "Campaign created", "launched": "Launched", "running": "Goes on", "paused": "Paused",
             "closed": "Closed", "worker paused": "was paused", "worker active": "works again",
             "retrain": "has to train again", "decided": "A mask was decided by an expert",
             "taken down": "A photo was taken down"}  # fmt: skip
    return who, words.get(one.kind, one.kind.replace("_", " ").capitalize()), False


_WENT = {
    Outcome.KEPT: "kept by the filter", Outcome.DROPPED: "dropped by the filter",
    Outcome.PRESENT: "with a category to spot", Outcome.SPOTTED: "with spots", Outcome.DRAWN: "with masks drawn",
    Outcome.NO_OBJECT: "with a spot on nothing", Outcome.PASSED: "with accepted masks",
    Outcome.FAILED: "with masks that voters sent back", Outcome.TOO_MANY: "with more instances than the limit",
    Outcome.PAINTED: "with crowd regions", Outcome.CAPTIONED: "with captions",
}  # fmt: skip


def whereabouts(stage: Stage, work: str) -> str:
    """Which images are at a place of the stage graph.

    >>> whereabouts(Stage.SPOT, "open"), whereabouts(Stage.VERIFY, "failed")
    ('with open spot tasks', 'with masks that voters sent back')
    """
    states = {"open": f"with open {stage} tasks", "out": f"with {stage} tasks out with workers",
              "done": f"with {stage} tasks done"}  # fmt: skip
    return states.get(work) or _WENT[Outcome(work)]


def _hours(value: float) -> str:
    return f"{value * 60:.0f} min" if value < 2 else f"{value:.0f} h"
