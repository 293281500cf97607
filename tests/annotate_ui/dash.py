"""A requester's browser without a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cocokit.annotate_ui.passwords import Links
from cocokit.campaign.accounts import add_account

from .site import Site

PASSWORD = "three plain words"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Requester:
    """Somebody who is signed in, or not yet."""

    site: Site
    client: FlaskClient

    def get(self, path: str, **options: Any) -> TestResponse:
        """A page of the dashboard."""
        return self.client.get(f"/dash/{path}", **options)

    def text(self, path: str) -> str:
        """A page that is there, as text."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-400:])
        return answer.text

    def token(self) -> str:
        """A token for forms, as the sign-in page has one."""
        found = _TOKEN.search(self.get("sign-in").text)
        assert found
        return found[1]

    def post(self, path: str, follow: bool = False, **form: Any) -> TestResponse:
        """A form, sent with its token."""
        return self.client.post(f"/dash/{path}", data={"csrf_token": self.token(), **form}, follow_redirects=follow)

    @property
    def campaign(self) -> str:
        """The path of the campaign."""
        return str(self.site.engine.campaign.id)


def visitor(site: Site) -> Requester:
    """Somebody who is not signed in."""
    return Requester(site, site.app.test_client())


def requester(site: Site, role: str = "owner", name: str | None = None) -> Requester:
    """An account that has chosen its password through its link, and is signed in."""
    state = site.app.extensions["cocokit"]
    account = add_account(site.database, name or f"the {role}", role, state.clock.now())
    found = visitor(site)
    path = Links(state.config.secret).path(account).removeprefix("/dash/")
    answer = found.post(path, password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 303, answer.text
    return found
