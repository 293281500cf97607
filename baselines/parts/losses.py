"""Losses, one value for each element, in float32 whatever dtype a network computes in; the caller sums and divides."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional


def smooth_l1(found: Tensor, wanted: Tensor, beta: float = 1.0) -> Tensor:
    """Quadratic below ``beta``, linear above: x^2 / (2 beta), then |x| - beta / 2 (Fast R-CNN has beta 1).

    >>> smooth_l1(torch.tensor([0.275, 2.0]), torch.zeros(2))
    tensor([0.0378, 1.5000])
    """
    return functional.smooth_l1_loss(found.float(), wanted.float(), reduction="none", beta=beta)


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """(N,) -log p of the right one of K classes.

    Args:
        logits: (N, K).
        labels: (N,) int64.
    """
    return functional.cross_entropy(logits.float(), labels, reduction="none")


def balanced_cross_entropy(logits: Tensor, targets: Tensor, alpha: float = 0.5) -> Tensor:
    """-alpha_t log p_t for each logit: eq. 5.3 of the focal loss's thesis; alpha weighs the positives."""
    return focal(logits, targets, alpha, gamma=0.0)


def focal(
    logits: Tensor, targets: Tensor, alpha: float | None = 0.25, gamma: float = 2.0, floor: float = 0.0
) -> Tensor:
    """-alpha_t (1 - p_t)^gamma log p_t for each logit: eq. 5.5, the sigmoid inside for the sake of stability.

    Args:
        logits: any shape.
        targets: same shape, 0 or 1.
        alpha: weight of the positives, 1 - alpha of the negatives; None: both 1 (eq. 5.4).
        gamma: how fast what is easy fades; 0 is the cross entropy.
        floor: tau: p_t counts as at least this; such an element has no gradient.
    """
    logits, targets = logits.float(), targets.float()
    log_p = functional.logsigmoid(logits * (2 * targets - 1))  # of p_t
    if floor:
        log_p = log_p.clamp(min=math.log(floor))
    loss = -log_p
    if gamma:
        # 1 - p_t; not by expm1(log_p), whose power has no gradient where p_t is 1
        loss = loss * torch.exp(gamma * functional.logsigmoid(-logits * (2 * targets - 1)))
    if alpha is not None:
        loss = loss * (alpha * targets + (1 - alpha) * (1 - targets))
    return loss


def prior_bias(pi: float) -> float:
    """The bias of a last layer that makes it begin with the probability ``pi``: -log((1 - pi) / pi).

    >>> round(prior_bias(0.01), 3)
    -4.595
    """
    return -math.log((1 - pi) / pi)


def hinge(scores: Tensor, signs: Tensor) -> Tensor:
    """max(0, 1 - sign * score) of a linear SVM.

    Args:
        scores: any shape.
        signs: same shape, 1 or -1.
    """
    return (1 - signs.float() * scores.float()).clamp(min=0)
