"""Receipts of answers: made, signed, sealed with the key, and checked by anybody."""
