"""Mastodon, read from the public hashtag timelines of its instances. Begin with `source`, then `timeline_source`."""
