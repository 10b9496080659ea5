"""One staff data file's bytes become the canonical CSV that students download, or are refused.

Nothing is guessed: what was changed on the way is said in a note, so that a file without notes is
taken in byte for byte. Canonical are UTF-8 without a byte-order mark, LF line ends, no spaces around
values, a header of the features' names, ``Label`` and the extra columns, and a line end after each row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from grader.content.data_lines import Source, shown
from grader.content.header_names import LABEL
from grader.content.labelled_csv import read_labelled_csv
from grader.content.older_text import is_older_text, read_older_text
from grader.content.opening import open_source


@dataclass(frozen=True, slots=True)
class Intake:
    """A file taken in.

    Attributes:
        name: The name under which students download it.
        content: The canonical CSV.
        sha256: Of the content.
        source_sha256: Of the bytes that staff gave.
        rows: How many rows of data there are.
        notes: What was changed, a sentence each; none when the content is what staff gave.
    """

    name: str
    content: bytes
    sha256: str
    source_sha256: str
    rows: int
    notes: tuple[str, ...]


def read_data_file(
    *,
    name: str,
    raw: bytes,
    features: int,
    extra: tuple[str, ...] = (),
    columns: tuple[str, ...] | None = None,
) -> Intake:
    """Take in one file, CSV or the older text form, whichever its content shows.

    Args:
        name: The file's canonical name, for the download and for messages.
        raw: The bytes that staff gave.
        features: How many columns stand before Label.
        extra: The names of the columns of probabilities after Label.
        columns: The features' names if they are settled; others are matched to them by position.

    Raises:
        DataFileError: the file can't be taken; the message begins with its name and the line.
        ValueError: ``columns`` are not as many as ``features``.
    """
    settled = columns or tuple(f"col{place}" for place in range(features))
    if len(settled) != features:
        raise ValueError(f"{len(settled)} columns are named, but there are {features} features.")
    source = open_source(name, raw)
    if not is_older_text(source.first()):
        table = read_labelled_csv(source, features, extra)
    elif extra:
        problem = f"the older text form has no place for {', '.join(extra)}; give a CSV file"
        raise source.refusal(1, problem)
    else:
        table = read_older_text(source, settled)
    notes = (*source.notes, *table.notes)
    if columns and (note := _difference(source, table.names, columns, "the settled ones")):
        notes = (*notes, note)
    names = (*(columns or table.names), LABEL, *extra)
    content = f"{','.join(names)}\n".encode() + table.body
    return Intake(name, content, _digest(content), _digest(raw), table.rows, notes)


def harmonise(files: Sequence[Intake]) -> list[Intake]:
    """Give a problem's files the first one's feature names, matched by position, and note it.

    A file with another number of features than the first is another table, and stays as it is.

    Raises:
        DataFileError: a file has the first one's names in another order, so that its position says one
            thing and its names another, or an extra column named like one of the first's features.
    """
    return [_renamed(file, files[0]) for file in files]


def _renamed(file: Intake, first: Intake) -> Intake:
    names, wanted = _feature_names(file), _feature_names(first)
    source = Source(file.name, file.content, ())
    if len(names) != len(wanted) or not (note := _difference(source, names, wanted, first.name)):
        return file
    header, _, body = file.content.decode().partition("\n")
    rest = header.split(",")[len(names) :]
    if twice := set(rest).intersection(wanted):
        problem = (
            f"{shown(min(twice))} is the name of a feature in {first.name}; rename one of them"
        )
        raise source.refusal(1, problem)
    content = f"{','.join((*wanted, *rest))}\n{body}".encode()
    return replace(file, content=content, sha256=_digest(content), notes=(*file.notes, note))


def _difference(source: Source, names: tuple[str, ...], wanted: tuple[str, ...], whose: str) -> str:
    """Say where the names differ, or ''; refuse the same names in another order."""
    if names == wanted:
        return ""
    if sorted(names) == sorted(wanted):
        problem = f"the columns have the names of {whose} in another order; reorder them"
        raise source.refusal(1, problem)
    found, asked = next(pair for pair in zip(names, wanted, strict=True) if pair[0] != pair[1])
    return f"Column names differ from {whose} ({found}.. against {asked}..); matched by position."


def _feature_names(file: Intake) -> tuple[str, ...]:
    names = file.content[: file.content.index(b"\n")].decode().split(",")
    return tuple(names[: names.index(LABEL)])


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
