"""The page about who may do what is true. Who may use a route is tried in tests/web/test_access.py."""

from pathlib import Path

from pydantic import SecretStr

from grader.config import Settings
from grader.domain.powers import POWERS
from grader.domain.roles import Role
from grader.web.app import create_app
from tests.support.authorisation import EVERYBODY, routes_of, stated_powers, stated_routes


def test_the_table_has_every_route_and_no_other(tmp_path: Path) -> None:
    settings = Settings(
        instance_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path}/none.db",
        secret_key=SecretStr("a secret for tests, long enough for anything"),
    )
    app = create_app(settings)
    stated, real = set(stated_routes()), routes_of(app)
    app.extensions["grader"].engine.dispose()
    missing, gone = real - stated, stated - real
    rows = [
        f"| `{each.address}` | {each.methods} | ? | `{each.view}` |" for each in sorted(missing)
    ]
    assert (rows, gone) == ([], set())


def test_the_table_says_for_every_route_who_may_use_it() -> None:
    routes = stated_routes()
    assert set(routes.values()) <= EVERYBODY
    by_view: dict[str, set[str]] = {}
    for route, who in routes.items():
        by_view.setdefault(route.view, set()).add(who)
    assert {view for view, who in by_view.items() if len(who) > 1} == set()


def test_the_table_of_powers_is_the_one_that_is_asked() -> None:
    assert stated_powers() == {
        power.value: tuple("yes" if role in roles else "no" for role in (Role.TA, Role.INSTRUCTOR))
        for power, roles in POWERS.items()
    }
