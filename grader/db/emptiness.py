"""Whether a database holds anything, ours or another program's."""

from sqlalchemy import Connection, inspect, literal, select, table


def filled_tables(connection: Connection) -> list[str]:
    """The names of the tables that have a row."""
    names = set(inspect(connection).get_table_names()) - {"alembic_version"}
    one = select(literal(1)).limit(1)
    return [
        name
        for name in sorted(names)
        if connection.execute(one.select_from(table(name))).first() is not None
    ]
