"""Several processes that train one detector, as ``torchrun`` starts them; alone, none of this does anything."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from cocokit.errors import CocokitError, ParamsError

from ..batch import Batch


@dataclass(frozen=True)
class Crew:
    """The processes of a training: which of how many this one is."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes and speaks."""
        return self.rank == 0

    def require_share(self, batch: int) -> None:
        """Refuse a batch that the processes cannot share. Raises ParamsError."""
        if batch % self.size:
            raise ParamsError("batch", batch, f"give a multiple of {self.size}, the number of processes")

    def mean(self, value: Tensor) -> Tensor:
        """The mean of a tensor over all processes."""
        if self.size > 1:
            value = value.clone()
            distributed.all_reduce(value)
            value /= self.size
        return value

    def wait(self) -> None:
        """Until all are here."""
        if self.size > 1:
            distributed.barrier()


@contextlib.contextmanager
def crew(device: torch.device) -> Iterator[Crew]:
    """Join the processes that ``torchrun`` has started, by gloo on processors and by NCCL on GPUs."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Crew()
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Crew(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()


@contextlib.contextmanager
def memory_in_words(device: torch.device) -> Iterator[None]:
    """Say in one sentence that the device has not enough memory. Raises CocokitError."""
    try:
        yield
    except (torch.OutOfMemoryError, RuntimeError) as error:
        if not isinstance(error, torch.OutOfMemoryError) and "allocate memory" not in str(error):
            raise
        remedy = "see images smaller or fewer at once, such as --set size=256 --set batch=4"
        raise CocokitError(f"{device} has not enough memory for these images and this baseline; {remedy}") from error


def choose_device(name: str) -> torch.device:
    """The device of a name; "auto" is a GPU where there is one, each process its own.

    Raises:
        ParamsError: there is no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name == "cuda" and "LOCAL_RANK" in os.environ:
        name = f"cuda:{os.environ['LOCAL_RANK']}"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ParamsError("device", name, f"it cannot be used here ({reason}); use auto, cpu, cuda or mps") from error
    if device.type == "cuda":
        torch.cuda.set_device(device)
    return device


def use_threads(count: int) -> None:
    """Compute with so many threads of this process; under ``torchrun`` with a share of them."""
    torch.set_num_threads(max(1, count // int(os.environ.get("LOCAL_WORLD_SIZE", "1"))))


class Losses(nn.Module):
    """A detector whose forward pass is its loss, which is what is run in parallel."""

    def __init__(self, detector: Any) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """The losses of a batch."""
        losses: dict[str, Tensor] = self.detector.loss(batch)
        return losses


def shared_losses(detector: Any, together: Crew) -> Any:
    """A call from a batch to its losses, whose gradients are the mean over all processes."""
    losses = Losses(detector)
    if together.size == 1:
        return losses
    return DistributedDataParallel(losses)  # every weight has a gradient in every step, though it be 0: a test holds it
