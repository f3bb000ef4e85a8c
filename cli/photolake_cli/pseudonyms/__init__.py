"""Pseudonyms in place of the ids, names and links of an export."""
