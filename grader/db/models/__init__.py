"""The tables.

Facts are added and never edited: the tables in ``INSERT_ONLY`` refuse UPDATE and DELETE by trigger. The
only mutable facts in grading are the two pointers, ``active_keys`` and ``active_policies``. Rows name
problems and parts by slug; every foreign key is RESTRICT, so nothing can take a submission with it.
"""

from grader.db.models.base import Base, table
from grader.db.models.canvas import CanvasExport
from grader.db.models.decisions import LateDayCorrection, Override
from grader.db.models.explanations import Explanation
from grader.db.models.extensions import Extension
from grader.db.models.keys import (
    ActiveKey,
    ActivePolicy,
    AnswerKeyRow,
    DataBlob,
    KeyCheck,
    KeyDiscard,
    KeyVerification,
    PolicyRow,
    SolutionPage,
    SolutionRelease,
)
from grader.db.models.ledger import LedgerBody, LedgerLink
from grader.db.models.looks import RecordLook
from grader.db.models.marks import ExplanationMark, MarkRelease, RubricItem
from grader.db.models.people import ApiToken, BrowserSession, Person, SigninLink
from grader.db.models.regrades import Hold, RegradeJob, RegradePlan, RegradeRange, RegradeRun
from grader.db.models.requests import RegradeRequest, RequestReply
from grader.db.models.rescores import RescorePlan, RescoreRun
from grader.db.models.submissions import GradeRow, Reply, Submission
from grader.db.models.told import Told
from grader.db.models.variants import Draw, Variant

INSERT_ONLY = (
    "data_blobs",
    "answer_keys",
    "key_verifications",
    "solution_pages",
    "solution_releases",
    "policies",
    "submissions",
    "replies",
    "grades",
    "regrade_plans",
    "regrade_runs",
    "rescore_plans",
    "rescore_runs",
    "holds",
    "variants",
    "draws",
    "explanations",
    "extensions",
    "regrade_requests",
    "request_replies",
    "key_discards",
    "overrides",
    "late_day_corrections",
    "rubric_items",
    "explanation_marks",
    "mark_releases",
    "canvas_exports",
    "told",
    "record_looks",
    "ledger",
    "ledger_bodies",
)

__all__ = [
    "INSERT_ONLY",
    "ActiveKey",
    "ActivePolicy",
    "AnswerKeyRow",
    "ApiToken",
    "Base",
    "BrowserSession",
    "CanvasExport",
    "DataBlob",
    "Draw",
    "Explanation",
    "ExplanationMark",
    "Extension",
    "GradeRow",
    "Hold",
    "KeyCheck",
    "KeyDiscard",
    "KeyVerification",
    "LateDayCorrection",
    "LedgerBody",
    "LedgerLink",
    "MarkRelease",
    "Override",
    "Person",
    "PolicyRow",
    "RecordLook",
    "RegradeJob",
    "RegradePlan",
    "RegradeRange",
    "RegradeRequest",
    "RegradeRun",
    "Reply",
    "RequestReply",
    "RescorePlan",
    "RescoreRun",
    "RubricItem",
    "SigninLink",
    "SolutionPage",
    "SolutionRelease",
    "Submission",
    "Told",
    "Variant",
    "table",
]
