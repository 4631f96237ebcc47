-- What is recorded of each community: one version for every entry that says something new of it. A
-- version holds from its position up to, not including, the position of the next one.
create table {schema}.community_version{suffix} (
    community text collate "C" not null,
    from_position bigint not null,
    to_position bigint not null,
    name_key text collate "C" not null,
    search_text text collate "C" not null,
    country text not null,
    recorded bytea not null,
    primary key (community, from_position)
);
create index on {schema}.community_version{suffix} (name_key, community);
