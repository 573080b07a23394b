"""Networks and histories as files: what a file holds, and how it is written piece by piece."""

from service.exporting.exports import Export, ExportFormat, Exports

__all__ = ["Export", "ExportFormat", "Exports"]
