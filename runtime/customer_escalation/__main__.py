"""`python -m customer_escalation` is the command line."""

from customer_escalation.cli.main import main

if __name__ == "__main__":
    main()
