"""Finds the photos that show one person, by Rekognition's comparison of faces."""
