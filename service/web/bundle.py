"""The page in few files: its modules in one, its styles in one, each named by its content.

The page has more than a hundred modules, and a browser asks for them in as many steps as imports
are deep. Nothing needs to be built: the files are joined when somebody first asks for the page, and
again when one of them has changed. A module becomes a function that returns what it exports:

    import { a, b as c } from "./x.js";        const $2 = (() => { // look/y.js
    export const d = a + c;                    const { a, b: c } = $1;
                                               const d = a + c;
                                               return { d };
                                               })();

So modules may only have these forms of import and export. Those in `vendor`, which have others, are
files of their own, imported by their names in the import map.
"""

import json
import posixpath
import re
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

_IMPORT = re.compile(r'^import (?:(\w+)|\{([^}]*)\}) from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_STYLE = re.compile(r' *<link rel="stylesheet" href="/web/([^"]+)" />\n')
_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
_COMPONENTS = "components/components.js"
_ENTRY = re.compile(r'(?<=<script type="module" src=")/web/([^"]+)')


class Bundle(NamedTuple):
    """The page as it is served."""

    page: bytes
    components: bytes | None
    """The page that shows all components, if there is one."""
    import_map: bytes
    """The inline script of the page."""
    files: dict[str, bytes]
    """By their addresses, which change with their contents."""


def bundle(assets: Path) -> Bundle:
    """Join the files of a page.

    Raises:
        ValueError: if a module has another form of import or export, or imports itself through
            others.
    """
    index = (assets / "index.html").read_text()
    (entry,), (import_map,) = _ENTRY.findall(index), _MAP.findall(index)
    files: dict[str, bytes] = {}
    vendors = {
        name: _add(files, posixpath.basename(address), _read(assets, address))
        for name, address in json.loads(import_map)["imports"].items()
    }
    style = "".join(_read(assets, name) for name in _STYLE.findall(index))
    import_map = json.dumps({"imports": vendors})
    head = [
        f'<link rel="stylesheet" href="{_add(files, "page.css", style)}" />',
        f'<script type="importmap">{import_map}</script>',
        *(f'<link rel="modulepreload" href="{address}" />' for address in vendors.values()),
    ]
    index = _MAP.sub("\n    ".join(head), _STYLE.sub("", index))
    page = _ENTRY.sub(_add(files, "page.js", _Modules(assets).joined(entry)), index)
    components = None
    if (assets / _COMPONENTS).exists():
        joined = _Modules(assets).joined(_COMPONENTS)
        components = _ENTRY.sub(_add(files, "components.js", joined), index).encode()
    return Bundle(page.encode(), components, import_map.encode(), files)


class _Modules:
    """Modules that are joined."""

    def __init__(self, assets: Path) -> None:
        self._assets = assets
        self._names: dict[str, str | None] = {}  # None while what a module imports is joined
        self._vendors: dict[str, str] = {}
        self._joined: list[str] = []

    def joined(self, entry: str) -> str:
        """Return one module for this one and all that it imports."""
        self._name(entry)
        imports = [f'import * as {name} from "{path}";\n' for path, name in self._vendors.items()]
        return "".join(imports + self._joined)

    def _name(self, path: str) -> str:
        """Return the name of the object with the exports of a module."""
        if path not in self._names:
            self._names[path] = None
            code = self._function(path)
            self._names[path] = f"$m{len(self._joined)}"
            self._joined.append(f"const {self._names[path]} = (() => {{ // {path}\n{code}}})();\n")
        name = self._names[path]
        if name is None:
            raise ValueError(f"{path} imports itself, through other modules")
        return name

    def _function(self, path: str) -> str:
        code = _read(self._assets, path)

        def imported(found: re.Match[str]) -> str:
            default, names, source = found.groups()
            wanted = f"default: {default}" if default else names.replace(" as ", ": ")
            return f"const {{ {' '.join(wanted.split())} }} = {self._source(path, source)};\n"

        code = _IMPORT.sub(imported, code)
        exports = ", ".join(_EXPORT.findall(code))
        code = _EXPORT.sub("", code)
        if other := _OTHER.search(code):
            raise ValueError(f"{path} has an import or export of another form: {other[0]}")
        return f"{code}return {{ {exports} }};\n"

    def _source(self, path: str, source: str) -> str:
        if source.startswith("."):
            return self._name(posixpath.normpath(posixpath.join(posixpath.dirname(path), source)))
        return self._vendors.setdefault(source, f"$v{len(self._vendors)}")


def _read(assets: Path, address: str) -> str:
    return (assets / address.removeprefix("/web/")).read_text()


def _add(files: dict[str, bytes], name: str, content: str) -> str:
    """Add a file; return its address."""
    stem, _, kind = name.rpartition(".")
    encoded = content.encode()
    address = f"/web/{stem}.{sha256(encoded).hexdigest()[:16]}.{kind}"
    files[address] = encoded
    return address
