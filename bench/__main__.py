"""Measures everything, prints the table and writes results.md: `make bench`."""

import sys

from bench import engine, report, service


def main() -> None:
    """Run all measurements; they take some minutes."""
    sys.stdout.write(report.write([*engine.rows(), *service.rows()]))


if __name__ == "__main__":
    main()
