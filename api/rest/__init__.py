"""The interface for programs, `/api/v1`: one module per noun; `router.py` puts them together."""
