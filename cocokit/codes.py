"""Every kind of finding: its code, how bad it is, what it says, and what ``cocokit check --fix`` does about it.

A code stays the same from version to version. The table in docs/datasets.md is made from this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    Attributes:
        severity: "error" for what makes numbers wrong or tools fail, "warning" for what is odd but has a meaning.
        what: what is wrong, as a noun phrase.
        repair: what is done about it, or an empty string where nothing can be done without guessing.
    """

    severity: Severity
    what: str
    repair: str = ""


_MASK = "computed from the segmentation"
_AREA = "computed from the segmentation; that of the box, where there is none"
_NEW = "a new id, above all others"
_CUT = "the ring is cut, where the outline has another"

#: By code.
CODES: dict[str, Code] = {
    # what columns cannot hold as it is
    "quoted-number": Code("error", "a number written as a string", "written without quotes"),
    "polygon-flat": Code("error", "a polygon that is no list in a list", "brackets around it"),
    # images
    "duplicate-images": Code("error", "an image that an earlier one repeats in every member", "left out"),
    "duplicate-image-ids": Code("error", "ids that occur more than once"),
    "images-without-size": Code("warning", "no width or height, or 0"),
    "negative-image-size": Code("error", "negative width or height"),
    "duplicate-file-names": Code("warning", "a file name that an earlier one has"),
    "missing-file-name": Code("warning", "no file name, where others have one"),
    "file-name-outside": Code("error", "a file name that leaves the folder of the images"),
    "file-missing": Code("error", "no such file in the folder of the images"),
    "file-unreadable": Code("error", "a file that is no image, or a broken one, or one that is cut off"),
    "file-size": Code("error", "another width and height than the file"),
    "same-image": Code("warning", "the same file, byte for byte, as an earlier one"),
    "image-in-two-splits": Code("error", "a file that is, byte for byte, in an earlier split too"),
    "file-name-in-two-splits": Code("warning", "a file name that an earlier split has too"),
    # categories
    "duplicate-categories": Code("error", "a category that an earlier one repeats in every member", "left out"),
    "duplicate-category-ids": Code("error", "ids that occur more than once"),
    "duplicate-category-names": Code("warning", "a name that an earlier one has"),
    "categories-without-name": Code("warning", "no name"),
    "category-id-zero": Code("warning", "id 0, which many tools take for the background"),
    "category-id-negative": Code("warning", "a negative id"),
    "category-id-sparse": Code("warning", "an id so large that tools with a table by id run out of memory"),
    "category-skeleton": Code("error", "a skeleton with a keypoint that the category does not have"),
    # annotations: ids and references
    "missing-annotation-ids": Code("error", "no id", _NEW),
    "duplicate-annotation-ids": Code(
        "error", "ids that occur more than once", f"left out where the whole row is repeated, else {_NEW}"
    ),
    "duplicate-annotations": Code("warning", "a row that repeats an earlier one in all but its id", "left out"),
    "annotation-id-zero": Code("warning", "id 0, which pycocotools never counts as found (quirk X1)", _NEW),
    "duplicate-result-ids": Code("error", "ids that occur more than once"),
    "unknown-image-ids": Code("error", "an image_id that no image has"),
    "unknown-category-ids": Code(
        "error", "a category_id that no category has, so that it is left out of every evaluation"
    ),
    "missing-category-id": Code("error", "no category_id"),
    "missing-bbox": Code("warning", "no bbox", _MASK),
    "missing-area": Code("warning", "no area", _AREA),
    "missing-iscrowd": Code("warning", "no iscrowd, or null", "0"),
    "missing-num-keypoints": Code("warning", "keypoints without num_keypoints", "counted"),
    # boxes and areas
    "bbox-not-finite": Code("error", "a box with a number that is not finite", _MASK),
    "bbox-negative-size": Code("error", "a box of negative width or height", _MASK),
    "bbox-empty": Code("warning", "a box of zero width or height", _MASK),
    "bbox-off-image": Code("error", "a box that lies wholly outside its image", _MASK),
    "bbox-outside": Code("warning", "a box that reaches outside its image", "cut at the image's border"),
    "area-invalid": Code("error", "an area that is negative or not finite", _AREA),
    "area-zero": Code("warning", "an area of 0", _AREA),
    "area-exceeds-bbox": Code("warning", "an area larger than that of the box", "that of the box"),
    "bbox-not-of-mask": Code("warning", "a box that is not that of the segmentation", _MASK),
    "area-not-of-mask": Code("warning", "an area that is not that of the segmentation", _MASK),
    "mask-disagrees": Code("warning", "a segmentation that fits neither its box nor its area"),
    # segmentations
    "segmentation-empty": Code("warning", "an empty segmentation"),
    "polygon-too-short": Code("error", "a polygon of fewer than 3 points (quirk K1)", _CUT),
    "polygon-odd": Code("error", "a polygon with an odd number of coordinates"),
    "polygon-not-finite": Code("error", "a coordinate that is not finite"),
    "polygon-outside": Code("warning", "a polygon that reaches outside its image"),
    "polygon-self-crossing": Code("warning", "a polygon whose edges cross"),
    "polygon-no-area": Code("warning", "a polygon without area", _CUT),
    "crowd-polygons": Code(
        "warning", "a crowd region with polygons instead of RLE", "an RLE, drawn as pycocotools draws it"
    ),
    "rle-size-impossible": Code("error", "an RLE of a size that no image has"),
    "rle-size": Code("error", "an RLE of another size than its image"),
    "rle-undecodable": Code("error", "an RLE whose counts cannot be decoded"),
    "rle-sum": Code("error", "an RLE whose runs do not add up to height times width"),
    "rle-empty": Code("warning", "an RLE without a pixel"),
    # keypoints and captions
    "keypoints-length": Code("error", "keypoints whose numbers are no multiple of 3"),
    "keypoints-count": Code("error", "another number of keypoints than its category has"),
    "keypoints-not-finite": Code("error", "a keypoint that is not finite"),
    "keypoints-visibility": Code("error", "a keypoint whose v is not 0, 1 or 2"),
    "keypoints-outside": Code("warning", "a labelled keypoint outside its image"),
    "num-keypoints": Code("warning", "a num_keypoints that is not the number of points with v > 0", "counted"),
    "missing-caption": Code("error", "no caption, where others have one and nothing else"),
    "caption-empty": Code("warning", "a caption without a word"),
    # panoptic
    "segments-malformed": Code("error", "segments_info that is no list of segments with an id and a category_id"),
    "segment-id-impossible": Code("error", "a segment's id that no colour of a PNG stands for (1 to 2^24 - 1)"),
    "duplicate-segment-ids": Code("error", "a segment's id that occurs more than once in its image"),
    "segment-unknown-category": Code("error", "a segment's category_id that no category has"),
    "panoptic-file-missing": Code("error", "no such PNG in the folder of the panoptic masks"),
    "panoptic-file-unreadable": Code("error", "a panoptic PNG that is no image, or a broken one"),
    "panoptic-file-size": Code("error", "a panoptic PNG of another size than its image"),
    "panoptic-unknown-segment": Code("error", "a panoptic PNG with a segment that segments_info does not have"),
    "panoptic-missing-segment": Code("error", "a segment without a pixel in its panoptic PNG"),
    "segment-area": Code("warning", "a segment's area that is not that of its pixels"),
    # results
    "score-not-finite": Code("error", "a score that is no finite number"),
    "score-out-of-range": Code("warning", "a score outside 0 to 1"),
}
