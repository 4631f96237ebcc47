"""What the notary published, for everybody: files for programs, and the pages that explain them."""

from api.transparency.files import FILES
from api.transparency.pages import PAGES

HANDLERS = (*FILES, *PAGES)

__all__ = ["HANDLERS"]
