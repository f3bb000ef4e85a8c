"""`photolake inspect`: analyses one picture now. Begin reading at run.py."""
