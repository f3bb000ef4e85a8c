"""The sources, one module each, by name: what `photolake.collecting.registry` finds."""
