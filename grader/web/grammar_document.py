"""The grammar of a typed number as a document, from which the page's script reads what is being typed.

Patterns and words are those of the domain; only their dialect is changed. What the domain asks by a
function stands here without a pattern, and ``static/js/reading.js`` has its like; tests hold both to the
same readings.
"""

import json
import re
import unicodedata
from functools import cache
from hashlib import sha256

from flask import Blueprint, Response, url_for

from grader.domain.grammar import LARGEST, MANTISSA, MAX_LENGTH, SIGN, SMALLEST, UNSIGNED
from grader.domain.number import MAX_RAW_LENGTH
from grader.domain.unreadable import BLANKS, DASHES, ORDINARY, SYMPTOMS, THOUSANDS, Reason
from grader.web.access import anyone
from grader.web.wording import number_in_words

# What str.isspace() takes; ECMAScript's \s lacks the separators of ASCII and has the byte order mark.
_SPACE = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# Python's classes of characters, longest first, as ECMAScript spells them under the flag "u".
_DIALECT = (
    (r"[^\W\d_]", r"[\p{L}\p{Nl}\p{No}]"),
    (r"[\W_]", r"[^\p{L}\p{N}]"),
    (r"[\s", f"[{_SPACE}"),
    (r"\s", f"[{_SPACE}]"),
    (r"\d", r"\p{Nd}"),
    (r"\A", "^"),
    (r"\Z", "$"),
)
# Symbols and invisible characters that keyboards, word processors and web pages put into a text.
_NAMED = (
    *(range(0x21, 0x7F), range(0xA1, 0xC0), range(0x200B, 0x2028), range(0x202A, 0x202F)),
    (0x2032, 0x2060, 0x20AC, 0x221E, 0x2248, 0x2260, 0x2264, 0x2265, 0xFE0F, 0xFEFF, 0xFF0E),
)
_LONGEST_NAME = 30  # A longer one does not fit into the line under the box.


pages = Blueprint("grammar", __name__)


@pages.get("/static/grammar.json")
@anyone
def document() -> Response:
    """The document, which browsers may keep: it depends on the program alone, and its address names it."""
    reply = Response(grammar_document(), content_type="application/json")
    reply.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return reply


def grammar_address() -> str:
    """Where the document is."""
    return url_for("grammar.document", v=sha256(grammar_document().encode()).hexdigest()[:10])


@cache
def grammar_document() -> str:
    """The document as JSON."""
    return json.dumps(_document(), separators=(",", ":"))


def _document() -> dict[str, object]:
    return {
        "longest": MAX_LENGTH,
        "longestRaw": MAX_RAW_LENGTH,
        "smallest": SMALLEST.adjusted(),
        "largest": LARGEST.adjusted(),
        "space": f"[{_SPACE}]",
        "number": rf"^{SIGN}({UNSIGNED})$",
        "begun": rf"^(?=.){SIGN}(?:\.?|{MANTISSA}[eE][+\-]?)$",
        "thousands": _ecmascript(THOUSANDS),
        "dashes": _ecmascript(DASHES),
        "ordinary": f"^(?:{_ecmascript(ORDINARY)})",
        "invisible": rf"^(?![{_SPACE}])(?:\p{{C}}|{_ecmascript(BLANKS)})",
        "symptoms": [
            [reason, _ecmascript(sign) if isinstance(sign, re.Pattern) else None]
            for reason, sign in SYMPTOMS
        ],
        "advice": {reason: reason.advice for reason in Reason},
        "names": _names(),
        "numbers": [number_in_words(number) for number in range(11)],
    }


def _ecmascript(pattern: re.Pattern[str]) -> str:
    text = pattern.pattern
    for python, ecmascript in _DIALECT:
        text = text.replace(python, ecmascript)
    return text


def _names() -> dict[str, str]:
    codes = [code for each in _NAMED for code in each if not chr(code).isalnum()]
    found = {f"{code:04X}": unicodedata.name(chr(code), "") for code in codes}
    return {code: name for code, name in found.items() if 0 < len(name) <= _LONGEST_NAME}
