"""Builds tables of posts (CSV)."""

import csv
import io


def write_table(records, delimiter=","):
    """The bytes of a table with the columns of the first record."""
    written = io.StringIO()
    writer = csv.DictWriter(written, list(records[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return written.getvalue().encode()
