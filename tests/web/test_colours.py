"""The colours that carry a meaning without words can be told from what lies behind them."""

import re
from pathlib import Path

import pytest

import grader.web

STYLES = Path(grader.web.__file__).parent / "static" / "css" / "grader.css"
LEAST = 3.0
"""What WCAG 2.2 asks of graphics (1.4.11)."""


def tokens(scheme: str) -> dict[str, str]:
    """The colours of a scheme, as they are stated."""
    light, _, dark = STYLES.read_text().partition("(prefers-color-scheme: dark)")
    stated = {"light": light, "dark": dark.partition("\n}")[0]}[scheme]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", stated))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "sheet", "well"])
def test_bars_stand_out_from_their_ground(scheme: str, ground: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours["share"], colours[ground]) >= LEAST
