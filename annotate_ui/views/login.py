"""Signing in and out, choosing a password, and the accounts."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for

from cocokit.campaign.accounts import (
    ROLES,
    SignInError,
    add_account,
    choose_password,
    list_accounts,
    open_login,
    remove_account,
    sign_in,
    sign_out,
    sign_out_everywhere,
)

from ..dashboard import page
from ..guard import ANYONE, allowed, asker, dash_blueprint, keep_cookie, own_page
from ..limits import limiter
from ..passwords import Links, fault_of, is_right, link_of, make_hash
from ..site import site

blueprint = dash_blueprint("login", __name__)
#: Of an address, beside the waiting of each account.
_OF_SIGN_IN = "20 per minute; 100 per hour"


@blueprint.get("/sign-in")
@allowed(ANYONE)
def form() -> Any:
    """The form."""
    return render_template("dash/sign-in.html", next=own_page(request.args.get("next")))


@blueprint.post("/sign-in")
@limiter.limit(_OF_SIGN_IN)
@allowed(ANYONE)
def enter() -> Any:
    """Sign in."""
    name, password = request.form.get("name", "")[:200], request.form.get("password", "")
    now, then = site().clock.now(), own_page(request.form.get("next"))
    try:
        account = sign_in(site().database, name, lambda known: is_right(password, known), now)
    except SignInError as error:
        again = render_template("dash/sign-in.html", next=then, fault=str(error), name=name)
        return make_response(again, 401)
    token = open_login(site().database, account, now, g.login_token or None)
    return keep_cookie(make_response(redirect(then, 303)), token)


@blueprint.post("/sign-out")
@allowed("viewer")
def leave() -> Any:
    """Sign out here."""
    sign_out(site().database, g.login_token)
    return keep_cookie(make_response(redirect(url_for("login.form"), 303)), None)


@blueprint.post("/sign-out-everywhere")
@allowed("viewer")
def leave_all() -> Any:
    """Sign out at every browser."""
    sign_out_everywhere(site().database, asker(), site().clock.now())
    return keep_cookie(make_response(redirect(url_for("login.form"), 303)), None)


@blueprint.get("/welcome/<word>")
@allowed(ANYONE)
def welcome(word: str) -> Any:
    """Choose a password: the first page of an account."""
    account = _links().read(site().database, word)
    return render_template("dash/welcome.html", account=account, word=word)


@blueprint.post("/welcome/<word>")
@limiter.limit(_OF_SIGN_IN)
@allowed(ANYONE)
def choose(word: str) -> Any:
    """Take the password, and sign in."""
    account = _links().read(site().database, word)
    password, now = request.form.get("password", ""), site().clock.now()
    fault = fault_of(password, request.form.get("again", ""))
    if fault:
        return make_response(render_template("dash/welcome.html", account=account, word=word, fault=fault), 422)
    choose_password(site().database, account.id, make_hash(password), now)
    token = open_login(site().database, account, now)
    return keep_cookie(make_response(redirect("/dash/", 303)), token)


@blueprint.get("/accounts")
@allowed("owner")
def accounts() -> Any:
    """Who may see the dashboard."""
    return page("dash/accounts.html", None, "accounts", accounts=list_accounts(site().database), roles=ROLES)


@blueprint.post("/accounts")
@allowed("owner")
def add() -> Any:
    """A new account, and the link for its holder."""
    name = request.form.get("name", "")[:200]
    made = add_account(site().database, name, request.form.get("role", ""), site().clock.now(), asker().id)
    flash(f"Send this to {made.name}. It is good once, for three days: {request.host_url.rstrip('/')}"
          f"{_links().path(made)}", "good")  # fmt: skip
    return redirect(url_for("login.accounts"), 303)


@blueprint.post("/accounts/link")
@allowed("owner")
def link() -> Any:
    """A new link for somebody who has lost their password."""
    name = request.form.get("name", "")[:200]
    path = link_of(site().database, site().config.secret or "", name)
    flash(f"Send this to {name}. It is good once, for three days: {request.host_url.rstrip('/')}{path}", "good")
    return redirect(url_for("login.accounts"), 303)


@blueprint.post("/accounts/remove")
@allowed("owner")
def remove() -> Any:
    """Take an account away."""
    name = request.form.get("name", "")[:200]
    remove_account(site().database, name, site().clock.now(), asker().id)
    flash(f"{name} is removed and signed out.", "good")
    return redirect(url_for("login.accounts"), 303)


def _links() -> Links:
    return Links(site().config.secret or "")
