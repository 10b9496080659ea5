from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.school import School, open_school


@pytest.fixture
def school(database_url: str, tmp_path: Path) -> Iterator[School]:
    opened = open_school(database_url, tmp_path / "instance")
    yield opened
    opened.close()
