"""``cocokit serve``: the pages of workers and requesters, in a web browser."""

from __future__ import annotations

import click

from ._workspace import database_option

_HELP = """Serve the workspace's campaigns to web browsers.

The first time it makes the secret key that signs every link, an invite link for the newest campaign, and the owner's
account with a link to choose its password. Workers who open theirs can start at once. Stop it with Ctrl+C; nothing is
lost, and pages go on when it is back.
"""
_EXAMPLE = "Example: cocokit serve --port 8000 --open"
#: Threads that answer; SQLite lets one of them write at a time.
THREADS = 8


@click.command(name="serve", help=_HELP, epilog=_EXAMPLE, short_help="Serve the campaigns to web browsers.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 is every one.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option("--open", "opens", is_flag=True, help="Open the link in this machine's browser.")
@click.option("--fresh", is_flag=True, help="Read scripts and styles anew at every request, while writing them.")
@database_option
def command(host: str, port: int, opens: bool, fresh: bool, db: str | None) -> None:
    """Run ``cocokit serve``."""
    from dataclasses import replace

    from cocokit.annotate_ui import create_app
    from cocokit.annotate_ui.config import find_config
    from cocokit.annotate_ui.serving import dashboard, invites, listen
    from cocokit.annotate_ui.settling import settle

    from ._browser import open_link

    app = create_app(replace(find_config(database=db), fresh=fresh))
    settle(app)
    server = listen(app, host, port, THREADS)
    link = f"http://{_named(host)}:{server.effective_port}"
    for campaign, path in invites(app):
        click.echo(f"workers of {campaign}: {link}{path}")
    path, is_first = dashboard(app)
    click.echo(f"dashboard: {link}{path}{' (good once: choose the password of owner)' if is_first else ''}")
    click.echo("stop with Ctrl+C")
    if opens:
        open_link(link + path)
    try:
        server.run()
    finally:
        server.close()


def _named(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # every address: other machines come by ours, not by their own 127.0.0.1
        host = _own_address()
    return f"[{host}]" if ":" in host else host


def _own_address() -> str:
    """The address under which this machine is known in its network; 127.0.0.1 if it is in none."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # nothing is sent: the system only chooses the way out
        except OSError:
            return "127.0.0.1"
        return str(asked.getsockname()[0])
