"""What is done on the worker's pages before a picture is taken of them, and which pages there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import Page

from cocokit import rle
from cocokit.campaign.creating import set_state
from cocokit.crowd.company import CHANNEL, Company
from cocokit.crowd.hands import Hands
from cocokit.crowd.truth import Scene
from cocokit.domain.answers import Times
from cocokit.domain.stages import CampaignState, Stage
from cocokit.domain.tasks import Assignment, CrowdTask, FilterTask, SegmentTask, SpotTask
from tests.annotate_ui.site import SURE

Act = Callable[[Page, Company], None]

#: State of the page -> what the campaign must be for it.
STATES = {"paused": CampaignState.PAUSED, "offline": None}
#: What is good to look at while it is drawn, and how many others are given back for it.
_LIKED, _PATIENCE = ("motorcycle", "helmet", "cup", "spoon", "rocket", "tower", "person"), 12
#: What each worker holds, so that an act knows what is on the page.
_HELD: list[Assignment] = []


def hold(crowd: Company, external: str, stage: Stage, training: bool, patience: int = _PATIENCE) -> str:
    """A new worker takes a task of a stage; for a real one of segmentation they pass the training first.

    What the worker is called in the end is returned: if nothing good to look at is left, it is somebody else.
    """
    engine = crowd.engine
    worker = engine.join("invite", external)
    hands = _hands(crowd)
    for i in range(40):
        given = engine.next_task(worker, [stage])
        if given is None:
            assert len(external) < 100, f"no task of {stage} is left"
            for _ in range(20):  # simulated workers bring more of it
                crowd.step()
            return hold(crowd, f"{external}, again", stage, training, 0)
        answer = hands.answer(given.work, crowd.scenes)
        is_liked = not isinstance(given.work, SegmentTask) or given.work.category.name in _LIKED
        if given.training == training and answer.get("outcome", "mask") == "mask" and (is_liked or i >= patience):
            _HELD.append(given)
            return external
        if given.training == training:
            engine.release(worker, given.id, "skip")
        else:
            engine.submit(worker, given.id, answer, f"{i}", Times(20_000, 19_000, 15_000))
    raise AssertionError(f"no such task of {stage}")


def give_back(crowd: Company) -> None:
    """The next worker gets the task."""
    crowd.engine.release(_HELD[-1].worker_id, _HELD[-1].id, "skip")


def _hands(crowd: Company) -> Hands:
    first = crowd.people[0].hands
    return Hands(SURE, first.eyes, first.settings, np.random.default_rng(1))


def ready(page: Page) -> None:
    """Wait until the task is there."""
    page.wait_for_selector(".photo.loaded, .tile .face, textarea")
    page.wait_for_load_state("networkidle")


def _answer(crowd: Company) -> dict[str, Any]:
    """What somebody sends who knows the truth, for the task on the page."""
    return _hands(crowd).answer(_HELD[-1].work, crowd.scenes)


def _to(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the image on the screen."""
    left, top, width, across = page.evaluate(
        "() => { const p = document.querySelector('.picture'), b = p.getBoundingClientRect();"
        " return [b.left, b.top, b.width, p.naturalWidth]; }"
    )
    scale = width / across
    return left + x * scale, top + y * scale


def _click(page: Page, x: float, y: float) -> None:
    page.mouse.move(*_to(page, x, y))
    page.mouse.click(*_to(page, x, y))
    page.wait_for_timeout(60)


def _scene(crowd: Company) -> Scene:
    return crowd.scenes[_HELD[-1].work.image.id]  # type: ignore[union-attr]


def draw(page: Page, crowd: Company) -> None:
    """Most of an outline, by the polygon."""
    work = _HELD[-1].work
    assert isinstance(work, SegmentTask)
    one = _hands(crowd).eyes.at(_scene(crowd), work.category.id, work.spot)
    assert one is not None
    ring = max(one.outlines, key=len)
    page.locator(".rail [data-tool='draw.polygon']").click()
    points = list(zip(ring[::2], ring[1::2], strict=True))
    step = max(1, len(points) // 24)
    for x, y in points[: int(len(points) * 0.8) : step]:
        _click(page, x, y)


def outline(page: Page, crowd: Company) -> None:
    """A closed outline that is too small on one side, and its comparison."""
    work = _HELD[-1].work
    assert isinstance(work, SegmentTask)
    one = _hands(crowd).eyes.at(_scene(crowd), work.category.id, work.spot)
    assert one is not None
    ring = max(one.outlines, key=len)
    points = list(zip(ring[::2], ring[1::2], strict=True))
    right = min(x for x, _ in points) + 0.93 * (max(x for x, _ in points) - min(x for x, _ in points))
    page.locator(".rail [data-tool='draw.polygon']").click()
    for x, y in points[:: max(1, len(points) // 30)]:
        _click(page, min(x, right), y)
    page.locator("#submit").click()
    page.wait_for_timeout(1200)


def paint(page: Page, crowd: Company) -> None:
    """A stroke over some of the rest."""
    work = _HELD[-1].work
    assert isinstance(work, CrowdTask)
    left = _hands(crowd).left_of_crowd(work, _scene(crowd))
    if left is None:
        return
    ys, xs = np.nonzero(rle.decode(left))
    for i in np.linspace(0, len(xs) - 1, 14).astype(int).tolist():
        _click(page, float(xs[i]), float(ys[i]))


def label(page: Page, crowd: Company) -> None:
    """The icons of the first groups, by a click on the icon and one on the photo, until something was found twice."""
    scene, found = _scene(crowd), 0
    names = {category.id: category.name for category in crowd.engine.campaign.categories.values()}
    for _ in range(7):
        here = page.locator(".tray .tiles").inner_text()
        for key, instances in scene.instances.items():
            if names[key] in here.split("\n") and instances:
                page.locator(".tray .tiles button", has_text=names[key]).first.click()
                _click(page, *instances[0].core[len(instances[0].core) // 2].tolist())
                found += 1
        if found >= 2:
            return
        page.locator("#submit").click()
        page.wait_for_timeout(150)


def spot(page: Page, crowd: Company) -> None:
    """The crosses of somebody who knows the truth, six at most."""
    work = _HELD[-1].work
    assert isinstance(work, SpotTask)
    for one in _scene(crowd).instances[work.category.id][:6]:
        _click(page, *one.core[len(one.core) // 2].tolist())


#: What is in a photograph, by a part of its name.
_SENTENCES = {
    "astronaut": "An astronaut in an orange suit smiles beside a flag and a model of a rocket",
    "camera": "A man in a dark coat looks through a camera on a tripod in a field",
    "motorcycle": "A red motorcycle stands in front of shelves with boxes in a garage",
    "rocket": "A rocket stands between four towers at a launch pad in the evening",
    "coffee": "A cup of coffee stands on a red saucer on a wooden table",
    "coins": "Old coins lie in four rows on a dark background",
    "chelsea": "A cat with green eyes lies on a blanket and looks away",
}


def caption(page: Page, crowd: Company) -> None:
    """A sentence."""
    name = _scene(crowd).file_name
    page.locator("textarea").fill(next(text for stem, text in _SENTENCES.items() if stem in name))


def remove(page: Page, crowd: Company) -> None:
    """The photographs in which there is nothing."""
    work = _HELD[-1].work
    assert isinstance(work, FilterTask)
    for i, image in enumerate(work.candidates):
        if not crowd.scenes[image.id].categories:
            page.locator(".tiles .tile").nth(i).locator(".face").click()


def mark_bad(page: Page, crowd: Company) -> None:
    """The outlines that are bad."""
    for place in _answer(crowd)["bad"]:
        page.locator(".tiles .tile").nth(place).locator(".face").click()


#: Name of a picture, stage, whether it is a training task, what is done.
ACTS: tuple[tuple[str, Stage, bool, Act | None], ...] = (
    ("filter", Stage.FILTER, False, remove),
    ("label", Stage.LABEL, False, label),
    ("spot", Stage.SPOT, False, spot),
    ("segment", Stage.SEGMENT, False, draw),
    ("training", Stage.SEGMENT, True, None),
    ("compared", Stage.SEGMENT, True, outline),
    ("verify", Stage.VERIFY, False, mark_bad),
    ("crowd", Stage.CROWD, False, paint),
    ("caption", Stage.CAPTION, False, caption),
)


def into_state(page: Page, crowd: Company, state: str) -> None:
    """Bring the page into a state without a task."""
    if state == "offline":
        page.context.set_offline(True)
        page.locator("textarea").fill("A sentence that is written while the network is gone for a while.")
        page.wait_for_timeout(5500)
        return
    set_state(crowd.engine.database, crowd.engine.campaign, CampaignState.PAUSED)
    page.evaluate("sessionStorage.clear()")
    for one in crowd.engine.current(_HELD[-1].worker_id):  # also what the page has fetched ahead
        crowd.engine.release(one.worker_id, one.id, "skip")
    page.reload()
    page.wait_for_timeout(800)


def out_of_state(crowd: Company, state: str) -> None:
    """Go on."""
    if state != "offline":
        from cocokit.campaign.creating import launch

        launch(crowd.engine.database, crowd.engine.campaign)


def dash_pages(crowd: Company) -> dict[str, str]:
    """Name -> path of each page of the dashboard."""
    home = f"/dash/{crowd.engine.campaign.id}"
    worker = next(person.worker_id for person in crowd.people if person.worker_id)
    image = min(key for key, scene in crowd.scenes.items() if scene.instances)
    assert CHANNEL
    return {
        "board": f"{home}/", "workers": f"{home}/workers", "worker": f"{home}/workers/{worker}",
        "review": f"{home}/review", "quality": f"{home}/quality", "images": f"{home}/images",
        "image": f"{home}/images/{image}", "export": f"{home}/export", "setup": "/dash/setup", "audit": "/dash/audit",
        "health": "/dash/health", "accounts": "/dash/accounts", "channels": f"{home}/channels",
        "instructions": f"{home}/instructions",
    }  # fmt: skip


def newest_visitor(crowd: Company) -> int:
    """The worker who was last given a task by a link."""
    from cocokit.store.openings import latest_besides

    with crowd.engine.database.read() as tx:
        found = latest_besides(tx, crowd.engine.campaign.id, CHANNEL)
    assert found is not None
    return found


def work_on(page: Page, crowd: Company, given: Assignment) -> None:
    """Do the task on the page by the mouse, all but sending it."""
    _HELD.append(given)
    for name, stage, training, act in ACTS:
        if stage is given.stage and training == given.training and name != "compared" and act is not None:
            act(page, crowd)
    if given.training:
        outline(page, crowd)
