"""The ``escalation`` MCP server: what an assistant needs beside the category servers to write a brief that holds."""
