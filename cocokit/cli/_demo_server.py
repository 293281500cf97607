"""Serving the demo: pages, and simulated workers beside them in a thread, until Ctrl+C."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import click

#: Port that is tried first; a free one is taken if somebody has it.
PORT = 8000


@dataclass
class Demo:
    """A demo that is being served.

    Attributes:
        folder: its workspace.
        app, server: the pages, and what answers for them.
        stop: set when it ends.
        link: of the server.
        faults: what stopped the simulated workers.
    """

    folder: str
    app: Any
    server: Any
    stop: threading.Event = field(default_factory=threading.Event)
    faults: list[BaseException] = field(default_factory=list)

    @property
    def link(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.server.effective_port}"


def open_demo(folder: str, port: int | None) -> Demo:
    """The demo in a folder, on a port of this machine; not running yet."""
    from cocokit.annotate_ui import create_app
    from cocokit.annotate_ui.config import find_config
    from cocokit.annotate_ui.serving import listen

    from ..errors import CocokitError

    app = create_app(find_config({}, folder))
    try:
        server = listen(app, "127.0.0.1", PORT if port is None else port)
    except CocokitError:
        if port is not None:
            raise
        server = listen(app, "127.0.0.1", 0)
    _add_channel(app)
    return Demo(folder, app, server)


def run(demo: Demo, pace_s: float, seconds: float | None) -> None:
    """Serve until Ctrl+C, or for some seconds."""
    crowd = threading.Thread(target=_work, args=(demo, pace_s), daemon=True)
    answering = threading.Thread(target=demo.server.run, daemon=True)
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        crowd.start()
        answering.start()
        demo.stop.wait(seconds)
    except KeyboardInterrupt:
        click.echo()
    finally:
        demo.stop.set()
        crowd.join(10)
        demo.server.close()
        answering.join(5)
        demo.app.extensions["cocokit"].close()
        signal.signal(signal.SIGTERM, before)
    if demo.faults:
        raise demo.faults[0]


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # told once is enough: what ends is not interrupted
    raise KeyboardInterrupt


def _work(demo: Demo, pace_s: float) -> None:
    """The simulated workers' thread; what goes wrong in it ends the demo."""
    from ..store.database import Database, sqlite_url
    from ._demo_campaign import company
    from ._workspace import DATABASE

    database = Database(sqlite_url(os.path.join(demo.folder, DATABASE)))
    try:
        company(demo.folder, database, os.getpid()).run(demo.stop, pace_s)
    except BaseException as error:
        demo.faults.append(error)
        demo.stop.set()
    finally:
        database.close()


def _add_channel(app: Any) -> None:
    """A link by which people get tasks of every kind in turn."""
    from cocokit.annotate_ui.channels.link import link_settings
    from cocokit.annotate_ui.serving import INVITE

    from ..campaign.channels import add_channel, list_channels
    from ..campaign.desk import newest_campaign

    database = app.extensions["cocokit"].database
    campaign = newest_campaign(database)
    if not list_channels(database, campaign.id):
        add_channel(database, campaign.id, INVITE, "link", link_settings(turns=True))
