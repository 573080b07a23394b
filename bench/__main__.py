"""Measures, prints the figures and writes them to results.md: `make bench`.

`make bench ARGS=page` measures one part and replaces its section; bench/parts.py has all parts. The
engine takes two minutes, attacks ten, all parts half an hour. With more names it measures only
these, and prints: `ARGS='engine FANN "plain C"'` compares with these peers,
`ARGS='hostile listing'` runs one attack, `ARGS='cluster step'` measures one figure.
`ARGS=growth` draws how times grow with sizes, as bench/growth/figures.py says.
"""

import sys

from bench.growth import figures as growth
from bench.parts import PARTS, Part
from bench.report import RESULTS, section, with_section


def main() -> None:
    """Measure what the arguments name, or all parts."""
    match sys.argv[1:]:
        case ["growth", *names]:
            growth.main(*names)
        case []:
            for part in PARTS.values():
                _keep(part)
        case [name] if name in PARTS:
            _keep(PARTS[name])
        case [name, *names] if name in PARTS:
            sys.stdout.write(section(PARTS[name].measure(*names)) + "\n")
        case _:
            sys.exit(__doc__)


def _keep(part: Part) -> None:
    content = section(part.measure())
    RESULTS.write_text(with_section(RESULTS.read_text(), part.title, content))
    sys.stdout.write(f"## {part.title}\n\n{content}\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
