"""Ed25519 signatures: receipts are signed with the course's key, and anybody can check them."""

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from grader.domain.receipts import Receipt, Signed
from grader.domain.stated_heads import SignedHead, StatedHead


class Signer:
    """The course's key for receipts; made once at the start of a process."""

    def __init__(self, seed: bytes) -> None:
        """Take the key's 32 secret bytes."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()

    def sign(self, receipt: Receipt) -> Signed:
        """The receipt with its hash and signature."""
        body = receipt.body
        return Signed(receipt, sha256(body).hexdigest(), self._key.sign(body), self.public_key)

    def sign_head(self, stated: StatedHead) -> SignedHead:
        """A stated head of the ledger with its signature."""
        return SignedHead(stated, self._key.sign(stated.body), self.public_key)


def is_signed(body: bytes, *, signature: bytes, public_key: bytes) -> bool:
    """Whether just these bytes were signed with the secret that belongs to the public key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, body)
    except (InvalidSignature, ValueError):
        return False
    return True
