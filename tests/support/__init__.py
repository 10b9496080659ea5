"""What tests need around them: databases, a PostgreSQL server, programs of the machine."""
