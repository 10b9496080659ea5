"""What several tests of faults need: a PostgreSQL server that they may stop, fill and set as they like."""

from collections.abc import Iterator

import pytest

from tests.conftest import start_cluster
from tests.support.databases import Databases
from tests.support.postgres import Cluster


@pytest.fixture(scope="session")
def soaking(request: pytest.FixtureRequest) -> None:
    """For what is timed, or takes long and tells little more than another test: ``./run soak`` only."""
    if not request.config.getoption("--soak"):
        pytest.skip("./run soak does this")


@pytest.fixture(scope="session")
def _maltreated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("maltreated"), start_cluster)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def cluster(_maltreated: Databases) -> Cluster:
    """The server; a test that stops it has to start it again."""
    return _maltreated.cluster


@pytest.fixture
def cluster_url(_maltreated: Databases) -> Iterator[str]:
    """A migrated database there."""
    url = _maltreated.migrated("postgresql")
    yield url
    _maltreated.give_back(url)
