"""`photolake demo`: synthetic posts over real photos through the whole pipeline. Begin reading at run.py."""
