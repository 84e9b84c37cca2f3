"""``customer-escalation connectors``: what is connected, and how to connect, trust, check and test it."""

import typer

from customer_escalation.cli.connectors import declaring, looking, trusting
from customer_escalation.cli.connectors.options import ConnectorsFile

__all__ = ["ConnectorsFile", "app"]

app = typer.Typer(
    help="What is connected: show, check, add, trust, log in, test.", invoke_without_command=True, rich_markup_mode=None
)
app.callback()(looking.overview)
app.command()(looking.check)
app.command()(declaring.add)
app.command()(declaring.remove)
app.command()(trusting.trust)
app.command()(trusting.deny)
app.command()(trusting.login)
app.command()(trusting.logout)
app.command("test")(looking.run_contract)
app.command()(looking.systems)
