"""The files of a tiny course, written into a folder; a test changes one of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COURSE = """\
title = "T1"
name = "Testing"
term = "Winter 2026"
timezone = "America/Los_Angeles"
late_days = 4
assignments = ["set", "practice"]
"""

SET = """\
title = "The set"
opens = 2026-03-02T15:30:00
due = 2026-03-11T23:59:00
closes = 2026-03-16T23:59:00
problems = ["sum", "last"]

[attempts]
limit = 20
free_wrong = 3
cooldown_first_seconds = 10
cooldown_longest_seconds = 100

[lateness]
max_late_days = 2

[hints]
after_wrong = 2
"""

PRACTICE = """\
title = "Practice"
graded = false
problems = ["only"]
"""

SUM = """\
number = "1"
title = "The sum"

[parameters]
eta = 0.00010
steps = 1000
left = [35, 17]

[[data]]
name = "sum-train.csv"
title = "training set"
kind = "labelled"
features = 2
extra = ["LogRegPr"]

# The parts.
[[parts]]
id = "a"
title = "the sum"
prompt = 'After {{ steps }} steps of {{eta}}, how much?'
points = 5

[[parts]]
id = "b"
title = "the rest"
prompt = 'How much of {{ left.1 }} is left?'
points = 2.5
tolerance = 0.001
decimals = 3
"""

SINGLE = """\
number = "2"
title = "A single number"

[[parts]]
id = "a"
title = "the number"
prompt = "Which?"
points = 0
"""

FILES: Mapping[str, str] = {
    "course.toml": COURSE,
    "set/assignment.toml": SET,
    "set/sum/problem.toml": SUM,
    "set/sum/statement.md": "Add.\n\nTake {{ steps }} steps.\n",
    "set/sum/data/sum-train.csv": "col0,col1,Label,LogRegPr\n0,1,1,0.5\n",
    "set/last/problem.toml": SINGLE,
    "set/last/statement.md": "Say a number.\n",
    "practice/assignment.toml": PRACTICE,
    "practice/only/problem.toml": SINGLE,
    "practice/only/statement.md": "Say another number.\n",
}


def write_course(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write ``FILES`` with some of them changed or (None) left out; gives the folder of problems."""
    problems = folder / "problems"
    for name, content in {**FILES, **(changes or {})}.items():
        if content is None:
            continue
        file = problems / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return problems


def write_manifest(instance: Path, files: dict[str, dict[str, Any]]) -> None:
    """Write an instance's list of installed data; what an entry leaves out does not matter to the test."""
    entry = {
        "source_sha256": "",
        "source": "",
        "rows": 1,
        "notes": [],
        "installed_at": "",
        "made": False,
    }
    path = instance / "data" / "manifest.json"
    path.parent.mkdir(parents=True)
    path.write_text(
        json.dumps({"files": {name: {**entry, **stated} for name, stated in files.items()}})
    )
