"""Putting the application on a port of this machine, and the links that workers get."""

from __future__ import annotations

import errno
import socket
from typing import Any

from flask import Flask

from cocokit.campaign.channels import ChannelRecord, add_channel, list_channels
from cocokit.campaign.desk import newest_campaign
from cocokit.campaign.overview import list_campaigns
from cocokit.errors import CocokitError

from .channels.link import link_settings
from .passwords import first_link
from .site import Site
from .tokens import Tokens

#: The channel that a campaign has from the beginning.
INVITE = "invite"


def listen(app: Flask, host: str, port: int, threads: int = 8) -> Any:
    """A waitress server that holds the port; ``run()`` serves, ``close()`` ends.

    Raises:
        CocokitError: the port cannot be had.
    """
    from waitress import create_server

    from .arriving import channel_of

    bound = _bound(host, port)
    # What a proxy says of its clients is for the application, which knows how many proxies there are.
    server = create_server(app, sockets=[bound], threads=threads, ident="cocokit", connection_limit=500,
                           channel_timeout=60, clear_untrusted_proxy_headers=False)  # fmt: skip
    server.channel_class = channel_of(app)
    return server


def _bound(host: str, port: int) -> socket.socket:
    """A socket that holds the port."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CocokitError(f"{host} is no address of this machine ({error.strerror}); give another --host") from None
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(1024)
    except OSError as error:
        made.close()
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
        raise CocokitError(f"port {port} of {host} {why}; give another one with --port") from None
    return made


def path_of(tokens: Tokens, channel: ChannelRecord) -> str:
    """The path of a channel's address."""
    if channel.kind != "link":
        return f"/p/{channel.campaign_id}/{channel.name}"
    return f"/w/{tokens.invite(channel.campaign_id, channel.name, channel.settings['word'])}"


def invites(app: Flask) -> list[tuple[str, str]]:
    """(campaign, path) of the invite links that are good; the newest campaign gets one if it has no channel."""
    site: Site = app.extensions["cocokit"]
    if not list_campaigns(site.database):
        return []
    campaign = newest_campaign(site.database)
    channels = list_channels(site.database, campaign.id)
    if not channels:
        channels = [add_channel(site.database, campaign.id, INVITE, "link", link_settings())]
    return [
        (campaign.record.name, path_of(site.tokens, channel))
        for channel in channels
        if channel.kind == "link" and not channel.settings.get("revoked")
    ]


def dashboard(app: Flask) -> tuple[str, bool]:
    """The path of the dashboard, and whether it is the link with which its first owner chooses a password."""
    site: Site = app.extensions["cocokit"]
    first = first_link(site.database, site.config.secret or "", site.clock.now())
    return (first, True) if first else ("/dash/", False)
