"""`photolake query`: runs SQL in Athena and writes the result. Begin reading at run.py."""
