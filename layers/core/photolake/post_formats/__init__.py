"""What files of posts hold: a module for each format; nothing else lists them (`registry`)."""
