"""Whole numbers on the command line."""

import click


class WholeNumber(click.IntRange):
    """A whole number within bounds; click would call what was typed no valid integer range."""

    name = "whole number"
