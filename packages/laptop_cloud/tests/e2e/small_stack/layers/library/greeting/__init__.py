"""What the functions share."""

GREETING = "hello from the layer"
