"""The application: one workspace, its campaigns, and whoever comes to work at them."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from cocokit.errors import NotFoundError
from cocokit.migrations import require_newest
from cocokit.pipeline.leases import Clock, SteadyClock

from .assets import register_assets
from .config import Config, find_config
from .guard import register_guard
from .headers import register_headers
from .limits import register_limits
from .refusals import register_refusals
from .settling import settle
from .site import Site
from .views import register_views

#: Bytes of the largest request: an answer with its strokes.
MOST_BYTES = 6_000_000


class Whole(IntegerConverter):
    """A number in an address: one that every database has room for."""

    regex = "[0-9]{1,18}"


def create_app(config: Config | None = None, *, clock: Clock | None = None) -> Flask:
    """The application of a workspace.

    Args:
        config: the instance; None takes that of the workspace which the working folder lies in, for a process that
            serves nothing else.
        clock: tells the time; None takes the machine's.

    Raises:
        CocokitError: no workspace, no database, an older version of it, a key that somebody could guess.
    """
    known = (config or find_config()).with_secret()
    app = Flask(__name__, static_folder=None)
    app.config.update(SECRET_KEY=known.secret, MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=500_000,
                      RATELIMIT_ENABLED=known.limits, TRUSTED_HOSTS=None)  # fmt: skip
    app.url_map.converters["int"] = Whole
    app.json.sort_keys = False  # type: ignore[attr-defined]
    site = Site(known, clock or SteadyClock())
    if site.database.path and not site.database.has_tables():
        raise NotFoundError(f"{site.database}: there is no such database; cocokit db migrate makes it")
    require_newest(site.database)
    app.extensions["cocokit"] = site
    register_assets(app, known)
    register_refusals(app)
    register_headers(app)
    register_limits(app)
    register_guard(app)
    register_views(app)
    if known.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, known.proxies, known.proxies, known.proxies)  # type: ignore[method-assign]
    if config is None:
        settle(app)
    return app
