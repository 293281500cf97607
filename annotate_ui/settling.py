"""A server that has warmed up: Python's collector need not look at what will never go.

Modules, templates and built statements are some 200,000 things; looking through all of them, which the collector does
every few hundred requests, stops a process for a tenth of a second and makes one worker in a hundred wait.
"""

from __future__ import annotations

import gc
from itertools import count

from flask import Flask

#: After so many requests: the first has loaded what is loaded late, the next ones have built most statements.
SETTLED = (1, 50, 400)


def settle(app: Flask, after: tuple[int, ...] = SETTLED) -> None:
    """Put what is there after some requests out of the collector's sight; for a process that serves this app alone."""
    served = count(1)

    @app.teardown_request
    def _settle(_error: BaseException | None) -> None:
        if next(served) in after:
            gc.collect()
            gc.freeze()
