"""What a desktop client starts: one server with every tool, over stdio."""

import sys

from customer_escalation.cli.main import main

if __name__ == "__main__":
    sys.argv[1:] = ["mcp", "all"]
    main()
