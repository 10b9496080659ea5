"""Solutions of Pset 7 (CS109, winter 2026), one module a problem."""
