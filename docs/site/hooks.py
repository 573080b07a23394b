"""What MkDocs does beside its own work: mkdocs.yml names this module.

It adds the pages that are generated or outside of docs/, and the source files that documents link
to, and turns links between files of the repository into links between pages.
"""

import re
from pathlib import Path

import commands
import contract
from links import OUTSIDE, ROOT, SOURCES, links, page_of, path_of, with_links_of_the_site
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

#: Pages that a script writes.
GENERATED = {
    "reference/commands.md": commands.reference,
    "reference/contract.md": contract.reference,
}

#: What makes a browser load something from another server.
_EXTERNAL = re.compile(
    r'<(?:script|img|iframe|source)[^>]* src="?(https?:[^"> ]*)'
    r'|<link[^>]* rel="?(?:stylesheet|icon|preconnect)[^>]* href="?(https?:[^"> ]*)'
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not in docs/."""
    for page, write in GENERATED.items():
        files.append(File.generated(config, page, content=write()))
    for path, page in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / path).read_text()))
    for path in sorted(_linked_sources(files)):
        content = f"# {path}\n\n{_block(ROOT / path)}"
        files.append(File.generated(config, page_of(path), content=content))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - what MkDocs passes
    """Return a page with the links of the site."""
    uri = page.file.src_uri
    if uri in GENERATED or uri.startswith(SOURCES):
        return markdown
    return with_links_of_the_site(markdown, uri)


def _linked_sources(files: Files) -> set[str]:
    """Return the files of the repository outside of docs/ that documents link to."""
    return {
        path
        for file in files.documentation_pages()
        if file.src_uri not in GENERATED
        for path in links(file.content_string, path_of(file.src_uri))
        if page_of(path).startswith(SOURCES) and (ROOT / path).is_file()
    }


def _block(path: Path) -> str:
    """Return a file as a block of code."""
    language = {".proto": "protobuf", ".mjs": "js", ".py": "python"}.get(path.suffix)
    return f"```{language or path.suffix.removeprefix('.')}\n{path.read_text()}```\n"


def on_post_build(config: MkDocsConfig) -> None:
    """Fail if a page loads anything from another server."""
    for page in sorted(Path(config.site_dir).rglob("*.html")):
        if external := _EXTERNAL.search(page.read_text()):
            raise PluginError(f"{page.name} loads {external[1] or external[2]}")
