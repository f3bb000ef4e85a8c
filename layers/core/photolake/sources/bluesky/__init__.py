"""Bluesky, read from Jetstream, its public stream of events. Begin with `source`, then `jetstream_source`."""
