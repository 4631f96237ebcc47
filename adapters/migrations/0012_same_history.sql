-- append() and append_private() as before, but that a decision which was read in another history is refused:
-- after a fail-over, positions alone do not tell that what was read is not there any more.

drop function {schema}.append_private(
    uuid[], bytea[], bytea[], int[], int[], timestamptz, bytea[], bytea[], int[],
    bigint[], bigint[], bigint[], bigint[], bigint[], int[], bigint[], bigint[], int[],
    int[], text[], bytea[]
);
drop function {schema}.append(
    uuid[], bytea[], bytea[], int[], int[], timestamptz, bytea[], bytea[], int[],
    bigint[], bigint[], bigint[], bigint[], bigint[], int[], bigint[], bigint[], int[]
);

-- Appends a group of submissions, all of them or none, in one transaction.
--
-- Arrays go together by length: keys to last_events hold one element per submission, where
-- first_events and last_events count the group's events from 1; leaves to tags_4 one element per
-- event; more_tags and more_tagged one per tag of an event beyond its fourth; condition_tags to
-- condition_submissions one per tag of a condition; seen_positions to seen_submissions one per condition
-- that says which leaf hash stood where it was read. Leaves say the time `proposed` at the byte
-- stamps_at, counted from 0, and have the hashes leaf_hashes. Where that time does not fit, another
-- takes its place, and the leaves are hashed here.
--
-- No submission of a group may touch what another's condition or key is about: all are judged by the
-- state before the group.
--
-- Answers with one row, 'appended', the head before and after, and the time. Or, if not every
-- submission can be appended, with the reasons: 'known' (with its first receipt and its first leaf),
-- 'reused', or 'conflict' with the latest position that broke one tag of a condition. Then nothing was
-- appended, and the others may come again without these. What is 'known' may be a 'conflict' too, by
-- its own events.
create function {schema}.append(
    keys uuid[], digests bytea[], replies bytea[], first_events int[], last_events int[],
    proposed timestamptz, leaves bytea[], leaf_hashes bytea[], stamps_at int[],
    tags_1 bigint[], tags_2 bigint[], tags_3 bigint[], tags_4 bigint[],
    more_tags bigint[], more_tagged int[],
    condition_tags bigint[], condition_afters bigint[], condition_submissions int[],
    seen_positions bigint[], seen_hashes bytea[], seen_submissions int[]
)
returns table (
    submission int, verdict text, from_position bigint, to_position bigint,
    at timestamptz, first_leaf bytea, first_reply bytea
)
language plpgsql volatile security definer
set search_path = {schema}, pg_temp
set plan_cache_mode = force_generic_plan -- else the arrays are planned anew in every call
as $$
declare
    base bigint;
    before timestamptz;
    stamp timestamptz = proposed;
    stamp_text bytea;
    clock timestamptz;
    later_than bigint;
begin
    -- From here to the commit no other append runs; each statement below sees all that the last
    -- holder of this lock committed (READ COMMITTED takes a new snapshot per statement).
    select h.size, h.recorded_at into strict base, before from head h for update;

    -- What has come since the decisions were made is mostly a few rows at the end of the ledger. Only
    -- where one of them may matter, a decision is old, or a key is known, reasons are looked for.
    -- LIMIT has them read along positions: a plan that is made once for every call believes that a
    -- third of all rows are later, and would ask the tags' indexes for each tag instead.
    select min(u.after) into later_than from unnest(condition_afters) u (after);
    if later_than < base - 1000
        or exists (
            select from (
                select * from event n where n.position > later_than
                order by n.position limit 1000
            ) e
            where e.tag_1 = any(condition_tags) or e.tag_2 = any(condition_tags)
               or e.tag_3 = any(condition_tags) or e.tag_4 = any(condition_tags)
        )
        or exists (
            select from event_tag t where t.tag = any(condition_tags) and t.position > later_than
        )
        or exists (select from command_key k where k.key = any(keys))
        -- A server that took over may lack what was read of the one before, and have other events there.
        or exists (
            select from unnest(seen_positions, seen_hashes) s (place, hash)
            left join lateral (
                select n.leaf_hash from event n where n.position = s.place limit 1
            ) e on true
            where e.leaf_hash is distinct from s.hash
        )
    then
        -- LIMIT keeps each look-up an index probe, also where a plan was made while a table was empty.
        return query
        select s.n::int, case when k.digest = s.digest then 'known' else 'reused' end,
               k.first_position, k.last_position, e.recorded_at, e.leaf, k.reply
        from unnest(keys, digests) with ordinality s (key, digest, n)
        cross join lateral (select * from command_key c where c.key = s.key limit 1) k
        cross join lateral (select * from event f where f.position = k.first_position limit 1) e
        union all
        select t.submission, 'conflict', null, t.latest, null, null, null
        from (
            select c.submission, greatest(
                (select e.position from event e where e.tag_1 = c.tag and e.position > c.after
                 order by e.position desc limit 1),
                (select e.position from event e where e.tag_2 = c.tag and e.position > c.after
                 order by e.position desc limit 1),
                (select e.position from event e where e.tag_3 = c.tag and e.position > c.after
                 order by e.position desc limit 1),
                (select e.position from event e where e.tag_4 = c.tag and e.position > c.after
                 order by e.position desc limit 1),
                (select m.position from event_tag m where m.tag = c.tag and m.position > c.after
                 order by m.position desc limit 1)
            ) as latest
            from unnest(condition_tags, condition_afters, condition_submissions)
                 c (tag, after, submission)
        ) t
        where t.latest is not null
        union all
        select s.number, 'conflict', null, base, null, null, null
        from unnest(seen_positions, seen_hashes, seen_submissions) s (place, hash, number)
        left join lateral (
            select n.leaf_hash from event n where n.position = s.place limit 1
        ) e on true
        where e.leaf_hash is distinct from s.hash;
        if found then
            return;
        end if;
    end if;

    -- Time never runs back along positions, and it is the database's, whatever the clocks of those
    -- who append say. Theirs mostly agrees, and then nothing is hashed while the head is locked.
    clock = clock_timestamp();
    if not (stamp >= before and stamp between clock - interval '1 s' and clock + interval '1 s') then
        stamp = greatest(before, clock);
        stamp_text = convert_to(
            to_char(stamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'UTF8'
        );
        select array_agg(s.leaf order by s.n), array_agg(sha256('\x00'::bytea || s.leaf) order by s.n)
        into leaves, leaf_hashes
        from (
            select u.n, overlay(u.leaf placing stamp_text from u.stamp_at + 1) as leaf
            from unnest(leaves, stamps_at) with ordinality u (leaf, stamp_at, n)
        ) s;
    end if;

    to_position = base + cardinality(leaves);
    with appended as (
        insert into event (position, recorded_at, tag_1, tag_2, tag_3, tag_4, leaf, leaf_hash)
        select generate_series(base + 1, to_position), stamp, unnest(tags_1), unnest(tags_2),
               unnest(tags_3), unnest(tags_4), unnest(leaves), unnest(leaf_hashes)
    ), keyed as (
        insert into command_key (key, first_position, last_position, digest, reply)
        select unnest(keys), base + unnest(first_events), base + unnest(last_events),
               unnest(digests), unnest(replies)
    )
    update head h set size = to_position, recorded_at = stamp,
                      leaf_hash = leaf_hashes[cardinality(leaf_hashes)];
    if cardinality(more_tags) > 0 then
        insert into event_tag (tag, position)
        select unnest(more_tags), base + unnest(more_tagged);
    end if;

    verdict = 'appended';
    from_position = base;
    at = stamp;
    -- Wakes whoever listens; who missed it finds out by asking for what is after its position. Who
    -- reads along while appends come this fast asks again by itself.
    if stamp > before + interval '20 ms' then
        perform pg_notify('{schema}', '');
    end if;
    return next;
end
$$;

-- append() with private values, in one transaction with it: element n of the last three arrays is the
-- field `private_fields[n]` of the group's event `private_events[n]`, counted from 1. It answers as
-- append() does; where nothing was appended, nothing is kept.
create function {schema}.append_private(
    keys uuid[], digests bytea[], replies bytea[], first_events int[], last_events int[],
    proposed timestamptz, leaves bytea[], leaf_hashes bytea[], stamps_at int[],
    tags_1 bigint[], tags_2 bigint[], tags_3 bigint[], tags_4 bigint[],
    more_tags bigint[], more_tagged int[],
    condition_tags bigint[], condition_afters bigint[], condition_submissions int[],
    seen_positions bigint[], seen_hashes bytea[], seen_submissions int[],
    private_events int[], private_fields text[], ciphertexts bytea[]
)
returns table (
    submission int, verdict text, from_position bigint, to_position bigint,
    at timestamptz, first_leaf bytea, first_reply bytea
)
language plpgsql volatile security definer
set search_path = {schema}, pg_temp
as $$
begin
    for submission, verdict, from_position, to_position, at, first_leaf, first_reply in
        select a.* from append(
            keys, digests, replies, first_events, last_events, proposed, leaves, leaf_hashes,
            stamps_at, tags_1, tags_2, tags_3, tags_4, more_tags, more_tagged,
            condition_tags, condition_afters, condition_submissions,
            seen_positions, seen_hashes, seen_submissions
        ) a
    loop
        if verdict = 'appended' then
            insert into private_value (position, field, ciphertext)
            select from_position + u.event, u.field, u.ciphertext
            from unnest(private_events, private_fields, ciphertexts) u (event, field, ciphertext);
        end if;
        return next;
    end loop;
end
$$;

revoke all on all functions in schema {schema} from public;
grant execute on function {schema}.append to {app_role};
grant execute on function {schema}.append_private to {app_role};
