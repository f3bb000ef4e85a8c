"""Collecting: what a source is, and the loop that reads one without losing a post."""
