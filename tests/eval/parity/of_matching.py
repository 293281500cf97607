"""Fixtures of order, matching and accumulation: A, B, C."""

from __future__ import annotations

from .scenes import Row, case, found, truth, world

Pair = tuple[Row, list[Row]]


@case(
    "A1",
    "All three scores are equal. Within image 1 the first result of the file takes the annotation "
    "at IoU 0.6, though the "
    "second fits better. Across images, image 1 comes first although image 2 stands first in both files; with the "
    "file's order the false positive would lead and precision would fall.",
)
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10), images=2)
    gt["images"].reverse()
    return gt, [found(50, 50, 9, 9, image=2), found(0, 0, 10, 6), found(0, 0, 10, 10)]


@case(
    "A2",
    "maxDets is given falling. It is sorted first, so the first AR line is that at 1 detection (0.5), not at 100.",
    max_dets=[100, 10, 1],
)
def _() -> Pair:
    return world(truth(0, 0, 10, 10), truth(50, 50, 10, 10)), [found(0, 0, 10, 10), found(50, 50, 10, 10, score=0.8)]


@case(
    "A4",
    "The crowd region stands first in the file and has IoU 1 with the detection. Ignored ground truth is moved "
    "behind the others, so the real annotation (IoU 0.6) is met first and wins: a true positive.",
)
def _() -> Pair:
    return world(truth(0, 0, 50, 50, iscrowd=1), truth(0, 0, 10, 10)), [found(0, 0, 10, 6)]


@case("B1", "IoU exactly 0.5 matches at 0.5, and IoU exactly 1 at 1.0.", iou_thrs=[0.5, 1.0])
def _() -> Pair:
    return world(truth(0, 0, 10, 10), truth(50, 50, 10, 10)), [found(0, 0, 10, 5), found(50, 50, 10, 10)]


@case(
    "B2",
    "The first detection lies halfway between two annotations (IoU 1/3 with both) and takes the later one. The second "
    "fits that one only, and finds it taken: recall 1/2. If the earlier one were taken, recall would be 1.",
    iou_thrs=[0.3],
)
def _() -> Pair:
    return world(truth(0, 0, 10, 10), truth(10, 0, 10, 10)), [found(5, 0, 10, 10), found(10, 0, 10, 10, score=0.8)]


@case(
    "B3",
    "The detection has IoU 0.6 with a real annotation and 1 with the crowd region behind it. Once "
    "the real one matches, "
    "the search stops at the region: a true positive, not an ignored detection.",
)
def _() -> Pair:
    return world(truth(0, 0, 10, 10), truth(0, 0, 50, 50, iscrowd=1)), [found(0, 0, 10, 6)]


@case(
    "B4", "Two detections match the same crowd region; both are ignored, and the annotation scored "
    "lower has precision 1."
)
def _() -> Pair:
    gt = world(truth(0, 0, 40, 40, iscrowd=1), truth(60, 60, 20, 20))
    return gt, [found(0, 0, 9, 9), found(20, 20, 9, 9, score=0.8), found(60, 60, 20, 20, score=0.7)]


@case("B5", "2^62 and 2^62 + 1 are the same number as floats; both annotations are still found, once each.")
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10, id=2**62), truth(50, 50, 10, 10, id=2**62 + 1))
    return gt, [found(0, 0, 10, 10), found(50, 50, 10, 10, score=0.8)]


@case(
    "B6",
    "In the small range the big annotation is ignored, and so is the detection that matches it: AP "
    "small is 1, not 0.5.",
)
def _() -> Pair:
    gt = world(truth(0, 0, 50, 50), truth(60, 60, 20, 20))
    return gt, [found(0, 0, 50, 50), found(60, 60, 20, 20, score=0.8)]


@case(
    "B7",
    "The first detection (36 x 36, medium) matches an annotation of 30 x 30 and counts as a true positive in the small "
    "range at IoU up to 0.65; above that it is unmatched there, and ignored. So is the second, also medium.",
)
def _() -> Pair:
    return world(truth(0, 0, 30, 30)), [found(0, 0, 36, 36), found(50, 50, 36, 36, score=0.8)]


@case("C1", "True, false, true: precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1, read at 101 recalls: AP = 0.834...")
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10), truth(50, 50, 10, 10))
    return gt, [found(0, 0, 10, 10), found(20, 20, 9, 9, score=0.8), found(50, 50, 10, 10, score=0.7)]


@case("C2", "False, true, true: precision 0, 1/2, 2/3 becomes 2/3 everywhere.")
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10), truth(50, 50, 10, 10))
    return gt, [found(20, 20, 9, 9), found(0, 0, 10, 10, score=0.8), found(50, 50, 10, 10, score=0.7)]


@case(
    "C3",
    "Recall ends at 1/2. At 0.9 precision is 0; the recall 0.5 that is asked for after it was reached, but is 0 too, "
    "because the reading stops at the first recall that is not reached.",
    rec_thrs=[0.0, 0.9, 0.5],
)
def _() -> Pair:
    return world(truth(0, 0, 10, 10), truth(50, 50, 10, 10)), [found(0, 0, 10, 10)]


@case("C4", "IoU 0.72 matches at five of ten thresholds: AR is 1/2.")
def _() -> Pair:
    return world(truth(0, 0, 10, 10)), [found(0, 0, 9, 8)]


@case("C5", "Kind 1 is found, kind 2 has only ground truth (0), kind 3 has only a detection (-1, left out): AP is 1/2.")
def _() -> Pair:
    gt = world(truth(0, 0, 10, 10), truth(0, 0, 10, 10, category=2), categories=3)
    return gt, [found(0, 0, 10, 10), found(0, 0, 10, 10, category=3)]


@case("C6", "Seven annotations and twelve detections, every second false: a curve of many steps, "
    "equal to the last bit.")
def _() -> Pair:
    gt = world(*(truth(13 * i, 0, 10, 10) for i in range(7)))
    hits = [found(13 * i, 0, 10, 10, score=1 - i / 10) for i in range(6)]
    return gt, hits + [found(13 * i, 50, 9, 9, score=0.95 - i / 10) for i in range(6)]


@case(
    "C7",
    "The detection of the crowd region is neither true nor false, but it is the first point of the curve: the score "
    "at recall 0 is its score, 0.9, not 0.8.",
)
def _() -> Pair:
    gt = world(truth(0, 0, 40, 40, iscrowd=1), truth(60, 60, 20, 20))
    return gt, [found(0, 0, 9, 9), found(60, 60, 20, 20, score=0.8)]


@case("C8", "One annotation, found: precision is 1 / (1 + 2^-52) = 1 - 2^-52, and AP is not 1.")
def _() -> Pair:
    return world(truth(0, 0, 10, 10)), [found(0, 0, 10, 10)]
