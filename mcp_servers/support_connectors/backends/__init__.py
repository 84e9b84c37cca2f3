"""The systems that a category server can stand on."""
