"""What a run is connected to: declarations from files, categories and access from tables, trust from a person."""
