"""`photolake export atlas`, `coco` and `gexf`: images for other programs to look at. Begin reading at run.py."""
