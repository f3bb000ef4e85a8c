"""The sources of posts, one package a platform; its module `source` makes them. `registry` finds them by name."""
