"""Carries out what moto only stores: the lifecycle rules of buckets, and the time to live of items."""
