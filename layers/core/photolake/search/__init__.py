"""Search: an index of images in DynamoDB, written as they are analysed, and read by search_api."""
