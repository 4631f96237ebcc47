-- The register: every version of every partnership. A version holds from its position up to, not
-- including, the position of the next one; the last one up to the largest number there is.

-- What the next entry is folded into: one row per partnership.
create table {schema}.register_state{suffix} (
    partnership text collate "C" primary key,
    stage text not null,
    state bytea not null,
    dossier bytea not null
);

-- `name_key` orders, `search_text` finds: both without case and accents. `begun_from` is the first
-- day on which it can have begun, `under_review` the days on which a review was open.
-- `tiers` are the tiers that it had one after the other, `tiers_from` the days by which each
-- of them was surely set; of those set by a day the last one holds.
create table {schema}.register_version{suffix} (
    partnership text collate "C" not null,
    from_position bigint not null,
    to_position bigint not null,
    name_key text collate "C" not null,
    search_text text collate "C" not null,
    communities text[] not null,
    countries text[] not null,
    tiers text[] not null,
    tiers_from date[] not null,
    live boolean not null,
    begun_from date not null,
    under_review datemultirange not null,
    dossier bytea not null,
    primary key (partnership, from_position)
);
create index on {schema}.register_version{suffix} (name_key, partnership)
where to_position = 9223372036854775807;
create index on {schema}.register_version{suffix} (name_key, partnership, from_position);
create unique index on {schema}.register_version{suffix} (partnership)
where to_position = 9223372036854775807;
create index on {schema}.register_version{suffix} using gin (communities)
where to_position = 9223372036854775807;

-- The statuses of a version: possible and certain from a day until the day before another.
create table {schema}.register_span{suffix} (
    partnership text collate "C" not null,
    from_position bigint not null,
    number smallint not null,
    status text not null,
    possible_from date not null,
    certain_from date not null,
    certain_until date not null,
    possible_until date not null,
    primary key (partnership, from_position, number)
);
