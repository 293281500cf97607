"""Fixtures of areas, ignore flags, crowds, boxes and settings: D, E, I (boxes), J (boxes), L, X (boxes)."""

from __future__ import annotations

from .scenes import Row, case, counts, found, truth, world

Pair = tuple[Row, list[Row]]
NAN = float("nan")


@case(
    "D1",
    "The first annotation says ignore. Strict counts it: two annotations, a hit, a miss (its second "
    "detection) and a hit. "
    "Fixed ignores it and the first detection that matches it; the second is a false positive, as the place is taken.",
)
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10, ignore=1), truth(50, 50, 10, 10))
    return gt, [found(0, 0, 10, 10), found(0, 0, 10, 10, score=0.8), found(50, 50, 10, 10, score=0.7)]


@case("D3", "The small annotation is counted in the small range and ignored in the large one, the "
    "large one vice versa.")
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10), truth(0, 0, 99, 99))
    return gt, [found(0, 0, 99, 99), found(0, 0, 10, 10, score=0.8)]


@case("D4", "Areas just inside each default range, and one above 1e10, which no range counts; none is found.")
def _() -> Pair:
    areas = [0, 1023.9, 1024.1, 9215.9, 9216.1, 1e10, 1e10 + 1]
    return world(*(truth(10 * i, 0, 5, 5, area=a) for i, a in enumerate(areas))), [found(0, 0, 5, 5)]


@case("D6", "32 x 32 is small and medium: both APs have a value.")
def _() -> Pair:
    return world(truth(0, 0, 32, 32)), [found(0, 0, 32, 32)]


@case(
    "E1",
    "Half of the first detection lies in the crowd region: intersection over its own area is exactly 0.5, so at 0.5 "
    "it is ignored, above it is false. The ordinary IoU would be 0.03.",
)
def _() -> Pair:
    gt = world(truth(0, 0, 40, 40, iscrowd=1), truth(60, 60, 20, 20))
    return gt, [found(35, 0, 10, 10), found(60, 60, 20, 20, score=0.8)]


@case("E2", "The detection says iscrowd. It is an ordinary detection: IoU 0.6 with the annotation, not 1.")
def _() -> Pair:
    return world(truth(0, 0, 10, 10)), [found(0, 0, 10, 6, iscrowd=1)]


@case(
    "I4",
    "Boxes that share an edge have IoU 0, which does not reach the smallest threshold above it.",
    iou_thrs=[1e-300],
)
def _() -> Pair:
    return world(truth(0, 0, 10, 10)), [found(10, 0, 10, 10)]


@case(
    "I7",
    "The threshold is the IoU of these boxes when every product and sum is rounded. With a fused multiply-add "
    "anywhere in the union the IoU is one to three units in the last place smaller, and does not match.",
    iou_thrs=[0.6553862051149577],
)
def _() -> Pair:
    return world(truth(7.4, 0.6, 6.3, 5.6)), [found(7.3, 0.1, 6.0, 4.8)]


@case("J1", "The results bring ids, one of them 0. They are renumbered, so both count.")
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10), truth(50, 50, 10, 10))
    return gt, [found(0, 0, 10, 10, id=0), found(50, 50, 10, 10, score=0.8, id=70)]


@case("J5", "Image 2 has an annotation and no results: a miss.")
def _() -> Pair:
    return world(truth(0, 0, 10, 10), truth(0, 0, 10, 10, image=2), images=2), [found(0, 0, 10, 10)]


@case("J6", "The first result has a box, the second only a mask: pycocotools raises KeyError 'bbox'.")
def _() -> Pair:
    return world(truth(0, 0, 10, 10)), [found(0, 0, 10, 10), found(segmentation=counts(0, 100), score=0.8)]


@case("L1", "IoU 17/20 is 0.85. The eighth threshold by linspace is that; 0.5 + 0.05 * 7 is the next number above.")
def _() -> Pair:
    return world(truth(0, 0, 20, 10)), [found(0, 0, 17, 10)]


@case(
    "L2",
    "Seven of ten annotations are found. By linspace the recall of index 70 is the number after "
    "0.7, so it is not reached "
    "and precision there is 0; with 70 / 100 it would be 1.",
)
def _() -> Pair:
    gt = world(*(truth(10 * i, 0, 9, 9) for i in range(10)))
    return gt, [found(10 * i, 0, 9, 9, score=1 - i / 10) for i in range(7)]


@case(
    "L4",
    "Categories are pooled: a detection of kind 2 finds the annotation of kind 1. Annotations stand "
    "in order of category, "
    "so the tie (IoU 1/3) goes to kind 2, though kind 1 is later in the file.",
    use_cats=False,
    iou_thrs=[0.3],
)
def _() -> Pair:
    gt = world(truth(10, 0, 10, 10, category=2), truth(0, 0, 10, 10), categories=2)
    return gt, [found(5, 0, 10, 10, category=2), found(0, 0, 10, 10, score=0.8, category=2)]


@case("L7", "There is no threshold 0.75: AP75 is -1.", iou_thrs=[0.3, 0.5])
def _() -> Pair:
    return world(truth(0, 0, 10, 10)), [found(0, 0, 10, 10)]


@case(
    "L9", "The largest maxDets is 300. pycocotools' AP is -1, as it looks for 100; here it is read at 300.",
    max_dets=[1, 10, 300],
)  # fmt: skip
def _() -> Pair:
    return world(truth(0, 0, 10, 10)), [found(0, 0, 10, 10)]


@case("X1", "The annotation with id 0 is found, but the match table says 0, that is, nothing: recall 1/2. Fixed: 1.")
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10, id=0), truth(50, 50, 10, 10, id=1))
    return gt, [found(0, 0, 10, 10), found(50, 50, 10, 10, score=0.8)]


@case(
    "X2",
    "Two annotations have the id 7. pycocotools sees the second one twice: the first detection is "
    "false, the second takes "
    "one copy and leaves the other unfound.",
)
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10, id=7), truth(50, 50, 10, 10, id=7))
    return gt, [found(0, 0, 10, 10), found(50, 50, 10, 10, score=0.8)]


@case(
    "X3",
    "A NaN score sorts last, and a box with a NaN matches whatever it meets. Only --lenient evaluates this.",
    lenient=True,
)
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10), truth(50, 50, 10, 10))
    return gt, [found(0, 0, 10, 10, score=NAN), found(20, 20, 9, 9, score=0.1), found(NAN, 50, 10, 10, score=0.8)]


@case("X4", "No results at all: AP 0. pycocotools raises IndexError.")
def _() -> Pair:
    return world(truth(0, 0, 10, 10)), []


@case("X5", "No area, no iscrowd: the box's area (small) and 0. pycocotools raises KeyError.")
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10))
    del gt["annotations"][0]["area"], gt["annotations"][0]["iscrowd"]
    return gt, [found(0, 0, 10, 10)]


@case("X6", "A detection and an annotation of category 9, which is not listed, are left out.")
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10), truth(50, 50, 10, 10, category=9))
    return gt, [found(20, 20, 9, 9, category=9), found(0, 0, 10, 10, score=0.8)]


@case("X7", "Own ranges: the lines for small, medium and large are -1.", area_rng={"all": [0, 1e10], "tiny": [0, 150]})
def _() -> Pair:
    return world(truth(0, 0, 10, 10), truth(50, 50, 20, 20)), [found(0, 0, 10, 10)]


@case(
    "X9",
    "At most two per image and category: the third detection, the only hit, is cut before matching.",
    max_dets=[1, 2, 2],
)
def _() -> Pair:
    dt = [found(20, 20, 9, 9), found(70, 70, 9, 9, score=0.8), found(0, 0, 10, 10, score=0.7)]
    return world(truth(0, 0, 10, 10)), dt


@case("X15", "Image ids are text. pycocotools takes whatever hashes; here an id is a whole number.")
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10, image="one"))  # type: ignore[arg-type]
    gt["images"][0]["id"] = "one"
    return gt, [found(0, 0, 10, 10, image="one")]  # type: ignore[arg-type]
