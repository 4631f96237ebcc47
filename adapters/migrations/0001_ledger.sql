-- The ledger of one authority: dense positions, append only, conditional.
-- {app_role} may call append() and read; it cannot write a row in any other way. Why each piece is as
-- it is stands in adapters/ledger/README.md.

-- The one row that everything appended passes through. Its lock is what makes positions dense and
-- makes the order of positions the order of commits.
create table {schema}.head (
    size bigint not null,
    recorded_at timestamptz not null,
    leaf_hash bytea not null
);
insert into {schema}.head (size, recorded_at, leaf_hash)
values (0, '-infinity', decode(repeat('00', 32), 'hex'));

-- Nothing is true that is not in `leaf`; the other columns only find it.
create table {schema}.event (
    position bigint primary key,
    id uuid not null,
    type text not null,
    recorded_at timestamptz not null,
    leaf bytea not null check (octet_length(leaf) <= 65535),
    leaf_hash bytea not null
);
alter table {schema}.event alter column leaf set storage external;

-- `tag` is the first 8 bytes of the SHA-256 of the tag's text. Two texts that share them could cause
-- a refusal that was not needed, never an append that should have been refused.
create table {schema}.event_tag (
    tag bigint not null,
    position bigint not null,
    primary key (tag, position)
);

-- What every command said and got, for ever. `key` is the first 16 bytes of the SHA-256 of its scope
-- and key, `digest` the SHA-256 of its body.
create table {schema}.command_key (
    key uuid primary key,
    first_position bigint not null,
    last_position bigint not null,
    digest bytea not null,
    reply bytea not null
);

create function {schema}.refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception 'the ledger is append only: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege',
              hint = 'What was recorded stays. Append an event that corrects it.';
end
$$;

create trigger append_only before update or delete or truncate on {schema}.event
for each statement execute function {schema}.refuse_change();
create trigger append_only before update or delete or truncate on {schema}.event_tag
for each statement execute function {schema}.refuse_change();
create trigger append_only before update or delete or truncate on {schema}.command_key
for each statement execute function {schema}.refuse_change();
create trigger append_only before insert or delete or truncate on {schema}.head
for each statement execute function {schema}.refuse_change();
-- ALWAYS: also for the owner, for a superuser, and where session_replication_role is 'replica'.
alter table {schema}.event enable always trigger append_only;
alter table {schema}.event_tag enable always trigger append_only;
alter table {schema}.command_key enable always trigger append_only;
alter table {schema}.head enable always trigger append_only;

-- Appends a group of submissions, all of them or none, in one transaction.
--
-- Arrays go together by length: keys to last_events hold one element per submission, where
-- first_events and last_events count the group's events from 1; ids to stamps_at one element per
-- event; event_tags and tagged_events one per tag of an event; condition_tags to
-- condition_submissions one per tag of a condition. Leaves say the time `proposed` at the byte
-- stamps_at, counted from 0, and have the hashes leaf_hashes. Where that time does not fit, another
-- takes its place, and the leaves are hashed here.
--
-- No submission of a group may touch what another's condition or key is about: all are judged by the
-- state before the group.
--
-- Answers with one row, 'appended', the head before and after, and the time. Or, if not every
-- submission can be appended, with the reasons: 'known' (with its first receipt), 'reused', or
-- 'conflict' with the latest position that broke one tag of a condition. Then nothing was appended,
-- and the others may come again without these. What is 'known' may be a 'conflict' too, by its own
-- events.
create function {schema}.append(
    keys uuid[], digests bytea[], replies bytea[], first_events int[], last_events int[],
    proposed timestamptz,
    ids uuid[], types text[], leaves bytea[], leaf_hashes bytea[], stamps_at int[],
    event_tags bigint[], tagged_events int[],
    condition_tags bigint[], condition_afters bigint[], condition_submissions int[]
)
returns table (
    submission int, verdict text, from_position bigint, to_position bigint,
    at timestamptz, first_id uuid, first_reply bytea
)
language plpgsql volatile security definer
set search_path = {schema}, pg_temp
set plan_cache_mode = force_generic_plan -- else the arrays are planned anew in every call
as $$
declare
    base bigint;
    stamp timestamptz;
    stamp_text bytea;
    clock timestamptz;
begin
    -- From here to the commit no other append runs; each statement below sees all that the last
    -- holder of this lock committed (READ COMMITTED takes a new snapshot per statement).
    select h.size, h.recorded_at into strict base, stamp from head h for update;

    -- LIMIT keeps each look-up an index probe, also where a plan was made while a table was empty.
    return query
    select s.n::int, case when k.digest = s.digest then 'known' else 'reused' end,
           k.first_position, k.last_position, e.recorded_at, e.id, k.reply
    from unnest(keys, digests) with ordinality s (key, digest, n)
    cross join lateral (select * from command_key c where c.key = s.key limit 1) k
    cross join lateral (select * from event f where f.position = k.first_position limit 1) e
    union all
    select c.submission, 'conflict', null, t.position, null, null, null
    from unnest(condition_tags, condition_afters, condition_submissions) c (tag, after, submission)
    cross join lateral (
        select l.position from event_tag l where l.tag = c.tag and l.position > c.after
        order by l.position desc limit 1
    ) t;
    if found then
        return;
    end if;

    -- Time never runs back along positions, and it is the database's, whatever the clocks of those
    -- who append say. Theirs mostly agrees, and then nothing is hashed while the head is locked.
    clock = clock_timestamp();
    if proposed >= stamp and proposed between clock - interval '1 s' and clock + interval '1 s' then
        stamp = proposed;
        insert into event (position, id, type, recorded_at, leaf, leaf_hash)
        select generate_series(base + 1, base + cardinality(ids)), unnest(ids), unnest(types),
               stamp, unnest(leaves), unnest(leaf_hashes);
    else
        stamp = greatest(stamp, clock);
        stamp_text = convert_to(
            to_char(stamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'UTF8'
        );
        insert into event (position, id, type, recorded_at, leaf, leaf_hash)
        select e.position, e.id, e.type, stamp, e.leaf, sha256('\x00'::bytea || e.leaf)
        from (
            select generate_series(base + 1, base + cardinality(ids)) as position,
                   unnest(ids) as id, unnest(types) as type,
                   overlay(unnest(leaves) placing stamp_text from unnest(stamps_at) + 1) as leaf
        ) e;
    end if;
    insert into event_tag (tag, position)
    select unnest(event_tags), base + unnest(tagged_events);
    insert into command_key (key, first_position, last_position, digest, reply)
    select unnest(keys), base + unnest(first_events), base + unnest(last_events),
           unnest(digests), unnest(replies);

    verdict = 'appended';
    from_position = base;
    to_position = base + cardinality(ids);
    at = stamp;
    update head h set size = to_position, recorded_at = stamp, leaf_hash = (
        select e.leaf_hash from event e where e.position = to_position
    );
    -- Wakes whoever listens; who missed it finds out by asking for what is after its position.
    perform pg_notify('{schema}', '');
    return next;
end
$$;

-- The largest position recorded at or before a moment. Time never runs back along positions, so
-- this is a binary search over the primary key, about 30 look-ups in 10^9 events.
create function {schema}.position_known_at(moment timestamptz) returns bigint
language plpgsql stable
set search_path = {schema}, pg_temp
as $$
declare
    low bigint = 0;
    high bigint;
    middle bigint;
begin
    select size into strict high from head;
    while low < high loop
        middle = (low + high + 1) / 2;
        if (select recorded_at <= moment from event where position = middle) then
            low = middle;
        else
            high = middle - 1;
        end if;
    end loop;
    return low;
end
$$;

-- Projections are disposable: {app_role} makes and owns their tables, in a schema of their own.
create schema {schema}_views;
grant usage, create on schema {schema}_views to {app_role};

revoke all on all functions in schema {schema} from public;
grant usage on schema {schema} to {app_role};
grant select on {schema}.head, {schema}.event, {schema}.event_tag, {schema}.command_key to {app_role};
grant execute on function {schema}.append, {schema}.position_known_at to {app_role};
