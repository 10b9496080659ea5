"""What every drawing has: its size, the table of its numbers, and a sentence for who can't see it."""

from dataclasses import dataclass

WIDTH = 480


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a figure; the first column says what a row is of, in ``words`` or as a number."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the drawing, perhaps with a word at it."""

    x: float
    y: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the drawing."""

    x: float
    y: float
    width: float
    height: float


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals; no zero with a minus sign."""
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def minus(text: str) -> str:
    """The same with a true minus sign, for a drawing; tables keep the one that can be copied."""
    return text.replace("-", "−")
