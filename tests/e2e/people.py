"""Somebody at a page of the real server who knows the truth: looks up what is to do, and does it by pointer and keys.

``Person.step`` does one task of whatever stage is on screen. The three kinds of hands do the same in different ways:
by the pointer alone, by dragging where something can be dragged, and with keys.
"""

from __future__ import annotations

from typing import Any

from cocokit import rle
from cocokit.campaign.desk import assignment_by_word
from cocokit.crowd.hands import Hands
from cocokit.crowd.truth import Instance, Scene
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import Assignment, CrowdTask, SegmentTask
from tests.annotate_ui.site import Site
from tests.e2e.drawing import Hand, Point
from tests.e2e.photos import drag, middle, screen

#: States in which a page has no task.
NO_TASK = ("none", "finished", "paused", "closed", "rejected", "offline", "lost", "answered", "broken", "entry",
           "photo")  # fmt: skip
#: A mask that is nearer to the truth than this IoU is a good one.
GOOD = 0.88
_WHERE = """() => { const shown = performance.getEntriesByName("task-shown").at(-1);
  const state = document.querySelector(".state"), main = document.getElementById("app");
  return [shown?.detail ?? null, state?.dataset.state ?? null, main.dataset.state,
    Boolean(document.querySelector(".result h2"))]; }"""


class Person:
    """A worker in a browser.

    Attributes:
        page: where they work.
        site: the campaign.
        way: "clicks", "drags" or "keys".
        unwanted: ids, in the truth, of the images that a filter removes.
        done: (stage, training) of what they did.
    """

    def __init__(self, page: Any, site: Site, way: str = "clicks", unwanted: tuple[int, ...] = ()) -> None:
        self.page, self.site, self.way, self.unwanted = page, site, way, unwanted
        self.hand = Hand(self)  # type: ignore[arg-type]  # all that it needs of a visit is its page
        self.done: list[tuple[Stage, bool]] = []
        self._last: str | None = None
        self._hands: Hands = site.workers[0][1]

    def come(self, name: str) -> None:
        """Opens the invite link and agrees."""
        self.page.goto(self.site.invite)
        self.page.fill("#nickname", name)
        self.page.click("#agree")

    def step(self) -> str:
        """Does the task on screen; "did", or the state of a page that has none."""
        word, state = self._there()
        if state:
            return state
        given = assignment_by_word(self.site.database, word)
        assert given is not None
        getattr(self, f"_{given.stage}")(given)
        self._send(given)
        self.done.append((given.stage, given.training))
        return "did"

    def again(self) -> None:
        """Presses the button of a page without a task."""
        self.page.locator(".state .primary").click()
        self.page.wait_for_timeout(100)

    def given(self) -> Assignment:
        """The task on screen."""
        word, state = self._there()
        assert not state, state
        found = assignment_by_word(self.site.database, word)
        assert found is not None
        return found

    # ------------------------------------------------------------------ one page each

    def _filter(self, given: Assignment) -> None:
        images = [image.id for image in given.work.candidates]  # type: ignore[union-attr]
        self._mark([i for i, image in enumerate(images) if self.site.scenes[image].id in self.unwanted])

    def _verify(self, given: Assignment) -> None:
        tiles = sorted(given.work.tiles, key=lambda tile: tile.position)  # type: ignore[union-attr]
        look = self._hands.eyes.look
        fit = [look(self.site.scenes[tile.image.id], tile.category.id, tile.mask)[0] for tile in tiles]
        self._mark([i for i, iou in enumerate(fit) if iou < GOOD])

    def _mark(self, tiles: list[int]) -> None:
        self.page.locator(".tile .face").first.wait_for()
        for i in tiles:
            self.page.locator(f".tiles .tile[data-i='{i}']").click()

    def _label(self, given: Assignment) -> None:
        names = {category.id: category.name for category in given.work.categories}  # type: ignore[union-attr]
        wanted = {names[one["category_id"]]: (one["x"], one["y"]) for one in self._payload(given)["drops"]}
        submit = self.page.locator("#submit")
        while not submit.inner_text().startswith("Submit"):
            for name in self.page.locator(".tray .tile .name").all_inner_texts():
                if name in wanted:
                    self._drop(name, wanted.pop(name))
            submit.click()
        assert not wanted, wanted

    def _drop(self, name: str, at: Point) -> None:
        tile = f'.tray .tile:has(.name:text-is("{name}"))'
        if self.way == "drags":
            drag(self.page, middle(self.page, tile), screen(self.page, at))
            return
        if self.way == "keys":
            self.page.keyboard.press(self.page.locator(tile).locator("kbd").inner_text())
        else:
            self.page.locator(tile).click()
        self.page.mouse.click(*screen(self.page, at))

    def _spot(self, given: Assignment) -> None:
        points = self._payload(given)["points"]
        for at in points:
            self.page.mouse.click(*screen(self.page, at))
        if not points:
            self.page.get_by_role("button", name="None here").click()

    def _segment(self, given: Assignment) -> None:
        work = given.work
        assert isinstance(work, SegmentTask)
        scene = self.site.scenes[work.image.id]
        one = self._hands.eyes.at(scene, work.category.id, work.spot)
        assert one is not None, "the spot means nothing"
        self.page.keyboard.press("0")
        for i, ring in enumerate(simple(scene, one)):
            if i:
                self.hand.keys("a")
            self.hand.click(*ring)
            self.hand.keys("Enter")

    def _crowd(self, given: Assignment) -> None:
        work = given.work
        assert isinstance(work, CrowdTask)
        scene = self.site.scenes[work.image.id]
        shown = self._hands.eyes.shown(scene, work.category.id, list(work.masks))
        self.page.keyboard.press("p")
        for one in scene.instances[work.category.id]:
            if one.id not in shown:
                for ring in simple(scene, one):
                    self.hand.click(*ring)
                    self.hand.keys("Enter")

    def _caption(self, given: Assignment) -> None:
        self.page.locator("textarea").click()
        self.page.keyboard.type(self._payload(given)["text"])

    # ------------------------------------------------------------------ what all pages share

    def _payload(self, given: Assignment) -> Any:
        return self._hands.answer(given.work, self.site.scenes)

    def _there(self) -> tuple[str, str | None]:
        """(the task's word, None) once a new one is on screen, or the state of a page without one."""
        for _ in range(200):
            word, state, main, _ = self.page.evaluate(_WHERE)
            if state in NO_TASK:
                return "", state
            if word and word != self._last and main == "task":
                if self.page.locator(".photo").count():
                    self.page.locator(".photo.loaded").wait_for()
                return word, None
            self.page.wait_for_timeout(50)
        raise AssertionError(f"no task comes: {self.page.locator('body').inner_text()[:600]}")

    def _send(self, given: Assignment) -> None:
        """Submits; what is asked once is confirmed, and a training result is read."""
        self._last = given.id
        self._submit()
        for turn in range(200):
            word, state, _, result = self.page.evaluate(_WHERE)
            if word != given.id or state:
                return
            if result:
                self.page.keyboard.press("Enter")
                self.page.locator(".result").wait_for(state="detached")
            elif turn and turn % 20 == 0:
                self._submit()
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not sent: {self.page.locator('#hint').inner_text()}")

    def _submit(self) -> None:
        if self.way == "keys":
            self.page.keyboard.press("Control+Enter")
        else:
            self.page.locator("#submit").click()


def simple(scene: Scene, one: Instance, least: float = 0.95) -> list[list[Point]]:
    """An instance's outlines with as few points as such an IoU allows."""
    return [_fewer(scene, ring, least) for ring in one.outlines]


def _fewer(scene: Scene, ring: Any, least: float) -> list[Point]:
    points: list[Point] = list(zip(ring[::2], ring[1::2], strict=True))
    whole = scene.drawn([ring])
    while len(points) > 4:
        i = min(range(len(points)), key=lambda k: _corner(points[k - 1], points[k], points[(k + 1) % len(points)]))
        fewer = points[:i] + points[i + 1 :]
        drawn = scene.drawn([tuple(v for point in fewer for v in point)])
        if rle.iou([drawn], [whole], [False])[0, 0] < least:
            break
        points = fewer
    return points


def _corner(a: Point, b: Point, c: Point) -> float:
    """The area that leaving out a corner changes, px^2."""
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2
