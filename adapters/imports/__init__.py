"""Import files: read, checked as a whole before anything is recorded, then row by row."""

from adapters.imports.columns import Said, read_said
from adapters.imports.mappings import PostgresMappings
from adapters.imports.relations import (
    Listed,
    Origin,
    Place,
    RefusedRow,
    Relations,
    open_relations,
)
from adapters.imports.scratch import Scratch

__all__ = [
    "Listed",
    "Origin",
    "Place",
    "PostgresMappings",
    "RefusedRow",
    "Relations",
    "Said",
    "Scratch",
    "open_relations",
    "read_said",
]
