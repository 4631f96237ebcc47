"""Who has witnessed what the register's own database has, told beside what was signed of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters.notary.published import Published, PublishedLog
from api.verifier import twinledger_verify as standalone
from api.verifier.twinledger_verify import Key, NotVerified, Policy, Signed
from domain.transparency.errors import Malformed
from domain.transparency.note import VerifierKey, format_vkey
from domain.transparency.policy import AskedWitnesses, parse_policy

_FROM_A_FILE = "Whose signatures are asked for is what TWINLEDGER_WITNESSES names."
_FROM_THE_DATABASE = (
    "Whose signatures are asked for, and how many of them, is the database's own word: whoever "
    "stands outside names a policy of their own."
)


@dataclass(frozen=True)
class Witnesses:
    """Whom the register asks: `quorum` of those with these `keys`. `best` is what enough of them
    have signed, or else the last that is signed; `notes` say whose word this is.
    """

    keys: tuple[Key, ...]
    quorum: int
    best: Published
    notes: tuple[str, ...]

    def on(self, published: Published, logs: tuple[Key, ...]) -> Signed:
        """A checkpoint of `logs` with those of them that signed it. Raises `NotVerified` where one
        of the signatures is forged.
        """
        # They sign a moment later: they are named, and not waited for.
        signed = standalone.require_signed(published.cosigned, Policy(logs, self.keys))
        if signed.lacking is not None:
            raise signed.lacking
        return replace(signed, policy=Policy(logs, self.keys, self.quorum))

    def before(self, latest: Published, logs: tuple[Key, ...]) -> list[str]:
        """Up to which entry enough have signed, where that is before the `latest` checkpoint."""
        if self.best.size == latest.size:
            return []
        try:
            standalone.require_signed(self.best.note, Policy(logs))
        except NotVerified:  # by a former key, which is no fault
            return []
        signed = self.on(self.best, logs)
        if len(signed.witnesses) < max(self.quorum, 1):
            return []
        return [f"Up to entry {self.best.size:,}: {standalone.seen_by(signed)}."]


async def witnesses_of(
    log: PublishedLog, latest: Published, named: AskedWitnesses | None
) -> Witnesses:
    """Those that are `named`, or else those whom the notary asks as it has said in the database."""
    try:
        best = await log.best_over(1) or latest
        said = parse_policy((await log.policy(latest.origin)).decode())
    except Malformed as error:
        # Whoever can write the database must not be able to end the check with it.
        if named is None:
            unread = f"Whom the notary asks to witness cannot be read in the database: {error}"
            return Witnesses((), 0, latest, (unread,))
        best = latest
    else:
        if named is None:
            return _asked(said.witnesses, said.quorum, best, _FROM_THE_DATABASE)
    return _asked([one.key for one in named.witnesses], named.quorum, best, _FROM_A_FILE)


def _asked(keys: Sequence[VerifierKey], quorum: int, best: Published, source: str) -> Witnesses:
    asked = tuple(standalone.parse_key(format_vkey(key)) for key in keys)
    return Witnesses(asked, quorum, best, (source,) if asked else ())
