"""Exports of networks and histories as files, written in chunks."""

from service.use_cases.exports.exports import Export, ExportFormat, Exports

__all__ = ["Export", "ExportFormat", "Exports"]
