"""Takes deleted posts out of every byte of the lake."""
