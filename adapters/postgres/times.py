"""Times that a program can hold: Postgres knows years that Python does not, and infinity."""


def held(column: str) -> str:
    """SQL for the time in `column`, null where it is out of the years 1 to 9999.

    The driver fails on such a time. Nobody records one; whoever owns the database can write it.
    """
    first, last = "0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00"
    return f"case when {column} between '{first}' and '{last}' then {column} end"


def held_or_first(column: str) -> str:
    """The same, but the first such time instead of null."""
    return f"coalesce({held(column)}, '0001-01-01 00:00:00+00')"
