"""The gradebook as files for other tools: Canvas, Gradescope, CSV and Excel."""
