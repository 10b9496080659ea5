"""Who signs receipts in tests: the course, and somebody else."""

from grader.services.receipts.signing import Signer

SIGNER = Signer(bytes(range(32)))
OTHER_SIGNER = Signer(bytes(range(1, 33)))
