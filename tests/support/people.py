"""People for the tests of services, written straight into the table."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from sqlalchemy import insert
from sqlalchemy.orm import Session

from grader.db.models import Person

T = TypeVar("T")


def add_person(
    session: Session,
    login: str,
    *,
    role: str = "student",
    email: str | None = None,
    name: str = "",
    sis_user_id: str = "",
    section: str = "",
    active: bool = True,
) -> int:
    person_id: int = session.execute(
        insert(Person)
        .values(
            login=login,
            name=name or login.title(),
            email=f"{login}@example.edu" if email is None else email,
            sis_user_id=sis_user_id,
            section=section,
            role=role,
            active=active,
        )
        .returning(Person.id)
    ).scalar_one()
    return person_id


def at_once(count: int, act: Callable[[], T]) -> list[T]:
    """What each of several threads got that start at the same moment."""
    barrier = Barrier(count)

    def wait_and_act() -> T:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(wait_and_act) for _ in range(count)]
        return [future.result() for future in futures]
