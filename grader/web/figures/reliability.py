"""A reliability diagram: how often predictions come true by how sure they are, and how many there are."""

from dataclasses import dataclass

from grader.domain.worked import Bucket, ReliabilityFigure
from grader.web.figures.frame import WIDTH, Box, Place, Table, fixed
from grader.web.figures.scales import Scale, Tick, scale

HEIGHT = 560
LEFT, RIGHT, TOP, BOTTOM = 62, 452, 40, 370
COUNTS_TOP, COUNTS_BOTTOM = 424, 500
HALF_BAR = 21


@dataclass(frozen=True, slots=True)
class Point:
    """A bucket in the upper plot: where it stands, and the place on the diagonal above or below it."""

    x: float
    y: float
    diagonal: float


@dataclass(frozen=True, slots=True)
class ReliabilityDrawing:
    """The upper plot with its diagonal, and the bars of counts below, each with its number."""

    kind: str
    width: int
    height: int
    plot: Box
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    diagonal: tuple[Place, Place]
    points: tuple[Point, ...]
    base: float
    counts_label: float
    counts: tuple[Box, ...]
    numbers: tuple[Place, ...]
    described: str
    table: Table


def draw_reliability(figure: ReliabilityFigure) -> ReliabilityDrawing:
    """Lay out both plots over one axis."""
    x = scale([0, 1], start=LEFT, end=RIGHT, most=6)
    y = scale([0, 1], start=BOTTOM, end=TOP, most=6)
    counts = [_counted(bucket, figure, x) for bucket in figure.buckets]
    return ReliabilityDrawing(
        kind="reliability",
        width=WIDTH,
        height=HEIGHT,
        plot=Box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP),
        across=x.ticks,
        up=y.ticks,
        diagonal=(Place(x(0), y(0)), Place(x(1), y(1))),
        points=tuple(
            Point(x(bucket.prediction), y(bucket.fraction), y(bucket.prediction))
            for bucket in figure.buckets
            if bucket.prediction is not None and bucket.fraction is not None
        ),
        base=COUNTS_BOTTOM,
        counts_label=COUNTS_TOP - 26,
        counts=tuple(counts),
        numbers=tuple(
            Place(box.x + HALF_BAR, box.y - 6, f"{bucket.count:,}")
            for box, bucket in zip(counts, figure.buckets, strict=True)
        ),
        described=_described(figure),
        table=_table(figure),
    )


def _counted(bucket: Bucket, figure: ReliabilityFigure, x: Scale) -> Box:
    most = max(each.count for each in figure.buckets)
    height = round((COUNTS_BOTTOM - COUNTS_TOP) * bucket.count / most, 2)
    return Box(x(bucket.value) - HALF_BAR, COUNTS_BOTTOM - height, 2 * HALF_BAR, height)


def _described(figure: ReliabilityFigure) -> str:
    total = sum(bucket.count for bucket in figure.buckets)
    widest = max(figure.buckets, key=_gap)
    return (
        f"{total:,} predictions in {len(figure.buckets)} buckets. The widest gap between predictions and "
        f"frequencies is {fixed(_gap(widest), figure.decimals)}, in the bucket {widest.value:g}."
    )


def _gap(bucket: Bucket) -> float:
    if bucket.fraction is None or bucket.prediction is None:
        return 0.0
    return abs(bucket.fraction - bucket.prediction)


def _table(figure: ReliabilityFigure) -> Table:
    def share(value: float | None) -> str:
        return "none" if value is None else fixed(value, figure.decimals)

    return Table(
        ("bucket", "count", "mean prediction", "fraction of label 1", "gap"),
        tuple(
            (
                f"{bucket.value:g}",
                f"{bucket.count:,}",
                share(bucket.prediction),
                share(bucket.fraction),
                share(_gap(bucket) if bucket.count else None),
            )
            for bucket in figure.buckets
        ),
    )
