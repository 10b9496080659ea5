"""What users of other systems do to grade again: export as CSV, compare with pandas, import."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.engine import make_engine
from grader.db.models import Submission
from grader.services.keys.documents import load_key
from tests.benchmarks.regrade_yardsticks import WRITTEN


def pandas_script(url: str, problem: str, key_id: int, folder: str) -> None:
    """Export the answers as CSV, compare them, and import the verdicts from a CSV; no mistake is named."""
    engine = make_engine(url)
    exported, graded = Path(folder) / "answers.csv", Path(folder) / "graded.csv"
    with Session(engine) as session:
        parts = load_key(session, key_id).parts
    query = select(Submission.id, Submission.part, Submission.value).where(
        Submission.problem == problem
    )
    with engine.connect() as connection:
        pd.read_sql(query, connection).to_csv(exported, index=False)
    frame = pd.read_csv(exported)
    expected = frame["part"].map({part: float(key.expected) for part, key in parts.items()})
    near = np.abs(frame["value"].astype(float) - expected) <= float(Decimal("0.00001"))
    pd.DataFrame(
        {
            "submission_id": frame["id"],
            "key_id": key_id,
            "verdict": np.where(near, "correct", "incorrect"),
            "misconception": None,
        }
    ).to_csv(graded, index=False)
    with engine.connect() as connection:
        pd.read_csv(graded).to_sql(
            "grades", connection, if_exists="append", index=False, chunksize=WRITTEN
        )
        connection.commit()
    engine.dispose()
