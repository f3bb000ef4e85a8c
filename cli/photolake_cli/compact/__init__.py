"""Writes the days of the landing tables anew as few large objects."""
