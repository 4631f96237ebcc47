"""Reports: made from the register as known at a position, the same bytes whenever asked again."""

from api.reports.issue import FORMATS, REPORTS, Reports
from api.reports.rendering import Format, render, render_figure

__all__ = ["FORMATS", "REPORTS", "Format", "Reports", "render", "render_figure"]
