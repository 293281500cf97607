"""Accounts: the first link, signing in and out, waiting after wrong passwords, roles, forms of other sites."""

from __future__ import annotations

import pytest

from cocokit.annotate_ui.passwords import Links, first_link
from cocokit.annotate_ui.serving import dashboard
from cocokit.campaign.accounts import add_account, list_accounts, owner
from cocokit.campaign.audit import broken_at, read_audit
from cocokit.errors import CocokitError
from cocokit.pipeline.leases import ManualClock

from .dash import PASSWORD, Requester, requester, visitor
from .site import Site


def sign_in(who: Requester, name: str, password: str = PASSWORD) -> int:
    return who.post("sign-in", name=name, password=password).status_code


def test_the_first_link_makes_an_owner_and_is_good_once(site: Site) -> None:
    path, is_first = dashboard(site.app)
    assert is_first
    assert dashboard(site.app) == (path, True)  # the same account, no second one
    who = visitor(site)
    word = path.removeprefix("/dash/")
    assert who.post(word, password="short", again="short").status_code == 422
    assert who.post(word, password=PASSWORD, again=PASSWORD + "!").status_code == 422
    assert who.post(word, password=PASSWORD, again=PASSWORD).status_code == 303
    assert "Board" in who.client.get("/dash/", follow_redirects=True).text
    assert visitor(site).get(word).status_code == 401
    assert dashboard(site.app) == ("/dash/", False)
    known = list_accounts(site.database)[0]
    assert known.role == "owner"
    assert known.password_hash.startswith("scrypt:")
    assert PASSWORD not in known.password_hash


def test_a_link_is_over_after_three_days(site: Site) -> None:
    secret = site.app.extensions["cocokit"].config.secret
    assert visitor(site).get(f"welcome/{'x' * 30}").status_code == 401
    link = first_link(site.database, secret, 0)
    assert link
    assert visitor(site).get(link.removeprefix("/dash/")[:-2]).status_code == 401


def test_signing_in_gives_a_new_cookie_and_signing_out_ends_it(site: Site) -> None:
    requester(site)
    who = visitor(site)
    assert sign_in(who, "the owner", "wrong wrong wrong") == 401
    assert sign_in(who, "nobody") == 401
    assert sign_in(who, "the owner") == 303
    first = who.client.get_cookie("cocokit_login", path="/dash")
    assert first
    assert first.http_only
    assert first.same_site == "Lax"
    assert sign_in(who, "the owner") == 303
    second = who.client.get_cookie("cocokit_login", path="/dash")
    assert second
    assert second.value != first.value
    thief = visitor(site)
    thief.client.set_cookie("cocokit_login", first.value, path="/dash")
    assert thief.get("").status_code == 302  # the old token is gone
    assert who.post("sign-out").status_code == 303
    who.client.set_cookie("cocokit_login", second.value, path="/dash")
    assert "sign-in" in who.get("").location


def test_signing_out_everywhere_ends_other_browsers(site: Site) -> None:
    here = requester(site)
    there = visitor(site)
    sign_in(there, "the owner")
    assert there.get("accounts").status_code == 200
    assert here.post("sign-out-everywhere").status_code == 303
    assert there.get("accounts").status_code == 302


def test_five_wrong_passwords_make_an_account_wait_and_longer_each_time(site: Site, clock: ManualClock) -> None:
    requester(site)
    who = visitor(site)
    for _ in range(5):
        assert sign_in(who, "the owner", "wrong wrong wrong") == 401
    assert sign_in(who, "the owner") == 401  # right, and too early
    clock.advance(31_000)
    assert sign_in(who, "the owner", "wrong wrong wrong") == 401
    clock.advance(31_000)
    assert sign_in(who, "the owner") == 401  # the second wait is twice as long
    clock.advance(31_000)
    assert sign_in(who, "the owner") == 303
    assert sign_in(who, "the owner", "wrong wrong wrong") == 401
    assert sign_in(who, "the owner") == 303  # the count began anew


def test_a_login_ends_when_nobody_was_there_for_long(site: Site, clock: ManualClock) -> None:
    who = requester(site)
    for _ in range(3):
        clock.advance(11 * 3_600_000)
        assert who.get("accounts").status_code == 200
    clock.advance(13 * 3_600_000)
    assert who.get("accounts").status_code == 302


def test_forms_of_other_sites_are_refused(site: Site) -> None:
    who = requester(site)
    path = f"/dash/{who.campaign}/pause"
    assert who.client.post(path).status_code == 400  # no token
    assert who.client.post(path, data={"csrf_token": "x"}).status_code == 400
    data = {"csrf_token": who.token()}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert who.client.post(path, data=data, headers=headers).status_code == 403
    assert who.client.post(path, data=data, headers={"Origin": "http://localhost"}).status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example/dash/", "//evil.example/dash/", "/w/x", "/dash/\\evil"])
def test_signing_in_leads_nowhere_else(site: Site, target: str) -> None:
    requester(site)
    who = visitor(site)
    assert who.post("sign-in", name="the owner", password=PASSWORD, next=target).location == "/dash/"


def test_the_last_owner_stays_and_removed_accounts_are_out(site: Site) -> None:
    who = requester(site)
    assert "only owner" in who.client.post(
        "/dash/accounts/remove", data={"csrf_token": who.token(), "name": "the owner"},
        headers={"Referer": "http://localhost/dash/accounts"}, follow_redirects=True,
    ).text  # fmt: skip
    other = requester(site, "viewer")
    assert who.post("accounts/remove", name="the viewer").status_code == 303
    assert other.get("").status_code == 302
    assert requester(site, "viewer").get("").status_code == 302  # the name is free again
    for name, role in (("", "owner"), ("x" * 61, "owner"), ("a\0b", "owner"), ("ann", "king"), ("the owner", "viewer")):
        with pytest.raises(CocokitError):
            add_account(site.database, name, role, 0)


def test_names_are_shown_as_text(site: Site) -> None:
    who = requester(site)
    who.post("accounts", name="<script>alert(1)</script>", role="viewer")
    text = who.text("accounts")
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


def test_what_accounts_do_is_in_the_audit_log(site: Site) -> None:
    who = requester(site)
    who.post("accounts", name="maria", role="reviewer")
    who.post("accounts/remove", name="maria")
    actions = [entry.action for entry in read_audit(site.database)]
    assert actions[:2] == ["account.remove", "account.add"]
    assert {"account.sign_in", "account.password"} <= set(actions)
    assert broken_at(site.database) is None


def test_an_owner_is_made_once(site: Site) -> None:
    assert owner(site.database, 0).id == owner(site.database, 0).id
    assert Links("k" * 40).path(owner(site.database, 0)).startswith("/dash/welcome/")
