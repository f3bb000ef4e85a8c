"""`photolake inspect`: analyses one photo now. Begin reading at run.py."""
