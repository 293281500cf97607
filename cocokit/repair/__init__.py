"""What a check found and can be put right safely: each change listed, the rest left as it was."""

from __future__ import annotations

from .mending import repair as repair
