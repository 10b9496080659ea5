"""``grader roster`` and ``grader tokens``: who is in the course, and who acts."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from grader.db.models import SigninLink
from grader.db.session import reading
from tests.cli.desk import Desk

KEY = "0123456789abcdef0123456789abcdef"
SEED = "cGVvcGxlLXRlc3RzLW9mLXJlY2VpcHRzLTAxMjM0NTY"
ROSTER = "Login,Name,Email,Section,Role\nada,Ada,ada@example.edu,A,student\ntia,Tia,,,ta\n"


def test_a_roster_is_shown_first_and_then_imported(desk: Desk) -> None:
    file = desk.write("roster.csv", ROSTER)
    preview = desk.run("roster", "import", file, code=3)
    assert "2 to add, 0 to change, 0 to drop, 0 unchanged." in preview.stdout
    assert "add --apply" in preview.stderr
    assert desk.json("roster", "list") == []
    done = desk.json("roster", "import", file, "--apply")
    assert (done["applied"], done["adds"], done["changes"], done["drops"]) == (True, 2, 0, 0)
    assert [(p["login"], p["role"]) for p in desk.json("roster", "list")] == [
        ("ada", "student"),
        ("tia", "ta"),
    ]
    again = desk.json("roster", "import", file)
    assert (again["adds"], again["unchanged"]) == (0, 2)
    said = desk.run("roster", "import", file).stdout
    assert said == "The roster says all of this already (2 people), so there is nothing to do.\n"
    changed = desk.write("roster.csv", ROSTER.replace("Ada,ada@", "Ada L,ada@"))
    told = desk.run("roster", "import", changed, "--apply").stdout
    assert "0 added, 1 changed, 0 dropped, 1 unchanged." in told


@pytest.mark.parametrize(
    ("noun", "content"),
    [("roster", ROSTER), ("submissions", "student,part,answer,submitted_at\n")],
)
def test_a_file_may_come_from_standard_input(desk: Desk, noun: str, content: str) -> None:
    file = desk.write("file.csv", content)
    code = 3 if noun == "roster" else 1
    by_name = desk.run(noun, "import", file, code=code)
    by_stdin = desk.run(noun, "import", "-", code=code, stdin=content)
    assert (by_stdin.stdout, by_stdin.stderr) == (by_name.stdout, by_name.stderr)


def test_changes_and_drops_are_listed_one_by_one(desk: Desk) -> None:
    desk.run("roster", "import", desk.write("roster.csv", ROSTER), "--apply")
    changed = ROSTER.replace("Ada", "Ada L").replace("tia,Tia,,,ta", "una,Una,,,ta")
    document = desk.json("roster", "import", desk.write("roster.csv", changed), code=3)
    assert [(p["change"], p["login"], p["details"]) for p in document["people"]] == [
        ("add", "una", "ta"),
        ("change", "ada", "name: Ada -> Ada L"),
        ("drop", "tia", "ta"),
    ]


def test_most_students_are_not_dropped_by_accident(desk: Desk) -> None:
    desk.run("roster", "import", desk.write("roster.csv", ROSTER), "--apply")
    other = desk.write("roster.csv", "Login,Name\nbob,Bob\n")
    preview = desk.run("roster", "import", other, code=3)
    assert "--allow-mass-drop" in preview.stderr
    assert "more than half" in desk.run("roster", "import", other, "--apply", code=1).stderr
    desk.run("roster", "import", other, "--apply", "--allow-mass-drop")
    active = {p["login"]: p["active"] for p in desk.json("roster", "list")}
    assert active == {"ada": False, "bob": True, "tia": True}


def test_a_broken_roster_lists_its_rows_and_changes_nothing(desk: Desk) -> None:
    file = desk.write("roster.csv", f"{ROSTER},Nobody,,,\n")
    result = desk.run("roster", "import", file, "--apply", code=1)
    assert result.stderr.startswith("row 4: the login is missing\nError: ")
    assert desk.json("roster", "list") == []


@pytest.mark.parametrize("noun", ["roster", "submissions"])
def test_a_file_that_is_not_there_is_refused(bare_desk: Desk, noun: str) -> None:
    missing = bare_desk.folder / "nowhere.csv"
    refusal = bare_desk.run(noun, "import", missing, code=1).stderr
    assert "nowhere.csv can't be read: No such file or directory." in refusal
    assert bare_desk.run(noun, "import", bare_desk.folder, code=1).stderr.count("\n") == 1


def test_the_list_is_safe_in_a_spreadsheet_and_on_a_terminal(desk: Desk) -> None:
    desk.write("roster.csv", "Login,Name\nada,=cmd()\n")
    desk.run("roster", "import", Path(desk.folder / "roster.csv"), "--apply")
    assert "'=cmd()" in desk.run("roster", "list", "--format", "csv").stdout
    assert "  =cmd()" in desk.run("roster", "list").stdout


def test_a_sign_in_link_is_printed_for_those_who_are_there(desk: Desk) -> None:
    desk.enrol("ada")
    link = desk.run("roster", "signin-link", "Ada").stdout
    assert re.fullmatch(r"http://127\.0\.0\.1:8109/signin/[\w-]{43}\n", link)
    assert desk.run("roster", "signin-link", "ada").stdout != link
    assert "Nobody active" in desk.run("roster", "signin-link", "eve", code=1).stderr
    assert desk.run("roster", "signin-link", "ada", "--hours", "0", code=2)
    made = desk.json("ledger", "list", "--act", "sign-in link")
    assert [each["student"] for each in made] == ["ada", "ada"]
    assert made[0]["actor"].startswith("cli:")
    assert link.strip().rpartition("/")[2] not in str(made)


def test_operators_are_not_limited_in_links(desk: Desk) -> None:
    desk.enrol("ada")
    assert len({desk.run("roster", "signin-link", "ada").stdout for _ in range(7)}) == 7


def test_without_a_public_address_production_makes_no_link(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enrol("ada")
    production = {
        **desk.environment,
        "GRADER_ENV": "production",
        "GRADER_SECRET_KEY": KEY,
        "GRADER_RECEIPT_KEY": SEED,
    }
    monkeypatch.setattr(Desk, "environment", production)
    assert "GRADER_BASE_URL" in desk.run("roster", "signin-link", "ada", code=1).stderr
    engine = desk.engine()
    with reading(engine) as session:
        assert session.scalars(select(SigninLink)).all() == []
    engine.dispose()


def test_the_link_has_the_public_address(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.enrol("ada")
    public = {**desk.environment, "GRADER_BASE_URL": "https://grader.example.edu/"}
    monkeypatch.setattr(Desk, "environment", public)
    assert desk.run("roster", "signin-link", "ada").stdout.startswith(
        "https://grader.example.edu/signin/"
    )


def test_a_token_is_issued_once_listed_without_its_secret_and_revoked(desk: Desk) -> None:
    desk.enrol("ada")
    issued = desk.json("tokens", "issue", "ada", "--name", "laptop", "--expires", "30d")
    assert issued["token"].startswith(f"{issued['prefix']}_")
    assert (issued["login"], issued["name"], issued["scopes"]) == (
        "ada",
        "laptop",
        ["read", "submit"],
    )
    listed = desk.run("tokens", "list", "ada")
    assert issued["prefix"] in listed.stdout
    assert issued["token"].partition("_")[2] not in listed.stdout
    assert "is revoked." in desk.run("tokens", "revoke", issued["prefix"]).stdout
    (revoked,) = desk.json("tokens", "list")
    assert revoked["revoked_at"] is not None


def test_people_get_the_token_alone_on_stdout(desk: Desk) -> None:
    desk.enrol("ada")
    result = desk.run("tokens", "issue", "ada", "--name", "laptop", "--expires", "12h")
    assert re.fullmatch(r"pg[a-z2-7]{8}_[a-z2-7]{56}\n", result.stdout)
    assert "not shown again" in result.stderr
    rows = desk.run(
        *("tokens", "issue", "ada", "--name", "x", "--expires", "1h", "--format", "csv")
    ).stdout.splitlines()
    assert rows[0].startswith("token,prefix,login,name,scopes,")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("eve", "--name", "x", "--expires", "1d"), "Nobody on the roster"),
        (("ada", "--name", "x", "--expires", "1y"), "A lifetime is"),
        (("ada", "--name", " ", "--expires", "1d"), "A token's name"),
        (("ada", "--name", "x", "--expires", "1d", "--scope", "root"), "The scopes are"),
        (("ada", "--name", "x", "--expires", "1d", "--scope", "staff"), "can't have the scope"),
    ],
)
def test_a_token_that_may_not_be_is_refused(
    desk: Desk, arguments: tuple[str, ...], message: str
) -> None:
    desk.enrol("ada")
    assert message in desk.run("tokens", "issue", *arguments, code=1).stderr
    assert desk.json("tokens", "list") == []


def test_scopes_narrow_a_token(desk: Desk) -> None:
    desk.enrol("ada")
    issued = desk.json(
        *("tokens", "issue", "ada", "--name", "x", "--expires", "1d", "--scope", "read")
    )
    assert issued["scopes"] == ["read"]


def test_an_unknown_prefix_is_refused(desk: Desk) -> None:
    told = desk.run("tokens", "revoke", "pgx", code=1).stderr
    assert "There is no token 'pgx'. List them with: grader tokens list\n" in told
