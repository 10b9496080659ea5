from time import perf_counter

import pytest

from grader.domain.differences import Change, differences


def same(*lines: str) -> Change:
    return Change("same", lines)


def removed(*lines: str) -> Change:
    return Change("removed", lines)


def added(*lines: str) -> Change:
    return Change("added", lines)


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("a", "a", [same("a")]),
        ("", "a", [removed(""), added("a")]),
        ("a\nb\nc", "a\nx\nc", [same("a"), removed("b"), added("x"), same("c")]),
        ("a\nb", "a\nb\nc", [same("a", "b"), added("c")]),
        ("a\nb\nc", "c", [removed("a", "b"), same("c")]),
        (
            "1\na\n2\nb\n3",
            "1\nx\n2\ny\n3",
            [
                same("1"), removed("a"), added("x"), same("2"), removed("b"), added("y"), same("3"),
            ],
        ),
        ("a\na", "a\na\na", [same("a", "a"), added("a")]),
    ],
)  # fmt: skip
def test_the_way_from_one_text_to_another(old: str, new: str, changes: list[Change]) -> None:
    assert list(differences(old, new)) == changes


def test_texts_of_many_lines_are_compared_in_a_bounded_time() -> None:
    old = "\n".join(f"{number % 7}" for number in range(10_000))
    new = "\n".join(f"{number % 5}" for number in range(10_000))
    begun = perf_counter()
    changes = differences(f"head\n{old}\ntail", f"head\n{new}\nx\ntail")
    assert perf_counter() - begun < 5
    assert [change.kind for change in changes] == ["same", "removed", "added", "same"]
    for kinds, text in (({"same", "removed"}, old), ({"same", "added"}, f"{new}\nx")):
        kept = [line for change in changes if change.kind in kinds for line in change.lines]
        assert "\n".join(kept) == f"head\n{text}\ntail"
