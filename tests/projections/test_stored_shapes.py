"""What is stored in the tables changes only together with the version that has them built again."""

import hashlib
from typing import get_args

import msgspec

from domain.partnership.state import Known
from projections.all import PROJECTIONS
from projections.dossier.dossier import Dossier
from projections.views import TimelineItem


def shape(*types: object) -> str:
    """A digest over all fields and types, without what their docstrings say."""
    _, parts = msgspec.json.schema_components(types, ref_template="{name}")
    return hashlib.sha256(msgspec.json.encode(_bare(parts), order="sorted")).hexdigest()[:16]


def _bare(part: object) -> object:
    if isinstance(part, dict):
        return {key: _bare(value) for key, value in part.items() if key != "description"}
    return [_bare(value) for value in part] if isinstance(part, list) else part


def test_a_changed_shape_goes_with_a_higher_version() -> None:
    """Where this fails: raise `version` of both projections, and write the new shape here."""
    found = shape(*get_args(Known), Dossier, TimelineItem)
    versions = {projection.name: projection.version for projection in PROJECTIONS}
    assert (versions["register"], versions["timeline"]) == (6, 7)
    assert found == "3cea8509aed7f218"
