"""``grader data``: the files that students download."""

from pathlib import Path
from typing import Any

import click

from grader.cli import Verbs
from grader.cli.cells import Cell
from grader.cli.context import migrated_engine_if_any, now, open_catalog, writing
from grader.cli.output import format_option, note, show
from grader.content.catalog import Catalog, digest
from grader.content.manifest import read_manifest
from grader.services.keys.staleness import key_status
from grader.services.problems.declared_data import declared_files
from grader.services.problems.installing import install_data


@click.group("data", cls=Verbs, epilog="Example: grader data install course-files")
def command() -> None:
    """Put the staff's data files in place."""


@command.command(epilog="Example: grader data install course-files")
@click.argument("folder", type=click.Path(path_type=Path))
@format_option
def install(folder: Path, layout: str) -> None:
    """Take in the data files of FOLDER, all of them or none.

    They go to the instance folder. A problem's file is found as NAME.csv or NAME.txt; one that is refused
    is named with its line. Students keep the data and the key that belong together until the keys are
    published.
    """
    catalog = open_catalog()
    done = install_data(catalog=catalog, folder=folder, now=now())
    columns = ("file", "rows", "sha256", "source", "made", "notes")
    values = [(n, f.rows, f.sha256, f.source, f.made, f.notes) for n, f in done.files.items()]
    states = _key_states(catalog)
    stale = None if states is None else [slug for slug, state in states.items() if state == "stale"]
    document: dict[str, Any] = {
        "files": [dict(zip(columns, each, strict=True)) for each in values],
        "kept": done.kept,
        "unused": done.unused,
        "stale": stale,
        "missing": None
        if states is None
        else [s for s, state in states.items() if state == "missing"],
    }
    show(layout, columns, [(*each[:-1], " ".join(each[-1])) for each in values], document=document)
    for name in done.kept:
        note(f"{name} is not there; it stays as it is.")
    for name in done.unused:
        note(f"{name} is not used by any problem.")
    if states is None:
        note("There is no database yet; the keys of this data come with: grader keys publish")
    if document["missing"]:
        note(
            f"No key is published yet of: {', '.join(document['missing'])}; run: grader keys publish"
        )
    for problem in stale or ():
        note(
            f"The answer key of {problem} is stale now; look, then run: grader keys publish {problem}"
        )


@command.command(epilog="Example: grader data status")
@format_option
def status(layout: str) -> None:
    """List the newest data files, and where each came from."""
    catalog = open_catalog()
    manifest = read_manifest(catalog.instance_dir)
    columns = ("file", "state", "sha256", "source", "rows", "installed_at")
    rows: list[tuple[Cell, ...]] = []
    for name in declared_files(catalog):
        entry = manifest.get(name)
        if entry is None:
            rows.append((name, "shipped", _shipped(catalog, name), None, None, None))
        else:
            state = "made" if entry.made else "installed"
            rows.append((name, state, entry.sha256, entry.source, entry.rows, entry.installed_at))
    show(layout, columns, rows)


def _shipped(catalog: Catalog, name: str) -> str:
    problem = next(p for p in catalog.course.problems if name in {file.name for file in p.data})
    return digest(catalog.data(problem)[name])


def _key_states(catalog: Catalog) -> dict[str, str] | None:
    """Whether each problem's newest key still belongs to the data; None without a database."""
    engine = migrated_engine_if_any()
    if engine is None:
        return None
    with writing(engine) as session:
        found = [
            key_status(session, catalog=catalog, problem=problem, now=now())
            for problem in catalog.course.problems
        ]
    return {status.problem: status.state for status in found}
