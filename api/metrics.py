"""`/metrics`: is all that is recorded shown? In Prometheus' text format, public facts only."""

from collections.abc import Iterable, Iterator, Mapping

from litestar import Response, route

from adapters.notary.standing import Standing
from adapters.witness.witnessing import Witnessing
from api.requests import READ, HttpRequest, services_of
from projections.census import Census

_FORMAT = "text/plain; version=0.0.4"
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@route("/metrics", http_method=READ)
async def metrics(request: HttpRequest) -> Response[bytes]:
    """Head, cursors, and events by type, so that a monitor sees what is behind or unaccounted; and
    up to where it is signed.
    """
    services = services_of(request)
    census = await services.censuses.take()
    told = (
        *lines(census),
        *signing(await services.standing(), census.size),
        *witnessed(await services.witnessing()),
        *_gauge(
            "twinledger_erasures_pending",
            "Erased private values of which a key is still to be destroyed.",
            [({}, await services.erasures.count())],
        ),
    )
    text = "".join(f"{line}\n" for line in told)
    return Response(text.encode(), media_type=_FORMAT)


def lines(census: Census) -> Iterator[str]:
    """The exposition format, version 0.0.4."""
    found = census.projections
    yield from _gauge(
        "twinledger_ledger_entries", "Entries that are recorded.", [({}, census.size)]
    )
    yield from _gauge(
        "twinledger_ledger_entries_counted",
        "Up to which entry twinledger_recorded_events has counted.",
        [({}, census.recorded_to)],
    )
    yield from _gauge(
        "twinledger_recorded_events",
        "Events in the ledger by type.",
        [({"type": kind}, number) for kind, number in census.recorded.items()],
    )
    yield from _gauge(
        "twinledger_projection_position",
        "The last entry that a read model has read.",
        [({"projection": one.projection}, one.position) for one in found],
    )
    yield from _gauge(
        "twinledger_projection_lag",
        "Entries that a read model has still to read.",
        [({"projection": one.projection}, max(0, census.size - one.position)) for one in found],
    )
    yield from _gauge(
        "twinledger_projection_events",
        "Events that a read model has counted, by type.",
        [
            ({"projection": one.projection, "type": kind}, number)
            for one in found
            for kind, number in one.counted.items()
        ],
    )
    yield from _gauge(
        "twinledger_parked_events",
        "Entries that a read model cannot show yet.",
        [({"projection": one.projection}, one.parked) for one in found],
    )
    yield from _gauge(
        "twinledger_parked_keys",
        "Partnerships or communities that are incomplete in a read model.",
        [({"projection": one.projection}, one.parked_keys) for one in found],
    )
    yield from _gauge(
        "twinledger_unaccounted_events",
        "Entries read that are neither counted nor parked: 0, or something is wrong.",
        [({"projection": one.projection}, one.unaccounted) for one in found],
    )


def signing(standing: Standing, size: int) -> Iterator[str]:
    """What the notary has signed of a ledger of `size` entries, and whether something stops it."""
    yield from _gauge(
        "twinledger_signed_entries", "Entries that are signed.", [({}, standing.signed)]
    )
    yield from _gauge(
        "twinledger_signing_lag",
        "Entries that are still to be signed.",
        [({}, max(0, size - standing.signed))],
    )
    yield from _gauge(
        "twinledger_notary_stopped",
        "1 while the notary signs nothing, as /healthz says why.",
        [({}, int(bool(standing.notice.problem)))],
    )
    yield from _gauge(
        "twinledger_read_only",
        "1 while no act is taken, because the ledger is not the one that was signed.",
        [({}, int(standing.notice.closes))],
    )


def witnessed(witnessing: Witnessing) -> Iterator[str]:
    """What the witnesses that are asked have signed, and whether one has signed another history."""
    yield from _gauge(
        "twinledger_witnessed_entries",
        "Entries that enough witnesses have signed.",
        [({}, witnessing.size)],
    )
    yield from _gauge(
        "twinledger_witness_entries",
        "Entries that each witness has signed.",
        [({"witness": one.name}, one.size) for one in witnessing.witnesses],
    )
    yield from _gauge(
        "twinledger_witness_conflicts",
        "Witnesses that have signed another history, as /healthz names them.",
        [({}, len(witnessing.conflicts))],
    )


def _gauge(name: str, told: str, values: Iterable[tuple[Mapping[str, str], int]]) -> Iterator[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} gauge"
    for labels, value in values:
        inside = ",".join(f'{key}="{text.translate(_ESCAPED)}"' for key, text in labels.items())
        yield f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"
