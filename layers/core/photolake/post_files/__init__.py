"""Files of posts that people have, in any of the known formats. Begin with `reader`."""
