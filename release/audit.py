"""What a server brings with it: its licences, its known vulnerabilities, and a list of all parts.

`python -m release.audit`, with the tools in `.venv-audit`. It leaves a software bill of materials
(CycloneDX) in build/audit/sbom.cdx.json.
"""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from release.programs import ROOT, Failed, output, say, warn, wheels

FOLDER = ROOT / "build" / "audit"
TOOLS = ROOT / ".venv-audit" / "bin"
SBOM = FOLDER / "sbom.cdx.json"

#: Licences that packages of a server may have. Each permits use, changes and distribution with any
#: program, and asks only for its own text. Add one only after reading it.
ALLOWED = {
    "3-Clause BSD License",
    "Apache-2.0",
    "Apache-2.0 AND BSD-2-Clause",
    "Apache-2.0 OR BSD-3-Clause",
    "BSD License",
    "BSD-2-Clause",
    "BSD-2-Clause AND Apache-2.0 WITH LLVM-exception",
    "BSD-3-Clause",
    "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
    "ISC License (ISCL)",
    "MIT",
    "MIT License",
    "MIT OR Apache-2.0",
    "MIT-0",
    "PSF-2.0",
}

#: Manifests for programs other than Kubernetes itself, and parts of manifests.
_OTHER_KINDS = {
    "kustomization.yaml",
    "raycluster.yaml",
    "servers-patch.yaml",
    "servicemonitor.yaml",
}


def environment() -> Path:
    """Install a server alone, as in the image, and return the Python of its environment."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    python = FOLDER / "venv" / "bin" / "python"
    output(sys.executable, "-m", "venv", "--without-pip", python.parents[1])
    pip = (TOOLS / "python", "-m", "pip", "--python", python, "install", "--quiet")
    pinned = ROOT / "requirements" / "runtime.txt"
    output(*pip, "--no-compile", "--require-hashes", "--requirement", pinned)
    output(*pip, "--no-compile", "--no-deps", "--no-index", *wheels(FOLDER / "wheels"))
    return python


def check_licences(python: Path) -> str:
    """Compare the licence of each package with the list of those allowed."""
    found = json.loads(output(TOOLS / "pip-licenses", "--python", python, "--format", "json"))
    others = [each for each in found if each["License"] not in ALLOWED]
    if others:
        lines = (f"  {each['Name']} {each['Version']}: {each['License']}" for each in others)
        raise Failed("licences that are not in ALLOWED of release/audit.py:\n" + "\n".join(lines))
    return f"{len(found)} packages, all with allowed licences"


def write_sbom(python: Path) -> str:
    """List all parts of the environment."""
    program = (TOOLS / "cyclonedx-py", "environment", "--output-reproducible", "--validate")
    output(*program, "--pyproject", ROOT / "pyproject.toml", "--output-file", SBOM, python)
    parts = json.loads(SBOM.read_text())["components"]
    return f"{SBOM.relative_to(ROOT)} lists {len(parts)} parts"


def check_vulnerabilities() -> str:
    """Look the pinned packages up in the database of known vulnerabilities."""
    program = (TOOLS / "pip-audit", "--progress-spinner", "off", "--format", "json")
    pinned = ("--disable-pip", "--require-hashes", "--requirement", "requirements/runtime.txt")
    try:
        found = json.loads(output(*program, *pinned, ok=(0, 1)))["dependencies"]
    except (Failed, json.JSONDecodeError):
        found = []
    unknown = [each["name"] for each in found if "skip_reason" in each]
    if not found or unknown:
        which = f"{len(unknown)} of {len(found)} packages" if found else "any package"
        warn(f"VULNERABILITIES WERE NOT CHECKED for {which}: the database cannot be reached")
    vulnerable = [each for each in found if each.get("vulns")]
    if vulnerable:
        lines = (
            f"  {each['name']} {each['version']}: {vulnerability['id']}, fixed in"
            f" {', '.join(vulnerability['fix_versions']) or 'no version'}"
            for each in vulnerable
            for vulnerability in each["vulns"]
        )
        raise Failed("known vulnerabilities:\n" + "\n".join(lines))
    known = len(found) - len(unknown)
    return f"{known} packages have no known vulnerabilities" if known else "nothing was looked up"


def check_deployments() -> str:
    """Check the Dockerfile and the manifests."""
    output(TOOLS / "hadolint", "docker/Dockerfile")
    manifests = [
        path
        for path in sorted((ROOT / "docker" / "kubernetes").rglob("*.yaml"))
        if path.name not in _OTHER_KINDS
    ]
    output(TOOLS / "kubernetes-validate", "--strict", *manifests)
    return f"the Dockerfile and {len(manifests)} manifests are valid"


def main() -> int:
    """Run all checks, even after one that fails, and return the exit code."""
    python = environment()
    checks: list[Callable[[], str]] = [
        lambda: check_licences(python),
        lambda: write_sbom(python),
        check_vulnerabilities,
        check_deployments,
    ]
    failed = False
    for check in checks:
        try:
            say(check())
        except Failed as error:
            failed = True
            warn(str(error))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
