"""Figures over all escalations as plots, SVG or PNG by the file's name; needs the extra `plots`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from customer_escalation.connectors.source import InvalidRequest
from customer_escalation.followups.stats import Stats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BARS = 12
LONGEST_NAME = 40
FORMS = (".svg", ".png")


def checked(path: Path) -> None:
    """Raise ``InvalidRequest`` where nothing can be drawn, or not in this form."""
    import importlib.util

    if path.suffix.lower() not in FORMS:
        raise InvalidRequest(f"--plot takes a file that ends in {' or '.join(FORMS)}, not {path.name}.")
    if importlib.util.find_spec("matplotlib") is None:
        raise InvalidRequest("--plot needs matplotlib: pip install 'customer-escalation[plots]'.")


def drawn(stats: Stats, form: str) -> bytes:
    """One picture: escalations by severity, team and product area, how long they were open, and until a customer first heard."""
    import io

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, 2)
    _bars(axes[0][0], "Escalations by severity", stats.by(lambda run: [run.severity]))
    _bars(axes[0][1], "By team", stats.by(lambda run: [run.target]))
    _bars(axes[1][0], "By product area", stats.by(lambda run: run.areas))
    hours = [run.first_update.total_seconds() / 3600 for run in stats.escalated if run.first_update is not None]
    _spread(axes[1][1], "Hours until a customer first heard", hours)
    figure.suptitle(f"{len(stats.escalated)} escalations as of {stats.now:%Y-%m-%d}")
    out = io.BytesIO()
    figure.savefig(out, format=form)
    return out.getvalue()


def _bars(axes: "Axes", title: str, counts: Mapping[str, int]) -> None:
    from matplotlib.ticker import MaxNLocator

    rows = list(counts.items())[:MOST_BARS][::-1]
    axes.set_title(title)
    if not rows:
        axes.text(0.5, 0.5, "none on record", ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    # A dollar sign would begin a formula.
    axes.barh([name[:LONGEST_NAME].replace("$", r"\$") for name, _ in rows], [count for _, count in rows], height=0.6)
    axes.set_ylim(-0.7, max(len(rows), 4) - 0.3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _spread(axes: "Axes", title: str, hours: list[float]) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_title(title)
    if not hours:
        axes.text(0.5, 0.5, "none on record", ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    axes.hist(hours, bins=min(20, max(1, len(hours))))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
