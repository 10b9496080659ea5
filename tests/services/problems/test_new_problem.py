"""A new problem: all of its files or none of them."""

import os
import shutil
from pathlib import Path

import pytest

from grader.domain.errors import ContentError, GraderError, InvalidRequest
from grader.services.files.whole_files import write_whole
from grader.services.problems.new_problem import Started, start_course, start_problem
from tests.support.workshops import Workshop, make_workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return make_workshop(tmp_path)


def start(workshop: Workshop, slug: str, title: str | None = None) -> Started:
    return start_problem(workshop.catalog(), secret=workshop.reference, slug=slug, title=title)


def named(paths: tuple[Path, ...], workshop: Workshop) -> list[str]:
    return [str(path.relative_to(workshop.folder)) for path in paths]


def test_a_problem_of_a_known_assignment_gets_its_twin_files_and_its_place(
    workshop: Workshop,
) -> None:
    started = start(workshop, "set/two_urns")
    assert named(started.created, workshop) == [
        "problems/set/two_urns/problem.toml",
        "problems/set/two_urns/statement.md",
        "reference/set/two_urns.py",
    ]
    assert named(started.changed, workshop) == ["problems/set/assignment.toml"]
    problem = workshop.catalog().course.problem("set/two_urns")
    assert problem is not None
    assert (problem.number, problem.title) == ("4", "Two urns")
    assert [part.id for part in problem.parts] == ["a", "b"]


def test_a_problem_of_a_new_assignment_makes_it_and_names_it_in_the_course(
    workshop: Workshop,
) -> None:
    started = start(workshop, "pset8/urns", 'The "urns" of \\ Pólya')
    assert named(started.created, workshop)[2:] == [
        "reference/pset8/urns.py",
        "reference/pset8/__init__.py",
        "problems/pset8/assignment.toml",
    ]
    assert named(started.changed, workshop) == ["problems/course.toml"]
    course = workshop.catalog().course
    assert [each.slug for each in course.assignments] == ["set", "pset8"]
    assert course.assignments[1].title == "Pset 8"
    (problem,) = course.assignments[1].problems
    assert (problem.number, problem.title) == ("1", 'The "urns" of \\ Pólya')


def test_in_a_folder_without_a_course_that_is_begun_too(workshop: Workshop) -> None:
    shutil.rmtree(workshop.problems)
    workshop.problems.mkdir()
    instance = workshop.folder / "instance"
    started = start_course(
        workshop.problems, instance, secret=workshop.reference, slug="pset8/urns", title="Urns"
    )
    assert named(started.created, workshop) == [
        "problems/pset8/urns/problem.toml",
        "problems/pset8/urns/statement.md",
        "reference/pset8/urns.py",
        "reference/pset8/__init__.py",
        "problems/pset8/assignment.toml",
        "problems/course.toml",
    ]
    assert started.changed == ()
    (assignment,) = workshop.catalog().course.assignments
    assert (assignment.slug, assignment.problems[0].title) == ("pset8", "Urns")


def test_an_assignment_that_the_course_does_not_name_yet_is_named_there(
    workshop: Workshop,
) -> None:
    start(workshop, "later/one")
    workshop.edit("problems/course.toml", ', "later"', "")
    started = start(workshop, "later/two")
    assert named(started.changed, workshop) == [
        "problems/later/assignment.toml",
        "problems/course.toml",
    ]
    assert [each.title for each in workshop.catalog().course.assignments[1].problems] == [
        "One",
        "Two",
    ]


def test_a_number_that_is_no_digits_is_passed_over(workshop: Workshop) -> None:
    workshop.edit("problems/set/first/problem.toml", '"3"', '"3b"')
    start(workshop, "set/second")
    problem = workshop.catalog().course.problem("set/second")
    assert problem is not None
    assert problem.number == "2"


@pytest.mark.parametrize(
    ("slug", "title", "told"),
    [
        ("urns", None, "Write ASSIGNMENT/NAME, such as pset8/urns, not 'urns'."),
        ("a/b/c", None, "Write ASSIGNMENT/NAME"),
        ("set/", None, "'' can't be a name: a name is a small letter, then small letters"),
        ("Set/urns", None, "'Set' can't be a name"),
        ("set/two-urns", None, "'two-urns' can't be a name"),
        ("set/2urns", None, "'2urns' can't be a name"),
        ("../urns", None, "'..' can't be a name"),
        ("set/urns\n", None, "can't be a name"),
        (f"set/{'a' * 41}", None, "at most 40 in all"),
        ("set/class", None, "'class' can't be a name: it is a word of Python"),
        ("set/urns", " ", "A title is one line of 1 to 500 characters"),
        ("set/urns", "a" * 501, "A title is one line"),
        ("set/urns", "two\nlines", "A title is one line"),
        ("set/urns", "\udcff", "A title is one line"),
        ("set/first", None, "problems/set/first is there already."),
        ("set/lonely", None, "reference/set/lonely.py is there already."),
        ("set/folder", None, "reference/set/folder is there already."),
        ("inputs/urns", None, "reference/inputs.py is there already."),
        ("numerics/urns", None, "reference/numerics is there already."),
    ],
)
def test_what_can_not_be_is_refused_in_words_and_nothing_is_written(
    workshop: Workshop, slug: str, title: str | None, told: str
) -> None:
    (workshop.reference / "set/lonely.py").write_text("")
    for folder in ("set/folder", "numerics"):
        (workshop.reference / folder).mkdir()
        (workshop.reference / folder / "entropy.py").write_text("")
    before = workshop.files()
    with pytest.raises(InvalidRequest) as refusal:
        start(workshop, slug, title)
    assert told in str(refusal.value)
    assert workshop.files() == before


def test_a_name_of_40_characters_is_taken(workshop: Workshop) -> None:
    start(workshop, f"set/{'a' * 40}", "a" * 500)


def test_what_an_assignment_s_removal_left_behind_is_no_other_code(workshop: Workshop) -> None:
    (workshop.reference / "pset8/__pycache__").mkdir(parents=True)
    start(workshop, "pset8/urns")


@pytest.mark.parametrize(
    ("file", "list_"),
    [
        ("problems/set/assignment.toml", '"problems" = ["first"]'),
        ("problems/course.toml", '"assignments" = ["set"]'),
    ],
)
def test_a_list_that_can_not_be_changed_is_left_with_everything_else(
    workshop: Workshop, file: str, list_: str
) -> None:
    workshop.edit(file, list_.replace('"', "", 2), list_)
    before = workshop.files()
    slug = "set/urns" if "assignment" in file else "pset8/urns"
    with pytest.raises(ContentError, match="can't be added to the list"):
        start(workshop, slug)
    assert workshop.files() == before


@pytest.mark.parametrize("slug", ["set/urns", "pset8/urns"])
@pytest.mark.parametrize("place", range(1, 6))
def test_when_a_file_can_not_be_written_those_before_are_taken_back(
    workshop: Workshop, slug: str, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, folders = workshop.files(), folders_of(workshop)
    written = 0

    def fails(path: Path, content: bytes) -> None:
        nonlocal written
        written += 1
        if written == place:
            path.with_name(f"{path.name}.part").write_bytes(content[:3])
            raise OSError(28, os.strerror(28))
        write_whole(path, content)

    monkeypatch.setattr("grader.services.problems.new_problem.write_whole", fails)
    if (slug, place) == ("set/urns", 5):
        start(workshop, slug)  # It has four files only.
        return
    with pytest.raises(GraderError, match=r"can't be written: No space left on device"):
        start(workshop, slug)
    left = {name for name in workshop.files() if not name.endswith(".part")}
    assert left == before.keys()
    assert {name: workshop.files()[name] for name in before} == before
    assert folders_of(workshop) == folders


def test_what_does_not_load_when_it_is_written_is_taken_back(workshop: Workshop) -> None:
    catalog = workshop.catalog()
    # Somebody else broke another file meanwhile.
    workshop.edit("problems/course.toml", "late_days = 4", "late_days = -4")
    before = workshop.files()
    with pytest.raises(ContentError, match=r"course\.toml, line 5"):
        start_problem(catalog, secret=workshop.reference, slug="set/urns")
    assert workshop.files() == before


def folders_of(workshop: Workshop) -> set[Path]:
    return {path for path in workshop.folder.rglob("*") if path.is_dir()}
