"""Files that people export from their systems, as items of the embedded workspace: through the same mappings as the live systems."""
