"""X's filtered stream. Begin with `service`, then `runner`."""
