import pytest

from grader.content.toml_lines import line_of

TEXT = """\
title = "x"
"quoted" = 1
inline = { first = 1, second = 2 }

[table] # said beside it
 key = 1
text = '''
key = 2
'''

[[parts]]
id = "a"
  [[ parts ]]
  id = "b"

[other.deep]
key = 3
"""


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("title",), 1),
        (("quoted",), 2),
        (("inline", "second"), 3),
        (("table",), 5),
        (("table", "key"), 6),
        (("table", "absent"), 5),
        (("parts", 0), 11),
        (("parts", 0, "id"), 12),
        (("parts", 0, "id", "str"), 12),
        (("parts", 0, "absent"), 11),
        (("parts", 1, "id"), 14),
        (("parts", 1, "absent"), 13),
        (("parts",), 1),
        (("absent",), 1),
        ((), 1),
    ],
)
def test_a_key_is_found_on_its_line_or_else_on_that_of_its_table(
    location: tuple[int | str, ...], line: int
) -> None:
    assert line_of(TEXT, location) == line
