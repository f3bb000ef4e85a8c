"""X (formerly Twitter): its payloads as our posts, and its recent search."""
