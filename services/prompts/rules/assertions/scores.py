"""What several results come to: weighted mean, threshold, named metrics, as promptfoo counts."""

from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamedScore:
    """The weighted mean of the results that carry one metric's name."""

    name: str
    score: float
    weight: float


class Total:
    """Adds results up. With a threshold the mean decides, without one every result must pass."""

    def __init__(self, threshold: float | None) -> None:
        self.threshold = threshold
        self._sum = 0.0
        self._weight = 0.0
        self._failure = ""
        self._named: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def add(
        self,
        passed: bool,  # noqa: FBT001 - the first thing to say of a result
        score: float,
        weight: float,
        metric: str,
        reason: str,
    ) -> None:
        """Count one result."""
        self._sum += score * weight
        self._weight += weight
        if metric:
            self._count(metric, score, weight)
        if not passed:
            self._failure = reason

    def add_named(self, inner: "Total", weight: float, metric: str) -> None:
        """Count the metrics of a set's members, weighed as the set is, but for its own."""
        for name, (total, own) in inner._named.items():  # noqa: SLF001 - its own kind
            if name != metric and own:
                self._count(name, total / own, own * weight)

    @property
    def score(self) -> float:
        """The weighted mean; 0 when nothing weighs, 1 when there is nothing at all."""
        return self._sum / self._weight if self._weight else 0.0

    @property
    def is_passed(self) -> bool:
        """Whether it is a pass."""
        return not self._failure if self.threshold is None else self.score >= self.threshold

    @property
    def reason(self) -> str:
        """Why."""
        if self.threshold is None:
            return self._failure or "all assertions passed"
        sign = "at least" if self.is_passed else "less than"
        return f"the score {self.score:.2f} is {sign} the threshold {self.threshold:g}"

    def named(self) -> tuple[NamedScore, ...]:
        """Return the metrics in the order in which they came."""
        return tuple(
            NamedScore(name, total / weight if weight else 0.0, weight)
            for name, (total, weight) in self._named.items()
        )

    def _count(self, name: str, score: float, weight: float) -> None:
        counted = self._named[name]
        counted[0] += score * weight
        counted[1] += weight
