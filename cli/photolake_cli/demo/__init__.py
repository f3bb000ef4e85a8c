"""The demo: made-up posts over real photos, sent through the whole pipeline."""
