"""`photolake collect`: sends files of posts into a lake. Begin reading at run.py."""
