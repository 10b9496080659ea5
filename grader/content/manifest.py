"""The list of the data files that staff installed: ``data/manifest.json`` in the instance folder.

It is the switch: a data file that it does not name is not in use, whatever else lies there.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from grader.domain.errors import ContentError

_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """An entry of the manifest: ``source`` is the name of the file it came from, or of those."""

    sha256: _Sha256
    source_sha256: str
    source: str
    rows: int
    notes: tuple[str, ...]
    installed_at: str
    made: bool


class _Manifest(BaseModel):
    files: dict[str, InstalledFile]


def manifest_path(instance_dir: Path) -> Path:
    """Where the list of an instance lies, if there is one."""
    return instance_dir / "data" / "manifest.json"


def read_manifest(instance_dir: Path) -> dict[str, InstalledFile]:
    """What is installed, by file name; nothing while there is no list.

    Raises:
        ContentError: the list is damaged. Nothing is guessed from it: with the shipped data in place of
            the staff's, every key would be wrong.
    """
    path = manifest_path(instance_dir)
    try:
        return _Manifest.model_validate_json(path.read_bytes()).files
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ContentError(f"{path} can't be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f"{piece}: " for piece in first["loc"])
        raise ContentError(
            f"{path} is damaged, so it is not known which data is installed ({where}{first['msg']}). "
            "Remove this file, then install all of the course's data again: grader data install FOLDER"
        ) from None
