"""``python -m grader`` is the command line."""

from grader.cli import main

if __name__ == "__main__":
    main()
