"""Photos: fetched safely, brought into a form that Rekognition reads, and entered in the registry once."""
