"""The register's questions in SQL: one statement, one round trip each.

`{known}` picks the versions that were known at a position, `{where}` the filters of a search.
"""

KNOWN_NOW = "v.to_position = 9223372036854775807"
KNOWN_AT = "v.from_position <= {position} and v.to_position > {position}"

SEARCH = """
    select v.dossier, v.name_key, v.partnership from {schema}.register_version{suffix} v
    where {known} and {where} and {after}
    order by v.name_key, v.partnership limit {limit}
"""

# The two halves are planned apart: the page walks the index in order and stops, the total counts.
SEARCH_AND_COUNT = f"""
    select total.n, page.dossier, page.name_key, page.partnership
    from (
        select count(*) as n from {{schema}}.register_version{{suffix}} v
        where {{known}} and {{where}}
    ) total
    left join lateral ({SEARCH}) page on true
    order by page.name_key, page.partnership
"""

STATUS_IS_CERTAIN = """exists (
    select from {schema}.register_span{suffix} s
    where s.partnership = v.partnership and s.from_position = v.from_position
    and s.status = {status} and s.certain_from <= {day} and s.certain_until > {day}
)"""

# Most have had one tier only, and for them the first comparison tells.
TIER_ON_DAY = """{tier} = any(v.tiers) and (cardinality(v.tiers) = 1 or {tier} = (
    select s.tier from unnest(v.tiers, v.tiers_from) with ordinality s (tier, from_day, number)
    where s.from_day <= {day} order by s.number desc limit 1
))"""

GET = """
    select v.dossier from {schema}.register_version{suffix} v
    where {known} and v.partnership = {ref}
"""

COUNTS = """
    select s.status, count(*) as n, count(*) filter (where v.under_review @> {day}) as under_review
    from {schema}.register_version{suffix} v
    left join {schema}.register_span{suffix} s
        on s.partnership = v.partnership and s.from_position = v.from_position
        and s.certain_from <= {day} and s.certain_until > {day}
    where {known} and v.begun_from <= {day}
    group by s.status
    order by s.status
"""

COUNTRIES = """
    select country, count(*) as n
    from {schema}.register_version{suffix} v, unnest(v.countries) country
    where {known}
    group by country
    order by n desc, country collate "C"
"""

ALL = """
    select v.dossier from {schema}.register_version{suffix} v where {known} order by v.partnership
"""
