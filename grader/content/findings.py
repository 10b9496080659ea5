"""What is wrong with a problem's files: where, what, and what its author can do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    ``where`` is a file with its line, or a part's slug; ``what`` says what is wrong there, and ``advice``
    what to do, as a sentence of its own (nothing where ``what`` says it all).
    """

    where: str
    what: str
    advice: str = ""

    def __str__(self) -> str:
        """All of it in one line."""
        return f"{self.where}: {self.what}" + (f" {self.advice}" if self.advice else "")


def finding_of(error: Exception) -> Finding:
    """A finding from a refusal that begins with its file and line."""
    where, _, what = str(error).partition(": ")
    return Finding(where, what)
