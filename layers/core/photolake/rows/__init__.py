"""Rows of the landing tables: their types, their checks, and how values are read from JSON. Begin with `types`."""
