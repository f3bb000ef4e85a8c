"""The optional search index in Amazon OpenSearch: one document for each image."""
