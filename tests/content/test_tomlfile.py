from decimal import Decimal
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field

from grader.content.fields import FileModel
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


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\nnumber = \n", 2),
        ("number", 1),
        ("a = 1\na = 2", 2),
        ("y = 1\nx = " + "9" * 5000 + "\nz = 1", 2),
        ("y = 1\nx = " + "[" * 5000 + "\nz = 1", 2),
        ("y = 1\n\nx = [1,\n", 3),
    ],
    ids=["no value", "no key", "twice", "long number", "deep", "not closed"],
)
def test_what_is_no_toml_is_refused_naming_file_and_line(
    text: str, line: int, tmp_path: Path
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ContentError) as refusal:
        read_toml(file, Numbers)
    assert str(refusal.value).startswith(f"{file}, line {line}: this is no TOML: ")


class Typed(FileModel):
    number: Decimal = Decimal(0)
    count: int = 0
    text: str = ""
    flag: bool = False
    items: Annotated[list[str], Field(min_length=1)] | None = None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('number = "0.7"', "number: write a number, without quotes"),
        ('count = "7"', "count: write a whole number, without quotes"),
        ("count = 7.5", "count: write a whole number, without quotes"),
        ("count = true", "count: write a whole number, without quotes"),
        ("text = 7", 'text: write a text in "quotes"'),
        ('flag = "true"', "flag: write true or false, without quotes"),
        ('items = "a"', "items: write a list in [brackets]"),
        ("items = []", "items: this list is empty; name at least one"),
    ],
)
def test_a_value_of_another_kind_is_told_in_the_words_of_the_file(
    text: str, said: str, tmp_path: Path
) -> None:
    file = write(tmp_path, f"\n{text}\n")
    with pytest.raises(ContentError) as refusal:
        read_toml(file, Typed)
    assert str(refusal.value) == f"{file}, line 2: {said}"


class Table(FileModel):
    first: int


class Tables(FileModel):
    one: Table | None = None
    many: list[Table] | None = None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ones = 1", "line 1: ones: this key is not known here; is 'one' meant?"),
        ("other = 1", "line 1: other: this key is not known here; known are one, many"),
        ("[one]\n\nfrist = 1", "line 3: one.frist: this key is not known here; is 'first' meant?"),
        ("[[many]]\nfirst = 1\n[[many]]\nfirt = 1", "line 4: many.1.firt: .*is 'first' meant?"),
        ("[one]\nother = 1", "line 2: one.other: .*; known are first"),
    ],
)
def test_a_key_that_is_not_known_goes_before_the_one_that_it_leaves_missing(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ContentError, match=message.replace("?", "[?]")):
        read_toml(write(tmp_path, text), Tables)


def test_a_text_is_read_whole_and_as_utf_8(tmp_path: Path) -> None:
    file = write(tmp_path, "θ₁ “½”\r\n\u2028x")
    assert read_text(file) == "θ₁ “½”\n\u2028x"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, ": this file is missing"),
        (b"ab\xff", ", line 1: not UTF-8 (byte 2)"),
        (b"a\nb\n\xe2\x82", ", line 3: not UTF-8 (byte 4); save"),
    ],
)
def test_a_text_that_can_t_be_read_is_named(
    content: bytes | None, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "text.md"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ContentError) as refusal:
        read_text(file)
    assert str(refusal.value).startswith(f"{file}{message}")


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=f"{tmp_path}: this is a folder, and has to be a file"):
        read_text(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ContentError, match="x: this file can't be read: Not a directory"):
        read_text(tmp_path / "file" / "x")
