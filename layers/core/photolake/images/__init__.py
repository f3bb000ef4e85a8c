"""Images: stored once, analysed once by Rekognition. Begin with `analyze`; `ingest` makes an image of a photo."""
