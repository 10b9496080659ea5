"""Each alarm is about figures that there are, and leads to a section that says what to do."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from grader.config import PROJECT, Settings
from tests.support import school as schools
from tests.support.databases import Databases
from tests.support.school import open_school

OPERATORS = PROJECT / "docs/operators"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((OPERATORS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
RUNBOOK = (OPERATORS / "runbook.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)
BEARER = "for-prometheus-alone-0123456789abcdef"
PROMETHEUS_S_OWN = {"up"}
NAMED = re.compile(r"\b(?:grader_\w+|up)\b")
LABELS = re.compile(r"(\w+)\{([^}]*)\}")


@pytest.fixture(scope="module")
def samples(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, set[str]]]:
    """The names of all samples that the service tells, with the names of their labels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            schools,
            "Settings",
            lambda **settings: Settings(**settings, metrics_token=SecretStr(BEARER)),
        )
        # One of its own: that of the other tests counts nothing.
        patch.setattr(schools, "_application", schools._application.__wrapped__)
        url = databases.migrated("sqlite")
        school = open_school(url, tmp_path_factory.mktemp("runbook") / "instance")
    school.submit("pset7/ancestry/a", "0.5")
    shown = school.client().get("/metrics", headers={"Authorization": f"Bearer {BEARER}"}).text
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(shown):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    yield found
    school.close()
    databases.give_back(url)


def test_a_regrade_is_stopped_by_the_button_that_the_runbook_names() -> None:
    section = RUNBOOK.partition("## GraderRegradeHangs")[2].partition("\n## ")[0]
    (named,) = re.findall(r"stop it on that page by \*([^*]+)\*", section)
    page = PROJECT / "grader/web/templates/staff/regrade_job.html"
    assert f">{named}</button>" in page.read_text(encoding="utf-8")


def unknown(expression: str, samples: dict[str, set[str]]) -> set[str]:
    """What an expression names that there is not: samples, or labels of theirs."""
    names = set(NAMED.findall(expression)) - PROMETHEUS_S_OWN - samples.keys()
    labels = {
        f"{name}{{{label}}}"
        for name, inside in LABELS.findall(expression)
        for label in re.findall(r"(\w+)\s*[=!]", inside)
        if name in samples and label not in samples[name]
    }
    return names | labels


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alarm_is_about_figures_that_there_are(
    rule: dict[str, Any], samples: dict[str, set[str]]
) -> None:
    expression = rule["expr"]
    assert NAMED.search(expression)
    assert unknown(expression, samples) == set()
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing)


@pytest.mark.parametrize(
    ("expression", "missing"),
    [
        ("grader_redy == 0", {"grader_redy"}),
        ('grader_keys{stat="stale"} > 0', {"grader_keys{stat}"}),
        ("grader_answers > 0", {"grader_answers"}),
        ("rate(grader_replies_total[5m]) > grader_ready", set()),
    ],
)
def test_an_alarm_about_nothing_would_be_found(
    expression: str, missing: set[str], samples: dict[str, set[str]]
) -> None:
    assert unknown(expression, samples) == missing


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alarm_leads_to_its_section(rule: dict[str, Any]) -> None:
    assert rule["annotations"]["runbook"] == f"runbook.md#{rule['alert'].lower()}"
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["labels"]["severity"] in {"page", "look"}
    assert rule["alert"] in SECTIONS


def test_each_section_is_of_one_alarm_and_says_what_it_means_where_to_look_and_what_to_do() -> None:
    assert [rule["alert"] for rule in RULES] == SECTIONS
    starts = [match.start() for match in re.finditer(r"^## ", RUNBOOK, re.MULTILINE)]
    for start, end in pairwise([*starts, len(RUNBOOK)]):
        section = RUNBOOK[start:end]
        said = re.findall(r"^\*\*(\w+):\*\*", section, re.MULTILINE)
        assert said == ["Means", "Look", "Do"], section


def test_the_pages_that_the_runbook_leads_to_are_there() -> None:
    for target in re.findall(r"\]\(([\w./-]+?)(?:#\w+)?\)", RUNBOOK):
        assert Path(OPERATORS / target).exists(), target


def test_each_figure_that_is_kept_for_an_alarm_has_one(samples: dict[str, set[str]]) -> None:
    about = {name for rule in RULES for name in NAMED.findall(rule["expr"])}
    gauges = {
        name for name in samples if not name.endswith(("_created", "_bucket", "_sum", "_count"))
    }
    assert gauges - about == {"grader_newest_answer_timestamp_seconds"}
