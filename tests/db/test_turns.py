import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from grader.db.session import transaction
from grader.db.turns import wait_for_turn


def test_a_name_is_held_until_the_transaction_ends(engine: Engine) -> None:
    def take() -> None:
        with transaction(engine) as session:
            wait_for_turn(session, "painting")

    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as session:
            wait_for_turn(session, "painting")
            wait_for_turn(session, "painting")  # Whoever holds it does not wait for it.
            taking = pool.submit(take)
            time.sleep(0.3)
            assert not taking.done()
        taking.result()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_another_name_is_free(engine: Engine) -> None:
    with transaction(engine) as first, transaction(engine) as second:
        wait_for_turn(first, "painting")
        wait_for_turn(second, "mowing")
