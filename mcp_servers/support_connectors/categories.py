"""The kinds of systems that the skill asks for, whatever product stands behind them."""

from typing import Literal, get_args

Category = Literal["support_platform", "crm", "chat", "project_tracker", "knowledge_base", "email", "cloud_storage"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
CATEGORY_NAMES: dict[Category, str] = {
    "support_platform": "support platform",
    "crm": "CRM",
    "chat": "chat",
    "project_tracker": "project tracker",
    "knowledge_base": "knowledge base",
    "email": "email",
    "cloud_storage": "cloud storage",
}
"""What a person calls each category."""
