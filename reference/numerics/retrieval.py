"""How well a classifier finds what it looks for: precision, recall, prevalence, accuracy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confusion:
    """The examples by prediction and truth: true and false positives, false and true negatives.

    Raises:
        ValueError: a number is negative, or one of the fractions would divide by 0.
    """

    tp: int
    fp: int
    fn: int
    tn: int

    def __post_init__(self) -> None:
        if min(self.tp, self.fp, self.fn, self.tn) < 0:
            raise ValueError(f"{self} has a negative count")
        if not self.predicted or not self.actual:
            raise ValueError(f"{self} leaves nothing to divide by")

    @property
    def n(self) -> int:
        """How many examples there are."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def predicted(self) -> int:
        """How many were predicted positive, rightly or wrongly."""
        return self.tp + self.fp

    @property
    def actual(self) -> int:
        """How many are positive."""
        return self.tp + self.fn

    def precision(self) -> float:
        """P(positive | predicted positive) = tp / (tp + fp)."""
        return self.tp / self.predicted

    def recall(self) -> float:
        """P(predicted positive | positive) = tp / (tp + fn)."""
        return self.tp / self.actual

    def prevalence(self) -> float:
        """P(positive) = (tp + fn) / n."""
        return self.actual / self.n

    def accuracy(self) -> float:
        """P(predicted rightly) = (tp + tn) / n."""
        return (self.tp + self.tn) / self.n
