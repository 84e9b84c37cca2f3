"""What every server of a category must do, as a suite that runs against any of them through MCP."""
