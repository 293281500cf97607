"""Nothing that a worker did gets lost: closed tab, no network, an ended lease, a second tab, a server that restarts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.e2e.frames import dots, gone, log, shown, until
from tests.js.dev import Handler

Open = Callable[..., Any]
OFFLINE = ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "status of 503", "status of 409", "status of 404"]


def fake(query: str) -> Any:
    return Handler.campaigns[query]


def test_a_closed_tab_brings_everything_back(open_page: Open) -> None:
    page = shown(open_page("stage=sample&n=closed"))
    page.mouse.click(700, 400)
    page.mouse.click(750, 450)
    page.close()
    page = shown(open_page("stage=sample&n=closed", context=page.context))
    assert dots(page) == 2


def test_a_draft_is_on_the_server_within_five_seconds_and_comes_back_in_another_browser(open_page: Open) -> None:
    query = "stage=sample&n=draft"
    page = shown(open_page(query))
    page.mouse.click(700, 400)
    page.wait_for_selector("[data-how=saved]", timeout=5000)
    assert len(fake(query).drafts[1]["data"]["page"]["points"]) == 1
    assert dots(shown(open_page(query))) == 1


def test_hiding_the_page_saves_at_once(open_page: Open) -> None:
    query = "stage=sample&n=hide"
    page = shown(open_page(query))
    page.mouse.click(700, 400)
    page.evaluate("""() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange')); }""")
    for _ in range(40):  # a second: without the page going, a draft comes after three
        if fake(query).drafts:
            break
        page.wait_for_timeout(25)
    assert fake(query).drafts[1]["version"] == 1


def test_offline_answers_wait_and_go_out(open_page: Open) -> None:
    query = "stage=sample&n=offline"
    page = shown(open_page(query))
    page.watch.allowed = OFFLINE
    page.wait_for_timeout(500)  # the next task comes ahead of time
    page.mouse.click(700, 400)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 answer waits")
    shown(page)
    page.mouse.click(700, 400)
    page.keyboard.press("Enter")
    page.wait_for_selector(".state[data-state=offline]")
    assert "2 answers wait" in page.inner_text(".state .lead")
    assert not log(page, query)
    page.context.set_offline(False)
    page.click(".state .primary")
    shown(page)
    assert [one["assignment"] for one in log(page, query)] == [1, 2]


def test_offline_and_closed_the_answer_goes_out_with_the_next_visit(open_page: Open) -> None:
    query = "stage=sample&n=later"
    page = shown(open_page(query))
    page.watch.allowed = OFFLINE
    page.mouse.click(700, 400)
    page.route("**/submit", lambda route: route.abort())
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 answer waits")
    page.close()
    page = shown(open_page(query, context=page.context))
    assert len(log(page, query)) == 1


def test_a_restarted_server_loses_nothing(open_page: Open) -> None:
    query = "stage=sample&n=restart"
    page = shown(open_page(query))
    page.watch.allowed = OFFLINE
    page.mouse.click(700, 400)
    page.route("**/api/**", lambda route: route.abort())
    page.mouse.click(750, 450)
    page.wait_for_selector("[data-how=offline]", timeout=15_000)
    page.unroute("**/api/**")
    page.wait_for_selector("[data-how=saved]", timeout=15_000)
    assert len(fake(query).drafts[1]["data"]["page"]["points"]) == 2


def test_a_second_tab_only_shows_the_task_until_it_takes_it(open_page: Open) -> None:
    query = "stage=sample&n=tabs"
    first = shown(open_page(query))
    first.mouse.click(700, 400)
    second = shown(open_page(query, context=first.context))
    second.wait_for_selector("text=open in another tab")
    second.mouse.click(750, 450)
    assert dots(second) == 1
    first.mouse.click(750, 450)
    second.click("text=Work here instead")
    first.wait_for_selector("text=open in another tab")
    until(second, "document.querySelectorAll('.dot').length === 2")
    second.mouse.click(800, 400)
    second.wait_for_selector("[data-how=saved]")
    assert dots(second) == 3


def test_a_draft_from_elsewhere_makes_the_page_read_only(open_page: Open) -> None:
    query = "stage=sample&n=stale"
    page = shown(open_page(query))
    page.watch.allowed = OFFLINE
    fake(query).drafts[1] = {"version": 7, "data": {"page": {"points": [[1, 2], [3, 4], [5, 6]]}}}
    page.mouse.click(700, 400)
    page.wait_for_selector("text=open in another tab")
    page.click("text=Work here instead")
    until(page, "document.querySelectorAll('.dot').length === 3")


def test_an_ended_lease_keeps_the_work_and_shows_the_way_on(open_page: Open) -> None:
    query = "stage=sample&n=lease&lease=1500&fail409=extend"
    page = shown(open_page(query))
    page.watch.allowed = OFFLINE
    page.mouse.click(700, 400)
    page.wait_for_selector(".state[data-state=lost]", timeout=8000)
    assert "is kept" in page.inner_text(".state .lead")


def test_two_minutes_before_the_end_one_key_keeps_the_task(open_page: Open) -> None:
    page = shown(open_page("stage=sample&n=keep&lease=100000&left=30000"))
    page.wait_for_selector("text=left on this task")
    page.keyboard.press("l")
    page.locator("#notice").wait_for(state="hidden")


def test_a_photo_that_does_not_come_has_a_way_on(open_page: Open) -> None:
    query = "stage=sample&n=photo"
    page = open_page("stage=sample&state=none&n=photo0")
    page.watch.allowed = [*OFFLINE, "Failed to load resource"]
    page.route("**/photo/**", lambda route: route.abort())
    page.goto(page.url.split("?")[0] + f"?{query}")
    page.wait_for_selector(".state[data-state=photo]")
    page.unroute("**/photo/**")
    page.click("text=Report it and take the next")
    shown(page)
    assert 1 not in fake(query).tasks


def test_a_refused_answer_can_be_mended(open_page: Open) -> None:
    query = "stage=sample&n=refused&fail422=submit"
    page = shown(open_page(query))
    page.watch.allowed = ["status of 422"]
    page.mouse.click(700, 400)
    page.keyboard.press("Enter")
    page.wait_for_selector("#hint >> text=crosses itself")
    assert dots(page) == 1
    page.reload()
    shown(page)
    assert dots(page) == 1
    gone(page, ".state")


def test_a_draft_that_is_refused_while_its_answer_is_on_its_way_does_not_stop_the_page(open_page: Open) -> None:
    query = "stage=segment&n=race&fail409=draft"
    page = shown(open_page(query))
    page.watch.allowed = OFFLINE
    held: list[Any] = []
    page.route("**/submit", lambda route: held.append(route))
    page.keyboard.press("p")
    for at in ((600, 300), (700, 300), (700, 400)):
        page.mouse.click(*at)
    with page.expect_response("**/draft"):
        page.click("#submit")
    page.wait_for_timeout(200)
    assert page.locator(".state").count() == 0
    held[0].continue_()
    page.unroute("**/submit")
    until(page, "performance.getEntriesByName('task-shown').at(-1).detail === 2")
    assert len(log(page, query)) == 1
