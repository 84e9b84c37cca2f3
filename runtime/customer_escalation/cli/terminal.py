"""A brief as a terminal shows it: headings, tables and quotations drawn, in the width of the window."""


def draw(markdown: str) -> None:
    """Print markdown to standard output as it is meant to look; without colours where ``NO_COLOR`` is set."""
    from rich.console import Console  # late: only a brief on a terminal needs it
    from rich.markdown import Markdown
    from rich.padding import Padding

    console = Console(highlight=False)
    console.print(Padding(Markdown(markdown, hyperlinks=False), (0, 1)))
