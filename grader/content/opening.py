"""The bytes of a staff data file become a source of lines, or are refused as another kind of file."""

from grader.content.data_lines import SAVE, Source

LARGEST_FILE = 5_000_000

_BOM = b"\xef\xbb\xbf"
_SIGNATURES = {
    b"\xff\xfe": "saved as UTF-16",
    b"\xfe\xff": "saved as UTF-16",
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive or a spreadsheet such as .xlsx",
    b"\xd0\xcf\x11\xe0": "a spreadsheet such as .xls",
    b"\x89PNG": "a PNG picture",
    b"%PDF": "a PDF document",
}


def open_source(name: str, raw: bytes) -> Source:
    """Take a file's bytes as text with the line ends LF, CRLF or, throughout, CR.

    Raises:
        DataFileError: the file is empty, too large, or of a kind that is no UTF-8 text.
    """
    empty = Source(name, b"", ())
    if len(raw) > LARGEST_FILE:
        most = LARGEST_FILE // 1_000_000
        raise empty.refusal(1, f"the file is larger than {most} MB; give only the rows needed")
    if kind := foreign_kind(raw):
        raise empty.refusal(1, f"the file is {kind}: {SAVE}")
    notes = ["Removed a byte-order mark."] if raw.startswith(_BOM) else []
    raw = raw.removeprefix(_BOM)
    if not (length := len(raw.rstrip())):
        raise empty.refusal(1, "the file is empty; it needs a header line and rows")
    if b"\r\n" in raw:
        notes.append("Converted CRLF line ends.")
    elif b"\r" in raw and b"\n" not in raw:
        # Excel's "CSV (Macintosh)" ends lines so. Beside LF, a CR is no line end but an accident.
        raw = raw.replace(b"\r", b"\n")
        notes.append("Converted CR line ends.")
    text, end, blank = raw[length:].partition(b"\n")
    if not end:
        notes.append("Added the missing line end after the last row.")
    if blank:
        notes.append("Removed blank lines at the end.")
    return Source(name, raw[:length] + text, tuple(notes))


def foreign_kind(raw: bytes) -> str:
    """What these bytes are instead of UTF-8 text, in words that follow "the file is"; '' if nothing known."""
    for signature, kind in _SIGNATURES.items():
        if raw.startswith(signature):
            return kind
    # Without its mark, UTF-16 shows by every other byte of plain text being NUL, but not every byte.
    if (raw[0:4:2] == b"\0\0") != (raw[1:4:2] == b"\0\0"):
        return "saved as UTF-16"
    return ""
