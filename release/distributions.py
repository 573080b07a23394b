"""Both distributions as they are released, in dist/: `python -m release.distributions`.

They are built twice, and must have the same bytes, so that anybody can build and compare them.
"""

import hashlib
import os
import re
import shutil
import sys
import tomllib

from release.audit import SBOM
from release.programs import ROOT, Failed, output, say, sdists_and_wheels, warn

FOLDER = ROOT / "dist"


def version() -> str:
    """Return the version that is released. Raises Failed if the files disagree on it."""
    versions: dict[str, str] = {
        str(path.relative_to(ROOT)): tomllib.loads(path.read_text())["project"]["version"]
        for path in (ROOT / "pyproject.toml", ROOT / "client" / "pyproject.toml")
    }
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    versions["CHANGELOG.md"] = newest[1] if newest else "none"
    image = re.search(r"^ARG VERSION=(\S+)", (ROOT / "docker/Dockerfile").read_text(), re.MULTILINE)
    versions["docker/Dockerfile"] = image[1] if image else "none"
    if len(set(versions.values())) > 1:
        found = ", ".join(f"{version} in {path}" for path, version in versions.items())
        raise Failed(f"the versions differ: {found}")
    return versions["pyproject.toml"]


def check_clean() -> None:
    """Warn if what is built is not what is committed."""
    if changed := output("git", "status", "--porcelain"):
        warn(f"these changes are not committed, so this is NOT A RELEASE:\n{changed}")


def build() -> None:
    """Build both distributions into an empty folder. Raises Failed if that depends on chance."""
    found = []
    for _ in range(2):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        found.append({path.name: path.read_bytes() for path in sdists_and_wheels(FOLDER)})
    if found[0] != found[1]:
        raise Failed("two builds of the same commit differ")


def main() -> int:
    """Build everything, and return the exit code."""
    # Builds record this time instead of the present.
    os.environ["SOURCE_DATE_EPOCH"] = output("git", "log", "-1", "--format=%ct").strip()  # noqa: TID251 (for other programs)
    try:
        check_clean()
        released = version()
        build()
    except Failed as error:
        warn(str(error))
        return 1
    shutil.copy(SBOM, FOLDER / f"clearprop-server-{released}.cdx.json")
    files = sorted(path for path in FOLDER.iterdir() if path.is_file())
    sums = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    (FOLDER / "SHA256SUMS").write_text("".join(f"{sums[path]}  {path.name}\n" for path in files))
    for path in files:
        say(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
