"""A small runtime for agent skills: loads a skill's markdown, connects MCP servers, runs the loop, keeps the evidence."""
