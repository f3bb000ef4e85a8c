"""Money: what the pipeline may spend in a month, and how its workers share it."""
