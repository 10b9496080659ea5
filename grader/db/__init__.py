"""Rows: tables, engine and transactions, and the Select builders that the services read with."""
