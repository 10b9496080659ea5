"""Files: problem folders become domain values, reference solutions are run. Knows no database."""
