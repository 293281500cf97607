"""Fixtures of keypoints and masks: D (keypoints), F, H, I, J, K, X (masks)."""

from __future__ import annotations

from pycocotools import mask as oracle

from .scenes import Row, case, counts, found, pose, rectangle, truth, world

Pair = tuple[Row, list[Row]]


def outlined(*box: float, segmentation: object = None, **more: object) -> Row:
    """An annotation with a rectangle as its outline, unless another is given."""
    return truth(*box, segmentation=rectangle(*box) if segmentation is None else segmentation, **more)


def masked(*box: float, size: int = 100, **more: object) -> Row:
    """A detection whose compressed mask is a rectangle of whole pixels."""
    rle = oracle.frPyObjects(rectangle(*box), size, size)[0]
    return found(segmentation={"size": rle["size"], "counts": rle["counts"].decode()}, **more)


def person(*points: tuple[float, float, int], visible: int = 17, **more: object) -> Row:
    """An annotation of a pose in a 40 x 40 box at (20, 20)."""
    row = truth(20, 20, 40, 40, keypoints=pose(*points, rest=(30, 30, 2)), num_keypoints=visible)
    return {**row, **more}


@case("D2", "The first pose has num_keypoints 0, and nobody finds it: it does not count, recall is 1.",
      iou_type="keypoints")  # fmt: skip
def _() -> Pair:
    gt = world(person(visible=0), person(visible=17, keypoints=pose(rest=(90, 90, 2))))
    return gt, [found(keypoints=pose(rest=(90, 90, 1)))]


@case(
    "D5",
    "A pose of area 500 is in no range but all: medium and large are -1, and there is no small.",
    iou_type="keypoints",
)
def _() -> Pair:
    return world(person(area=500)), [found(keypoints=pose(rest=(30, 30, 1)))]


@case("F1", "Five keypoints with five sigmas.", iou_type="keypoints", sigmas=[0.1, 0.2, 0.05, 0.1, 0.1])
def _() -> Pair:
    gt = world(person(keypoints=pose(rest=(30, 30, 2), n=5), visible=5))
    return gt, [found(keypoints=pose((32, 30, 1), rest=(30, 30, 1), n=5))]


@case("F2", "The pose has area 0. With 2^-52 added, exact points score 1 and all others 0: OKS is 16/17.",
      iou_type="keypoints", iou_thrs=[16 / 17])  # fmt: skip
def _() -> Pair:
    return world(person(area=0)), [found(keypoints=pose((31, 30, 1), rest=(30, 30, 1)))]


@case("F3", "No point is visible, but num_keypoints is 1, so the pose counts; all points in the large box: OKS 1.",
      iou_type="keypoints")  # fmt: skip
def _() -> Pair:
    return world(person(keypoints=pose(), visible=1)), [found(keypoints=pose((0, 0, 1), rest=(90, 90, 1)))]


@case("F4", "The large box is -20 to 100 both ways; points on its border score 1, one far off 0: OKS is 16/17.",
      iou_type="keypoints", iou_thrs=[16 / 17])  # fmt: skip
def _() -> Pair:
    gt = world(person(keypoints=pose(), visible=1))
    return gt, [found(keypoints=pose((-20, -20, 1), (100, 100, 1), (90000, 0, 1), rest=(50, 50, 1)))]


@case("F5", "Image 1 has only a pose, image 2 only a detection, image 3 both.", iou_type="keypoints")
def _() -> Pair:
    gt = world(person(), person(image_id=3), images=3)
    return gt, [found(keypoints=pose(rest=(30, 30, 1)), image=image) for image in (2, 3)]


@case("F6", "Pooled categories: pycocotools compares nothing, AP is 0. Fixed: the pose is found, AP is 1.",
      iou_type="keypoints", use_cats=False)  # fmt: skip
def _() -> Pair:
    return world(person(), categories=2), [found(keypoints=pose(rest=(30, 30, 1)), category=2)]


@case("F7", "Three of 17 points are exact, the others far away: OKS is 3/17; 3 * (1/17) is less, no match.",
      iou_type="keypoints", iou_thrs=[3 / 17])  # fmt: skip
def _() -> Pair:
    return world(person()), [found(keypoints=pose(*[(30, 30, 1)] * 3, rest=(90000, 90000, 1)))]


@case("F10", "The points differ by 2^32. As int64 its square is 0, and OKS is 1; as floats OKS would be 0.",
      iou_type="keypoints")  # fmt: skip
def _() -> Pair:
    return world(person()), [found(keypoints=pose(rest=(30 + 2**32, 30, 1)))]


@case("H3", "A thin triangle drawn in both directions, and the same with a corner moved by a fifth of a pixel.",
      iou_type="segm", iou_thrs=[0.2, 0.5, 0.8, 0.95, 1.0])  # fmt: skip
def _() -> Pair:
    ring = [3, 3, 60.3, 7.7, 4.1, 5.9]
    back = [4.1, 5.9, 60.3, 7.7, 3, 3]
    moved = [3, 3, 60.5, 7.7, 4.1, 5.9]
    gt = world(
        *(outlined(3, 3, 58, 5, segmentation=[r], image=i + 1) for i, r in enumerate((ring, back, moved))), images=3
    )
    rle = oracle.frPyObjects([ring], 100, 100)[0]
    outline = {"size": rle["size"], "counts": rle["counts"].decode()}
    return gt, [found(segmentation=outline, image=i + 1) for i in range(3)]


@case("H4", "Polygons that reach beyond the image: what is outside is cut off, and the masks inside match exactly.",
      iou_type="segm")  # fmt: skip
def _() -> Pair:
    gt = world(outlined(-20, -20, 170, 170), outlined(-5, 80, 30, 40, image=2), images=2)
    return gt, [masked(0, 0, 100, 100), masked(0, 80, 25, 20, image=2)]


@case("H5", "5 px from 2.5 are pixels 3 to 7, 5.2 px from 30.4 are 30 to 35: these masks match exactly.",
      iou_type="segm", iou_thrs=[0.5, 0.9, 1.0])  # fmt: skip
def _() -> Pair:
    gt = world(outlined(2.5, 2.5, 5, 5), outlined(30.4, 30.4, 5.2, 5.2), outlined(60.6, 60.6, 5, 5))
    return gt, [masked(3, 3, 5, 5), masked(30, 30, 6, 6, score=0.8), masked(61, 61, 5, 5, score=0.7)]


@case(
    "I1",
    "The boxes of the masks do not overlap: IoU is 0, which matches at the threshold 0.",
    iou_type="segm",
    iou_thrs=[0.0],
)
def _() -> Pair:
    return world(outlined(0, 0, 10, 10)), [masked(50, 50, 10, 10)]


@case("I2", "The detection's mask is 50 x 50, the image 100 x 100: IoU -1 does not even match at the threshold 0.",
      iou_type="segm", iou_thrs=[0.0], lenient=True)  # fmt: skip
def _() -> Pair:
    return world(outlined(0, 0, 10, 10)), [masked(0, 0, 10, 10, size=50)]


@case("I3", "Two empty masks have IoU 0, and so have masks whose boxes overlap without a common pixel.",
      iou_type="segm")  # fmt: skip
def _() -> Pair:
    corners = counts(0, 1, 9998, 1)
    gt = world(outlined(0, 0, 0, 0, segmentation=counts(10000)), outlined(0, 0, 99, 99, segmentation=corners))
    empty = {"size": [100, 100], "counts": oracle.frPyObjects(counts(10000), 100, 100)["counts"].decode()}
    return gt, [found(segmentation=empty), masked(40, 40, 10, 10, score=0.8)]


@case("J2", "Box results evaluated as masks: strict draws rectangles, fixed refuses.", iou_type="segm")
def _() -> Pair:
    return world(outlined(10, 10, 20, 20)), [found(10, 10, 20, 20)]


@case("J3", "A false mask of 400 px^2 with a box of 2,500 beside it: by the box it is medium, so AP small ignores "
      "it; by the mask it is small and false.", iou_type="segm")  # fmt: skip
def _() -> Pair:
    gt = world(outlined(10, 10, 20, 20))
    return gt, [{**masked(60, 60, 20, 20), "bbox": [45, 45, 50, 50]},
                {**masked(10, 10, 20, 20, score=0.8), "bbox": [10, 10, 20, 20]}]  # fmt: skip


@case(
    "K1",
    "The first annotation's polygon has two points: pycocotools raises TypeError, fixed counts an empty mask.",
    iou_type="segm",
)
def _() -> Pair:
    gt = world(outlined(10, 10, 30, 30, segmentation=[[10, 10, 40, 40]]), outlined(50, 50, 20, 20))
    return gt, [masked(50, 50, 20, 20)]


@case("K2", "Two overlapping polygons are one mask: 300 px, not 400.", iou_type="segm", iou_thrs=[1.0])
def _() -> Pair:
    both = rectangle(0, 0, 20, 10) + rectangle(10, 0, 20, 10)
    return world(outlined(0, 0, 30, 10, segmentation=both)), [masked(0, 0, 30, 10)]


@case("K3", "Ground truth as a list of counts, and as text; results as text.", iou_type="segm", iou_thrs=[1.0])
def _() -> Pair:
    text = masked(50, 50, 10, 10)["segmentation"]
    gt = world(outlined(0, 0, 1, 50, segmentation=counts(0, 50)), outlined(50, 50, 10, 10, segmentation=text))
    return gt, [masked(0, 0, 1, 50), masked(50, 50, 10, 10, score=0.8)]


@case("X10", "The first segmentation is an empty list: pycocotools raises IndexError, fixed counts an empty mask.",
      iou_type="segm")  # fmt: skip
def _() -> Pair:
    return world(outlined(10, 10, 30, 30, segmentation=[]), outlined(50, 50, 20, 20)), [masked(50, 50, 20, 20)]


@case(
    "X11",
    "The mask's text has a character that no writer makes, ~ for >; both carry the same bits, so pycocotools sees the "
    "mask that was meant. Only --lenient evaluates this.",
    iou_type="segm",
    lenient=True,
)
def _() -> Pair:
    whole = oracle.frPyObjects(counts(0, 14, 86, 14), 100, 100)["counts"].decode()
    dt = found(segmentation={"size": [100, 100], "counts": whole.replace(">", "~")})
    return world(outlined(0, 0, 2, 14)), [dt]


@case("X14", "The mask stops after 5,100 of 10,000 pixels; its box overlaps the annotation's: "
    "pycocotools never returns.",
      iou_type="segm", lenient=True)  # fmt: skip
def _() -> Pair:
    short = oracle.frPyObjects({"size": [100, 100], "counts": [5000, 100]}, 100, 100)
    dt = found(segmentation={"size": [100, 100], "counts": short["counts"].decode()})
    return world(outlined(40, 0, 30, 99)), [dt]


@case("X16", "Mask results evaluated as boxes: the box is the mask's.", iou_type="bbox")
def _() -> Pair:
    return world(truth(50, 50, 20, 20)), [masked(50, 50, 20, 20)]
