"""Where the plugin's own files are: in the installed package, or in the checkout that it runs from."""

import os
from importlib import resources
from pathlib import Path

from platformdirs import user_data_path

from skill_runtime.errors import PluginError

APP = "customer-escalation"
"""The name under which this user's folders are found."""
SKILL = "customer-escalation"


def plugin_root() -> Path:
    """The folder with ``.claude-plugin/plugin.json``.

    Raises ``PluginError`` when neither the package nor the checkout around it has one.
    """
    package = Path(__file__).resolve().parent
    for root in (package / "_plugin", package.parent.parent):
        if (root / ".claude-plugin" / "plugin.json").is_file():
            return root
    raise PluginError(f"The plugin's files are missing beside {package}: install customer-escalation again.")


def state_folder() -> Path:
    """Where trust and secrets are kept: ``CUSTOMER_ESCALATION_STATE``, else the user's data folder."""
    chosen = os.environ.get("CUSTOMER_ESCALATION_STATE")
    return Path(chosen) if chosen else user_data_path(APP)


def trust_file() -> Path:
    """What this user trusts: connectors, their tools, projects' policies."""
    return state_folder() / "trust.json"


def skill_folder() -> Path:
    """The folder of the skill itself."""
    return plugin_root() / "skills" / SKILL


def policy_text() -> tuple[str, str]:
    """The skill's policy and where it stands."""
    path = skill_folder() / "policy.toml"
    return path.read_text(encoding="utf-8"), str(path)


def workspace_template() -> str:
    """A small workspace file to begin with."""
    return (
        resources.files("customer_escalation").joinpath("data", "workspace_template.json").read_text(encoding="utf-8")
    )


def sample_workspace() -> Path:
    """The sample workspace that ships with the package."""
    return Path(str(resources.files("customer_escalation").joinpath("data", "sample_workspace.json")))
