"""A name is added to a list in a TOML file, and everything else stays as it was written."""

from pathlib import Path

import pytest

from grader.content.toml_lists import with_name
from grader.domain.errors import ContentError

CASES = [
    ('names = ["a"]\n', 'names = ["a", "new"]\n'),
    ('names = ["a", "b",]\n', 'names = ["a", "b", "new"]\n'),
    ("names = []\n", 'names = ["new"]\n'),
    ("names = [ 'a' ] # why\n", "names = [ 'a', \"new\" ] # why\n"),
    ('names = ["]", "#"]\n', 'names = ["]", "#", "new"]\n'),
    ('names = [\n  "a",\n  "b",\n]\n', 'names = [\n  "a",\n  "b",\n  "new",\n]\n'),
    ('names = [\n    "a",\n    "b"\n]\n', 'names = [\n    "a",\n    "b",\n    "new",\n]\n'),
    (
        'names = [\n  "a", # one\n  "b" # two ]\n  # the end\n]\nx = 1\n',
        'names = [\n  "a", # one\n  "b", # two ]\n  # the end\n  "new",\n]\nx = 1\n',
    ),
    ("names = [\n]\n", 'names = [\n  "new",\n]\n'),
    ('# names = ["x"]\nnames = ["a"]\n', '# names = ["x"]\nnames = ["a", "new"]\n'),
    ('names = ["a",\n "b"]\n', 'names = ["a",\n "b", "new"]\n'),
]


@pytest.mark.parametrize(("text", "changed"), CASES)
def test_the_name_stands_at_the_end_in_the_list_s_own_style(
    tmp_path: Path, text: str, changed: str
) -> None:
    file = tmp_path / "file.toml"
    file.write_text(text)
    assert with_name(file, "names", "new") == changed


@pytest.mark.parametrize(
    "text",
    ['"names" = ["a"]\n', 'other = """\nnames = ["x"]\n"""\nnames = ["a"]\n'],
)
def test_a_list_that_can_not_be_changed_safely_is_left_to_its_author(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "file.toml"
    file.write_text(text)
    with pytest.raises(ContentError, match="list names, which is written in an unusual way"):
        with_name(file, "names", "new")
