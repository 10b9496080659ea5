"""What Prometheus reads: right, about nobody, and for nobody without the token."""

import http.client
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text

from grader.config import Settings
from grader.db.engine import make_engine
from grader.db.session import note_waits, transaction
from grader.services.proofs.backup_notes import note_backup
from tests.benchmarks.servers import serve
from tests.support import school as schools
from tests.support.school import PEOPLE, School, open_school

BEARER = "for-prometheus-alone-0123456789abcdef"
A = "pset7/ancestry/a"


def with_token(**settings: object) -> Settings:
    return Settings(**settings, metrics_token=SecretStr(BEARER))  # type: ignore[arg-type]


@pytest.fixture
def school(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    monkeypatch.setattr(schools, "Settings", with_token)
    # One of its own, that counts from 0.
    monkeypatch.setattr(schools, "_application", schools._application.__wrapped__)
    opened = open_school(database_url, tmp_path / "instance")
    yield opened
    opened.close()


def read(school: School) -> str:
    reply = school.client().get("/metrics", headers={"Authorization": f"Bearer {BEARER}"})
    assert reply.status_code == 200
    assert reply.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return reply.text


def values(shown: str) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(shown)
        for sample in family.samples
    }


def test_requests_replies_and_what_became_of_answers_are_counted(school: School) -> None:
    right = school.expected(A)
    for answer in ("0.5", "0.5", "eleven", right):
        school.submit(A, answer)
    school.submit("pset7/none/a", "1")
    school.client().get("/signin")
    school.client().open("/nowhere/at/all/here", method="BREW")
    found = values(read(school))
    route = "/api/v1/submissions"
    assert found["grader_answers_total", "incorrect"] == 1
    assert found["grader_answers_total", "repeated"] == 1
    assert found["grader_answers_total", "unreadable_answer"] == 1
    assert found["grader_answers_total", "correct"] == 1
    assert found["grader_replies_total", route, "201"] == 2
    assert found["grader_replies_total", route, "200"] == 1
    assert found["grader_replies_total", route, "422"] == 1
    assert found["grader_request_seconds_count", "POST", route] == 5
    assert found["grader_request_seconds_bucket", "+Inf", "POST", route] == 5
    assert 0 < found["grader_request_seconds_sum", "POST", route] < 60
    assert found["grader_request_seconds_count", "GET", "/signin"] == 1
    assert found["grader_request_seconds_count", "none", "none"] == 1
    assert not [name for name in found if "BREW" in name]


def test_an_answer_of_the_page_counts_too(school: School) -> None:
    browser = school.browser("bob")
    page = browser.get("/pset7/ancestry").text
    form = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', page))
    form |= {"a": "0.25", "b": "", "check": "a"}
    browser.post("/pset7/ancestry", data=form)
    found = values(read(school))
    outcomes = {
        name[1]: value for name, value in found.items() if name[0] == "grader_answers_total"
    }
    assert sum(outcomes.values()) == 1


def test_the_course_s_own_figures_are_read_anew(school: School) -> None:
    found = values(read(school))
    assert found["grader_backup_age_seconds",] == float("inf")
    assert found["grader_ready",] == 1
    assert found["grader_keys", "current"] == 9
    entries = found["grader_ledger_entries",]
    note_backup(school.settings.instance_dir, now=datetime.now(UTC) - timedelta(hours=2))
    school.submit(A, "0.5")
    found = values(read(school))
    assert 7200 <= found["grader_backup_age_seconds",] < 7300
    assert found["grader_ledger_entries",] == entries > 0
    assert (
        abs(found["grader_newest_answer_timestamp_seconds",] - datetime.now(UTC).timestamp()) < 60
    )


def test_a_schema_that_is_not_ours_is_not_ready_and_the_rest_is_told(school: School) -> None:
    with transaction(school.engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    found = values(read(school))
    assert found["grader_ready",] == 0
    assert ("grader_backup_age_seconds",) in found
    assert ("grader_ledger_entries",) not in found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_database_that_is_what_the_figures_say(school: School, tmp_path: Path) -> None:
    here = school.app.extensions["grader"]
    lost = make_engine(f"sqlite:///{tmp_path}/nowhere/grader.db")
    school.app.extensions["grader"] = type(here)(lost, here.catalog, here.settings, here.signer)
    found = values(read(school))
    lost.dispose()
    school.app.extensions["grader"] = here
    assert found["grader_ready",] == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", f"Bearer {BEARER}x", f"Basic {BEARER}", "Bearer \xff"]
)
def test_without_the_token_there_is_no_such_page(school: School, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    reply = school.client().get("/metrics", headers=headers)
    assert reply.status_code == 404
    assert "There is no such page." in reply.text
    assert "grader_" not in reply.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_while_no_token_is_set_there_is_no_such_page_and_nothing_is_counted(
    database_url: str, tmp_path: Path
) -> None:
    opened = open_school(database_url, tmp_path / "instance")
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {BEARER}"}):
        assert opened.client().get("/metrics", headers=headers).status_code == 404
    assert opened.submit(A, "0.5").status_code == 201
    assert "grader metrics" not in opened.app.extensions
    opened.close()


def test_the_figures_are_about_nobody_and_hold_no_answer(school: School) -> None:
    right = school.expected(A)
    for who in ("ada", "bob"):
        school.submit(A, right, who=who)
        school.submit(A, "0.123454321", who=who)
    browser = school.browser("tia")
    browser.get("/staff/students/ada")
    shown = read(school)
    for word in (*PEOPLE, *school.tokens.values(), right, "0.123454321", "Ada", BEARER):
        assert re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", shown) is None, word


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_how_long_a_writer_queued_is_measured(school: School) -> None:
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction(school.engine):
            held.set()
            go.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    threading.Timer(0.3, go.set).start()
    school.submit(A, "0.5")
    holder.join()
    assert values(read(school))["grader_writer_wait_seconds_sum",] > 0.2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_waits_are_noted_in_the_thread_that_asked_alone(school: School) -> None:
    noted = note_waits()
    with transaction(school.engine):
        pass
    assert len(noted) == 1
    assert note_waits() == []


@pytest.mark.load
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_processes_count_together(school: School, tmp_path: Path) -> None:
    (tmp_path / "counts").mkdir()
    environment = {
        "GRADER_ENV": "development",
        "GRADER_DATABASE_URL": school.engine.url.render_as_string(hide_password=False),
        "GRADER_INSTANCE_DIR": str(school.settings.instance_dir),
        "GRADER_METRICS_TOKEN": BEARER,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "counts"),
    }
    asked, counts = 0, tmp_path / "counts"

    def ask(path: str) -> str:
        # A new connection each: whichever process is free takes it.
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", path, headers={"Authorization": f"Bearer {BEARER}"})
            return connection.getresponse().read().decode()

    with serve("grader.web.app:create_app()", environment) as port, ThreadPoolExecutor(8) as pool:
        # Until both took some: else the sum would show nothing.
        while len(list(counts.glob("counter_*.db"))) < 2:
            assert asked < 2000
            asked += len(list(pool.map(ask, ["/readyz"] * 40)))
        found = values(ask("/metrics"))
    assert found["grader_request_seconds_count", "GET", "/readyz"] == asked
    assert found["grader_replies_total", "/readyz", "200"] == asked
