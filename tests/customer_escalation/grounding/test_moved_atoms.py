"""G1 measured: verbatim sentences never fail, and an atom moved in from another record is caught.

A mutation takes a sentence of a record, cites that record, and puts in the place of one of its atoms another atom of the
same kind (number for number, name for name, quotation for quotation) that some other record of the workspace holds. The
one thing left out is an atom whose text stands in the cited records too (a version with or without its v), because then
nothing was moved. 500 mutations
are drawn with a fixed seed from all sentences of the six cases and of the sample workspace.
"""

import random
import re
from collections import Counter, defaultdict
from typing import NamedTuple

import pytest
from tests.customer_escalation.grounding.corpus import Said, Workspace, workspaces

from customer_escalation.grounding import Atom, find_atoms, unsupported_atoms
from skill_runtime.ledger import Record

MUTATIONS = 500
WANTED = 0.95
ALL = tuple(workspaces())


class Mutation(NamedTuple):
    """A sentence that no longer says what its records say."""

    kind: str
    text: str
    moved_in: str
    cited: tuple[Record, ...]
    workspace: Workspace


def found(text: str, cited: tuple[Record, ...], workspace: Workspace) -> list[str]:
    """The unsupported atoms of a sentence."""
    return [atom.atom for atom in unsupported_atoms(text, cited, workspace.records)]


def reported(said: Said, workspace: Workspace) -> tuple[str, tuple[Record, ...]]:
    """The sentence with who said it, and the records that hold both."""
    header = workspace.header(said.record)
    who = str(header.data.get("customer") or said.record.data.get("author") or "The article")
    return f"{who} is on record with “{said.text.replace('”', '').replace('“', '')}”", (said.record, header)


@pytest.mark.parametrize("number", range(len(ALL)))
def test_a_verbatim_sentence_never_fails(number: int) -> None:
    workspace = ALL[number]
    failed = {said.text: missing for said in workspace.sentences
              if (missing := found(said.text, (said.record,), workspace))}  # fmt: skip
    assert failed == {}


@pytest.mark.parametrize("number", range(len(ALL)))
def test_a_verbatim_quotation_with_its_speaker_never_fails(number: int) -> None:
    workspace = ALL[number]
    sentences = workspace.sentences[:: max(1, len(workspace.sentences) // 400)]
    failed = {}
    for said in sentences:
        text, cited = reported(said, workspace)
        if missing := found(text, cited, workspace):
            failed[text] = missing
    assert failed == {}


def test_an_atom_moved_in_from_another_record_is_caught() -> None:
    drawn = mutations(random.Random(20261123))
    assert len(drawn) == MUTATIONS
    caught = Counter[str]()
    total = Counter[str]()
    missed: list[Mutation] = []
    for mutation in drawn:
        total[mutation.kind] += 1
        if found(mutation.text, mutation.cited, mutation.workspace):
            caught[mutation.kind] += 1
        else:
            missed.append(mutation)
    share = sum(caught.values()) / MUTATIONS
    print(f"caught {sum(caught.values())} of {MUTATIONS} ({share:.1%})")
    for kind in sorted(total):
        print(f"  {kind:<9} {caught[kind]:>3} of {total[kind]}")
    for mutation in missed:
        print(f"  missed: {mutation.moved_in!r} in {mutation.text[:110]!r}")
    assert share >= WANTED


def mutations(draw: random.Random) -> list[Mutation]:
    """The mutations, from workspaces and kinds as they come."""
    made: list[Mutation] = []
    pools = [(workspace, _by_kind(workspace)) for workspace in ALL]
    while len(made) < MUTATIONS:
        workspace, pool = draw.choice(pools)
        mutation = _name(draw, workspace) if draw.random() < 0.15 else _atom(draw, workspace, pool)
        if mutation:
            made.append(mutation)
    return made


def _by_kind(workspace: Workspace) -> dict[str, list[tuple[Said, Atom]]]:
    pool: dict[str, list[tuple[Said, Atom]]] = defaultdict(list)
    for said in workspace.sentences:
        for atom in find_atoms(said.text):
            if said.text.count(atom.text) == 1:
                pool[atom.kind].append((said, atom))
    return pool


def _atom(draw: random.Random, workspace: Workspace, pool: dict[str, list[tuple[Said, Atom]]]) -> Mutation | None:
    kind = draw.choice(sorted(pool))
    said, atom = draw.choice(pool[kind])
    other, moved = draw.choice(pool[kind])
    if other.record.ref == said.record.ref or _stands(moved.text, said.record):
        return None
    text = said.text.replace(atom.text, moved.text)
    return Mutation(kind, text, moved.text, (said.record,), workspace)


def _name(draw: random.Random, workspace: Workspace) -> Mutation | None:
    """The customer's name in front of a quotation, exchanged for another customer's."""
    customers = sorted({str(record.data["customer"]) for record in workspace.records if "customer" in record.data})
    spoken = [said for said in workspace.sentences if "customer" in workspace.header(said.record).data]
    if len(customers) < 2 or not spoken:
        return None
    said = draw.choice(spoken)
    text, cited = reported(said, workspace)
    own, other = str(workspace.header(said.record).data["customer"]), draw.choice(customers)
    if other == own or any(_stands(other, record) for record in cited):
        return None
    return Mutation("name", text.replace(own, other, 1), other, cited, workspace)


def _stands(text: str, record: Record) -> bool:
    bare = re.sub(r"^v(?=\d)", "", text.casefold())
    return re.search(rf"(?<![a-uw-z0-9]){re.escape(bare)}(?!\w)", record.text.casefold()) is not None
