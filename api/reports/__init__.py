"""Reports: made from the register as known at a position, the same bytes whenever asked again."""

from api.reports.issue import FORMATS, REPORTS, issue
from api.reports.rendering import render
from api.reports.sister_city_transparency import sister_city_transparency

__all__ = ["FORMATS", "REPORTS", "issue", "render", "sister_city_transparency"]
