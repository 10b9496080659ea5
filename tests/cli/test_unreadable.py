"""Each text that is no number meets the same reader in ``grader check`` and in an import of submissions."""

import csv
import io
import json

from grader.domain.number import read_number
from tests.cli.desk import ENTROPY, Desk
from tests.domain.test_number import ALL_UNREADABLE

PART = f"{ENTROPY}/b"
LONGEST = 500
"""The lines of a file have a limit of their own."""
AT = "2026-03-09T12:00:00Z"


def test_by_a_check_of_one_value(bare_desk: Desk) -> None:
    bare_desk.json("check", PART, "1")
    for text, reason in ALL_UNREADABLE[::7]:
        said = bare_desk.run("check", "--format", "json", PART, "--", text)
        found = json.loads(said.stdout)
        assert (found["verdict"], found["reason"]) == ("unreadable", reason), text
        assert found["message"] == read_number(text).message


def test_by_an_import_each_with_the_number_of_its_row(desk: Desk) -> None:
    desk.run("db", "upgrade")
    desk.publish()
    desk.enrol("ada")
    texts = [text for text, _ in ALL_UNREADABLE if 0 < len(text) <= LONGEST and text.isprintable()]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["student", "part", "answer", "submitted_at"])
    writer.writerows(["ada", PART, text, AT] for text in texts)
    found = desk.json("submissions", "import", desk.write("answers.csv", file.getvalue()), code=1)
    assert found["error"] == "import_refused"
    for row, text in enumerate(texts, start=2):
        told = [each for each in found["problems"] if each.startswith(f"row {row}: ")]
        assert len(told) == 1, (row, text)
        assert str(read_number(text).message) in told[0], text
    assert desk.json("submissions", "list", "--student", "ada") == []
