"""Announces objects that exist already, in any bucket, to image_analyzer."""
