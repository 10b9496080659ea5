"""``grader receipts verify``: offline, with no database and no settings."""

from collections.abc import Sequence
from pathlib import Path

import click

from grader.cli.output import format_option, show
from grader.cli.reading import named, read_file
from grader.domain.errors import InvalidRequest
from grader.domain.receipt_files import KEY_BYTES, LARGEST_FILE, read_receipts, text_as_bytes
from grader.domain.receipts import Receipt, Signed, key_id
from grader.services.receipts.checks import receipt_faults, stated_head_faults
from grader.services.receipts.opened_keys import opened_faults, read_opened

_LONGEST_KEY_FILE = 1024
_FILE = click.Path(path_type=Path)


def _read_keys(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[bytes, ...]:
    return tuple(_public_key(value) for value in values)


public_key_option = click.option(
    "--public-key",
    "public_keys",
    metavar="FILE|TEXT",
    multiple=True,
    callback=_read_keys,
    help="A public key that may have signed, as text or in a file; may be given again.",
)


@click.command("verify", epilog="Example: grader receipts verify receipts.json")
@click.argument("file", type=_FILE)
@public_key_option
@click.option("--opened-key", type=_FILE, help="Check the seal with this file of an opened key.")
@format_option
def verify(
    file: Path, public_keys: tuple[bytes, ...], opened_key: Path | None, layout: str
) -> None:
    """Check the receipts in a FILE, by its content alone: no database, no network. - is standard input.

    Exit code 0 if all is well, 1 if anything was altered, removed, put elsewhere, or signed by another key.
    """
    raw = read_file(file, LARGEST_FILE)
    with named(file):
        read = read_receipts(raw)
    signed, head = read.receipts, read.head
    receipts = [each.receipt for each in signed]
    faults = receipt_faults(signed, trusted=public_keys or None)
    if head is not None:
        # Whoever signed the receipts signed it too; else a stranger's would pass beside the course's.
        faults += stated_head_faults(head, trusted=public_keys or {each.signer for each in signed})
    if opened_key is not None:
        raw = read_file(opened_key, LARGEST_FILE)
        with named(opened_key):
            opened = read_opened(raw)
        faults += opened_faults(receipts, opened)
    document = {
        "good": not faults,
        "course": receipts[0].course,
        "student": receipts[0].student,
        "receipts": len(receipts),
        "first": receipts[0].ordinal,
        "last": receipts[-1].ordinal,
        "key_ids": sorted({key_id(each.signer) for each in signed}),
        "key_stated": bool(public_keys),
        "ledger_head": None if head is None else str(head.stated.head),
        "faults": faults,
    }
    summary = [] if faults else _in_words(receipts, signed, public_keys, opened_key)
    if head is not None and not faults:
        summary.append(
            f"Staff's ledger had this head at {head.stated.stated_at}, signed by the same key: "
            f"{head.stated.head}. Staff verify it by: grader ledger verify --receipts FILE"
        )
    rows = [(fault,) for fault in faults]
    show(layout, ("fault",), rows, document=document, summary=summary)
    if faults:
        click.get_current_context().exit(1)


def _in_words(
    receipts: Sequence[Receipt],
    signed: Sequence[Signed],
    public_keys: Sequence[bytes],
    opened_key: Path | None,
) -> list[str]:
    first, last = receipts[0], receipts[-1]
    which = f"Receipt {first.ordinal} of" if first is last else f"Receipts {first.ordinal} to "
    which += "" if first is last else f"{last.ordinal} of"
    said = [f"{which} {first.student} in {first.course}: nothing was altered since it was signed."]
    if first is not last:
        said.append("None is missing between the first and the last.")
    if first.ordinal > 1:
        said.append("Those before are not in this file, so nothing is said of them.")
    ids = ", ".join(sorted({key_id(each.signer) for each in signed}))
    if public_keys:
        said.append(f"Signed by the key that you stated, {ids}.")
    else:
        said.append(
            f"Signed by the key in the file itself: compare its id, {ids}, with the course's."
        )
    if opened_key is not None:
        said.append("The opened key is the one that was sealed, and gives the same verdicts.")
    return said


def _public_key(value: str) -> bytes:
    """A public key, stated as text or by the name of a file that holds it."""
    key = text_as_bytes(value, KEY_BYTES) or text_as_bytes(_content(Path(value)), KEY_BYTES)
    if key is None:
        raise InvalidRequest(
            f"{value[:100]} is neither a public key (43 letters, digits, - and _) nor a file that holds one. "
            "A key's id is not enough."
        )
    return key


def _content(file: Path) -> str:
    """What a file of a key says; nothing where it can't be read, since a key may be mistyped as well."""
    try:
        raw = read_file(file, _LONGEST_KEY_FILE)
    except InvalidRequest:
        return ""
    return raw[:_LONGEST_KEY_FILE].decode("ascii", "replace").strip()
