"""How tests look for a name on a page."""

import pytest

from tests.web.pages import mentions

SIGNED = (
    "IjkwY2U5ZWRkNzZhNmE1MDVmMzgwMzI5YWY5YWE5YTg4Zjc4YTdiMTci.aw2f7w.APLhVksceCw8Xb-qOQQeU6AdaC0"
)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>Ada</p>", True),
        ("/staff/students/Ada/explanations/pset7/ancestry?of=all", True),
        ('data-name=Ada&page="2"', True),
        (r"first line\nAda", True),
        ("Ada-Lovelace", True),
        (f'name="csrf_token" value="{SIGNED}"', False),
        (f"{SIGNED} of Ada", True),
        ("Bob", False),
    ],
)
def test_a_name_is_found_wherever_it_stands_but_in_a_random_token(
    page: str, *, found: bool
) -> None:
    assert mentions(page, "Ada") is found
