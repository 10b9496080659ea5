"""The commands in the documentation work as they are written, in their order."""

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, make_url, select, update

from grader.cli import root
from grader.config import PROJECT
from grader.db.findings import findings
from grader.db.models import Person
from grader.db.session import reading, transaction
from tests.house.test_compose import model
from tests.support import programs
from tests.support.people import add_person
from tests.support.workshops import make_workshop

PAGES = sorted(
    page
    for page in (PROJECT / "docs").rglob("*.md")
    if "./run grader" in page.read_text(encoding="utf-8")
)
AUTHORS = PROJECT / "docs/authors/index.md"
OPERATORS = PROJECT / "docs/operators/index.md"
BACKUPS = PROJECT / "docs/operators/backups.md"
GRADER = [sys.executable, "-m", "grader"]
IN_DATABASE = "docker compose exec -T db"
IN_USE = pytest.mark.xdist_group("course in use")
"""Of tests that share one, which one process makes for all of them."""
FINE = {0: "done", 3: "changes pending"}

ROSTER = "login,name,email,section,role\nada,Ada Abebe,ada@example.edu,Mon,student\n"
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section\nAda,7,,ada,Mon\n"
OVERRIDES = "login,part,points,reason\nada,2a,2.5,as agreed\n"
SUBMISSIONS = "student,part,answer,submitted_at\nada,pset7/ancestry/a,1.3,2026-03-05T12:00:00Z\n"


def blocks(page: Path, kind: str) -> list[str]:
    """The page's blocks of a kind, in their order."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def lines(page: Path, kind: str, start: str) -> list[str]:
    """The lines of a page's blocks of a kind that begin so."""
    found = "".join(blocks(page, kind)).splitlines()
    return [line for line in found if line.startswith(start)]


def commands(page: Path) -> list[list[str]]:
    return [shlex.split(line)[2:] for line in lines(page, "sh", "./run grader ")]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the files that the documentation speaks of, and an instance."""
    return make_desk(tmp_path)


@pytest.fixture
def environment(desk: Path) -> dict[str, str]:
    return environment_of(desk)


@pytest.fixture(scope="module")
def course_in_use(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with a problem that is published, and who answered it; to be copied."""
    desk = make_desk(tmp_path_factory.mktemp("in-use") / "desk")
    prepare(desk, environment_of(desk))
    return desk


@pytest.fixture
def used_desk(course_in_use: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(course_in_use, tmp_path / "desk"))


def make_desk(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "roster.csv").write_text(ROSTER)
    (folder / "submissions.csv").write_text(SUBMISSIONS)
    (folder / "canvas.csv").write_text(CANVAS)
    (folder / "overrides.csv").write_text(OVERRIDES)
    shutil.copytree(PROJECT / "problems/pset7/ancestry/data", folder / "official-data")
    # Another first row than the shipped file's, so that the keys really become stale.
    train = folder / "official-data" / "ancestry-train.csv"
    header, first, *rest = train.read_text().splitlines(keepends=True)
    train.write_text("".join([header, *rest, first, first]))
    shutil.copytree(PROJECT / "problems", folder / "problems")
    (folder / "instance").mkdir()
    (dates,) = blocks(OPERATORS, "toml")
    for place in (folder, folder / "instance"):
        (place / "dates.toml").write_text(dates)
    return folder


def environment_of(desk: Path) -> dict[str, str]:
    return os.environ | {
        "GRADER_INSTANCE_DIR": str(desk / "instance"),
        "GRADER_PROBLEMS_DIR": str(desk / "problems"),
        "GRADER_DATABASE_URL": f"sqlite:///{desk}/instance/grader.db",
        "GRADER_ENV": "development",
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_command_of_the_page_works(
    page: Path, desk: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process: there are many, and each would load the product anew."""
    monkeypatch.chdir(desk)
    found = commands(page)
    assert found, "a page that speaks of commands shows at least one that can be run"
    run_first = [] if found[0][:2] == ["db", "upgrade"] else [["db", "upgrade"]]
    for arguments in [*run_first, *found]:
        done = CliRunner().invoke(root, arguments, env=environment, prog_name="grader")
        assert done.exit_code in FINE, f"{shlex.join(arguments)}: {done.output}{done.exception}"


def test_the_problem_of_the_authors_page_is_in_order_and_is_solved(tmp_path: Path) -> None:
    for package in ("grader", "migrations", "problems", "reference"):
        shutil.copytree(PROJECT / package, tmp_path / package)
    statement, (code, told, generator) = blocks(AUTHORS, "text")[-1], blocks(AUTHORS, "python")
    stated, hints = blocks(AUTHORS, "toml")
    # As the page says: beside solve(), and named in front of the tables.
    names = re.search('`(generator = "[a-z]+")`', AUTHORS.read_text(encoding="utf-8"))
    assert names is not None
    stated = stated.replace("[parameters]", f"{names[1]}\n\n[parameters]")
    code += told + generator
    files = {"coin/statement.md": statement, "coin/problem.toml": stated}
    (tmp_path / "problems/pset7/coin").mkdir()
    for name, content in files.items():
        (tmp_path / "problems/pset7" / name).write_text(content)
    (tmp_path / "reference/pset7/coin.py").write_text(code)
    assignment = tmp_path / "problems/pset7/assignment.toml"
    listed = assignment.read_text().replace('["logistic', '["coin", "logistic')
    assignment.write_text(listed.partition("[hints]")[0] + hints)
    environment = os.environ | {"GRADER_INSTANCE_DIR": str(tmp_path / "instance")}
    for unset in ("GRADER_PROBLEMS_DIR", "GRADER_DATABASE_URL"):
        environment.pop(unset, None)
    # This copy comes before the tree that the environment knows.
    environment["PYTHONPATH"] = str(tmp_path)
    run(shlex.join([*GRADER, "problems", "check"]), tmp_path, environment)
    solving = shlex.join([*GRADER, "keys", "solve", "pset7/coin", "--format", "json"])
    assert json.loads(run(solving, tmp_path, environment)) == {"a": 0.7}
    run(shlex.join([*GRADER, "db", "upgrade"]), tmp_path, environment)
    publishing = shlex.join([*GRADER, "keys", "publish", "pset7/coin", "--variants", "5"])
    assert re.search("pset7/coin .* 5 +5", run(publishing, tmp_path, environment))
    policy = json.loads(
        run(shlex.join([*GRADER, "policy", "publish", "--format", "json"]), tmp_path, environment)
    )
    assert policy[0]["hints"] == "from wrong attempt 2 on"
    with closing(sqlite3.connect(tmp_path / "instance/grader.db")) as connection:
        ((told,),) = connection.execute("SELECT content FROM solution_pages")
    assert r"\hat p = 7 / 10 = 0.70000" in json.loads(told)["steps"][0]["text"]


def test_what_is_left_until_students_see_a_problem_stands_right_after_its_tests() -> None:
    tests = blocks(AUTHORS, "sh").index("./run grader problems test\n")
    assert blocks(AUTHORS, "sh")[tests + 1].splitlines() == [
        "./run grader keys publish",
        "./run grader policy publish",
        "./run serve",
    ]


def test_the_problem_that_authors_begin_with_passes_its_tests(tmp_path: Path) -> None:
    workshop = make_workshop(tmp_path)
    new, test = (shlex.split(line)[2:] for line in lines(AUTHORS, "text", "./run grader "))
    workshop.run(*new)
    assert (test[:2], test[3:]) == (["problems", "test"], ["--watch"])
    workshop.run(*test[:3])


def prepare(desk: Path, environment: dict[str, str]) -> None:
    """Publish a problem, and import who answered it, and what."""
    for command in (
        "db upgrade",
        "keys publish pset7/ancestry",
        "policy publish",
        "roster import roster.csv --apply",
        "submissions import submissions.csv --apply",
    ):
        run(f"{shlex.join(GRADER)} {command}", desk, environment)


@IN_USE
def test_the_commands_of_a_regrade_work_once_a_key_was_wrong(used_desk: Path) -> None:
    desk, environment = used_desk, environment_of(used_desk)
    problem = desk / "problems/pset7/ancestry/problem.toml"
    text = problem.read_text()
    assert "tolerance = 0.00001" in text
    problem.write_text(text.replace("tolerance = 0.00001", "tolerance = 0.5"))
    run(shlex.join([*GRADER, "keys", "publish", "pset7/ancestry"]), desk, environment)
    regrading = lines(OPERATORS, "text", "./run grader regrade ")
    assert [line.split()[3] for line in regrading[:3]] == ["plan", "apply", "undo"]
    for line in regrading[:3]:
        run(line.replace("./run grader", shlex.join(GRADER)), desk, environment)
    assert len(regrading) > 3
    for line in regrading[3:]:
        # The others need more than this class has: their options, at least, are there.
        verb, *arguments = shlex.split(line)[3:]
        known = run(shlex.join([*GRADER, "regrade", verb, "--help"]), desk, environment)
        for option in (each for each in arguments if each.startswith("--")):
            assert option in known, line


def test_the_commands_of_receipts_work_once_all_work_is_over(
    desk: Path, environment: dict[str, str]
) -> None:
    dates = desk / "instance/dates.toml"
    dates.write_text("[pset7]\nopens = 2020-01-01T00:00:00\ndue = 2020-01-02T00:00:00\n")
    prepare(desk, environment)
    asking = shlex.join([*GRADER, "receipts", "public-key", "--format", "json"])
    key = json.loads(run(asking, desk, environment))["public_key"]
    found = lines(OPERATORS, "text", "./run grader receipts ")
    assert [line.split()[3] for line in found] == ["export", "verify", "open-key"]
    for line in found:
        here = line.replace("./run grader", shlex.join(GRADER)).replace("KEY", key)
        run(here, desk, environment)
    assert json.loads((desk / "key.json").read_text())["problem"] == "pset7/ancestry"


@IN_USE
def test_the_drill_of_a_restore_works_and_leaves_nothing(used_desk: Path) -> None:
    desk, environment = used_desk, environment_of(used_desk)
    run(shlex.join([*GRADER, "db", "backup", "nightly.db"]), desk, environment)
    before = {path.name for path in desk.iterdir()}
    script = blocks(BACKUPS, "text")[-1].replace("./run grader", shlex.join(GRADER))
    assert "db restore nightly.db" in script
    told = run(f"set -e\n{script}", desk, environment)
    assert "The newest answer is from 2026-03-05T12:00:00Z." in told
    assert "The database is in order." in told
    assert {path.name for path in desk.iterdir()} == before


@IN_USE
def test_the_commands_of_the_night_work_one_night_after_another(used_desk: Path) -> None:
    desk, environment = used_desk, environment_of(used_desk)
    noting, verifying, holding = lines(OPERATORS, "text", "./run grader ledger ")[1:]
    run(
        shlex.join([*GRADER, *"receipts export ada".split()]) + " > receipts-ada.json",
        desk,
        environment,
    )
    (nightly,) = lines(OPERATORS, "text", "15 3 * * *")
    places = {
        "./run grader": shlex.join(GRADER),
        "/mnt/elsewhere": str(desk),
        "/var/backups": str(desk),
        " --mail ina@example.edu": "",
        "\\%": "%",
        "cd /srv/grader && ": "",
    }
    for line in (noting, nightly.split(maxsplit=5)[5], verifying, holding):
        for there, here in places.items():
            line = line.replace(there, here)  # noqa: PLW2901 - one line, place by place.
        run(line, desk, environment)
    assert len((desk / "heads.txt").read_text().splitlines()) == 1
    assert len(list(desk.glob("grader-20*.db"))) == 1


def test_the_commands_for_the_job_s_container_work_in_a_checkout(
    desk: Path, environment: dict[str, str]
) -> None:
    (desk / "instance/dates.toml").unlink()
    found = lines(OPERATORS, "sh", "docker compose run ")
    run(shlex.join([*GRADER, "db", "upgrade"]), desk, environment)
    inside = [line.partition(" job ")[2] for line in found if " job " in line]
    assert len(inside) == 6
    # Its default command is tried in tests/house/test_dockerfile.py; here, our places stand for its own.
    places = {
        "python -m grader": shlex.join(GRADER),
        "/var/lib/grader": str(desk / "instance"),
        "install /data": "install official-data",
    }
    for line in inside:
        for there, here in places.items():
            line = line.replace(there, here)  # noqa: PLW2901 - one line, place by place.
        run(line, desk, environment)
    assert "[pset7]" in (desk / "instance/dates.toml").read_text()


def test_the_commands_for_containers_name_what_the_compose_file_has() -> None:
    services = model()["services"]
    for line in lines(OPERATORS, "sh", "docker compose "):
        words = line.split()
        assert words[2] in {"up", "run", "exec", "stop", "restart"}
        assert words[2] == "up" or services.keys() & set(words[3:])
    stated = services["db"]["environment"]
    assert stated["POSTGRES_USER"] == stated["POSTGRES_DB"] == "grader"
    assert [volume["target"] for volume in services["job"]["volumes"]] == ["/var/lib/grader"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_dump_of_the_database_s_container_brings_back_what_was_there(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    binaries = programs.find("postgresql")
    if binaries is None or not (binaries / "pg_dump").exists():
        pytest.skip("needs pg_dump, which is not installed")
    dump, restore = lines(OPERATORS, "sh", f"{IN_DATABASE} ")
    url = make_url(database_url)
    # The container's server is asked for by its socket and without a password, as here.
    environment = os.environ | {
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": str(url.query["host"]),
    }
    here = [
        command.removeprefix(f"{IN_DATABASE} ").replace(
            "--dbname=grader ", f"--dbname={url.database} "
        )
        for command in (dump.removesuffix(" &&"), restore)
    ]
    with transaction(engine) as session:
        add_person(session, "ada")
    run(here[0], tmp_path, environment)
    with transaction(engine) as session:
        session.execute(update(Person).values(login="gone"))
        add_person(session, "bob")
    engine.dispose()
    run(here[1], tmp_path, environment)
    with reading(engine) as session:
        assert session.scalars(select(Person.login)).all() == ["ada"]
    assert findings(engine) == []


def run(line: str, folder: Path, environment: dict[str, str]) -> str:
    """Run a line as a shell would; it has to work. Gives what it printed."""
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in FINE, f"{line}: {done.stdout}{done.stderr}"
    return done.stdout
