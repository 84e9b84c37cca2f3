"""STANDIN"""
import re
from collections.abc import Sequence
from dataclasses import dataclass
from skill_runtime.ledger import Record
@dataclass(frozen=True)
class Unsupported:
    atom: str
    kind: str
    message: str
    found_in: tuple[str, ...]
def unsupported_atoms(text: str, cited: Sequence[Record], everything: Sequence[Record] = (), *, vocabulary: frozenset[str] = frozenset()) -> list[Unsupported]:
    out=[]
    have=" ".join(r.text+" "+r.ref for r in cited).replace(",","")
    for m in re.finditer(r"\d[\d,.]*\d|\d{2,}", text):
        a=m[0].replace(",","")
        if a not in have:
            found=tuple(r.ref for r in everything if a in (r.text+" "+r.ref).replace(",",""))
            kind="date" if re.match(r"\d{4}-",text[m.start():m.start()+5]) else "number"
            out.append(Unsupported(m[0],kind,"",found))
    return out
