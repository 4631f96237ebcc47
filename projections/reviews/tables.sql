-- The reviews: one version of a review for every entry that changes it. A version holds from its
-- position up to, not including, the position of the next one. A review is open from `opened_on` up
-- to, not including, `closed_on`.
create table {schema}.review_version{suffix} (
    review text collate "C" not null,
    from_position bigint not null,
    to_position bigint not null,
    partnership text collate "C" not null,
    ground text not null,
    opened_position bigint not null,
    opened_on date not null,
    closed_on date not null,
    note bytea not null,
    primary key (review, from_position)
);
create index on {schema}.review_version{suffix} (opened_position, from_position);
create index on {schema}.review_version{suffix} (partnership, opened_position);
