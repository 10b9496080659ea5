import random

import pytest

from grader.domain.errors import ImportRefused
from grader.domain.roles import Role
from grader.services.roster.columns import ROSTER_LIMITS
from grader.services.roster.entry import RosterEntry
from grader.services.roster.rosterfile import MOST_PROBLEMS, read_roster


def read(text: str) -> list[RosterEntry]:
    return read_roster(text.encode())


def entry(login: str = "ada", name: str = "Ada", **stated: str | Role) -> RosterEntry:
    blank: dict[str, str | Role | None]
    blank = {"email": None, "sis_user_id": None, "section": None, "role": None}
    return RosterEntry(row=2, login=login, name=name, **(blank | stated))  # type: ignore[arg-type]


def refusal(raw: bytes) -> ImportRefused:
    with pytest.raises(ImportRefused) as refused:
        read_roster(raw)
    return refused.value


def problems(text: str) -> tuple[str, ...]:
    return refusal(text.encode()).problems


# What is read

FULL = "SUNetID,SIS User ID,Name,Email,Section,Role\nada,00012,Ada Lovelace,ada@x.edu,S1,TA\n"
QUOTED = '"' + FULL.replace(",", '","').replace("\n", '"\n"').removesuffix('"')
ADA = entry(name="Ada Lovelace", sis_user_id="00012", email="ada@x.edu", section="S1", role=Role.TA)


@pytest.mark.parametrize(
    "raw",
    [
        FULL.encode(),
        FULL.encode("utf-8-sig"),
        FULL.replace(",", ";").encode(),
        FULL.replace(",", "\t").encode(),
        FULL.replace("\n", "\r\n").encode(),
        FULL.replace("\n", "\r").encode(),
        FULL.rstrip().encode(),
        FULL.replace("\n", "\n\n , ,\n", 1).replace(", ,", ",,").encode(),
        QUOTED.encode(),
        QUOTED.replace(",", ";").encode(),
        QUOTED.replace(",", "\t").encode("utf-8-sig"),
        b"Role,Section,Email,Name,SID,UID\nTA,S1,ada@x.edu,Ada Lovelace,00012,ada\n",
        b"uid,sid,first name,last name,email,section,role\nada,00012,Ada,Lovelace,ada@x.edu,S1,TA\n",
        b"Photo,uid,sid,name,Grade,email,section,role,,\n,ada,00012,Ada Lovelace,A,ada@x.edu,S1,TA,,\n",
        "uid,sid,name,email,section,role\n\u00a0 ADA ,00012,Ada\u00a0\t Lovelace,Ada@X.edu, S1,ta\n".encode(),
        b"uid,sid,name,email,section,role\nada,00012,Ada Lovelace,ada@x.edu,S1,TA,,,\n",
    ],
)  # fmt: skip
def test_every_common_shape_of_a_file_gives_the_same_entry(raw: bytes) -> None:
    assert read_roster(raw) == [ADA]


def test_a_missing_column_says_nothing_and_a_blank_cell_says_blank() -> None:
    assert read("login,name\nada,Ada\n") == [entry()]
    assert read("login,name,email,sid,section,role\nada,Ada,,,,\n") == [
        entry(email="", sis_user_id="", section="", role=Role.STUDENT)
    ]


@pytest.mark.parametrize(
    ("row", "name"),
    [("Ada L.,Ada,Lovelace", "Ada L."), (",Ada,Lovelace", "Ada Lovelace"), (",,Plato", "Plato")],
)
def test_a_name_goes_before_its_pieces(row: str, name: str) -> None:
    assert read(f"login,name,first name,last name\nada,{row}\n")[0].name == name


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+49 30",
        "-Ada",
        "@SUM(A1)",
        '=HYPERLINK("http://x"; "y")',
        "<script>alert(1)</script>",
        "Lovelace, Ada",
        "O'Neill",
        'Ada "Countess" Lovelace',
        "علی\u200cرضا",
        "王小明",
        "Ada 🦉",
    ],
)
def test_a_formula_or_markup_is_just_a_name(name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    assert read(f"login,name\nada,{quoted}\n")[0].name == name


def test_accents_are_composed_so_that_two_systems_agree() -> None:
    assert read("login,name\nada,Jose\u0301\n") == [entry(name="Jos\u00e9")]


def test_entries_know_the_row_of_the_spreadsheet() -> None:
    rows = [found.row for found in read("login,name\nada,Ada\n\n,\nbob,Bob\n")]
    assert rows == [2, 5]


@pytest.mark.parametrize(
    "login", ["ada", "ada.l", "a_l", "a-l", "a+l", "ada@x.edu", "o'neill", "1"]
)
def test_a_login_may_look_like_an_address(login: str) -> None:
    assert read(f"login,name\n{login},Ada\n")[0].login == login


@pytest.mark.parametrize(
    ("column", "longest", "letter"),
    [
        ("login", 100, "a"),
        ("name", 200, "a"),
        ("sid", 100, "7"),
        ("section", 200, "a"),
        ("email", 254, "a"),
    ],
)
def test_cells_have_a_longest_length(column: str, longest: int, letter: str) -> None:
    tail = "@x.edu" if column == "email" else ""
    columns = {"login": "ada", "name": "Ada"}
    for count, taken in ((longest, True), (longest + 1, False)):
        columns[column] = letter * (count - len(tail)) + tail
        text = ",".join(columns) + "\n" + ",".join(columns.values()) + "\n"
        if taken:
            assert len(read(text)) == 1
        else:
            assert f"is longer than {longest} characters" in problems(text)[0]


# What is refused


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (",Bob", "row 2: the login is missing"),
        ("bob,", "row 2: the name of bob is missing"),
        ("bob", "row 2: there are 1 cells, but the header has 2"),
        ("bob,Bob,Jones", "row 2: there are 3 cells, but the header has 2"),
        ("bob jones,Bob", "row 2: the login 'bob jones' may hold letters, digits and"),
        ("=bob,Bob", "row 2: the login '=bob' may hold"),
        ("bob/../x,Bob", "row 2: the login 'bob/../x' may hold"),
        ("ada,Ada\nADA,Ada", "row 3: the login 'ada' is on row 2 already"),
        ('bob,"Bob\neve,Eve', "row 2: a quoted cell is not closed on this row, or text follows it"),
        ('bob,"Bob"x', "row 2: a quoted cell is not closed on this row, or text follows it"),
        ("bob,B\0b", "row 2: there is a NUL character or a line break within the row"),
        ("bob,B\rb", "row 2: there is a NUL character or a line break within the row"),
        ("bob,B\x1bb", "row 2: the name holds an invisible character"),
        ("bob,B\u202eb", "row 2: the name holds an invisible character"),
        ("b\u200bb,Bob", "row 2: the login holds an invisible character"),
        ("b\u200cb,Bob", "row 2: the login"),
    ],
)
def test_a_bad_row_is_refused_with_its_number(rows: str, problem: str) -> None:
    assert problems(f"login,name\n{rows}\n")[0].startswith(problem)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("ada,Ada,Dean,,", "row 2: the role 'Dean' is none of Student, TA and Instructor"),
        ("ada,Ada,,ada,", "row 2: 'ada' is not an e-mail address"),
        ("ada,Ada,,a@b@c,", "row 2: 'a@b@c' is not an e-mail address"),
        ("ada,Ada,,@x.edu,", "row 2: '@x.edu' is not an e-mail address"),
        ("ada,Ada,,a <a@x.edu>,", "row 2: 'a <a@x.edu>' is not an e-mail address"),
        ('ada,Ada,,"a@x.edu,b@x.edu",', "row 2: 'a@x.edu,b@x.edu' is not an e-mail address"),
        ("a,A,,,X1\nb,B,,,x1", "row 3: the SIS user ID 'x1' is on row 2 already"),
        ("a,A,,x@y.z,\nb,B,,X@Y.z,", "row 3: the e-mail address 'x@y.z' is on row 2 already"),
        ("a,A,,,01\nb,B,,,1\nc,C,,,01", "row 4: the SIS user ID '01' is on row 2 already"),
    ],
)
def test_a_bad_cell_of_an_optional_column_is_refused(rows: str, problem: str) -> None:
    assert problems(f"login,name,role,email,sid\n{rows}\n") == (problem,)


def test_all_that_is_wrong_is_told_at_once_though_one_row_repeats_another_that_is_refused() -> None:
    rows = "ada,Ada,Dean,\nada,Ada,Dean,a@x.edu\nbob,Bob,TA,a@x.edu\n"
    assert problems(f"login,name,role,email\n{rows}") == (
        "row 2: the role 'Dean' is none of Student, TA and Instructor",
        "row 3: the login 'ada' is on row 2 already",
        "row 3: the role 'Dean' is none of Student, TA and Instructor",
        "row 4: the e-mail address 'a@x.edu' is on row 3 already",
    )


def test_blank_addresses_and_ids_are_no_duplicates() -> None:
    assert len(read("login,name,email,sid\nada,Ada,,\nbob,Bob,,\n")) == 2


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("", "there is no column for the login"),
        ("ada,Ada", "there is no column for the login"),
        ("name,email", "there is no column for the login"),
        ("login", "there is no column Name, nor First Name and Last Name"),
        ("login,first name", "there is no column Name, nor First Name and Last Name"),
        ("login,last name", "there is no column Name, nor First Name and Last Name"),
        ("login,name,login", "the columns 'login' and 'login' both give the login"),
        ("UID,name,SUNet ID", "the columns 'UID' and 'SUNet ID' both give the login"),
        ('login,"name', "a quoted cell is not closed on this row, or text follows it"),
        ("login,name\0", "there is a NUL character"),
        ("login,name" + "," * ROSTER_LIMITS.line, "the line is longer than 10,000 bytes"),
    ],
)
def test_a_header_that_can_not_be_used_is_refused(header: str, problem: str) -> None:
    (found,) = problems(f"{header}\nada,Ada,x\n")
    assert found.startswith(f"row 1: {problem}")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_title_may_hold_more_commas_than_there_are_columns(encoding: str) -> None:
    text = "Notes;login;name\nx;ada;Ada\n".replace("Notes", '"Notes, remarks; a, b, c"')
    assert read_roster(text.encode(encoding)) == [entry()]


def test_unknown_columns_may_be_there_twice() -> None:
    assert len(read("login,name,note,note,,\nada,Ada,x,y,,\n")) == 1


def test_all_problems_are_told_at_once() -> None:
    assert [problem[:6] for problem in problems("login,name\n,A\nbob,Bob\n,B\neve,\n")] == [
        "row 2:",
        "row 4:",
        "row 5:",
    ]


@pytest.mark.parametrize(("bad", "told"), [(49, 49), (50, 51), (60, 51)])
def test_no_more_than_fifty_problems_are_told(bad: int, told: int) -> None:
    found = problems("login,name\n" + ",Bob\n" * bad)
    assert len(found) == told
    assert (found[-1] == "the rest of the file was not read") == (bad >= MOST_PROBLEMS)


def test_bytes_that_are_not_utf_8_are_refused_with_their_row() -> None:
    raw = "login,name\nada,Ada\nzoe,Zoë\n".encode("latin-1")
    assert refusal(raw).problems == (
        "row 3: this is not UTF-8; please save the file as 'CSV UTF-8'",
    )


@pytest.mark.parametrize("text", ["login,name", "login,name\n\n\n", "login,name\n,\n"])
def test_a_roster_of_nobody_is_refused(text: str) -> None:
    assert "names nobody" in str(refusal(text.encode()))


def test_a_row_may_be_as_long_as_the_limit_and_no_longer() -> None:
    for spare, taken in ((0, True), (1, False)):
        line = b"ada,Ada,"
        line += b"x" * (ROSTER_LIMITS.line - len(line) - 1 + spare) + b"\n"
        raw = b"login,name,note\n" + line
        if taken:
            assert len(read_roster(raw)) == 1
        else:
            assert refusal(raw).problems == ("row 2: the line is longer than 10,000 bytes",)


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    line = b"ada,Ada," + b"x" * 89 + b"\n"
    raw = b"login,name,note\n" + line
    filler = b"," * 199 + b"\n"
    raw += filler * ((ROSTER_LIMITS.file - len(raw)) // len(filler))
    raw += b" " * (ROSTER_LIMITS.file - len(raw))
    assert len(raw) == ROSTER_LIMITS.file
    assert len(read_roster(raw)) == 1
    assert str(refusal(raw + b" ")) == "The roster is larger than 5 MB."


def test_a_roster_may_have_fifty_thousand_rows_and_no_more() -> None:
    raw = b"login,name\n" + b"".join(b"u%d,U\n" % number for number in range(ROSTER_LIMITS.rows))
    assert len(read_roster(raw)) == ROSTER_LIMITS.rows
    assert len(read_roster(raw.rstrip())) == ROSTER_LIMITS.rows
    assert str(refusal(raw + b"one,more\n")) == "The roster has more than 50,000 rows."
    assert str(refusal(raw + b"one,more")) == "The roster has more than 50,000 rows."


def test_no_mutation_of_a_file_does_anything_but_read_or_refuse() -> None:
    choose = random.Random(1)  # noqa: S311 - the same mutations each time are the point.
    pieces = [
        b'"',
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"'",
        b"=",
        b"@",
    ]
    outcomes = {True: 0, False: 0}
    told: list[str] = []
    for _ in range(20_000):
        raw = bytearray(FULL.encode())
        for _ in range(choose.randint(1, 4)):
            place = choose.randrange(len(raw) + 1)
            raw[place : place + choose.randint(0, 3)] = choose.choice(pieces)
        try:
            outcomes[bool(read_roster(bytes(raw)))] += 1
        except ImportRefused as refused:
            outcomes[False] += 1
            told += refused.problems
    assert outcomes[True] > 1000
    assert outcomes[False] > 1000
    assert all(problem.startswith("row ") for problem in told)
