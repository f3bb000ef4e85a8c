"""Adapters for AWS services: what each refuses in part is sent again. One module a service."""
