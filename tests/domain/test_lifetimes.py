from datetime import timedelta

import pytest

from grader.domain.errors import InvalidRequest
from grader.domain.lifetimes import parse_lifetime


@pytest.mark.parametrize(
    ("text", "lifetime"),
    [
        ("30d", timedelta(days=30)),
        ("12h", timedelta(hours=12)),
        ("90m", timedelta(minutes=90)),
        ("1m", timedelta(minutes=1)),
        (" 30D ", timedelta(days=30)),
        ("007d", timedelta(days=7)),
        ("366d", timedelta(days=366)),
        ("8784h", timedelta(days=366)),
        ("527040m", timedelta(days=366)),
    ],
)
def test_a_lifetime_is_a_number_and_a_unit(text: str, lifetime: timedelta) -> None:
    assert parse_lifetime(text) == lifetime


@pytest.mark.parametrize("text", ["367d", "8785h", "527041m", "999999d", "0d", "0m"])
def test_a_lifetime_is_more_than_nothing_and_at_most_366_days(text: str) -> None:
    with pytest.raises(InvalidRequest, match="at most 366d"):
        parse_lifetime(text)


@pytest.mark.parametrize(
    "text",
    ["", "d", "30", "30 d", "30s", "30days", "-1d", "+1d", "1.5d", "1e3d", "1d2h", "٣d", "\ud800",
     "1000000m", "9" * 100_000 + "d"],
)  # fmt: skip
def test_any_other_text_is_refused_with_the_forms_that_work(text: str) -> None:
    with pytest.raises(InvalidRequest, match="30d, 12h or 90m") as refused:
        parse_lifetime(text)
    assert len(str(refused.value)) < 150
