"""The last two stages of R-CNN on features that tests make up."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVC
from torch import Tensor

from cocokit.baselines.classic import post_hoc
from cocokit.baselines.classic.linear_svm import train_svm
from cocokit.baselines.classic.post_hoc import EASY, HARD, LENGTH, PostHoc, Prices, Regions

K, D, P = 3, 12, 8


def image(seed: int, count: int = 60) -> Regions:
    """Regions of categories 0 and 1, which lie in their own directions; category 2 is nowhere."""
    chance = torch.Generator().manual_seed(seed)
    kinds = torch.randint(0, 6, (count,), generator=chance)
    deep = torch.randn(count, D, generator=chance)
    deep[kinds == 0, 0] += 3
    deep[kinds == 1, 1] += 3
    signs = -torch.ones(count, K, dtype=torch.int8)
    for k in (0, 1):
        signs[kinds == k, k] = 1
    signs[kinds == 5] = 0  # as in a crowd
    flat = torch.randn(count, P, generator=chance)
    codes = flat[:, :4] * 0.1 + 0.02 * torch.randn(count, 4, generator=chance)
    return Regions(deep, flat, signs, torch.where(kinds < 2, kinds, -1), codes)


def fitted(images: list[Regions], prices: Prices) -> tuple[PostHoc, list[str]]:
    said: list[str] = []
    made = PostHoc(K, D, P)
    made.fit(len(images), images.__getitem__, prices, lambda done, total, what: said.append(f"{what} {done}/{total}"))
    return made, said


def test_one_image_is_liblinear_on_all_of_it() -> None:
    only, prices = image(0, 400), Prices(cost=0.01)
    made, _ = fitted([only], prices)
    scale = LENGTH / float(only.deep.norm(dim=1).mean())
    assert made.scales[0].item() == pytest.approx(scale)
    for k in (0, 1):
        asked = only.signs[:, k] != 0
        rows, signs = (only.deep[asked] * scale).numpy(), only.signs[asked, k].numpy()
        oracle = LinearSVC(C=0.01, loss="hinge", intercept_scaling=10, class_weight={1: 2.0, -1: 1.0}, tol=1e-6,
                           max_iter=1_000_000, random_state=0).fit(rows, signs)  # fmt: skip
        wanted = torch.from_numpy(oracle.decision_function(only.deep.numpy() * scale)).float()
        torch.testing.assert_close(made.score(only.deep)[:, k], wanted, atol=5e-3, rtol=5e-3)


def test_boxes_are_corrected_by_ridge_regression() -> None:
    images, prices = [image(seed) for seed in range(3)], Prices(alpha=50.0)
    made, _ = fitted(images, prices)
    flat, labels, codes = (torch.cat([getattr(i, n) for i in images]) for n in ("flat", "labels", "codes"))
    scale = LENGTH / float(flat.norm(dim=1).mean())
    found = made.codes(flat)
    for k in (0, 1):
        mine = labels == k
        oracle = Ridge(50.0).fit(flat[mine] * scale, codes[mine])
        wanted = torch.from_numpy(oracle.predict(flat.numpy() * scale)).float()
        torch.testing.assert_close(found[:, k], wanted, atol=1e-4, rtol=1e-3)
    assert (found[:, 2] == 0).all()  # nothing was seen: nothing is corrected


def test_hard_negatives_are_mined_image_by_image() -> None:
    """Only those above the margin are kept, and that is nearly as good as keeping all."""
    images = [image(seed) for seed in range(30)]
    mined, _ = fitted(images, Prices(cost=0.01, refill=20))
    whole, _ = fitted(images, Prices(cost=0.01, refill=10_000))
    test = image(99, 500)
    for k in (0, 1):
        for made in (mined, whole):
            score = made.score(test.deep)[:, k]
            assert (score > 0)[test.signs[:, k] > 0].float().mean() > 0.7
            assert (score < 0)[test.signs[:, k] < 0].float().mean() > 0.9
        both = torch.stack([mined.score(test.deep)[:, k], whole.score(test.deep)[:, k]])
        assert torch.corrcoef(both)[0, 1] > 0.97


def test_easy_negatives_are_never_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the first image all are, for there is no SVM to say which are hard; after it, the others are not."""
    first, later = image(0, 200), image(1, 50)
    far = Regions(later.deep - 40 * (torch.arange(D) < 2), later.flat, -torch.ones_like(later.signs),
                  torch.full_like(later.labels, -1), later.codes)  # fmt: skip
    given: list[Tensor] = []

    def spy(rows: Tensor, *rest: Any) -> tuple[Tensor, Tensor]:
        given.append(rows)
        return train_svm(rows, *rest)

    monkeypatch.setattr(post_hoc, "train_svm", spy)
    made, _ = fitted([first, far], Prices(cost=0.01))
    all_, kept = given[0], given[2]
    assert len(all_) == (first.signs[:, 0] != 0).sum()
    assert len(kept) < len(all_)
    assert all((row == all_).all(1).any() for row in kept)  # none of the second image
    assert (made.score(far.deep)[:, :2] < EASY).all()


def test_a_category_that_is_nowhere_scores_below_all() -> None:
    made, _ = fitted([image(0)], Prices())
    assert (made.score(image(1).deep)[:, 2] == HARD).all()


def test_it_says_what_is_being_done() -> None:
    _, said = fitted([image(0), image(1)], Prices())
    assert said == ["boxes 0/2", "boxes 1/2", "SVMs 0/2", "SVMs 1/2", "SVMs 2/2"]


def test_all_that_was_learnt_is_in_the_state() -> None:
    made, _ = fitted([image(0)], Prices())
    other = PostHoc(K, D, P)
    other.load_state_dict(made.state_dict())
    assert torch.equal(other.score(image(1).deep), made.score(image(1).deep))
    assert torch.equal(other.codes(image(1).flat), made.codes(image(1).flat))


def test_images_with_nothing_in_them() -> None:
    none = image(0)
    empty = Regions(none.deep, none.flat, -torch.ones_like(none.signs), torch.full_like(none.labels, -1), none.codes)
    made, _ = fitted([empty], Prices())
    assert (made.score(none.deep) == HARD).all()
