"""The collector: reads sources from their checkpoints without losing a post. Begin with `runner`."""
