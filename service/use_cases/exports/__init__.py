"""Networks and histories as files: what a file holds, and how it is written piece by piece."""

from service.use_cases.exports.exports import Export, ExportFormat, Exports

__all__ = ["Export", "ExportFormat", "Exports"]
