"""Turns: what must not be done twice at once, although there is no row yet that could be locked."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def wait_for_turn(session: Session, name: str) -> None:
    """Hold a name until the transaction ends; others who ask for it wait, and then see what was done.

    On SQLite every writing transaction has waited for its turn already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def wait_for_turns(session: Session, names: Iterable[str]) -> None:
    """Hold many names until the transaction ends.

    They are taken in one order, whoever asks: two who want the same ones never wait for each other.
    """
    for name in sorted(set(names)):
        wait_for_turn(session, name)
