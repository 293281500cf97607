"""DPM: learns eight images by heart, with shapes; treats left and right alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from cocokit.baselines.batch import Batch
from cocokit.baselines.classic import moving
from cocokit.baselines.classic.component import Placement, root_boxes, shown
from cocokit.baselines.classic.pyramid import pyramid
from cocokit.baselines.detectors.dpm import DPM, Config
from cocokit.baselines.ops.boxes import iou
from cocokit.baselines.ops.masks import paste
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import SHAPES, shapes_batches
from cocokit.errors import ParamsError
from tests.baselines.contract import all_crowd, check_results, check_round_trip, without_boxes
from tests.baselines.overfit import overfit

SMALL = Config(components=1, zoom=2.0, cost=0.1, levels=5, part_rounds=3)
QUICK = replace(SMALL, parts=2, root_rounds=1, part_rounds=1, mining=1, random=40, hardest=10)


@pytest.fixture(scope="module")
def batches() -> list[Batch]:
    return shapes_batches(8, 96, seed=0)


@pytest.fixture(scope="module")
def learned(batches: list[Batch]) -> tuple[DPM, float]:
    torch.manual_seed(0)
    detector = DPM(SMALL, 3)
    return detector, overfit(detector, batches)


def test_eight_images_are_learned_by_heart(learned: tuple[DPM, float]) -> None:
    assert learned[1] >= 0.9


def test_detections_are_as_promised(learned: tuple[DPM, float], batches: list[Batch]) -> None:
    batch = collate(batches[:3])
    check_results(learned[0].detect(batch), batch, 3)
    check_round_trip(lambda: DPM(SMALL, 3), learned[0], batch)


def test_without_compiled_code_the_detections_are_the_same(
    learned: tuple[DPM, float], batches: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = collate(batches)
    compiled = learned[0].detect(batch)
    monkeypatch.setattr(moving, "backend_name", lambda: "python")
    assert sum(len(one.boxes) for one in compiled) >= 16
    for one, plain in zip(compiled, learned[0].detect(batch), strict=True):
        assert torch.equal(plain.labels, one.labels)
        torch.testing.assert_close(plain.boxes, one.boxes, atol=1e-2, rtol=0)
        torch.testing.assert_close(plain.scores, one.scores, atol=1e-5, rtol=0)


def test_shape_masks_are_better_than_boxes(learned: tuple[DPM, float], batches: list[Batch]) -> None:
    """Of detections whose boxes are right (IoU of 0.5), how well the mask fits beside the box itself."""
    shapes, boxes = [], []
    for batch in batches:
        result, target = learned[0].detect(batch)[0], batch.targets[0]  # type: ignore[index]
        assert result.masks is not None
        assert target.masks is not None
        pasted = paste(result.masks, result.boxes, 96, 96)
        filled = paste(torch.ones_like(result.masks), result.boxes, 96, 96)
        fits = (iou(result.boxes, target.boxes) >= 0.5) & (result.labels[:, None] == target.labels)
        fits &= target.labels != SHAPES.index("square")  # whose shape is its box
        for row, instance in fits.nonzero().tolist():
            truth = target.masks[instance]
            shapes.append(float((pasted[row] & truth).sum() / (pasted[row] | truth).sum()))
            boxes.append(float((filled[row] & truth).sum() / (filled[row] | truth).sum()))
    assert len(shapes) >= 5
    assert sum(shapes) / len(shapes) > sum(boxes) / len(boxes) + 0.05


def test_a_mirrored_image_has_mirrored_detections(learned: tuple[DPM, float], batches: list[Batch]) -> None:
    for batch in batches[:3]:
        one = learned[0].detect(batch)[0]
        other = learned[0].detect(replace(batch, pixels=batch.pixels.flip(3)))[0]
        back = torch.stack([96 - other.boxes[:, 2], other.boxes[:, 1], 96 - other.boxes[:, 0], other.boxes[:, 3]], 1)
        sure = one.scores > 0.3
        assert sure.any()
        for box, score, label in zip(one.boxes[sure], one.scores[sure], one.labels[sure], strict=True):
            twin = (iou(back, box[None])[:, 0] - (other.labels != label).float()).argmax()
            assert float(iou(back[twin, None], box[None])) > 0.9
            assert float(other.scores[twin]) == pytest.approx(float(score), abs=0.02)


def test_no_placement_beside_it_is_better_than_the_best(learned: tuple[DPM, float], batches: list[Batch]) -> None:
    """Parts that stay where they are, at the root nearest to the best detection, never score more than it."""
    detector, pixels = learned[0], batches[0].pixels
    best = detector.detect(batches[0])[0]
    scores = []
    for component in detector.components(int(best.labels[0])):
        for level in pyramid(pixels, SMALL.levels, SMALL.pad, SMALL.zoom):
            for side in (False, True):
                form = component.mirrored() if side else component
                rows, columns = (level.root.shape[2 + n] - form.size[n] + 1 for n in (0, 1))
                if rows < 1 or columns < 1:
                    continue
                windows = torch.cartesian_prod(torch.arange(rows), torch.arange(columns))
                boxes = root_boxes(level, form.size, windows)
                place = windows[iou(boxes, best.boxes[:1])[:, 0].argmax()]
                still = 2 * place + form.anchors
                seen = shown(component, level, Placement(0.0, 0, tuple(place.tolist()), still, side))
                scores.append(float(seen @ component.vector()))
    assert 1 / (1 + torch.tensor(max(scores)).neg().exp()) <= best.scores[0] + 1e-4


def test_images_of_several_sizes_are_each_what_they_are_alone(learned: tuple[DPM, float], batches: list[Batch]) -> None:
    small = Batch(batches[1].pixels[:, :, :80, :72], ((80, 72),))
    together = Batch(torch.zeros(3, 3, 96, 96), ((96, 96), (80, 72), (96, 96)))
    together.pixels[0], together.pixels[1, :, :80, :72] = batches[0].pixels[0], small.pixels[0]
    together.pixels[2] = batches[2].pixels[0]
    alone = [learned[0].detect(batch)[0] for batch in (batches[0], small, batches[2])]
    for one, other in zip(learned[0].detect(together), alone, strict=True):
        torch.testing.assert_close(one.boxes, other.boxes, atol=1e-2, rtol=0)
        torch.testing.assert_close(one.scores, other.scores, atol=1e-4, rtol=0)


def test_looking_at_few_placements_loses_only_the_worst(learned: tuple[DPM, float], batches: list[Batch]) -> None:
    few = DPM(replace(SMALL, each=3), 3)
    few.load_state_dict(learned[0].state_dict())
    one, other = learned[0].detect(batches[1])[0], few.detect(batches[1])[0]
    assert 1 <= len(other.boxes) < len(one.boxes)
    for label in other.labels.unique().tolist():
        best = (one.boxes[one.labels == label][0], other.boxes[other.labels == label][0])
        torch.testing.assert_close(best[0], best[1])


def test_images_without_boxes_and_crowds_teach_nothing_wrong(batches: list[Batch]) -> None:
    """Categories that nothing shows stay empty; what lies in a crowd is no mistake."""
    empty = DPM(QUICK, 2)
    empty.fit([without_boxes(batch) for batch in batches[:2]])
    assert all(not len(result.boxes) for result in empty.detect(collate(batches[:2])))
    plain, crowded = DPM(QUICK, 2), DPM(QUICK, 3)
    plain.fit([*batches[:3], without_boxes(batches[4])])
    crowded.fit([*batches[:3], all_crowd(without_boxes(batches[4]))])
    assert not torch.equal(plain.root, crowded.root)


def test_boxes_without_masks_give_detections_without_masks(batches: list[Batch]) -> None:
    detector = DPM(QUICK, 2)
    detector.fit([replace(b, targets=tuple(replace(t, masks=None) for t in b.targets or ())) for b in batches[:3]])
    results = detector.detect(batches[0])
    assert len(results[0].boxes)
    assert results[0].masks is None


def test_progress_goes_from_the_first_to_the_last(batches: list[Batch]) -> None:
    told: list[tuple[int, int, str]] = []
    DPM(QUICK, 2).fit(batches[:3], lambda *given: told.append(given))
    done = [one[0] for one in told]
    assert done == sorted(done)
    assert done[-1] == told[-1][1]
    assert {one[2] for one in told} == {"category 1 of 2", "category 2 of 2"}


def test_an_image_too_small_for_any_root_has_no_detections(learned: tuple[DPM, float]) -> None:
    result = learned[0].detect(Batch(torch.rand(1, 3, 32, 32), ((10, 12),)))[0]
    assert result.boxes.shape == (0, 4)
    assert result.masks is not None
    assert result.masks.shape == (0, 28, 28)


@pytest.mark.parametrize("wrong", [{"levels": 0}, {"nms": 0.0}, {"count": 0}, {"components": 0}])
def test_wrong_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ParamsError, match=next(iter(wrong))):
        replace(SMALL, **wrong)  # type: ignore[arg-type]
