"""Writes the communities' table: one version for every entry that says something new of one."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from domain.decider import Entry
from domain.partnership import events as e
from domain.partnership.evolve import History
from projections.communities.community import (
    Community,
    first_known,
    known_from_others,
    known_further,
    named,
)
from projections.projection import CannotFollow, Connection, Place, Table
from projections.register.names import key, search_text
from projections.versions import add_versions, with_ends

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Community).decode

_KNOWN = """
    select recorded from {schema}.community_version{suffix}
    where community = any($1::text[]) and to_position = 9223372036854775807
"""
_COLUMNS = (
    *("community", "from_position", "to_position", "name_key", "search_text", "country"),
    "recorded",
)


class CommunitiesProjection:
    """See `Projection`; the table is described in tables.sql."""

    name = "communities"
    version = 2
    keyed_by: Literal["partnership", "community"] = "community"
    tables = (Table("community_version", ("community", "from_position")),)
    sql = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")
    handles = frozenset(
        {
            "partnership.proposal_submitted.v1",
            "partnership.legacy_recorded.v1",
            "partnership.record_corrected.v1",
        }
    )

    async def apply(
        self, batch: Sequence[Entry[History]], connection: Connection, place: Place
    ) -> None:
        touched = list(dict.fromkeys(one for entry in batch for one in _touched(entry.event)))
        rows = await connection.fetch(place.sql(_KNOWN), touched)
        known = {found.community: found for row in rows for found in [decode(row["recorded"])]}
        known_before = set(known)
        versions: dict[str, list[Community]] = {}
        for entry in batch:
            for found in _said(entry, known):
                if found is not known.get(found.community):
                    known[found.community] = found
                    _add(versions.setdefault(found.community, []), found)
        await add_versions(
            connection,
            place,
            self.tables[0],
            _COLUMNS,
            [_row(one, end) for found in versions.values() for one, end in with_ends(found)],
            ended={one: found[0].version for one, found in versions.items() if one in known_before},
        )


def _touched(event: History) -> tuple[str, ...]:
    match event:
        case e.ProposalSubmitted() | e.LegacyPartnershipRecorded():
            return (event.home.community, event.counterpart.community)
        case e.RecordCorrected() if event.community:
            return (event.community,)
        case _:
            return ()


def _said(entry: Entry[History], known: dict[str, Community]) -> Iterator[Community]:
    """The communities that the entry speaks of, with what it says."""
    match entry.event:
        case (
            e.ProposalSubmitted(home=home, counterpart=other)
            | e.LegacyPartnershipRecorded(home=home, counterpart=other)
        ):
            for party in (home, other):
                before = known.get(party.community)
                if before is None:
                    yield first_known(party, entry.position)
                elif entry.actor.community in ("", party.community):
                    yield known_further(before, party, entry.position)
                else:
                    yield known_from_others(before, party, entry.position)
        case e.RecordCorrected(field="party_name" | "party_country") as corrected:
            if corrected.community not in known:
                raise CannotFollow(entry.position, f"{corrected.community!r} is not recorded")
            before = known[corrected.community]
            if corrected.field == "party_name":
                after = named(before, corrected.value)
            else:
                after = replace(before, country=corrected.value)
            yield before if after == before else replace(after, version=entry.position)
        case _:
            return


def _add(found: list[Community], community: Community) -> None:
    """One version for each position, also where an entry names a community on both sides."""
    if found and found[-1].version == community.version:
        found.pop()
    found.append(community)


def _row(one: Community, to_position: int) -> tuple[object, ...]:
    return (
        one.community,
        one.version,
        to_position,
        key(one.name),
        search_text(one.community, one.name, *one.other_names),
        one.country,
        encode(one),
    )
