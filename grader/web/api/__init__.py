"""The API, version 1: thin views over the services, for programs with a bearer token."""

from grader.web.api import docs, explanations, gradebook, problems, receipts, submissions

PREFIX = "/api/v1"
BLUEPRINTS = (
    submissions.routes,
    receipts.routes,
    explanations.routes,
    problems.routes,
    gradebook.routes,
    docs.routes,
)
