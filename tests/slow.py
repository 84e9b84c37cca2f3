"""Which tests are left out of ``make test-fast``: those that start processes or browsers, need real systems, or try many cases at length.

They are named here, not in their modules, so that one look tells what a fast run leaves out. A test that starts a process
without being named here fails with a sentence, however it is run.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

MARKER = "slow"
SLOW = (
    "tests/assistants/*",
    "tests/packaging/*",
    "tests/tools/test_check_policy_text.py*",
    "tests/test_sample_workspace.py::test_the_committed_file_is_what_the_generator_makes",
    # the command line in a process of its own
    "tests/customer_escalation/cases/test_bad_models.py*",
    "tests/customer_escalation/cases/test_cases_with_model.py*",
    "tests/customer_escalation/cases/test_kill_and_resume.py*",
    "tests/customer_escalation/cases/test_killed_effects.py*",
    "tests/customer_escalation/cases/test_steering_read.py*",
    "tests/customer_escalation/cases/test_verified_runs.py*",
    "tests/customer_escalation/cli/test_*",
    "tests/customer_escalation/connectors/test_border.py*",
    "tests/customer_escalation/connectors/test_calendar.py*",
    "tests/customer_escalation/connectors/test_paging.py*",
    "tests/customer_escalation/connectors/test_long_records.py*",
    "tests/test_makefile.py*",
    "tests/test_documented_commands.py*",
    "tests/customer_escalation/connectors/test_reference_servers.py*",
    "tests/customer_escalation/decision/test_explanation.py::test_show_tells_why",
    "tests/customer_escalation/decision/test_rulebook.py::test_the_command_prints_the_table",
    "tests/customer_escalation/domain/test_prior.py::test_a_later_run_finds_the_valid_escalations_of_earlier_ones",
    "tests/customer_escalation/policy/test_sources.py::test_the_command_line_uses_checks_and_shows_it",
    "tests/customer_escalation/rendering/test_render_elsewhere.py::test_the_command_line_prints_each_form",
    "tests/skill_runtime/test_check.py*",
    # servers, writers and readers in processes of their own
    "tests/skill_runtime/test_mcp_host.py*",
    "tests/skill_runtime/test_journal.py::test_a_full_disk_leaves_the_journal_as_it_was",
    "tests/skill_runtime/test_journal.py::test_kill_9_loses_nothing_that_append_returned_from",
    "tests/support_connectors/test_categories.py::test_reading_the_table_brings_no_pydantic_and_no_mcp",
    "tests/support_connectors/test_inspector.py*",
    "tests/support_connectors/test_serving.py*",
    "tests/support_connectors/test_workspace_store.py::test_a_load_that_dies_half_way_leaves_the_old_contents*",
    "tests/support_connectors/test_workspace_store.py::test_a_load_takes_little_memory_whatever_the_file_has",
    "tests/support_connectors/test_workspace_store.py::test_several_processes_write_and_read_at_once",
    # what hostile texts, models, servers and files obtain (`make attack`), and whole conversations of assistants, browsers among them
    "tests/attack/*",
    "tests/customer_escalation/mcp_server/*",
    # whole runs by the dozen
    "tests/customer_escalation/cases/test_every_level.py*",
    "tests/customer_escalation/cases/test_deciding.py*",
    "tests/customer_escalation/cases/test_drafting_tools.py*",
    "tests/customer_escalation/cases/test_going_out.py*",
    "tests/customer_escalation/cases/test_edits_read.py*",
    "tests/customer_escalation/cases/test_facts_read.py*",
    "tests/customer_escalation/followups/test_[ctuw]*.py*",
    "tests/customer_escalation/cases/test_fuzzed_worlds.py*",
    "tests/customer_escalation/cases/test_unseen_cases.py*",
    "tests/customer_escalation/connectors/test_fuzzed_answers.py*",
    # every sentence of the falsified set, every minute of a fortnight, records by the hundred thousand characters
    "tests/customer_escalation/review/meaning/test_set.py*",
    "tests/customer_escalation/review/meaning/test_any_citations.py*",
    "tests/customer_escalation/review/meaning/test_bounds.py*",
    "tests/customer_escalation/review/grounding/test_mutations.py*",
    "tests/customer_escalation/review/test_customer_text_set.py*",
    "tests/customer_escalation/decision/test_supposing.py*",
    "tests/customer_escalation/followups/test_fortnight.py*",
    "tests/support_connectors/test_html_text.py*",
    "tests/customer_escalation/actions/test_leaving.py::test_a_text_of_200_kb_is_gone_through*",
    "tests/customer_escalation/domain/test_prose.py::test_the_longest_line_is_split_to_its_end*",
    "tests/customer_escalation/domain/test_prose.py::test_the_counting_matcher_finds_what_re_finds_and_sees_a_quadratic_pattern*",
    "tests/skill_runtime/test_frontmatter.py::test_hostile_headers_are_read_quickly_and_keep_the_other_fields*",
    "tests/skill_runtime/test_skills.py::test_a_breach_is_a_remark_and_a_refusal_when_strict*nested*",
    # every fault of every stream and system, and the whole contract
    "tests/skill_runtime/test_broken_streams.py*",
    "tests/support_connectors/backends/*",
    "tests/support_connectors/imports/*",
    "tests/support_connectors/test_contract.py*",
    "tests/support_connectors/test_servers.py*",
    "tests/skill_runtime/test_oauth.py*",
    "tests/customer_escalation/connectors/test_hosted_run.py*",
    "tests/customer_escalation/connectors/test_real_run.py*",
)
"""Patterns of the ids of tests, from the root of the repository."""


def is_slow(nodeid: str) -> bool:
    """Whether a test is left out of a fast run."""
    return any(fnmatchcase(nodeid, pattern) for pattern in SLOW)


class _Guard:
    """Refuses to start processes while it is up."""

    test = ""

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.test and event == "subprocess.Popen":
            raise RuntimeError(
                f"{self.test} starts {arguments[0]!r}: name it in tests/slow.py, so that `make test-fast` leaves it out."
            )


_GUARD = _Guard()
sys.addaudithook(_GUARD)


@contextmanager
def no_processes(nodeid: str) -> Iterator[None]:
    """While the test runs, starting a process raises."""
    _GUARD.test = nodeid
    try:
        yield
    finally:
        _GUARD.test = ""
