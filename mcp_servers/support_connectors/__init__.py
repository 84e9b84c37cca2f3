"""One MCP server per connector category, each standing on a backend."""
