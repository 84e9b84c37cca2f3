"""The embedded workspace: its file, its store, and the categories that stand on it."""
