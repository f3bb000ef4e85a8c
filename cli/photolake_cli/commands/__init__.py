"""The commands: arguments and help; each calls one function that does the work."""
