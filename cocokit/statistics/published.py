"""What has been published of well-known datasets, to hold one's own beside. Only numbers that their source states."""

from __future__ import annotations

from dataclasses import dataclass

#: Where the numbers are from; the sections are those of the arXiv version.
SOURCE = "Lin et al., Microsoft COCO: Common Objects in Context, ECCV 2014 (arXiv:1405.0312), sections 1, 2, 5 and 6"


@dataclass(frozen=True, slots=True)
class Published:
    """A dataset as its paper describes it; None is not stated.

    Attributes:
        name: its name.
        categories, images, instances: how many; "over 27,000" is 27,000 here.
        per_image: instances per image, as text.
        kinds_per_image: categories per image, as text.
        single: images with only one category, as text.
    """

    name: str
    categories: int
    images: int | None = None
    instances: int | None = None
    per_image: str = ""
    kinds_per_image: str = ""
    single: str = ""

    @property
    def per_category(self) -> float | None:
        """Instances per category, from the two totals."""
        return None if self.instances is None else self.instances / self.categories


COCO = Published("COCO", 91, 328_000, 2_500_000, "7.7", "3.5", "10 %")
VOC = Published("PASCAL VOC 2012", 20, 11_000, 27_000, "2.3", "< 2", "> 60 %")
#: In the order in which tables list them.
DATASETS = (
    COCO,
    Published("COCO 2014 train+val", 80, 123_287, 886_000),
    VOC,
    Published("ImageNet detection", 200, 400_000, 350_000, "3.0", "< 2", "> 60 %"),
    Published("ImageNet", 22_000, 14_000_000),
    Published("SUN", 3_819, None, None, "> 17"),
    Published("Caltech Pedestrian", 1, None, 350_000),
)
