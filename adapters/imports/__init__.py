"""Import files: read, checked as a whole before anything is recorded, then row by row."""

from adapters.imports.relations import Listed, Origin, RefusedRow, Relations, open_relations

__all__ = ["Listed", "Origin", "RefusedRow", "Relations", "open_relations"]
