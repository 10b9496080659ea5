"""docker-compose.yml, read by the real compose program; it needs no engine for that."""

import json
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.house.source import ROOT

SECRETS = {
    "GRADER_BASE_URL": "https://grader.example.org",
    "GRADER_SECRET_KEY": "stated-secret-key",
    "GRADER_RECEIPT_KEY": "stated-receipt-key",
    "POSTGRES_PASSWORD": "stated/pass@word#",
}


def compose(
    file: Path, variables: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run ``docker-compose config`` on a file, with these variables and no ``.env``."""
    spec = find_spec("compose")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    # The binary itself: the wheel's wrapper around it exits with 0 on errors.
    binary = Path(next(iter(spec.submodule_search_locations))) / "docker-compose"
    command = [str(binary), "--env-file", "/dev/null", "-f", str(file), "config", *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


@cache
def model() -> dict[str, Any]:
    done = compose(ROOT / "docker-compose.yml", SECRETS, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = model()["services"][name]
    return found


def test_the_file_is_valid() -> None:
    done = compose(ROOT / "docker-compose.yml", SECRETS, "-q")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_broken_file_is_seen(tmp_path: Path) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(
        text.replace("      job:\n        condition", "      jobs:\n        condition")
    )
    done = compose(broken, SECRETS, "-q")
    assert done.returncode != 0
    assert "jobs" in done.stderr


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("empty", [True, False])
def test_nothing_starts_without_a_stated_secret(name: str, *, empty: bool) -> None:
    variables = {key: value for key, value in SECRETS.items() if key != name}
    done = compose(
        ROOT / "docker-compose.yml", {**variables, name: ""} if empty else variables, "-q"
    )
    assert done.returncode != 0
    assert f"set {name} to" in done.stderr


def test_the_stated_secrets_are_the_only_ones() -> None:
    settings = service("web")["environment"] | service("db")["environment"]
    secret = {name for name in settings if any(word in name for word in ("KEY", "PASSWORD"))}
    assert secret == {"GRADER_SECRET_KEY", "GRADER_RECEIPT_KEY", "PGPASSWORD", "POSTGRES_PASSWORD"}
    assert {settings[name] for name in secret} <= set(SECRETS.values())


def test_the_password_is_not_part_of_the_databases_address() -> None:
    for name in ("web", "job"):
        environment = service(name)["environment"]
        assert SECRETS["POSTGRES_PASSWORD"] not in environment["GRADER_DATABASE_URL"]
        assert environment["PGPASSWORD"] == SECRETS["POSTGRES_PASSWORD"]


def test_the_web_service_is_built_without_the_reference_solutions() -> None:
    # tests/house/test_dockerfile.py says what the target holds.
    assert service("web")["build"]["target"] == "web"
    assert service("job")["build"]["target"] == "job"
    sources = [volume["source"] for volume in service("web")["volumes"]]
    assert sources == ["instance"]
    assert service("web")["image"] != service("job")["image"]


def test_the_web_service_waits_for_the_database_and_the_finished_job() -> None:
    waits = {name: what["condition"] for name, what in service("web")["depends_on"].items()}
    assert waits == {"db": "service_healthy", "job": "service_completed_successfully"}
    assert service("job")["depends_on"]["db"]["condition"] == "service_healthy"
    assert service("job")["restart"] == "no"


def test_the_database_has_a_health_check_and_keeps_its_files() -> None:
    assert service("db")["healthcheck"]["test"][1] == "pg_isready"
    assert [volume["source"] for volume in service("db")["volumes"]] == ["database"]
    assert "database" in model()["volumes"]


@pytest.mark.parametrize("name", ["web", "job"])
def test_our_services_have_no_rights_that_they_do_not_need(name: str) -> None:
    facts = service(name)
    assert facts["read_only"] is True
    assert facts["cap_drop"] == ["ALL"]
    assert facts["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in facts
    assert "cap_add" not in facts


def test_the_web_service_can_not_write_what_staff_installed() -> None:
    assert service("web")["volumes"][0]["read_only"] is True


def test_only_the_web_service_is_reached_and_only_from_this_machine() -> None:
    published = {name: facts.get("ports", []) for name, facts in model()["services"].items()}
    assert published.pop("db") == []
    assert published.pop("job") == []
    assert [port["host_ip"] for port in published["web"]] == ["127.0.0.1"]
    assert model()["networks"]["inside"]["internal"] is True
