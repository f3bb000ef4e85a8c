"""Text analysis of posts by Amazon Comprehend: each text in each language is bought once."""
