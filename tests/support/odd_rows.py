"""A row in every table, and people whose names are hard to carry from one database into another."""

from sqlalchemy import Engine, insert

from grader.db.models import Person, table
from tests.support.rows import TABLES, fill_every_table

ODD = ["", "\\N", "tab\tnew\nline\r", "\\.", "−½ “é” 😀", "'; DROP TABLE people; --", "\x01\x7f"]
ROWS = len(TABLES) + len(ODD)


def fill(engine: Engine) -> None:
    """Fill every table; the people's ids go from 1 on without a gap."""
    with engine.begin() as connection:
        fill_every_table(connection)
        people = [
            {
                "id": number,
                "login": f"s{number}",
                "name": text,
                "email": "",
                "sis_user_id": "",
                "section": "",
                "role": "student",
                "active": number % 2 == 0,
                "receipts": 0,
                "last_receipt": text or None,
            }
            for number, text in enumerate(ODD, start=2)
        ]
        connection.execute(insert(table(Person)), people)
