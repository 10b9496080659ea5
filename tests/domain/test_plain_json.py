import pytest

from grader.domain.errors import InvalidRequest
from grader.domain.plain_json import read_plain_json

LARGEST = 1_000_000


def read(raw: bytes) -> object:
    return read_plain_json(raw, largest=LARGEST)


@pytest.mark.parametrize(
    ("raw", "document"),
    [
        (b'{"a": [1, null, true, "x"]}', {"a": [1, None, True, "x"]}),
        (b"\xef\xbb\xbf[]", []),
        (b"-9223372036854775807"[:19], -922337203685477580),
        ('"−"'.encode(), "−"),
    ],
)
def test_plain_documents_are_read(raw: bytes, document: object) -> None:
    assert read(raw) == document


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON: .* in line 1"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b"NaN", "NaN is no whole"),
        (b"[-Infinity]", "Infinity is no whole"),
        (b"0.5", "0.5 is no whole"),
        (b"1e400", "1e400 is no whole"),
        (b"1" * 20, "too long"),
        (b"1" * 100_000, "too long"),
        (rb'"\ud800"', "UTF-8"),
        (b'"\xff"', "UTF-8"),
        (b"\x00", "no JSON"),
        (b" " * LARGEST + b"1", "at most 976 KiB"),
    ],
)
def test_a_hostile_document_is_refused_in_a_sentence(raw: bytes, reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason):
        read(raw)


def test_the_largest_document_that_is_read_is_read() -> None:
    assert read(b"1".rjust(LARGEST)) == 1
