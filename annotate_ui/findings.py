"""What each plot says, in a sentence with the number in it. ``**`` marks what is strong."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from markupsafe import Markup, escape

from cocokit.crowd.learning import Learning
from cocokit.crowd.quality_plots import Dot, Rate, Spread, Step
from cocokit.crowd.stage_agreement import StageAgreement, Twice

#: Recall that fewer workers may cost before they are spoken of.
WORTH = 0.03


def strong(text: str) -> Markup:
    """A sentence with its strong words.

    >>> str(strong("**3 of 43** are < 1"))
    '<b>3 of 43</b> are &lt; 1'
    """
    return Markup(re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", str(escape(text))))


def fewer(union: Sequence[Step]) -> Step | None:
    """The fewest workers whose union loses little against all, if that is fewer than all."""
    if len(union) < 2:
        return None
    return next((step for step in union[:-1] if union[-1].recall - step.recall <= WORTH), None)


def of_union(union: Sequence[Step]) -> Markup:
    """How many workers are enough."""
    if not union:
        return strong("Not enough is labeled yet. The curve shows when two or more workers have seen the same images.")
    step, last = fewer(union), union[-1]
    if step is None:
        more = 100 * (last.recall - union[-2].recall)
        return strong(f"Each of **{last.k} workers** still finds something that the others miss: the last one adds "
                      f"**{more:.1f} points** of recall.")  # fmt: skip
    saved, lost = 1 - step.k / last.k, last.recall - step.recall
    who = "1 worker" if step.k == 1 else f"{step.k} workers"
    return strong(f"Stopping at **{who}** saves **{100 * saved:.0f} %** of label work and costs "
                  f"**{100 * lost:.1f} points** of recall.")  # fmt: skip


def of_workers(dots: Sequence[Dot], under: Collection[int]) -> Markup:
    """Who is under the line."""
    if not dots:
        return strong("Nobody can be compared yet. Workers show here when others have labeled the same images.")
    if not under:
        return strong(f"**Nobody** of {len(dots)} is under the line.")
    verb = "is" if len(under) == 1 else "are"
    return strong(f"**{len(under)} of {len(dots)}** {verb} under the line.")


def of_spreads(spreads: Sequence[Spread]) -> Markup:
    """Which stage takes another time than planned."""
    if not spreads:
        return strong("No times yet. They show after a few answers in a stage.")
    spreads = [one for one in spreads if not one.tool] or spreads
    odd = max(spreads, key=lambda s: max(s.median / s.prior, s.prior / s.median))
    how = "longer" if odd.median > odd.prior else "shorter"
    factor = max(odd.median / odd.prior, odd.prior / odd.median)
    if factor < 1.25:
        return strong("Every stage takes **about as long as planned**.")
    return strong(f"{str(odd.stage).capitalize()} takes **{factor:.1f} times {how}** than planned: the middle answer "
                  f"needs {odd.median:.0f} s, planned are {odd.prior:.0f} s.")  # fmt: skip


def of_rates(rates: Sequence[Rate]) -> Markup:
    """Which category is hard."""
    if not rates:
        return strong("No mask is decided yet. Rates show when masks have their votes.")
    worst = rates[0]
    whole = sum(r.passed for r in rates) / sum(r.decided for r in rates)
    if worst.high >= whole:
        votes = sum(r.votes * r.decided for r in rates) / sum(r.decided for r in rates)
        return strong(f"**{100 * whole:.0f} %** of masks pass after **{votes:.1f} votes**; no category is surely worse "
                      "than the rest.")  # fmt: skip
    return strong(f"**{worst.name}** is hard: {100 * worst.passed / worst.decided:.0f} % of its masks pass, "
                  f"{100 * whole:.0f} % of all.")  # fmt: skip


def of_funnel(parts: Sequence[tuple[str, int]]) -> Markup:
    """How much comes out."""
    counts = dict(parts)
    kept, passed, drawn = counts["kept"], counts["masks accepted"], counts["masks drawn"]
    if not passed:
        return strong("No mask is accepted yet.")
    share = 100 * passed / max(drawn, 1)
    return strong(f"Each kept image gives **{passed / max(kept, 1):.1f} masks**; **{share:.0f} %** of the masks drawn "
                  "are accepted so far.")  # fmt: skip


def of_tools(spreads: Sequence[Spread]) -> Markup:
    """Which tool is the quickest, where a stage has several."""
    by_stage: dict[str, list[Spread]] = {}
    for one in spreads:
        if one.tool:
            by_stage.setdefault(str(one.stage), []).append(one)
    parts = []
    for stage, tools in by_stage.items():
        quick = min(tools, key=lambda one: one.median)
        if len(tools) > 1:
            parts.append(f"In {stage} the **{quick.tool}** is the quickest, {quick.median:.0f} s.")
    return strong(" ".join(parts))


def of_agreement(stages: Sequence[StageAgreement]) -> Markup:
    """Where people agree least."""
    known = [one for one in stages if one.value is not None]
    if not known:
        return strong("Nothing was answered twice yet.")
    least = min(known, key=lambda one: one.value or 0.0)
    what = "alpha" if least.measure == "alpha" else "IoU"
    return strong(f"People agree least in **{least.stage}**: {what} **{least.value:.2f}**.")


def of_learning(found: Learning) -> Markup:
    """What practice brings."""
    paces, shares = found.paces, found.shares
    if len(paces) < 2:
        return strong("Not enough is done yet. The curve shows when workers have given more than a few answers.")
    first, last = paces[0], paces[-1]
    change = 100 * (1 - last.middle / first.middle) if first.middle else 0.0
    how = "less" if change > 0 else "more"
    begin = f"From answer {last.start:,} on people need **{abs(change):.0f} % {how} time** than for their first ones"
    if len(shares) < 2:
        return strong(f"{begin}.")
    before, after = (100 * share.passed / share.decided for share in (shares[0], shares[-1]))
    return strong(f"{begin}; **{after:.0f} %** of their later masks pass, {before:.0f} % of the first.")


def of_twice(twice: Sequence[Twice]) -> Markup:
    """What a second drawing of the same thing says of the first."""
    by_name = {one.what: one for one in twice}
    if not twice:
        return strong("Nothing was drawn twice yet. Training, and masks that voters send back, show here.")
    if (back := by_name.get("sent back")) is not None:
        return strong(f"A mask that voters sent back and its replacement overlap by **{back.median:.2f}** in the "
                      "middle: the rest is what the votes changed.")  # fmt: skip
    one = twice[0]
    return strong(f"Two people's masks of the same thing overlap by **{one.median:.2f}** in the middle.")
