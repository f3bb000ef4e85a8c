"""`photolake dashboard`: writes the files that the page of the project's folder dashboard/ shows. Begin at run.py."""
