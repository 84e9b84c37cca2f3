"""Put the plugin's own files (skill, manifest, connectors page) into the wheel, beside the code that reads them."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLUGIN_FILES = ("skills", ".claude-plugin", ".mcp.json", "CONNECTORS.md")


class PluginFilesHook(BuildHookInterface[Any]):
    """Include the plugin's files under ``customer_escalation/_plugin/`` in a built wheel.

    An editable install reads them from the checkout instead, so only the ``standard`` version carries them.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "standard":
            return
        for name in PLUGIN_FILES:
            source = Path(self.root) / name
            build_data["force_include"][str(source)] = f"customer_escalation/_plugin/{name}"
