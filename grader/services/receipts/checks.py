"""Checks receipts as anybody can: by their content and a public key, without a database."""

from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256

from grader.domain.receipt_chains import chain_faults, name_of
from grader.domain.receipts import Signed, key_id
from grader.domain.stated_heads import SignedHead
from grader.services.receipts.signing import is_signed


def receipt_faults(signed: Sequence[Signed], *, trusted: Collection[bytes] | None) -> list[str]:
    """What is wrong with a chain of receipts, each fault as a sentence; none says that it is sound.

    ``trusted`` are the public keys that may have signed; without them each entry's own is taken, which shows
    that nothing was changed since, and not by whom it was signed.
    """
    faults = [fault for each in signed for fault in _faults(each, trusted)]
    return faults + list(chain_faults([each.receipt for each in signed]))


def stated_head_faults(head: SignedHead, *, trusted: Collection[bytes]) -> list[str]:
    """What is wrong with the head of the ledger that a file states; ``trusted`` may have signed it."""
    name, faults = "The head of the ledger in the file", []
    if not is_signed(head.stated.body, signature=head.signature, public_key=head.signer):
        faults.append(f"{name} was altered after it was signed.")
    return [*faults, *_stranger(name, head.signer, trusted)]


def _faults(signed: Signed, trusted: Collection[bytes] | None) -> Iterator[str]:
    name, body = name_of(signed.receipt), signed.receipt.body
    right_hash = sha256(body).hexdigest() == signed.sha256
    if not is_signed(body, signature=signed.signature, public_key=signed.signer):
        if right_hash:
            yield f"{name} has a signature that is not its own: one of the two was changed."
        else:
            yield f"{name} was altered after it was signed: its hash and signature belong to another content."
    elif not right_hash:
        yield f"{name} has another hash stated beside it than its own."
    yield from _stranger(name, signed.signer, trusted)


def _stranger(name: str, signer: bytes, trusted: Collection[bytes] | None) -> Iterator[str]:
    if trusted is not None and signer not in trusted:
        ids = ", ".join(sorted(map(key_id, trusted)))
        yield f"{name} is signed by another key than the course's: {key_id(signer)}, not {ids}."
