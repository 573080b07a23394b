"""Measures everything, prints the figures and writes results.md: `make bench`.

`make bench ARGS=engine` measures the engine alone, and only prints; with names of those that are to
take part, such as `ARGS='engine ours FANN "plain C"'`, only them. `ARGS=hostile` attacks a server,
which takes ten minutes; with names of attacks, it only prints these. `ARGS=cluster` measures
several servers and workers; with names of figures, it only prints these. `ARGS=growth` draws how
times grow with sizes, as bench/growth/figures.py says.
"""

import sys

from bench import (
    access,
    at_once,
    crowd,
    engine,
    history,
    hostile,
    insight,
    migrating,
    page,
    page_memory,
    page_scrubbing,
    page_watching,
    report,
    rest,
    service,
    validating,
    watching,
)
from bench.cluster import figures
from bench.growth import figures as growth


def main() -> None:
    """Run the measurements; all of them take some minutes, those of the engine two."""
    match sys.argv[1:]:
        case ["hostile", *names]:
            hostile.main(*names)
        case ["cluster", *names]:
            figures.main(*names)
        case ["growth", *names]:
            growth.main(*names)
        case ["engine", *names]:
            sys.stdout.write(report.engine_text(*engine.measure(names)))
        case []:
            rows, table = engine.measure()
            rows += validating.rows()
            for part in (
                *(service, at_once, page, page_watching, page_memory, page_scrubbing),
                *(access, rest, watching, crowd, insight),
            ):
                rows += part.rows()
            rows += [*history.rows(), *migrating.rows()]
            figures.main()
            sys.stdout.write(report.write(rows, table))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
