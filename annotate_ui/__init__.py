"""Campaigns in a web browser: the pages of workers and of requesters. Flask lives here and nowhere else.

A view parses, calls and answers; rules and rows are behind :mod:`cocokit.campaign`.
"""

from .app import create_app

__all__ = ["create_app"]
