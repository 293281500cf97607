"""What a new channel has that nobody has to choose: the word of a link, a code that a panel's people bring back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from .link import link_settings

#: Letters of a code that nobody confuses with others.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def full_settings(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a new channel.

    Args:
        kind: link, panel or mturk.
        given: what was chosen; a study at Prolific without a code gets one that is to be put into the study.
    """
    if kind == "link":
        return {**link_settings(), **given}
    if kind == "panel" and given.get("preset") == "prolific" and not given.get("code"):
        return {**given, "code": "".join(secrets.choice(_LETTERS) for _ in range(8))}
    return dict(given)
