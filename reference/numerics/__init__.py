"""The mathematics that the solutions share, one idea a module."""
