"""What the rules decide is written into rows here, in the transaction of the answer that made the difference.

Nothing is routed by hand: whatever changed, the facts of the image or of its pairs are read, the rules say what
follows, and states and tasks are made so. A rejected worker's answers take the same way, which is why rejecting
somebody equals never having had them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..domain.answers import FilterAnswer
from ..domain.facts import PairPlan, Wanted
from ..domain.stages import Outcome, Stage
from ..pipeline.filtering import page_verdicts
from ..pipeline.labeling import label_places
from ..pipeline.pairs import plan_pair
from ..store.answers import filter_answers, named_counts
from ..store.campaigns import images_at, images_of_page, lock_images, set_image_states, settle_images
from ..store.database import Transaction
from ..store.pairs import Pair, PairRows, load_pairs, pairs_of_images, save_plans
from ..store.tasks import (
    TaskKey,
    Wants,
    drop_leases,
    page_task,
    segment_pairs,
    tasks_of_images,
    tasks_of_pairs,
    want_tasks,
)
from .context import Campaign
from .mask_points import contains

#: Stages whose tasks are about a category in an image, and about an image.
OF_PAIRS = (Stage.SPOT, Stage.SEGMENT, Stage.VERIFY, Stage.CROWD)
OF_IMAGES = (Stage.LABEL, Stage.CAPTION)
#: States of images that want work; candidates wait for the filter, or wait again.
IN_CAMPAIGN = ("open", "finished")


def open_images(tx: Transaction, campaign: Campaign, images: Iterable[int], now: int) -> None:
    """Images that passed the filter, or never had one, get the tasks that they start with."""
    ids = sorted(set(images))
    set_image_states(tx, dict.fromkeys(ids, ("open", None)))
    route_whole_images(tx, campaign, ids, now)


def first_stages(campaign: Campaign) -> tuple[Stage, ...]:
    """The stages that open with an image that is kept."""
    if campaign.graph.has(Stage.FILTER):
        return campaign.graph.targets(Stage.FILTER, Outcome.KEPT)
    return campaign.graph.starts()


def route_images(tx: Transaction, campaign: Campaign, images: Iterable[int], now: int) -> None:
    """Make the label and caption tasks of images what the rules want."""
    ids = sorted(set(images))
    existing = tasks_of_images(tx, ids, OF_IMAGES)
    wanted = wanted_of_image(tx, campaign, ids)
    wants = (Wants((image, 0), wanted.get(image, {}), existing[image, 0]) for image in ids)
    want_tasks(tx, campaign.id, wants, now)
    settle_images(tx, ids, now)


def wanted_of_image(tx: Transaction, campaign: Campaign, images: list[int]) -> dict[int, dict[TaskKey, Wanted]]:
    """What the rules want of each of those images that are in the campaign: its label and caption tasks."""
    opens = first_stages(campaign)
    wanted: dict[int, dict[TaskKey, Wanted]] = {}
    for image in images_at(tx, images, *IN_CAMPAIGN):
        mine = wanted[image] = {}
        if Stage.LABEL in opens:
            mine[Stage.LABEL, image] = Wanted(_label_places(tx, campaign, image))
        if Stage.CAPTION in opens:
            more = image in campaign.more_captions
            numbers = campaign.settings
            mine[Stage.CAPTION, image] = Wanted(numbers.k_caption_more if more else numbers.k_caption)
    return wanted


def _label_places(tx: Transaction, campaign: Campaign, image: int) -> int:
    if not campaign.settings.adaptive:
        return campaign.settings.k_label
    return label_places(*named_counts(tx, image), campaign.settings)


def route_pairs(tx: Transaction, campaign: Campaign, pairs: Iterable[Pair], now: int) -> None:
    """Make spots, masks and tasks of (image, category) pairs what the rules want."""
    loaded = load_pairs(tx, pairs)
    if not loaded:
        return
    images = sorted({image for image, _ in loaded})
    existing = tasks_of_pairs(tx, list(loaded), OF_PAIRS)
    there = set(images_at(tx, images, *IN_CAMPAIGN))
    plans = {pair: _plan(campaign, rows) for pair, rows in loaded.items()}
    save_plans(tx, ((loaded[pair], plan) for pair, plan in plans.items()))
    wants = (
        Wants(pair, _tasks(plan, pair[0]) if pair[0] in there else {}, existing[pair]) for pair, plan in plans.items()
    )
    want_tasks(tx, campaign.id, wants, now, campaign.gated)
    settle_images(tx, images, now)


def _plan(campaign: Campaign, rows: PairRows) -> PairPlan:
    masks = rows.masks

    def covers(mask: int, x: float, y: float) -> bool:
        return contains(masks[mask], x, y)

    return plan_pair(rows.facts, campaign.settings, campaign.graph, covers)


def _tasks(plan: PairPlan, image: int) -> dict[TaskKey, Wanted]:
    """The tasks that a pair wants, as rows name them."""
    return {(stage, subject or image): want for (stage, subject), want in plan.tasks.items()}


def open_page(tx: Transaction, campaign: Campaign, page: int, now: int) -> None:
    """Make the task of a filter page what the rules want; a page whose photos were all taken down wants nothing."""
    wanted = {(Stage.FILTER, page): Wanted(campaign.settings.k_filter)} if images_of_page(tx, campaign.id, page) else {}
    want_tasks(tx, campaign.id, [Wants((None, 0), wanted, page_task(tx, campaign.id, page))], now)


def route_page(tx: Transaction, campaign: Campaign, page: int, now: int) -> None:
    """Keep or drop the candidates of a filter page."""
    lock_images(tx, images_of_page(tx, campaign.id, page))
    candidates = images_of_page(tx, campaign.id, page)  # without those that were taken down a moment ago
    answers = [FilterAnswer(removed) for removed in filter_answers(tx, campaign.id, page)]
    verdicts = page_verdicts(candidates, answers, campaign.settings)
    kept = [image for image, verdict in verdicts.items() if verdict.outcome is Outcome.KEPT]
    gone = {image: ("dropped", v.reason) for image, v in verdicts.items() if v.outcome is not Outcome.KEPT}
    waiting = [image for image in candidates if image not in verdicts]
    set_image_states(tx, gone | dict.fromkeys(waiting, ("candidate", None)))
    open_page(tx, campaign, page, now)
    open_images(tx, campaign, kept, now)
    close_images(tx, campaign, [*gone, *waiting], now)


def close_images(tx: Transaction, campaign: Campaign, images: list[int], now: int) -> None:
    """Images that are not in the campaign (any more) want nothing."""
    stages = (*OF_IMAGES, *OF_PAIRS)
    there = tasks_of_images(tx, images, stages)
    want_tasks(tx, campaign.id, (Wants(pair, {}, existing) for pair, existing in there.items()), now)


def route_whole_images(tx: Transaction, campaign: Campaign, images: Iterable[int], now: int) -> None:
    """Everything about some images, again."""
    ids = sorted(set(images))
    lock_images(tx, ids)
    route_images(tx, campaign, ids, now)
    route_pairs(tx, campaign, pairs_of_images(tx, ids), now)


def end_leases(tx: Transaction, campaign: Campaign, assignments: Sequence[int], state: str, now: int) -> None:
    """End leases; a spot that nobody draws any more may have to wait behind another one again."""
    pairs = segment_pairs(tx, assignments=assignments)
    lock_images(tx, [image for image, _ in pairs])  # before any task, as submitting does: nobody waits in a circle
    drop_leases(tx, assignments, state)
    if pairs:
        route_pairs(tx, campaign, pairs, now)
