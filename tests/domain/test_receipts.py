from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from grader.domain.receipts import canonical_json, commitment, key_id, stamp
from tests.support.receipts import FIRST


def test_a_receipt_s_bytes_are_what_anybody_can_write_again() -> None:
    written = (
        '{"attempt":1,"commitment":"' + "c" * 64 + '","course":"CS0, Spring 2026","format":1,'
        '"key_version":1,"late_seconds":0,"ordinal":1,"part":"set/sum/a","previous":null,'
        '"student":"ada","submitted_at":"2026-03-09T20:15:00.000001Z","text":" +.50","value":"0.5",'
        '"verdict":"correct"}'
    )
    assert FIRST.body == written.encode()
    assert FIRST.sha256 == sha256(written.encode()).hexdigest()
    assert FIRST.problem == "set/sum"


@pytest.mark.parametrize(
    ("document", "written"),
    [
        ({"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}'),
        ("−½\u2028", '"−½\u2028"'.encode()),
        ('a"\\\n', rb'"a\"\\\n"'),
        ({"é": {"z": 0, "y": -1}}, '{"é":{"y":-1,"z":0}}'.encode()),
    ],
)
def test_equal_documents_are_equal_bytes(document: object, written: bytes) -> None:
    assert canonical_json(document) == written


@pytest.mark.parametrize("document", [0.5, [1, 2.0], {"a": {"b": 1e3}}, (0.1,)])
def test_a_fraction_has_no_single_text_and_is_refused(document: object) -> None:
    with pytest.raises(TypeError, match="whole numbers"):
        canonical_json(document)


def test_a_moment_has_one_text_whatever_its_zone() -> None:
    moment = datetime(2026, 3, 9, 20, 15, tzinfo=UTC)
    assert stamp(moment) == "2026-03-09T20:15:00.000000Z"
    assert stamp(moment.astimezone(timezone(timedelta(hours=-7)))) == stamp(moment)
    assert stamp(moment + timedelta(microseconds=1)) == "2026-03-09T20:15:00.000001Z"


def test_a_seal_is_the_hash_of_nonce_and_key_in_this_order() -> None:
    assert commitment(b"n", {"b": 1, "a": "2"}) == sha256(b'n{"a":"2","b":1}').hexdigest()
    assert commitment(b"m", {"b": 1, "a": "2"}) != commitment(b"n", {"b": 1, "a": "2"})


def test_a_key_s_id_is_the_beginning_of_its_hash() -> None:
    assert key_id(b"key") == sha256(b"key").hexdigest()[:16]
