"""The sources, one module each, by name: what `photolake.collect.registry` finds."""
