"""The pages of the course's office in a real browser: ledger, roster, tokens and health."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.db.session import transaction
from grader.domain.ledger import Act
from grader.services.proofs.backup_notes import note_backup
from tests.browser.conftest import Visitor
from tests.support.databases import keep_private
from tests.support.ledgers import act, tamper
from tests.support.people import add_person
from tests.support.tokens import issue

pytestmark = pytest.mark.needs("chromium")

ROSTER = (
    "login,name,email,section,role\nada,Ada Lovelace,ada@example.edu,Tue 4:30,\nbob,Bob,,Mon 1:30,\n"
    "eve,Evelyn Boyd Granville,eve@example.edu,Tue 4:30,\n"
)


def fill(visitor: Visitor) -> None:
    """Some acts, people and tokens, so that the pages are as in a course."""
    school = visitor.site.school
    keep_private(school.engine)
    with transaction(school.engine) as session:
        act(session, "pset7/ancestry/a", person=school.ids["ada"], reason="word " * 90)
        act(session, "pset7", what=Act.SOLUTIONS_RELEASED, actor="ina")
        add_person(session, "gone", section="Mon 1:30", active=False)
        issue(session, "tia", name="a notebook at home", now=datetime.now(UTC))
        issue(session, "bob", name="old", now=datetime.now(UTC) - timedelta(days=3))


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_an_instructor_changes_the_roster_by_a_file(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in("ina", "/staff/roster")
    page.get_by_text("Change the roster by a file").click()
    file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": ROSTER.encode()}
    page.get_by_label("Roster file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Show the changes").click()
    page.get_by_role("heading", name="What the file would change").wait_for()
    page.get_by_role("heading", name="Added (1)").wait_for()
    page.get_by_role("button", name="Apply the changes").click()
    page.get_by_text("The roster is changed, as it was shown: 1 person added").wait_for()
    page.get_by_role("link", name="Evelyn Boyd Granville").wait_for()
    page.get_by_role("link", name="ledger", exact=True).click()
    page.get_by_text("added 1").wait_for()


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
@pytest.mark.parametrize(("who", "path"), [("tia", "/staff/tokens"), ("ada", "/tokens")])
def test_a_token_is_made_and_ended(visitor: Visitor, who: str, path: str) -> None:
    page = visitor.page
    visitor.sign_in(who, path)
    page.get_by_text("Make a token").click()
    page.locator("#name").fill("laptop")
    page.get_by_role("button", name="Make the token").click()
    page.get_by_text("Your new token: laptop").wait_for()
    page.get_by_text("Revoke laptop").click()
    page.get_by_role("button", name="Yes, end it now").click()
    page.get_by_text("it works no more").wait_for()


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_the_ledger_is_filtered_and_verified(visitor: Visitor) -> None:
    fill(visitor)
    page = visitor.page
    visitor.sign_in("tia", "/staff/ledger")
    page.get_by_label("About whom").fill("ada")
    page.get_by_role("button", name="Show", exact=True).click()
    page.locator(".ledger").get_by_text("set a score by hand").wait_for()
    page.get_by_role("button", name="Check all entries").click()
    page.get_by_text("Yes, the ledger is whole.").wait_for()
    tamper(visitor.site.school.engine, "UPDATE ledger_bodies SET reason = 'x' WHERE number = 2")
    page.get_by_role("button", name="Check all entries").click()
    page.get_by_text("the first that is wrong is entry 2").wait_for()


def test_the_clock_of_the_reader_is_compared(visitor: Visitor) -> None:
    visitor.sign_in("tia", "/staff/health")
    visitor.page.get_by_text("This computer’s clock agrees").wait_for()
    # A page that was kept for an hour was made by a clock that is an hour behind ours.
    visitor.page.route("**/staff/health", lambda route: _older(visitor, route))
    visitor.page.reload()
    visitor.page.get_by_text("60 min ahead of the server’s").wait_for()


def _older(visitor: Visitor, route: object) -> None:
    reply = route.fetch()  # type: ignore[attr-defined]
    assert visitor.page
    now = datetime.now(UTC)
    earlier = now - timedelta(hours=1)
    body = reply.text().replace(
        f'data-now="{now:%Y-%m-%dT%H:}', f'data-now="{earlier:%Y-%m-%dT%H:}'
    )
    route.fulfill(response=reply, body=body)  # type: ignore[attr-defined]


def test_the_office_s_pages_can_be_read_by_everybody(visitor: Visitor) -> None:
    fill(visitor)
    note_backup(visitor.site.school.settings.instance_dir, now=datetime.now(UTC))
    for who in ("tia", "ina"):
        visitor.sign_in(who, "/staff/ledger")
        for path in (
            "/staff/ledger?verify=1",
            "/staff/roster?who=all",
            "/staff/tokens?all=yes",
            "/staff/health",
        ):
            visitor.open(path)
            for summary in visitor.page.locator("main details summary").all():
                summary.click()
            assert visitor.faults() == [], (who, path)


def test_a_student_s_tokens_can_be_read_by_everybody(visitor: Visitor) -> None:
    fill(visitor)
    visitor.sign_in("bob", "/tokens?all=yes")
    visitor.page.get_by_text("Make a token").click()
    visitor.page.locator("#name").fill("laptop")
    assert visitor.faults() == []
    visitor.page.get_by_role("button", name="Make the token").click()
    visitor.page.get_by_text("Your new token: laptop").wait_for()
    assert visitor.faults() == []


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_a_sign_in_link_is_made_for_a_student(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in("ina", "/staff/students/ada")
    page.get_by_text("Make a sign-in link").click()
    page.get_by_role("button", name="Yes, make a link for Ada").click()
    link = page.locator(".secret code").inner_text()
    assert page.locator("#signin-link").evaluate("each => each.matches(':target')")
    page.context.clear_cookies()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Ada", exact=True).first.wait_for()


def test_the_preview_of_a_roster_can_be_read_by_everybody(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in("ina", "/staff/roster")
    for text in (
        ROSTER,
        "login,name\nx,X\n",
        "login,name\n,X\n",
        "login,name,role\nx,X,ta\ny,Y,instructor\n",
    ):
        visitor.open("/staff/roster")
        page.get_by_text("Change the roster by a file").click()
        file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": text.encode()}
        page.get_by_label("Roster file").set_input_files(file)  # type: ignore[arg-type]
        page.get_by_role("button", name="Show the changes").click()
        page.get_by_text("Nothing").first.wait_for()
        assert visitor.faults() == [], text
