"""Keeps the lake as X demands: what is deleted, protected or suspended there leaves it here. Begin with `runner`."""
