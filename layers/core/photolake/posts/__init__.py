"""Posts: their text analysed by Comprehend, each text in each language once. Begin with `analyzer`."""
