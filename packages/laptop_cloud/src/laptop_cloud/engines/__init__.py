"""The open-source analysis behind the local Rekognition and Comprehend endpoints.

An image engine is anything that fits `engine.Engine`: called with a Picture, it answers what it found. What no engine
here can answer is left out of the answers; docs/local-analysis.md lists it.
"""
