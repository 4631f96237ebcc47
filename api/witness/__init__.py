"""The witness over HTTP: one address for logs, a page and a few files for everybody."""
