from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from grader.content.tomlfile import read_text, read_toml
from grader.domain.errors import ContentError


class Numbers(BaseModel):
    model_config = ConfigDict(strict=True)

    number: Decimal


def write(folder: Path, text: str) -> Path:
    file = folder / "file.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("number", ["0.1", "1e-7", "0.12345678901234567890123456789", "5.0"])
def test_a_number_with_a_point_is_read_with_every_digit(number: str, tmp_path: Path) -> None:
    found = read_toml(write(tmp_path, f"number = {number}\n"), Numbers).number
    assert str(found) == str(Decimal(number))


def test_the_first_thing_that_is_wrong_is_named_with_file_line_and_key(tmp_path: Path) -> None:
    file = write(tmp_path, "\n\nnumber = 'x'\n")
    with pytest.raises(ContentError) as refusal:
        read_toml(file, Numbers)
    assert str(refusal.value).startswith(f"{file}, line 3: number: ")
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("text", ["number = \n", "number", "a = 1\na = 2", "x = " + "9" * 5000])
def test_what_is_no_toml_is_refused_naming_the_file(text: str, tmp_path: Path) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ContentError) as refusal:
        read_toml(file, Numbers)
    assert str(refusal.value).startswith(f"{file}: ")


def test_a_text_is_read_whole_and_as_utf_8(tmp_path: Path) -> None:
    file = write(tmp_path, "θ₁ “½”\r\n\u2028x")
    assert read_text(file) == "θ₁ “½”\n\u2028x"


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "this file is missing"), (b"ab\xff", "not UTF-8 (byte 2)"), (b"\xe2\x82", "(byte 0)")],
)
def test_a_text_that_can_t_be_read_is_named(
    content: bytes | None, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "text.md"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ContentError) as refusal:
        read_text(file)
    assert str(refusal.value).startswith(f"{file}: ")
    assert message in str(refusal.value)
