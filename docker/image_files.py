"""Collects the files of the image into a folder: `image_files.py FOLDER`, in the stage `build`.

These are Python without the parts that no server uses, the environment of the server, and the
shared libraries that both load. Everything else of the base, such as a shell and the package
manager, is left out. Each package of the system that gave a file is recorded as in distroless
images, where scanners look for it, and with its licence.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

#: Parts of the standard library that need a screen, a compiler or the network to install packages.
UNUSED_IN_PYTHON = (
    "__phello__",
    "config-*",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "site-packages",
    "dist-packages",
    "test",
    "tkinter",
    "turtle.py",
    "turtledemo",
    "_test*.so",
    "_tkinter*.so",
    "_ctypes_test*.so",
    "xxlimited*.so",
    "_xxtestfuzz*.so",
)

#: Parts of packages that serve only their development, relative to the packages.
UNUSED_IN_PACKAGES = (
    "**/tests",
    "**/*.pyi",
    "**/*.pxd",
    "**/*.pyx",
    "**/*.h",
    "**/*.c",
    "**/*.cpp",
    "**/*.a",
    "numba/cuda/testing.py",
    "numpy/f2py",
    "onnx/backend/test",
    "onnx/fuzz",
    "onnx/test",
)

#: What servers and workers import: Python writes the byte code of these modules only.
WARM_UP = """\
import clearprop.cli.program, service.app, service.cli.serving, service.cli.working, service.work
from importlib.util import find_spec
if find_spec("psycopg"):
    import storage.postgres
if find_spec("ray"):
    import ray.util.client, service.ray.ray_cluster
"""

USER = 10001
PASSWD = f"""\
root:x:0:0:root:/nonexistent:/nonexistent
clearprop:x:{USER}:{USER}:clearprop:/data:/nonexistent
"""
GROUP = f"""\
root:x:0:
clearprop:x:{USER}:
"""


class Image:
    """The folder that becomes the root of the image."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def at(self, path: Path | str) -> Path:
        """Return where the absolute `path` is in the image."""
        return self.folder / str(path).lstrip("/")

    def add(self, path: Path, ignore: tuple[str, ...] = ()) -> None:
        """Copy a file or folder to the same path, and links together with what they point to."""
        path = path.parent.resolve() / path.name  # /lib is a link to /usr/lib
        place = self.at(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            if not place.is_symlink():
                place.symlink_to(path.readlink())
            self.add(path.parent / path.readlink())
        elif path.is_dir():
            shutil.copytree(path, place, symlinks=True, ignore=shutil.ignore_patterns(*ignore))
        elif not place.exists():
            shutil.copy2(path, place)

    def link_like_the_base(self) -> None:
        """Create the links of the base that lead to /usr, such as /lib64."""
        for link in Path("/").iterdir():
            if link.is_symlink() and str(link.readlink()).removeprefix("/").startswith("usr/"):
                target = self.at(link.resolve())
                target.mkdir(parents=True, exist_ok=True)
                self.at(link).symlink_to(link.readlink())

    def binaries(self) -> list[Path]:
        """Return the programs and shared libraries in the image."""
        return [
            path
            for path in self.folder.rglob("*")
            if path.is_file() and not path.is_symlink() and path.open("rb").read(4) == b"\x7fELF"
        ]


def prune(folder: Path, patterns: tuple[str, ...]) -> None:
    """Remove the files and folders that match the patterns."""
    for pattern in patterns:
        for path in list(folder.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def libraries(image: Image) -> set[Path]:
    """Return the libraries of the system that the binaries in the image load."""
    found: set[Path] = set()
    for binary in image.binaries():
        source = Path("/") / binary.relative_to(image.folder)
        told = _output("ldd", str(source))
        found.update(Path(path) for path in re.findall(r"(/\S+) \(0x", told))
    return found


def record_packages(image: Image) -> list[str]:
    """Record which packages of the system the files of the image are from, with their licences."""
    system = [
        str(Path("/") / path.relative_to(image.folder))
        for path in image.binaries()
        if not path.is_relative_to(image.at("/opt"))
    ]
    listed = _output("dpkg-query", "--search", *system)
    packages = sorted({line.partition(": ")[0].split(",")[0] for line in listed.splitlines()})
    for package in packages:
        name = package.partition(":")[0]
        status = image.at(f"/var/lib/dpkg/status.d/{name}")
        status.parent.mkdir(parents=True, exist_ok=True)
        status.write_text(_output("dpkg-query", "--status", package))
        licence = Path(f"/usr/share/doc/{name}/copyright")
        if licence.exists():
            image.at(licence.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy(licence, image.at(licence))
    return packages


def _output(*command: str) -> str:
    """Return the output of a program, which fails for files that it does not know."""
    # A fixed program of the base, with files of the image.
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603


def main(folder: Path) -> None:
    """Collect the files."""
    environment = Path(sys.prefix)
    prune(Path(sysconfig.get_path("purelib")), UNUSED_IN_PACKAGES)
    prune(environment, ("bin/[Aa]ctivate*", "include"))
    subprocess.run([sys.executable, "-P", "-c", WARM_UP], check=True, cwd="/")  # noqa: S603 (fixed)

    image = Image(folder)
    folder.mkdir()
    image.link_like_the_base()
    for link in (environment / "bin").glob("python*"):
        if link.readlink().is_absolute():
            image.add(link.readlink())
    image.add(Path(sysconfig.get_path("stdlib")), UNUSED_IN_PYTHON)
    image.add(environment)
    for library in libraries(image):
        image.add(library)
    for path in ("/etc/ssl/certs/ca-certificates.crt", "/usr/lib/ssl"):
        if Path(path).exists():
            image.add(Path(path))
    for path, text in (("/etc/passwd", PASSWD), ("/etc/group", GROUP)):
        image.at(path).write_text(text)
    for path in ("/dev", "/proc", "/sys", "/tmp"):  # noqa: S108 (mount points)
        image.at(path).mkdir()
    image.at("/tmp").chmod(0o1777)  # noqa: S108
    recorded = record_packages(image)
    size = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
    sys.stdout.write(f"{size:,} bytes, with files of {len(recorded)} packages of the system\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
