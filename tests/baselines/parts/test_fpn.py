"""The feature pyramid, and that each of its flags changes what it says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from cocokit.baselines.parts.fpn import FPN
from cocokit.errors import ParamsError

CHANNELS = {"C2": 4, "C3": 6, "C4": 8, "C5": 10}


def maps(seed: int = 0) -> dict[str, Tensor]:
    g = torch.Generator().manual_seed(seed)
    return {f"C{k}": torch.rand(2, c, 128 >> k, 192 >> k, generator=g) for k, c in enumerate(CHANNELS.values(), 2)}


def reached(fpn: FPN, level: str) -> set[str]:
    """The maps of the backbone that a level is made of: those that its sum has a gradient for."""
    leaves = {name: x.requires_grad_() for name, x in maps().items()}
    fpn(leaves)[level].sum().backward()
    return {name for name, x in leaves.items() if x.grad is not None}


def test_levels_have_one_width_and_halve() -> None:
    fpn = FPN(CHANNELS, 16)
    levels = fpn(maps())
    assert list(levels) == ["P2", "P3", "P4", "P5", "P6"]
    assert fpn.strides == {"P2": 4, "P3": 8, "P4": 16, "P5": 32, "P6": 64}
    assert [tuple(x.shape) for x in levels.values()] == [(2, 16, 128 >> k, 192 >> k) for k in range(2, 7)]


def test_it_is_the_figure_of_the_paper() -> None:
    fpn, c = FPN(CHANNELS, 16), maps()
    m5 = fpn.lateral["C5"](c["C5"])
    m4 = fpn.lateral["C4"](c["C4"]) + m5.repeat_interleave(2, 2).repeat_interleave(2, 3)
    out = fpn(c)
    torch.testing.assert_close(out["P5"], fpn.finish["P5"](m5))
    torch.testing.assert_close(out["P4"], fpn.finish["P4"](m4))
    assert torch.equal(out["P6"], out["P5"][:, :, ::2, ::2])


def test_the_width_of_the_paper_costs_what_it_costs() -> None:
    fpn = FPN({"C2": 256, "C3": 512, "C4": 1024, "C5": 2048})
    sides = sum(c * 256 + 256 for c in (256, 512, 1024, 2048))
    assert sum(p.numel() for p in fpn.parameters()) == sides + 4 * (9 * 256 * 256 + 256) == 3_344_384


def test_coarse_levels_of_retinanet_are_convolutions() -> None:
    fpn, c = FPN(CHANNELS, 16, levels=("P3", "P4", "P5", "P6", "P7"), last="conv"), maps()
    out = fpn(c)
    assert [x.shape[2] for x in out.values()] == [16, 8, 4, 2, 1]
    assert fpn.extra["P6"].in_channels == CHANNELS["C5"]
    torch.testing.assert_close(out["P6"], fpn.extra["P6"](c["C5"]))
    torch.testing.assert_close(out["P7"], fpn.extra["P7"](functional.relu(out["P6"])))
    assert "C2" not in fpn.lateral  # P2 is not computed


@pytest.mark.parametrize(
    ("flags", "level", "made_of"),
    [
        ({}, "P2", {"C2", "C3", "C4", "C5"}),
        ({}, "P4", {"C4", "C5"}),
        ({"top_down": False}, "P2", {"C2"}),
        ({"top_down": False}, "P6", {"C5"}),
        ({"lateral": False}, "P2", {"C5"}),
        ({"lateral": False}, "P5", {"C5"}),
        ({"levels": ("P2",)}, "P2", {"C2", "C3", "C4", "C5"}),
        ({"levels": ("P4",), "top_down": False}, "P4", {"C4"}),
        ({"levels": ("P6", "P7")}, "P7", {"C5"}),
    ],
)
def test_a_level_is_made_of_what_the_flags_say(flags: dict[str, Any], level: str, made_of: set[str]) -> None:
    assert reached(FPN(CHANNELS, 16, **flags), level) == made_of


@pytest.mark.parametrize(
    "flags",
    [
        {},
        {"top_down": False},
        {"lateral": False},
        {"levels": ("P2",)},
        {"levels": ("P3", "P5", "P7"), "last": "conv"},
        {"levels": ("P4",), "top_down": False},
        {"levels": ("P5", "P6", "P7")},
        {"levels": ("P6", "P7"), "last": "conv"},
        {"levels": ("P6", "P7")},
        {"levels": ("P4", "P6"), "last": "conv", "top_down": False},
    ],
)
def test_no_weight_is_idle(flags: dict[str, Any]) -> None:
    fpn = FPN(CHANNELS, 16, **flags)
    sum(x.square().sum() for x in fpn(maps()).values()).backward()
    assert [name for name, p in fpn.named_parameters() if p.grad is None] == []


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"levels": ()}, "P2 to P7"),
        ({"levels": ("P3", "P2")}, "from fine to coarse"),
        ({"levels": ("P1",)}, "P1"),
        ({"lateral": False, "top_down": False}, "top_down false too"),
        ({"last": "none"}, "'none'"),
    ],
)
def test_a_pyramid_that_cannot_be_is_one_sentence(flags: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        FPN(CHANNELS, 16, **flags)
