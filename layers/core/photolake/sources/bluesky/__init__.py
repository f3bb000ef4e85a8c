"""Bluesky: its posts as our rows, read from Jetstream, the network's public stream of events."""
