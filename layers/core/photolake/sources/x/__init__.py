"""X (formerly Twitter): recent search and payloads. Begin with `source`; `payload` makes rows of what X sends."""
