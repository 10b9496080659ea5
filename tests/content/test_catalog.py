from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from grader.config import PROJECT
from grader.content.catalog import Catalog, digest, fill_in, installed_data
from grader.content.loading import load_catalog
from grader.domain.errors import ContentError
from grader.domain.problem import AttemptRules, DataFile, Parameter, Part
from tests.support.coursefiles import (
    COURSE,
    FILES,
    PRACTICE,
    SET,
    SINGLE,
    SUM,
    write_course,
    write_manifest,
)


def load(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Catalog:
    return load_catalog(write_course(folder, changes), folder / "instance")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_files_of_a_course_become_its_values(tmp_path: Path) -> None:
    course = load(tmp_path).course
    assert (course.title, course.name, course.term) == ("T1", "Testing", "Winter 2026")
    assert (course.timezone, course.late_days) == ("America/Los_Angeles", 4)
    assert [problem.slug for problem in course.problems] == ["set/sum", "set/last", "practice/only"]
    graded, practice = course.assignments
    assert (graded.title, graded.graded) == ("The set", True)
    assert (graded.max_late_days, graded.hints_after_wrong) == (2, 2)
    assert graded.attempts == AttemptRules(
        limit=20, free_wrong=3, cooldown_first_seconds=10, cooldown_longest_seconds=100
    )
    assert (practice.title, practice.graded) == ("Practice", False)


def test_grace_and_a_penalty_are_read_and_may_be_left_out(tmp_path: Path) -> None:
    plain = load(tmp_path / "plain").course.assignments[0]
    assert (plain.grace_seconds, plain.penalty_percent) == (0, 100)
    lateness = "max_late_days = 4\ngrace_minutes = 10\npenalty_percent_per_day = 25"
    files = changed("set/assignment.toml", "max_late_days = 2", lateness)
    found = load(tmp_path / "told", files).course.assignments[0]
    assert (found.max_late_days, found.grace_seconds, found.penalty_percent) == (4, 600, 25)


def test_times_are_read_in_the_course_s_zone(tmp_path: Path) -> None:
    assignment = load(tmp_path).course.assignments[0]
    assert assignment.opens == utc("2026-03-02T23:30")
    assert assignment.due == utc("2026-03-12T06:59")  # The clocks went forward in between.
    assert assignment.closes == utc("2026-03-17T06:59")


@pytest.mark.parametrize(
    ("due", "moment"),
    [
        ("2026-03-08T01:59:59", "2026-03-08T09:59:59"),
        ("2026-03-08T03:00:00", "2026-03-08T10:00"),
        ("2026-11-01T01:30:00", "2026-11-01T08:30"),
        ("2026-11-01T02:00:00", "2026-11-01T10:00"),
    ],
    ids=["before what is skipped", "behind what is skipped", "repeated", "after"],
)
def test_a_time_at_a_change_of_the_clocks_has_one_meaning(
    due: str, moment: str, tmp_path: Path
) -> None:
    course = load(tmp_path, {"practice/assignment.toml": f"{PRACTICE}due = {due}\n"}).course
    assert course.assignments[1].due == utc(moment)


LA = "America/Los_Angeles"
SKIPPED = {
    (LA, "2026-03-08T02:00:00"): ("2026-03-08T01:59:59", "2026-03-08T03:00:00"),
    (LA, "2026-03-08T02:59:59"): ("2026-03-08T01:59:59", "2026-03-08T03:00:00"),
    ("Australia/Lord_Howe", "2026-10-04T02:10:00"): ("2026-10-04T01:59:59", "2026-10-04T02:30:00"),
    ("Pacific/Apia", "2011-12-30T12:00:00"): ("2011-12-29T23:59:59", "2011-12-31T00:00:00"),
}


@pytest.mark.parametrize("name", ["opens", "due", "closes"])
@pytest.mark.parametrize(("zone", "skipped"), SKIPPED)
def test_a_time_that_the_clocks_skip_is_refused_with_those_on_either_side(
    name: str, zone: str, skipped: str, tmp_path: Path
) -> None:
    changes: dict[str, str | bytes | None] = {
        "course.toml": COURSE.replace(LA, zone),
        "practice/assignment.toml": f"{PRACTICE}{name} = {skipped}\n",
    }
    with pytest.raises(ContentError) as refusal:
        load(tmp_path, changes)
    before, behind = SKIPPED[zone, skipped]
    assert str(refusal.value) == (
        f"{tmp_path}/problems/practice/assignment.toml, line 4: {name}: the clocks skip {skipped} "
        f"in {zone}; write {before} or {behind}"
    )


@pytest.mark.parametrize(
    ("table", "points"),
    [
        ("", "0"),
        ("[explanations]\npoints = 0\n", "0"),
        ("[explanations]\npoints = 2.5\n", "2.5"),
        ("[explanations]\npoints = 1000\n", "1000"),
    ],
)
def test_an_assignment_says_what_each_explanation_can_give(
    tmp_path: Path, table: str, points: str
) -> None:
    files = {"set/assignment.toml": FILES["set/assignment.toml"] + table}
    catalog = load_catalog(write_course(tmp_path, files), tmp_path)
    assert catalog.course.assignments[0].explanation_points == Decimal(points)


def test_what_an_assignment_leaves_out_has_the_policy_s_defaults(tmp_path: Path) -> None:
    practice = load(tmp_path).course.assignments[1]
    assert (practice.opens, practice.due, practice.closes) == (None, None, None)
    assert (practice.max_late_days, practice.hints_after_wrong) == (0, None)
    assert practice.attempts == AttemptRules(
        limit=None, free_wrong=5, cooldown_first_seconds=30, cooldown_longest_seconds=600
    )


def test_a_problem_keeps_its_numbers_exactly(tmp_path: Path) -> None:
    problem = load(tmp_path).course.problems[0]
    assert (problem.number, problem.title) == ("1", "The sum")
    assert problem.statement == FILES["set/sum/statement.md"]
    assert problem.parameters == {"eta": Decimal("0.0001"), "steps": 1000, "left": (35, 17)}
    assert str(problem.parameters["eta"]) == "0.00010"
    assert problem.data == (DataFile("sum-train.csv", "training set", 2, ("LogRegPr",)),)
    assert problem.parts == (
        Part(
            slug="set/sum/a",
            title="the sum",
            prompt="After {{ steps }} steps of {{eta}}, how much?",
            points=Decimal(5),
            tolerance=Decimal("0.00001"),
            decimals=5,
        ),
        Part(
            slug="set/sum/b",
            title="the rest",
            prompt="How much of {{ left.1 }} is left?",
            points=Decimal("2.5"),
            tolerance=Decimal("0.001"),
            decimals=3,
        ),
    )
    assert isinstance(problem.parts[0].points, Decimal)


def changed(file: str, old: str, new: str) -> dict[str, str | bytes | None]:
    assert FILES[file].count(old) == 1, "the change has to hit one place"
    return {file: FILES[file].replace(old, new)}


UNKNOWN = "this key is not known here"
BROKEN: list[tuple[dict[str, str | bytes | None], str]] = [
    # Files that are missing or no text.
    ({"course.toml": None}, "course.toml: this file is missing"),
    ({"set/assignment.toml": None}, "set/assignment.toml: this file is missing"),
    ({"set/last/problem.toml": None}, "set/last/problem.toml: this file is missing"),
    ({"set/last/statement.md": None}, "set/last/statement.md: this file is missing"),
    ({"set/last/statement.md": b"caf\xe9"}, "set/last/statement.md, line 1: not UTF-8 (byte 3)"),
    ({"course.toml": b"# x\ntitle = '\xff'"}, "course.toml, line 2: not UTF-8 (byte 13)"),
    ({"set/last/statement.md/x": "x", "set/last/statement.md": None}, "statement.md: this is a fo"),
    ({"set/last/problem.toml/x": "x", "set/last/problem.toml": None}, "problem.toml: this is a fo"),
    # Folders that are listed and missing.
    (
        changed("course.toml", '"set", ', '"set",\n"no_set", '),
        "course.toml, line 6: assignments.1: there is no",
    ),
    (
        changed("set/assignment.toml", '"last"', '"lost"'),
        "set/assignment.toml, line 5: problems.1: there is no folder .*set/lost",
    ),
    # No TOML.
    (
        changed("course.toml", '"practice"', '"staff"'),
        "course.toml, line 6: assignments.1: no assignment can be called 'staff', as pages of the",
    ),
    (
        changed("course.toml", "late_days = 4", "late_days = four"),
        "course.toml, line 5: this is no",
    ),
    (changed("course.toml", "late_days = 4", "late_days 4"), "course.toml, line 5: this is no"),
    ({"course.toml": COURSE + "late_days = 5\n"}, "course.toml, line 7: this is"),
    ({"course.toml": b"\xef\xbb\xbf" + COURSE.encode()}, "course.toml, line 1: this is"),
    ({"course.toml": COURSE.replace("4", "9" * 5000)}, "course.toml, line 5: this is no TOML"),
    # Keys that are unknown, missing or of the wrong kind.
    (
        {"course.toml": COURSE + "late = 4\n"},
        f"course.toml, line 7: late: {UNKNOWN}; known are title, ",
    ),
    (
        changed("course.toml", 'term = "Winter 2026"\n', ""),
        "course.toml, line 1: term: this key is",
    ),
    (changed("course.toml", "= 4", "= -1"), "course.toml, line 5: late_days: .*greater than or"),
    (changed("course.toml", "= 4", "= 4.0"), "course.toml, line 5: late_days: .*whole number"),
    (changed("course.toml", "= 4", "= true"), "course.toml, line 5: late_days: .*whole number"),
    (changed("course.toml", "America/Los_Angeles", "Pacific"), "line 4: timezone: 'Pacific' is no"),
    (changed("course.toml", "America/Los_Angeles", "America"), "line 4: timezone: 'America' is no"),
    (changed("course.toml", "America/Los_Angeles", "../x"), "line 4: timezone: '../x' is no time"),
    (changed("course.toml", '["set", "practice"]', "[]"), "course.toml, line 6: assignments: "),
    (changed("course.toml", '"practice"', '"../x"'), "course.toml, line 6: assignments.1: "),
    (changed("course.toml", '"practice"', '"Set"'), "course.toml, line 6: assignments.1: "),
    (
        changed("course.toml", '"practice"', '"set"'),
        "course.toml, line 6: assignments.1: 'set' stands",
    ),
    (
        changed("set/assignment.toml", "limit =", "limits ="),
        f"line 8: attempts.limits: {UNKNOWN}; is 'limit' meant?",
    ),
    (
        changed("set/assignment.toml", "limit = 20", "limit = 0"),
        "set/assignment.toml, line 8: attempts.limit: ",
    ),
    (
        changed("set/assignment.toml", "after_wrong = 2", 'after_wrong = "sometimes"'),
        'toml, line 17: hints.after_wrong: write a number of wrong attempts from 1 on, "at once"',
    ),
    (
        changed("set/assignment.toml", "[hints]", "[hint]"),
        f"toml, line 16: hint: {UNKNOWN}; is 'hints' meant?",
    ),
    (
        changed("set/assignment.toml", "max_late_days = 2\n", ""),
        "line 13: lateness.max_late_days: ",
    ),
    (
        changed("set/assignment.toml", "max_late_days = 2", "max_late_days = 5"),
        "set/assignment.toml, line 14: lateness.max_late_days: this is more than a student's 4 for the",
    ),
    (
        changed("course.toml", "late_days = 4", "late_days = 1"),
        "set/assignment.toml, line 14: lateness.max_late_days: this is more than a student's 1 for the",
    ),
    (
        changed("set/assignment.toml", "[hints]", "grace = 10\n\n[hints]"),
        f"line 16: lateness.grace: {UNKNOWN}; known are max_late_days, grace_minutes, penalty_percent_per",
    ),
    (
        changed("set/assignment.toml", "[hints]", "grace_minutes = 0.5\n\n[hints]"),
        "line 16: lateness.grace_minutes: ",
    ),
    (
        changed("set/assignment.toml", "[hints]", "penalty_percent_per_day = 0\n\n[hints]"),
        "line 16: lateness.penalty_percent_per_day: ",
    ),
    (
        changed("set/assignment.toml", "[hints]", "[explanations]\npoints = -1\n\n[hints]"),
        "line 17: explanations.points: ",
    ),
    (
        changed("set/assignment.toml", "[hints]", "[explanations]\npoints = 1001\n\n[hints]"),
        "line 17: explanations.points: ",
    ),
    (
        changed("set/assignment.toml", "[hints]", "[explanations]\n\n[hints]"),
        "explanations.points: ",
    ),
    (
        changed("set/assignment.toml", "23:59:00\ncl", "23:59:00Z\ncl"),
        "line 3: due: write the local",
    ),
    (changed("set/assignment.toml", "11T23:59:00", "11"), "assignment.toml, line 3: due: "),
    (
        changed("set/assignment.toml", '"last"', '"sum"'),
        "assignment.toml, line 5: problems.1: 'sum' stands",
    ),
    (changed("set/sum/problem.toml", "steps = 1000", "steps = true"), "line 6: parameters.steps"),
    (changed("set/sum/problem.toml", "= 0.00010", "= nan"), "problem.toml, line 5: parameters.eta"),
    (changed("set/sum/problem.toml", "= 0.00010", "= inf"), "problem.toml, line 5: parameters.eta"),
    (changed("set/sum/problem.toml", "[35, 17]", "[35, true]"), "line 7: parameters.left"),
    (changed("set/sum/problem.toml", "eta =", "Eta ="), "problem.toml, line 5: parameters.Eta"),
    (changed("set/sum/problem.toml", '"labelled"', '"text"'), "line 12: data.0.kind: "),
    (changed("set/sum/problem.toml", "sum-train.csv", "../x.csv"), "line 10: data.0.name: "),
    (changed("set/sum/problem.toml", '"LogRegPr"', '"a,b"'), "line 14: data.0.extra.0: "),
    (changed("set/sum/problem.toml", '"the rest"', "7"), "line 25: parts.1.title: "),
    (
        changed("set/sum/problem.toml", 'title = "the rest"\n', ""),
        "line 23: parts.1.title: this key",
    ),
    (
        changed("set/sum/problem.toml", "points = 5\n", "point = 5\n"),
        f"line 21: parts.0.point: {UNKNOWN}; is 'points' meant?",
    ),
    (changed("set/sum/problem.toml", "= 0.001\n", "= 0.0\n"), "line 28: parts.1.tolerance: "),
    (changed("set/sum/problem.toml", "= 0.001\n", "= nan\n"), "line 28: parts.1.tolerance: "),
    (changed("set/sum/problem.toml", "points = 2.5", "points = -1"), "line 27: parts.1.points"),
    (
        changed("set/sum/problem.toml", 'id = "b"', 'id = "a"'),
        "problem.toml, line 24: parts.1.id: 'a' stands there",
    ),
    (
        {"set/sum/problem.toml": SUM + SUM[SUM.index("[[data]]") : SUM.index("# The parts")]},
        "set/sum/problem.toml, line 31: data.1.name: 'sum-train.csv' stands there twice",
    ),
    ({"set/last/problem.toml": 'number = "2"\ntitle = "x"\nparts = []\n'}, "line 3: parts: "),
    # Dates in the wrong order.
    (
        changed("set/assignment.toml", "2026-03-02", "2026-03-12"),
        "assignment.toml, line 3: due: this lies before opens, 2026-03-12T15:30:00",
    ),
    (
        changed("set/assignment.toml", "2026-03-16", "2026-03-10"),
        "assignment.toml, line 4: closes: this lies before due, ",
    ),
    (
        {"set/assignment.toml": SET.replace("2026-03-02", "2026-04-02").replace("due", "#")},
        "assignment.toml, line 4: closes: this lies before opens, ",
    ),
    # Placeholders.
    ({"set/sum/statement.md": "a\nb {{ step }}\n"}, "statement.md, line 2: '{{ step }}' names no"),
    ({"set/sum/statement.md": "{{ left }}"}, "statement.md, line 1: '{{ left }}' names no"),
    ({"set/sum/statement.md": "{{ left.2 }}"}, "statement.md, line 1: '{{ left.2 }}' names no"),
    ({"set/sum/statement.md": "{{ steps.0 }}"}, "statement.md, line 1: '{{ steps.0 }}' names no"),
    (
        changed("set/sum/problem.toml", "left.1", "right"),
        "problem.toml, line 26: parts.1.prompt: '{{ right }}' names no",
    ),
]


@pytest.mark.parametrize(("changes", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_a_broken_file_is_refused_naming_it_and_the_line(
    changes: dict[str, str | bytes | None], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ContentError) as refusal:
        load(tmp_path, changes)
    text = str(refusal.value)
    assert text.startswith(f"{tmp_path}/problems/")
    pieces = [piece.strip() for piece in message.split(".*")]
    places = [text.find(piece) for piece in pieces]
    assert -1 not in places, text
    assert places == sorted(places), text


def dated(folder: Path, dates: str) -> Catalog:
    instance = folder / "instance"
    instance.mkdir()
    (instance / "dates.toml").write_text(dates)
    return load(folder)


FILE_DATES = (utc("2026-03-02T23:30"), utc("2026-03-12T06:59"), utc("2026-03-17T06:59"))


@pytest.mark.parametrize(
    ("dates", "changed"),
    [
        ("", {}),
        ("[set]\n", {}),
        ("[set]\ndue = 2026-03-15T12:00:00\n", {1: utc("2026-03-15T19:00")}),
        ("[set]\nopens = 2026-03-01T12:00:00\n", {0: utc("2026-03-01T20:00")}),
        (
            "[set]\ncloses = 2027-01-16T12:00:00\ndue = 2027-01-15T12:00:00\n",
            {1: utc("2027-01-15T20:00"), 2: utc("2027-01-16T20:00")},
        ),
    ],
)
def test_each_date_that_an_instance_states_takes_the_place_of_the_file_s(
    dates: str, changed: dict[int, datetime], tmp_path: Path
) -> None:
    first, second = dated(tmp_path, dates).course.assignments
    expected = tuple(changed.get(place, moment) for place, moment in enumerate(FILE_DATES))
    assert (first.opens, first.due, first.closes) == expected
    assert second.due is None


def test_a_date_of_an_instance_that_contradicts_the_file_s_is_refused_naming_both(
    tmp_path: Path,
) -> None:
    with pytest.raises(ContentError) as refusal:
        dated(tmp_path, "[set]\ndue = 2026-03-01T12:00:00\n")
    assert str(refusal.value) == (
        f"{tmp_path}/instance/dates.toml, line 2: set.due: this lies before opens of "
        f"{tmp_path}/problems/set/assignment.toml, 2026-03-02T15:30:00"
    )


def test_a_date_of_the_file_that_an_instance_s_leaves_behind_is_refused_naming_both(
    tmp_path: Path,
) -> None:
    with pytest.raises(ContentError) as refusal:
        dated(tmp_path, "[set]\ndue = 2026-03-17T12:00:00\n")
    assert str(refusal.value) == (
        f"{tmp_path}/problems/set/assignment.toml, line 4: closes: this lies before due of "
        f"{tmp_path}/instance/dates.toml, 2026-03-17T12:00:00"
    )


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (
            "[set]\ndue = 2027-01-15T12:00:00\nends = 2027-01-16\n",
            f"line 3: set.ends: {UNKNOWN}; known are opens, due, closes",
        ),
        ("[set]\n\n[sett]\n", "line 3: sett: there is no assignment"),
        ("[set]\ndue = 2027-01-15T12:00:00Z\n", "line 2: set.due: write the local time"),
        (
            "[set]\nopens = 2027-01-15T12:00:00\ndue = 2027-01-15T11:59:00\n",
            "line 3: set.due: this lies before opens, ",
        ),
        ("due = 2027-01-15T12:00:00\n", "line 1: due: "),
        ("[set]\ncloses = 2026-03-11T23:58:00\n", "line 2: set.closes: this lies before due of /"),
        (
            "[set]\ncloses = 2999-12-31T23:59:00\ndue = 3000-01-01T00:00:00\n",
            "line 3: set.due: write a year",
        ),
        (
            "[set]\nopens = 1969-12-31T23:59:00\n",
            "line 2: set.opens: write a year from 1970 to 2999",
        ),
    ],
)
def test_broken_dates_of_an_instance_are_refused_naming_its_own_file(
    dates: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ContentError) as refusal:
        dated(tmp_path, dates)
    assert str(refusal.value).startswith(f"{tmp_path}/instance/dates.toml")
    assert message in str(refusal.value)


PARAMETERS: dict[str, Parameter] = {"eta": Decimal("1E-7"), "steps": 10_000, "left": (35, 17)}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{ eta }}", "0.0000001"),
        ("{{steps}} and {{ steps }}", "10,000 and 10,000"),
        ("{{ left.0 }} of {{ left.1 }}", "35 of 17"),
        ("$e^{{-x}}$ and {{ Steps }}, { steps }", "$e^{{-x}}$ and {{ Steps }}, { steps }"),
        ("{{\nsteps }}", "{{\nsteps }}"),
    ],
)
def test_placeholders_take_the_values_of_parameters(text: str, filled: str) -> None:
    assert fill_in(text, PARAMETERS) == filled


@pytest.mark.parametrize(
    "text", ["{{ step }}", "{{ left }}", "{{ left.2 }}", "{{ eta.0 }}", "{{ steps.0 }}"]
)
def test_a_placeholder_without_a_parameter_is_refused(text: str) -> None:
    with pytest.raises(ContentError, match="names no parameter of the problem"):
        fill_in(f"so {text} it is", PARAMETERS)


def test_shipped_data_is_read_from_the_problem_s_folder(tmp_path: Path) -> None:
    catalog = load(tmp_path)
    content = FILES["set/sum/data/sum-train.csv"].encode()
    assert catalog.data(catalog.course.problems[0]) == {"sum-train.csv": content}
    assert catalog.data(catalog.course.problems[1]) == {}


def test_installed_data_takes_the_place_of_what_is_shipped(tmp_path: Path) -> None:
    catalog = load(tmp_path)
    data = tmp_path / "instance" / "data"
    write_manifest(tmp_path / "instance", {"sum-train.csv": {"sha256": digest(b"new")}})
    (data / f"{digest(b'new')}.csv").write_bytes(b"new")
    assert installed_data(tmp_path / "instance") == {"sum-train.csv": digest(b"new")}
    assert catalog.data(catalog.course.problems[0]) == {"sum-train.csv": b"new"}


def test_a_data_file_that_is_missing_is_named(tmp_path: Path) -> None:
    catalog = load(tmp_path, {"set/sum/data/sum-train.csv": None})
    assert installed_data(tmp_path / "instance") == {}
    with pytest.raises(ContentError, match=r"sum/data/sum-train\.csv: this data file is missing"):
        catalog.data(catalog.course.problems[0])


def test_a_folder_in_the_place_of_a_data_file_is_named(tmp_path: Path) -> None:
    name = "set/sum/data/sum-train.csv"
    catalog = load(tmp_path, {name: None, f"{name}/x": "x"})
    with pytest.raises(ContentError, match=r"sum/data/sum-train\.csv: can't be read: Is a dir"):
        catalog.data(catalog.course.problems[0])


def test_bytes_are_named_by_their_sha256() -> None:
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_shipped_problems_load_with_the_term_s_values(tmp_path: Path) -> None:
    catalog = load_catalog(PROJECT / "problems", tmp_path)
    pset7 = catalog.course.assignment("pset7")
    assert pset7 is not None
    assert pset7.due == utc("2026-03-12T06:59")
    assert (catalog.course.late_days, pset7.max_late_days, pset7.hints_after_wrong) == (4, 2, 2)
    assert pset7.explanation_points == 5
    parts = [part for problem in pset7.problems for part in problem.parts]
    assert [part.slug.removeprefix("pset7/") for part in parts] == [
        "logistic_regression/a",
        "ancestry/a",
        "ancestry/b",
        "calibration/a",
        "calibration/b",
        *(f"decision_tree_entropy/{letter}" for letter in "abcde"),
    ]
    assert {(part.points, part.tolerance, part.decimals) for part in parts} == {
        (Decimal(5), Decimal("0.00001"), 5)
    }
    for problem in pset7.problems:
        assert catalog.data(problem).keys() == {file.name for file in problem.data}
        assert replace(problem, statement="").statement != problem.statement


def test_a_single_part_problem_may_give_no_points(tmp_path: Path) -> None:
    course = load(tmp_path, {"set/last/problem.toml": SINGLE}).course
    part = course.part("set/last/a")
    assert part is not None
    assert part.points == 0
