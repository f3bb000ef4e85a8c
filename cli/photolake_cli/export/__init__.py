"""`photolake export`: writes a view into a database table or a file. Begin reading at run.py."""
