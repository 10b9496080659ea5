"""A bill of materials of what runs: each package of the lock file, as CycloneDX JSON. Run by ``./run sbom``.

It is made of the lock alone: no network, no clock, and the same lock gives the same bytes.
"""

import json
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from grader import __version__
from tests.house.locked import Locked, locked

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
SPECIFICATION = "1.6"


def bill(lock: Path = LOCK) -> dict[str, Any]:
    """The document."""
    components = [_component(each) for each in locked(lock)]
    content = json.dumps([__version__, components], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "serialNumber": uuid5(NAMESPACE_URL, content).urn,
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "pset-grader",
                "name": "pset-grader",
                "version": __version__,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": components,
        # Which of them needs which is not in the lock; the product needs them all.
        "dependencies": [
            {"ref": "pset-grader", "dependsOn": [each["bom-ref"] for each in components]}
        ],
    }


def _component(package: Locked) -> dict[str, Any]:
    purl = f"pkg:pypi/{package.name.lower().replace('_', '-')}@{package.version}"
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
        # One for each file of this version that may be installed, for whichever machine.
        "externalReferences": [
            {
                "type": "distribution",
                "url": purl,
                "hashes": [{"alg": "SHA-256", "content": each} for each in package.hashes],
            }
        ],
    }
    if package.marker:
        found["properties"] = [{"name": "pset-grader:marker", "value": package.marker}]
    return found


if __name__ == "__main__":
    # Whoever reads may stop early, as `head` does.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    json.dump(bill(), sys.stdout, indent=2)
    sys.stdout.write("\n")
