"""One process for all servers that an assistant starts: each server's own process is a thin relay to it.

Loading the MCP library takes most of a second and 70 MB, and an assistant starts eight servers at once. So the first relay of
a session starts the hub, and all of them pass their client's lines on to it.
"""
