"""`photolake drop`: puts photos of this machine into a lake. Begin reading at run.py."""
