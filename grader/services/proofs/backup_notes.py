"""When the last backup was made: a small file in the instance folder, for the staff's page to read.

It is no part of the database: restoring an older copy must not forget that a newer one was made.
"""

import json
from datetime import datetime
from pathlib import Path

from grader.services.files.whole_files import write_whole

NAME = "last-backup.json"


def note_backup(instance_dir: Path, *, now: datetime) -> None:
    """Note that a backup was made.

    Raises:
        OSError: the folder can't be written.
    """
    write_whole(instance_dir / NAME, json.dumps({"made_at": now.isoformat()}).encode())


def last_backup(instance_dir: Path) -> datetime | None:
    """When the last one was made; None if none was noted, or the note can't be read."""
    try:
        noted = json.loads((instance_dir / NAME).read_bytes())
        made_at = datetime.fromisoformat(noted["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return made_at if made_at.tzinfo else None
