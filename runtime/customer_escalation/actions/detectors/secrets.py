"""Secrets and card numbers in a text that is about to leave.

Two tables of forms look, one after the other: that of the runtime, which already stood at the border where the text came in, and the
plugins of detect-secrets, which know vendors that it does not. Of those the forms alone are used: none asks a vendor whether a key works.
Its plugins for random-looking strings are left out, because ids and hashes look like that and a brief lives by them; so is the one
for keywords, which takes the rest of a line of prose for a password.
"""

import re
from collections.abc import Iterator
from functools import cache

from customer_escalation.actions.detectors.span import Span
from customer_escalation.domain.tamed import tamed
from skill_runtime.secrets import places_of_secrets

_PLUGINS = (
    "artifactory.ArtifactoryDetector", "aws.AWSKeyDetector", "azure_storage_key.AzureStorageKeyDetector",
    "basic_auth.BasicAuthDetector", "cloudant.CloudantDetector", "discord.DiscordBotTokenDetector",
    "github_token.GitHubTokenDetector", "gitlab_token.GitLabTokenDetector", "ibm_cloud_iam.IbmCloudIamDetector",
    "ibm_cos_hmac.IbmCosHmacDetector", "jwt.JwtTokenDetector", "mailchimp.MailchimpDetector", "npm.NpmDetector",
    "openai.OpenAIDetector", "private_key.PrivateKeyDetector", "pypi_token.PypiTokenDetector", "sendgrid.SendGridDetector",
    "slack.SlackDetector", "softlayer.SoftlayerDetector", "square_oauth.SquareOAuthDetector", "stripe.StripeDetector",
    "telegram_token.TelegramBotTokenDetector", "twilio.TwilioKeyDetector",
)  # fmt: skip
_CARD = re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){11,18}(?![\w-])")
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}|"
    r"(?:6011|64[4-9]\d|65\d{2})\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]\d|[689]\d{2})\d{10}|62\d{14,17}"
)
"""How the numbers of the large networks begin, with their lengths (ISO/IEC 7812): one of ten long numbers passes the check digit."""


def secrets(text: str) -> Iterator[Span]:
    """Keys, tokens, passwords and card numbers; places may overlap."""
    yield from (Span(start, end, "secret") for start, end in places_of_secrets(text))
    bounded = tamed(text)
    for form in _forms():
        yield from (Span(*found.span(), "secret") for found in form.finditer(bounded))
    yield from _cards(text)


def _cards(text: str) -> Iterator[Span]:
    from stdnum import luhn

    for found in _CARD.finditer(text):
        digits = "".join(str(int(char)) for char in found.group() if char.isdecimal())
        if _ISSUERS.fullmatch(digits) and luhn.is_valid(digits):
            yield Span(*found.span(), "card_number")


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """The library's patterns. Its own function yields groups, of a key its first letters alone; a match is the whole."""
    from importlib import import_module  # late: the library loads an HTTP client, which nothing here calls

    found: list[re.Pattern[str]] = []
    for name in _PLUGINS:
        module, _, plugin = name.partition(".")
        found += getattr(import_module(f"detect_secrets.plugins.{module}"), plugin).denylist
    return tuple(found)
