"""Measures everything, prints the figures and writes results.md: `make bench`.

`python -m bench engine` measures the engine alone, and only prints.
"""

import sys

from bench import engine, report, service


def main() -> None:
    """Run the measurements; all of them take some minutes, those of the engine two."""
    rows, table = engine.measure()
    if sys.argv[1:] == ["engine"]:
        sys.stdout.write(report.engine_text(rows, table))
    else:
        sys.stdout.write(report.write([*rows, *service.rows()], table))


if __name__ == "__main__":
    main()
