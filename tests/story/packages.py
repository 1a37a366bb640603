"""A way out that leads to a local package index, and the repositories of several kinds that need it."""

import asyncio
import json
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping, Sequence
from typing import Final

from bot.infrastructure.proxy import WayOut
from standins.packages import PackageIndex

HOST: Final = "index.example.org"
PLAIN: Final = f"{HOST}:80"
PUBLIC: Final = "1.1.1.1"  # what the resolver of these tests calls the index; nobody connects there
INDEXES: Final[Mapping[str, str]] = {
    "PIP_INDEX_URL": f"http://{HOST}/simple",
    "PIP_TRUSTED_HOST": HOST,
    "NPM_CONFIG_REGISTRY": f"http://{HOST}/",
}


def leading_to(port: int, **elsewhere: str) -> WayOut:
    """Names are resolved to what is said here, and whatever address comes of it, the local port answers."""

    async def resolve(host: str, _port: int) -> Sequence[str]:
        known = {HOST: PUBLIC, **{name.replace("_", "."): address for name, address in elsewhere.items()}}
        return [known[host]] if host in known else []

    async def connect(_address: str, _port: int) -> tuple[StreamReader, StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", port)

    return WayOut(resolve=resolve, connect=connect)


def stocked() -> PackageIndex:
    """An index that has a package for Python, which needs another one, and one for Node."""
    index = PackageIndex()
    index.has_wheel(
        "words", "1.0", {"words/__init__.py": "from letters import GOOD as WORD\n"}, needs="letters"
    )
    for tool in ("tox", "tox-current-env", "pytest"):  # the very ones, as they are installed here
        index.has_installed(tool)
    index.has_wheel("letters", "2.0", {"letters.py": "GOOD = 'right'\n"})
    index.has_module("words", "1.0.0", {"index.js": "module.exports = 'right';\n"})
    return index


def node_files(index: PackageIndex) -> Mapping[str, str]:
    """A repository whose tests are Node's own, and which needs a package."""
    digest = index.has_module("words", "1.0.0", {"index.js": "module.exports = 'right';\n"})
    needs = {"words": "1.0.0"}
    lock = {
        "name": "shop",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "requires": True,
        "packages": {
            "": {"name": "shop", "version": "1.0.0", "dependencies": needs},
            "node_modules/words": {
                "version": "1.0.0",
                "resolved": f"http://{HOST}/words/-/words-1.0.0.tgz",
                "integrity": digest,
            },
        },
    }
    about = {"name": "shop", "version": "1.0.0", "scripts": {"test": "node --test"}, "dependencies": needs}
    return {
        "package.json": json.dumps(about),
        "package-lock.json": json.dumps(lock),
        "word.test.js": (
            "const test = require('node:test');\n"
            "const assert = require('node:assert');\n"
            "test('the word', () => assert.equal(require('words'), 'right'));\n"
        ),
    }


PYTHON_FILES: Final[Mapping[str, str]] = {
    "requirements.txt": "words==1.0\n",
    "shop.py": "from words import WORD\n",
    "tests/test_shop.py": "from shop import WORD\n\n\ndef test_word():\n    assert WORD == 'right'\n",
}

TOX_FILES: Final[Mapping[str, str]] = {
    "tox.ini": "[tox]\nenv_list = py39, py313, lint\n\n"
    "[testenv]\ndeps =\n    words==1.0\n    pytest\nset_env = SHOP = open\n"
    "commands =\n    python -m pytest {posargs:tests}\n    python -m shop\n\n"
    "[testenv:lint]\ndeps = ruff\ncommands = ruff check\n",
    "shop.py": "import os\n\nfrom words import WORD\n\nassert os.environ['SHOP'] == 'open'\n",
    "tests/test_shop.py": "from shop import WORD\n\n\ndef test_word():\n    assert WORD == 'right'\n",
}

MAKE_FILES: Final[Mapping[str, str]] = {
    "Makefile": "test: word.txt\n\tgrep -q right word.txt\n",
    "word.txt": "right\n",
}
