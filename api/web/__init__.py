"""The pages: plain HTML from the server, without scripts."""
