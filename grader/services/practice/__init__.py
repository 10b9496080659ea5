"""Practice variants: drafted and reviewed, deployed, and drawn by students. They give no points."""
