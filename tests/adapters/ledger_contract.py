"""What every ledger promises, whatever it stores things in. A test file gives the `ledger`."""

import asyncio
import hashlib
from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.errors import CommandKeyReused, ConditionFailed, NotCanonical
from domain.ports import Condition, Ledger, Receipt
from tests.adapters.submissions import CLERK, event, submission


class LedgerContract:
    async def test_an_empty_ledger_stands_at_0(self, ledger: Ledger) -> None:
        head = await ledger.head()

        assert (head.position, head.recorded_at, head.leaf_hash) == (0, None, bytes(32))
        assert await ledger.read_after(0, 10) == []

    async def test_positions_begin_at_1_and_have_no_gaps(self, ledger: Ledger) -> None:
        first = await ledger.append(submission(event("a"), event("a")))
        second = await ledger.append(submission(event("b")))

        assert (first.first_position, first.last_position) == (1, 2)
        assert (second.first_position, second.last_position) == (3, 3)
        assert [e.position for e in await ledger.read_after(0, 10)] == [1, 2, 3]

    async def test_what_was_appended_is_read_back_whole(self, ledger: Ledger) -> None:
        public = '{"city":"Paderborn","note":"since 836, \\"the oldest\\"","years":[836,1967]}'
        receipt = await ledger.append(
            submission(event("pair:b", "pair:a", public=public.encode(), effective="0836"), key="k")
        )

        (read,) = await ledger.read_after(0, 10)
        assert bytes(read.public) == public.encode()
        assert (read.actor, read.on_behalf_of, read.command) == (CLERK, "", "k")
        assert (read.type, read.effective) == ("partnership.activity_reported.v1", "0836")
        assert read.tags == ("pair:a", "pair:b")
        assert read.recorded_at == receipt.recorded_at
        assert read.leaf_hash == hashlib.sha256(b"\x00" + read.leaf).digest()

    async def test_a_receipt_has_the_leaf_hash_of_its_last_entry(self, ledger: Ledger) -> None:
        several = submission(event("a"), event("b"), key="several")
        receipts = await asyncio.gather(
            *(ledger.append(submission(event(tag))) for tag in "cde"), ledger.append(several)
        )

        hashes = {read.position: read.leaf_hash for read in await ledger.read_after(0, 10)}
        assert len(hashes) == 5
        assert [hashes[one.last_position] for one in receipts] == [o.leaf_hash for o in receipts]
        assert (await ledger.append(several)).leaf_hash == b"", "who repeats it reads it"

    async def test_the_head_is_the_last_event(self, ledger: Ledger) -> None:
        await ledger.append(submission(event("a"), event("a")))

        head, events = await ledger.head(), await ledger.read_after(0, 10)
        assert head.position == 2
        assert (head.recorded_at, head.leaf_hash) == (events[1].recorded_at, events[1].leaf_hash)

    async def test_an_act_counts_while_nothing_relevant_came_later(self, ledger: Ledger) -> None:
        await ledger.append(submission(event("pair:a")))
        await ledger.append(submission(event("pair:b")))

        receipt = await ledger.append(submission(event("pair:a"), unless="pair:a", after=1))

        assert receipt.first_position == 3

    async def test_an_act_on_old_knowledge_is_refused_and_told_what_came_later(
        self, ledger: Ledger
    ) -> None:
        for _ in range(3):
            await ledger.append(submission(event("pair:a")))
        await ledger.append(submission(event("pair:b")))

        with pytest.raises(ConditionFailed) as refusal:
            await ledger.append(submission(event("pair:a"), unless="pair:a", after=1))

        assert (refusal.value.after, refusal.value.position) == (1, 3)
        assert (await ledger.head()).position == 4

    async def test_any_tag_of_the_condition_is_enough_to_refuse(self, ledger: Ledger) -> None:
        await ledger.append(submission(event("x", "community:b")))
        either = Condition(frozenset({"community:a", "community:b"}), after=0)

        with pytest.raises(ConditionFailed):
            await ledger.append(replace(submission(event("pair:a|b")), condition=either))

    async def test_of_a_refused_act_nothing_is_stored(self, ledger: Ledger) -> None:
        await ledger.append(submission(event("pair:a")))

        with pytest.raises(ConditionFailed):
            await ledger.append(submission(event("c"), event("d"), unless="pair:a"))

        assert await ledger.read(frozenset({"c", "d"})) == []

    async def test_an_act_without_a_condition_is_never_in_conflict(self, ledger: Ledger) -> None:
        await ledger.append(submission(event("pair:a")))

        assert (await ledger.append(submission(event("pair:a")))).first_position == 2

    async def test_asking_again_with_the_same_key_gives_the_first_answer(
        self, ledger: Ledger
    ) -> None:
        first = await ledger.append(submission(event("a"), key="k", unless="a", reply=b"done"))
        again = await ledger.append(submission(event("a"), key="k", unless="a", reply=b"other"))

        assert not first.replayed
        assert again == Receipt(1, 1, first.recorded_at, b"done", replayed=True)
        assert (await ledger.head()).position == 1

    async def test_a_key_cannot_name_a_second_act(self, ledger: Ledger) -> None:
        await ledger.append(submission(event("a"), key="k", body="one"))

        with pytest.raises(CommandKeyReused, match="'k'"):
            await ledger.append(submission(event("a"), key="k", body="two"))

        assert (await ledger.head()).position == 1

    async def test_the_receipt_of_an_act_can_be_asked_for_again(self, ledger: Ledger) -> None:
        asked = submission(event("pair:a"), key="k")
        first = await ledger.append(asked)
        scope, digest = asked.command_scope, asked.digest

        again = replace(first, replayed=True, leaf_hash=b"")
        assert await ledger.receipt_of(scope, "k", digest) == again
        assert await ledger.receipt_of(scope, "other", digest) is None
        with pytest.raises(CommandKeyReused):
            await ledger.receipt_of(scope, "k", hashlib.sha256(b"another").digest())

    async def test_two_people_may_choose_the_same_key(self, ledger: Ledger) -> None:
        await ledger.append(submission(event("a"), key="k", scope="r-1"))

        receipt = await ledger.append(submission(event("a"), key="k", scope="r-2", body="another"))

        assert receipt.first_position == 2

    async def test_a_refused_act_does_not_use_up_its_key(self, ledger: Ledger) -> None:
        await ledger.append(submission(event("a")))
        with pytest.raises(ConditionFailed):
            await ledger.append(submission(event("a"), key="k", unless="a", after=0))

        receipt = await ledger.append(submission(event("a"), key="k", unless="a", after=1))

        assert (receipt.first_position, receipt.replayed) == (2, False)

    async def test_what_was_decided_on_what_is_there_is_recorded(self, ledger: Ledger) -> None:
        for after in range(3):
            read = await ledger.read(frozenset({"a"}))
            assert (read.up_to, read.leaf_hash) == (after, (await ledger.head()).leaf_hash)
            await ledger.append(
                submission(event("a"), unless="a", after=read.up_to, seen=read.leaf_hash)
            )

        assert (await ledger.head()).position == 3

    @pytest.mark.parametrize("after", [1, 2, 3])
    async def test_what_was_decided_in_another_history_is_refused(
        self, ledger: Ledger, after: int
    ) -> None:
        for _ in range(2):
            await ledger.append(submission(event("a")))
        decided = submission(event("b"), unless="b", after=after, seen=b"\x01" * 32)
        others = [ledger.append(submission(event(f"c:{n}"))) for n in range(3)]

        refused, *stored = await asyncio.gather(
            ledger.append(decided), *others, return_exceptions=True
        )

        assert isinstance(refused, ConditionFailed)
        assert all(isinstance(one, Receipt) for one in stored)
        assert (await ledger.head()).position == 5

    async def test_what_was_recorded_is_answered_also_to_who_decided_in_another_history(
        self, ledger: Ledger
    ) -> None:
        await ledger.append(submission(event("a"), key="k"))
        again = submission(event("a"), key="k", unless="a", after=1, seen=b"\x01" * 32)
        assert (await ledger.append(again)).replayed

    async def test_reading_by_tags_gives_each_event_once_and_in_order(self, ledger: Ledger) -> None:
        for tags in (("a", "b"), ("c",), ("b",), ("a",)):
            await ledger.append(submission(event(*tags)))

        events = await ledger.read(frozenset({"a", "b"}))

        assert [e.position for e in events] == [1, 3, 4]

    async def test_reading_by_tags_can_go_on_from_a_position(self, ledger: Ledger) -> None:
        for _ in range(3):
            await ledger.append(submission(event("a")))

        assert [e.position for e in await ledger.read(frozenset({"a"}), after=1)] == [2, 3]

    async def test_a_tag_that_nothing_has_reads_as_nothing(self, ledger: Ledger) -> None:
        await ledger.append(submission(event("a")))

        assert list(await ledger.read(frozenset({"b"}))) == []
        assert list(await ledger.read(frozenset())) == []

    async def test_reading_on_takes_at_most_as_many_as_asked(self, ledger: Ledger) -> None:
        await ledger.append(submission(*[event("a")] * 5))

        assert [e.position for e in await ledger.read_after(1, 3)] == [2, 3, 4]

    async def test_time_never_runs_back_along_positions(self, ledger: Ledger) -> None:
        for _ in range(5):
            await ledger.append(submission(event("a")))

        times = [e.recorded_at for e in await ledger.read_after(0, 10)]
        assert times == sorted(times)

    async def test_what_was_known_at_a_moment_is_the_prefix_recorded_by_then(
        self, ledger: Ledger
    ) -> None:
        receipts = [await ledger.append(submission(event("a"), event("a"))) for _ in range(4)]

        for receipt in receipts:
            known = await ledger.position_known_at(receipt.recorded_at)
            events = await ledger.read_after(0, 10)
            assert known == sum(e.recorded_at <= receipt.recorded_at for e in events)

    async def test_before_the_first_event_nothing_was_known(self, ledger: Ledger) -> None:
        receipt = await ledger.append(submission(event("a")))
        second = timedelta(seconds=1)

        assert await ledger.position_known_at(receipt.recorded_at - second) == 0
        assert await ledger.position_known_at(receipt.recorded_at + second) == 1

    async def test_an_act_that_cannot_be_written_down_exactly_stores_nothing(
        self, ledger: Ledger
    ) -> None:
        with pytest.raises(NotCanonical, match=r"events\[1\]\.public\.score"):
            await ledger.append(submission(event("a"), event("a", public=b'{"score":0.5}')))

        assert (await ledger.head()).position == 0

    async def test_an_event_that_does_not_say_what_happened_is_refused_alone_and_in_company(
        self, ledger: Ledger
    ) -> None:
        acts = [submission(event("a")), submission(event("b", type="")), submission(event("c"))]
        answers = await asyncio.gather(*map(ledger.append, acts), return_exceptions=True)

        assert [isinstance(answer, Receipt) for answer in answers] == [True, False, True]
        with pytest.raises(NotCanonical, match=r"events\[0\]\.type: is empty"):
            await ledger.append(acts[1])

    @pytest.mark.parametrize("tag", ["community:E\u0301vian", "community:\ud800"])
    async def test_a_condition_that_no_event_could_ever_break_is_refused(
        self, ledger: Ledger, tag: str
    ) -> None:
        with pytest.raises(NotCanonical, match=r"condition\.tags"):
            await ledger.append(submission(event("a"), unless=tag))

    async def test_an_act_without_events_is_not_an_act(self, ledger: Ledger) -> None:
        with pytest.raises(NotCanonical, match="events: is empty"):
            await ledger.append(submission())

    async def test_many_at_once_all_find_their_place(self, ledger: Ledger) -> None:
        receipts = await asyncio.gather(
            *[ledger.append(submission(event(f"t{n}"), unless=f"t{n}")) for n in range(100)]
        )

        assert sorted(r.first_position for r in receipts) == list(range(1, 101))
        for n, receipt in enumerate(receipts):
            (read,) = await ledger.read(frozenset({f"t{n}"}))
            assert read.position == receipt.first_position

    async def test_of_many_who_decide_on_the_same_knowledge_exactly_one_wins(
        self, ledger: Ledger
    ) -> None:
        answers = await asyncio.gather(
            *[ledger.append(submission(event("pair:a|b"), unless="pair:a|b")) for _ in range(30)],
            return_exceptions=True,
        )

        assert sum(isinstance(answer, Receipt) for answer in answers) == 1
        assert sum(isinstance(answer, ConditionFailed) for answer in answers) == 29
        assert (await ledger.head()).position == 1

    async def test_the_same_act_sent_many_times_at_once_happens_once(self, ledger: Ledger) -> None:
        act = submission(event("a"), key="k", unless="a", reply=b"done")

        receipts = await asyncio.gather(*[ledger.append(act) for _ in range(30)])

        assert {(r.first_position, r.reply) for r in receipts} == {(1, b"done")}
        assert sum(not r.replayed for r in receipts) == 1

    async def test_a_refused_act_does_not_harm_those_beside_it(self, ledger: Ledger) -> None:
        await ledger.append(submission(event("a"), key="old", body="old"))
        good = [submission(event(f"t{n}"), unless=f"t{n}") for n in range(10)]
        refused = [
            submission(event("x"), unless="a"),
            submission(event("x"), key="old", body="new"),
            submission(event("x", public=b'{"x":1.5}')),
        ]

        answers = await asyncio.gather(
            *[ledger.append(act) for act in [*good[:5], *refused, *good[5:]]],
            return_exceptions=True,
        )

        assert [type(answer) for answer in answers[5:8]] == [
            ConditionFailed,
            CommandKeyReused,
            NotCanonical,
        ]
        positions = [a.first_position for a in answers if isinstance(a, Receipt)]
        assert positions == list(range(2, 12))

    async def test_who_gives_up_waiting_does_not_disturb_the_others(self, ledger: Ledger) -> None:
        appends = [asyncio.ensure_future(ledger.append(submission(event("a")))) for _ in range(10)]
        await asyncio.sleep(0)
        appends[3].cancel()

        answers = await asyncio.gather(*appends, return_exceptions=True)

        assert sum(isinstance(answer, Receipt) for answer in answers) >= 9
        events = await ledger.read_after(0, 20)
        assert [e.position for e in events] == list(range(1, len(events) + 1))
