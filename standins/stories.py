"""What the scripted Claude does in the demonstration and in the stories told by the tests.

Every answer is chosen from the request alone, so that a question asked again is answered alike.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from standins.claude_replies import Asked, Block, Reply, bash, calls, edit, says

REQUEST: Final = "/claude integrate send every paid invoice to the ERP"
TEST_COMMAND: Final = ("python", "-m", "pytest", "-q")

# The repository of the story: it keeps invoices, and nothing sends them anywhere yet.
REPOSITORY: Final[Mapping[str, str]] = {
    "README.md": """# Invoicing

Keeps the invoices of a small shop. `python -m pytest -q` runs the tests.

Other systems are told through an outbox: a function that is given `post(path, body)` and
returns the answer's status. Nothing in here opens a connection by itself.
""",
    "pyproject.toml": """[project]
name = "invoicing"
version = "1.4.0"
requires-python = ">=3.11"

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]
addopts = "--disable-plugin-autoload -p no:cacheprovider"
""",
    "invoicing/__init__.py": '"""Invoices of a small shop."""\n',
    "invoicing/invoice.py": '''"""An invoice and what may happen to it."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Invoice:
    """Amounts are in euros; an invoice is paid once it has a day of payment."""

    number: str
    customer: str
    amount: Decimal
    paid_on: date | None = None

    @property
    def is_paid(self) -> bool:
        return self.paid_on is not None


def pay(invoice: Invoice, on: date) -> Invoice:
    """The invoice, paid on that day; paying twice keeps the first day."""
    return invoice if invoice.is_paid else replace(invoice, paid_on=on)
''',
    "invoicing/ledger.py": '''"""All invoices, in the order of their numbers."""

from collections.abc import Iterable

from invoicing.invoice import Invoice


class Ledger:
    def __init__(self, invoices: Iterable[Invoice] = ()) -> None:
        self._invoices = {invoice.number: invoice for invoice in invoices}

    def add(self, invoice: Invoice) -> None:
        self._invoices[invoice.number] = invoice

    def all(self) -> list[Invoice]:
        return [self._invoices[number] for number in sorted(self._invoices)]
''',
    "tests/test_invoice.py": """from datetime import date
from decimal import Decimal

from invoicing.invoice import Invoice, pay

OPEN = Invoice(number="2026-001", customer="Bakery", amount=Decimal("19.90"))


def test_an_invoice_is_paid_once_it_has_a_day_of_payment() -> None:
    assert not OPEN.is_paid
    assert pay(OPEN, date(2026, 3, 1)).is_paid


def test_paying_twice_keeps_the_first_day() -> None:
    paid = pay(OPEN, date(2026, 3, 1))

    assert pay(paid, date(2026, 4, 1)).paid_on == date(2026, 3, 1)
""",
    "tests/test_ledger.py": """from decimal import Decimal

from invoicing.invoice import Invoice
from invoicing.ledger import Ledger


def test_invoices_come_in_the_order_of_their_numbers() -> None:
    second = Invoice(number="2026-002", customer="Bakery", amount=Decimal("5"))
    first = Invoice(number="2026-001", customer="Florist", amount=Decimal("7"))

    assert Ledger([second, first]).all() == [first, second]
""",
}

SPEC: Final[Mapping[str, Any]] = {
    "goal": "Every paid invoice reaches the ERP once; open ones are not sent.",
    "title": "Send paid invoices to the ERP",
    "systems": ["ERP"],
    "secrets_needed": ["ERP_TOKEN"],
    "files_likely_touched": ["invoicing/erp.py", "tests/test_erp.py", "README.md"],
    "acceptance_tests": [
        "A paid invoice is posted with its number, its amount as text and its day of payment.",
        "An open invoice is not posted.",
        "An invoice that the ERP already has (status 409) counts as sent.",
        "Any other failure stops the export and names the invoice.",
    ],
    "risks": ["An invoice sent twice: the ERP refuses a number it knows, and that counts as sent."],
    "out_of_scope": ["Credit notes", "Invoices that change after they were paid"],
    "questions": [],
    "refusal": None,
}

EXPORTER: Final = '''"""Sends paid invoices to the ERP, each once."""

from collections.abc import Callable

from invoicing.invoice import Invoice
from invoicing.ledger import Ledger

CREATED, KNOWN = 201, 409

Post = Callable[[str, dict[str, str]], int]


class NotSent(Exception):
    """The ERP did not take this invoice."""


def export(ledger: Ledger, post: Post) -> list[str]:
    """Post every paid invoice; the numbers that the ERP has now."""
    return [_send(invoice, post) for invoice in ledger.all() if %s]


def _send(invoice: Invoice, post: Post) -> str:
    status = post("/invoices", as_json(invoice))
    if status not in (CREATED, KNOWN):
        raise NotSent(f"{invoice.number}: the ERP answered {status}")
    return invoice.number


def as_json(invoice: Invoice) -> dict[str, str]:
    return {
        "number": invoice.number,
        "customer": invoice.customer,
        "amount": str(invoice.amount),
        "paid_on": str(invoice.paid_on),
    }
'''
MISTAKE: Final = "not invoice.is_paid"
CORRECT: Final = "invoice.is_paid"

EXPORTER_TESTS: Final = """from datetime import date
from decimal import Decimal

import pytest

from invoicing.erp import NotSent, export
from invoicing.invoice import Invoice
from invoicing.ledger import Ledger

PAID = Invoice(number="2026-001", customer="Bakery", amount=Decimal("19.90"), paid_on=date(2026, 3, 1))
OPEN = Invoice(number="2026-002", customer="Florist", amount=Decimal("7"))


class Erp:
    def __init__(self, status: int = 201) -> None:
        self.status = status
        self.posted: list[dict[str, str]] = []

    def post(self, path: str, body: dict[str, str]) -> int:
        self.posted.append(body)
        return self.status


def test_a_paid_invoice_is_posted_with_its_amount_and_day() -> None:
    erp = Erp()

    assert export(Ledger([PAID]), erp.post) == ["2026-001"]
    assert erp.posted == [
        {"number": "2026-001", "customer": "Bakery", "amount": "19.90", "paid_on": "2026-03-01"}
    ]


def test_an_open_invoice_is_not_posted() -> None:
    erp = Erp()

    assert export(Ledger([OPEN]), erp.post) == []
    assert erp.posted == []


def test_an_invoice_that_the_erp_knows_counts_as_sent() -> None:
    assert export(Ledger([PAID]), Erp(status=409).post) == ["2026-001"]


def test_another_failure_names_the_invoice() -> None:
    with pytest.raises(NotSent, match="2026-001: the ERP answered 503"):
        export(Ledger([PAID]), Erp(status=503).post)
"""

README_LINE: Final = "returns the answer's status. Nothing in here opens a connection by itself.\n"
README_ERP: Final = (
    README_LINE
    + "\n`invoicing.erp.export(ledger, post)` sends every paid invoice to the ERP; the `post` it is\n"
    "given adds the token from `ERP_TOKEN`.\n"
)

SUMMARY: Final = """Send paid invoices to the ERP

Every paid invoice is posted to the ERP once, open ones are not. An invoice that the ERP already has
counts as sent; any other answer stops the export and names the invoice.

- New: `invoicing/erp.py` with `export(ledger, post)`, and its tests.
- The README says how it is switched on. It needs `ERP_TOKEN` in the environment of whoever calls it.
- Not included: credit notes, and invoices that change after they were paid.
"""


def invoices(asked: Asked) -> Reply | None:
    """The story: a clear request, a change with one mistake in it, its repair, done."""
    if _is_validation(asked):
        return says(json.dumps(SPEC))
    if not asked.body.get("tools"):
        return None
    work = repair(asked.calls_since_told) if "did not pass" in asked.told else build(asked.calls_since_told)
    return work or says(SUMMARY)


def build(calls_made: int) -> Reply | None:
    """Look, then write; the second call of each pair does not depend on the first."""
    plan: Mapping[int, tuple[Block, ...]] = {
        0: (edit("toolu_look_1", "view", "."), edit("toolu_look_2", "view", "invoicing/invoice.py")),
        2: (
            edit("toolu_write_1", "create", "invoicing/erp.py", file_text=EXPORTER % MISTAKE),
            edit("toolu_write_2", "create", "tests/test_erp.py", file_text=EXPORTER_TESTS),
            edit("toolu_write_3", "str_replace", "README.md", old_str=README_LINE, new_str=README_ERP),
        ),
    }
    return calls(*plan[calls_made], words="I follow the outbox.") if calls_made in plan else None


def repair(calls_made: int) -> Reply | None:
    """Correct the mistake and run the tests."""
    plan: Mapping[int, tuple[Block, ...]] = {
        0: (edit("toolu_fix_1", "str_replace", "invoicing/erp.py", old_str=MISTAKE, new_str=CORRECT),),
        1: (bash("toolu_fix_2", " ".join(TEST_COMMAND)),),
    }
    return (
        calls(*plan[calls_made], words="The condition is the wrong way round.")
        if calls_made in plan
        else None
    )


NOTE: Final = """# Integrations

What this repository exchanges with other systems, and how each is switched on.

| system | what is exchanged | settings |
|---|---|---|
| none yet | | |
"""
NOTE_PATH: Final = "docs/integrations.md"
NOTE_SUMMARY: Final = f"""Describe the integrations of this repository

Adds `{NOTE_PATH}`, a page that lists what is exchanged with other systems. No code is changed.
"""


def anywhere(asked: Asked) -> Reply | None:
    """A story for any repository: a page of documentation, and nothing that could break."""
    if _is_validation(asked):
        return says(json.dumps({**SPEC, **ANYWHERE_SPEC}))
    if not asked.body.get("tools"):
        return None
    if asked.results:
        return says(NOTE_SUMMARY)
    if NOTE_PATH in asked.told.splitlines():  # as a file that is listed; the spec names it too
        return says("Nothing to add\n\nThe repository has a page about its integrations already.")
    return calls(edit("toolu_note_1", "create", NOTE_PATH, file_text=NOTE))


ANYWHERE_SPEC: Final[Mapping[str, Any]] = {
    "goal": "The repository says which systems it exchanges data with.",
    "title": "Describe the integrations of this repository",
    "systems": [],
    "secrets_needed": [],
    "files_likely_touched": [NOTE_PATH],
    "acceptance_tests": ["The existing tests still pass."],
    "risks": [],
    "out_of_scope": ["Any change of behaviour"],
}


def _is_validation(asked: Asked) -> bool:
    """Whether an object by a schema is asked for that holds a spec."""
    wanted = (asked.body.get("output_config") or {}).get("format") or {}
    return "acceptance_tests" in (wanted.get("schema") or {}).get("properties", {})
