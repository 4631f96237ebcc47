"""Whether who asks has read the history that this register has; if not, what to tell them."""

from api.as_at import AsAt, as_at, written
from api.refusals import AnotherHistory
from api.services import Services


async def require(services: Services, read: AsAt, *, parameter: str = "", header: str = "") -> None:
    """Raise `AnotherHistory` where this register does not have the entry that was `read`."""
    if await as_at(services.ledger, read.position) != read:
        raise await another_history(services, read, parameter=parameter, header=header)


async def require_written(
    services: Services, text: str, *, parameter: str = "", header: str = ""
) -> None:
    """The same of `POSITION-LEAFHASH`; nothing where that is empty. Raises `RequestRefused` too."""
    if text:
        read = written(text, parameter=parameter, header=header)
        await require(services, read, parameter=parameter, header=header)


async def shared_until(services: Services, read: AsAt) -> int:
    """Up to which entry this register is surely the one in which an entry was `read`: its position
    where it stands; 0 where it does not, and nobody knows which were lost with it.
    """
    if await as_at(services.ledger, read.position) == read:
        return read.position
    first = await services.log.lost.first(read.position, read.leaf_hash)
    return 0 if first is None else first - 1


async def another_history(
    services: Services, read: AsAt, *, parameter: str = "", header: str = ""
) -> AnotherHistory:
    """What to tell whoever has read an entry that is not here, with all that is known of it."""
    return AnotherHistory(
        read.position,
        ends=(await services.ledger.head()).position,
        first=await services.log.lost.first(read.position, read.leaf_hash),
        parameter=parameter,
        header=header,
    )
