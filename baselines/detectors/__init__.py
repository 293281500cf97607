"""One short file a detector, and the table of them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol

from cocokit.errors import NotFoundError

if TYPE_CHECKING:
    from torch import Tensor

    from ..batch import Batch, Result


class Detector(Protocol):
    """What every detector is: a ``torch.nn.Module`` made of its config and the number of categories.

    ``Detector(config, categories, keypoints=0)``; ``config`` is the frozen dataclass ``Config`` of its module.
    """

    def detect(self, batch: Batch) -> list[Result]:
        """The detections of each image, without gradients, best first."""
        ...


class Trained(Detector, Protocol):
    """A detector that is trained by gradients."""

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Scalars whose sum is to be made small; crowd regions count neither way."""
        ...


class Fitted(Detector, Protocol):
    """A detector that has its own way of learning (latent SVM, stages with SVMs)."""

    def fit(self, batches: Any, progress: Any = None) -> None:
        """Learn from a sequence of batches of one image each (``len``, ``[i]``), which may be gone through many times.

        Args:
            batches: the training images, targets included.
            progress: called with (done, all, a word for what is being done).
        """
        ...


@dataclass(frozen=True)
class Entry:
    """A row of the table of detectors.

    Attributes:
        module: the file in this package.
        name: the class in it.
        title: as people write it.
        source: who described it, where, when.
        learns: by gradients, by its own ``fit``, or not at all.
        needs: what it is given beside images and boxes.
        takes: what it is given where there is some, and finds by itself where not.
        predicts: what it gives.
    """

    module: str
    name: str
    title: str
    source: str
    learns: Literal["gradients", "fit", "nothing"]
    needs: tuple[Literal["masks", "keypoints", "proposals"], ...] = ()
    predicts: tuple[Literal["proposals", "boxes", "masks", "keypoints"], ...] = ("boxes",)
    takes: tuple[Literal["proposals"], ...] = ()


#: Every detector by the name that commands know.
DETECTORS: dict[str, Entry] = {
    "mask_rcnn": Entry(
        "mask_rcnn",
        "MaskRCNN",
        "Mask R-CNN",
        "He, Gkioxari, Dollar and Girshick, ICCV 2017",
        "gradients",
        ("masks",),
        ("boxes", "masks", "keypoints"),
    ),
    "faster_rcnn": Entry(
        "faster_rcnn", "FasterRCNN", "Faster R-CNN", "Ren, He, Girshick and Sun, NeurIPS 2015", "gradients"
    ),
    "fast_rcnn": Entry("fast_rcnn", "FastRCNN", "Fast R-CNN", "Girshick, ICCV 2015", "gradients", ("proposals",)),
    "rpn": Entry(
        "rpn",
        "RPN",
        "Region proposal network",
        "Ren, He, Girshick and Sun, NeurIPS 2015",
        "gradients",
        predicts=("proposals",),
    ),
    "dpm": Entry(
        "dpm",
        "DPM",
        "DPM with shape masks",
        "Felzenszwalb, Girshick, McAllester and Ramanan, PAMI 2010; release 5",
        "fit",
        ("masks",),
        ("boxes", "masks"),
    ),
    "retinanet": Entry(
        "retinanet", "RetinaNet", "RetinaNet", "Lin, Goyal, Girshick, He and Dollar, ICCV 2017", "gradients"
    ),
    "ssd": Entry("ssd", "SSD", "SSD", "Liu et al., ECCV 2016", "gradients"),
    "yolo1": Entry("yolo1", "YOLOv1", "YOLO v1", "Redmon, Divvala, Girshick and Farhadi, CVPR 2016", "gradients"),
    "selective_search": Entry(
        "selective_search",
        "SelectiveSearch",
        "Selective Search",
        "Uijlings, van de Sande, Gevers and Smeulders, IJCV 2013",
        "nothing",
        predicts=("proposals",),
    ),
    "rcnn": Entry(
        "rcnn", "RCNN", "R-CNN", "Girshick, Donahue, Darrell and Malik, CVPR 2014", "fit", takes=("proposals",)
    ),
    "sppnet": Entry("sppnet", "SPPNet", "SPP-net", "He, Zhang, Ren and Sun, ECCV 2014", "fit", takes=("proposals",)),
}


def find_detector(name: str) -> Entry:
    """The row of a name. Raises NotFoundError, which lists the names."""
    if name not in DETECTORS:
        raise NotFoundError(f"no baseline is called {name!r}: there are {', '.join(DETECTORS)}")
    return DETECTORS[name]


def load(name: str) -> tuple[type[Any], type[Any]]:
    """The config and the class of a detector. Raises NotFoundError."""
    entry = find_detector(name)
    module = import_module(f"{__name__}.{entry.module}")
    return module.Config, getattr(module, entry.name)


def weights_follow() -> AbstractContextManager[None]:
    """Detectors that are built within are given their weights afterwards: those of ImageNet are not looked for."""
    from ..parts.efficientnet import weights_follow as follow

    return follow()
