"""The notary: grows the tree over the ledger, signs its root, and never signs two stories.

It believes its own state file and what it has hashed itself. Whatever fails, it signs nothing more
until `load` has read every entry again and found the root that it signed last.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from adapters.notary.entries import StoredEntries
from adapters.notary.errors import (
    AnotherNotary,
    EntryMissing,
    LedgerBehind,
    LedgerForked,
    NotContinued,
    NotDurable,
    StateRefused,
    TileChanged,
)
from adapters.notary.growing import GrowingTree, TileHash
from adapters.notary.published import Published, PublishedLog, signed_elsewhere
from adapters.notary.state import NotaryState, StateFile
from adapters.signing.ed25519 import verify
from domain.transparency.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from domain.transparency.errors import NotProven
from domain.transparency.note import Signer, format_note, parse_note, sign_note, verify_note
from domain.transparency.proofs import verify_consistency

MOST = 1 << 20  # entries between two signatures
_COMPARED = 4_096  # tile hashes in memory before they are compared with the stored ones

Progress = Callable[[int, int], None]


class Signed(Struct, frozen=True):
    """Up to where the ledger is signed, and whether it goes on behind that."""

    size: int
    more: bool


class Notary:
    """Signs for one ledger with `signers`, whose keys bear one origin; the first is its own.

    `state` belongs to it alone. Not for use by two tasks at once.
    """

    def __init__(
        self,
        entries: StoredEntries,
        log: PublishedLog,
        state: StateFile,
        signers: Sequence[Signer],
    ) -> None:
        self._entries, self._log, self._file, self._signers = entries, log, state, signers
        self._origin = signers[0].key.name
        self._state: NotaryState | None = None

    async def load(self, progress: Progress | None = None) -> Signed:
        """Read and hash every signed entry, and compare with what was signed and published.

        What was signed and not published is published; what was published and is not in the state
        is taken into it. Raises a `NotaryStopped`, and then nothing may be signed.
        """
        self._state = None
        state = self._file.load() or NotaryState(self._origin)
        if state.origin != self._origin:
            raise StateRefused(
                f"The notary's state is that of {state.origin}, its key is of {self._origin}.",
                "Put the file of the state and the key back from one copy.",
            )
        self._require_own(state.note)
        published = await self._log.latest()
        theirs = self._read(published, state)
        stored = published.size if published else 0
        ends, _ = await self._entries.end(0)
        if ends < max(state.size, theirs.size if theirs else 0):
            raise LedgerBehind(ends=ends, signed=max(state.size, theirs.size if theirs else 0))

        tree, made = GrowingTree(), []
        signed = {(state.size, state.root)} | ({(theirs.size, theirs.root)} if theirs else set())
        last_leaf, whole = b"", max(size for size, _ in signed)
        remembered = whole  # up to where the folder has the leaf hashes of what was signed
        for size, root in sorted(signed):
            async for hashes in self._entries.hashes(tree.size, size, _of(whole, progress)):
                if self._file.leaves.read(tree.size, tree.size + len(hashes)) != hashes:
                    remembered = min(remembered, tree.size)
                tree.grow(hashes)
                last_leaf = hashes[-1]
                made += tree.taken()
                if len(made) >= _COMPARED:
                    made = await self._compared(made, stored)
            made = await self._compared(made, stored)  # first: it says where
            if tree.root() != root:
                raise LedgerForked(signed=size)
        if state.size == tree.size and state.last_leaf != last_leaf:
            raise LedgerForked(signed=state.size)
        await self._remember(remembered, whole)

        if theirs is not None and published is not None and theirs.size > state.size:
            # The state was set back, or is new: what was published is signed for ever.
            state = NotaryState(
                self._origin, tree.state(), last_leaf, published.note, state.follows
            )
            self._file.save(state)
        elif state.size and (theirs is None or theirs.size < state.size):
            # It stopped between its state and the publishing, which is made up for now.
            await self._publish(state, made)
        self._state = state
        return Signed(state.size, ends > state.size)

    async def step(self) -> Signed:
        """Sign what has come since, at most `MOST` entries; does nothing where that is nothing.

        Raises `NotDurable`, and then it may be tried again, for nothing was begun. Raises another
        `NotaryStopped` or whatever else failed; after that, only `load` helps.
        """
        if self._state is None:
            raise StateRefused("The notary has not loaded.", "Load it, and sign then.")
        # Whatever fails from here on, nothing is signed before the next load.
        before, self._state = self._state, None
        ends, last_leaf = await self._entries.end(before.size)
        if ends < before.size:
            raise LedgerBehind(ends=ends, signed=before.size)
        if before.size and last_leaf != before.last_leaf:
            raise LedgerForked(signed=before.size)
        up_to = min(ends, before.size + MOST)
        if up_to == before.size:
            self._state = before
            return Signed(before.size, more=False)
        _, waited_for = await self._entries.end(up_to)
        try:
            await self._entries.durable()
        except NotDurable:
            self._state = before
            raise

        tree, last_leaf = GrowingTree(before.tree), before.last_leaf
        try:
            async for hashes in self._entries.hashes(before.size, up_to):
                self._file.leaves.write(tree.size, hashes)
                tree.grow(hashes)
                last_leaf = hashes[-1]
        except EntryMissing as error:
            ends, there = await self._entries.end(error.position)
            if ends >= error.position and there is None:
                raise
            # A fail-over came between: what is missing was not signed, and nobody was promised it.
            self._state = before
            raise NotDurable from error
        if last_leaf != waited_for:  # or others came in their place, which may be there alone
            self._state = before
            raise NotDurable
        self._file.leaves.keep()
        made = tree.taken()
        try:
            # By another way than the tree was grown: by what outsiders will be shown.
            verify_consistency(
                old_size=before.size,
                old_root=before.root,
                new_size=up_to,
                new_root=tree.root(),
                proof=await self._log.consistency(before.size, up_to, made),
            )
        except NotProven as error:
            if (await self._entries.end(up_to))[1] == waited_for:
                raise NotContinued(signed=before.size) from error
            # A fail-over came between, as above: what was not signed is not the same any more.
            self._state = before
            raise NotDurable from error
        text = format_checkpoint(Checkpoint(self._origin, up_to, tree.root()))
        note = format_note(sign_note(text, self._signers))
        after = NotaryState(self._origin, tree.state(), last_leaf, note, before.follows)
        # The point of no return is the state, not the publishing. If this ends here, nobody has
        # seen the signature and any root may still be signed for this size. If it ends right after,
        # the next load finds the note in the state and publishes that one, never another.
        self._file.save(after)
        await self._publish(after, made)
        self._state = after
        return Signed(up_to, ends > up_to)

    async def _remember(self, after: int, up_to: int) -> None:
        """Write the leaf hashes of these entries, which are proven, into the folder."""
        if after >= up_to:
            return
        async for hashes in self._entries.hashes(after, up_to):
            self._file.leaves.write(after, hashes)
            after += len(hashes)
        self._file.leaves.keep()

    async def _publish(self, state: NotaryState, made: Sequence[TileHash]) -> None:
        checkpoint = state.checkpoint()
        assert checkpoint is not None  # noqa: S101 - both callers have signed one
        keys = [signer.key for signer in self._signers]
        await self._log.publish(checkpoint, state.note, made, keys, follows=state.follows)

    async def _compared(self, made: list[TileHash], stored: int) -> list[TileHash]:
        """Compare tile hashes with those stored beside a tree of `stored` leaves; the others."""
        fresh = [one for one in made if one.entries[1] > stored]
        for level in {one.level for one in made}:
            own = [one for one in made if one.level == level and one.entries[1] <= stored]
            if not own:
                continue
            found = await self._log.tile_hashes(level, own[0].index, own[-1].index + 1)
            for one in own:
                if found.get(one.index) != one.hash:
                    first, last = one.entries
                    raise TileChanged(first=first, last=last)
        return fresh

    def _read(self, published: Published | None, state: NotaryState) -> Checkpoint | None:
        """The published checkpoint, if it is of this log; raises where it is another notary's."""
        if published is None or published.origin == state.follows:
            return None
        if published.origin != self._origin:
            raise signed_elsewhere(published.origin)
        self._require_own(published.note)
        return parse_checkpoint(parse_note(published.note).text)

    def _require_own(self, note: bytes) -> None:
        """Raise unless a note was signed by a key of this notary, or there is none."""
        try:
            own = not note or verify_note(
                parse_note(note), [signer.key for signer in self._signers], verify
            )
        except NotProven as error:
            raise AnotherNotary(error.problem, error.remedy) from error
        if not own:
            raise AnotherNotary(
                f"The last checkpoint of {self._origin} was signed by a key that is not here.",
                "Put the notary's folder back whole, from one copy.",
            )


def _of(whole: int, progress: Progress | None) -> Progress | None:
    """`progress` over the whole, where the entries are read in parts."""
    return None if progress is None else lambda done, _: progress(done, whole)
