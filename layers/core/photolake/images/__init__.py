"""Image analysis: which Rekognition calls a photo needs, their answers, and the row they become."""
