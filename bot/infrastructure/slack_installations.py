"""The app in workspaces: its tokens sealed, each for the workspace whose they are, renewed by one."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from bot.infrastructure.crypto import Crypto, NotSealedHere
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.tables import SLACK_INSTALLATIONS as TABLE
from bot.slack_records import Installed, KeptInstallation, SlackTokens, Workspace

PURPOSE: Final = "slack tokens"


class SlackInstallations:
    """One row a workspace, or a grid that has the app as a whole, of this Slack app."""

    def __init__(self, database: Database, crypto: Crypto, app: str) -> None:
        self._database, self._box, self._app = database, crypto.box(PURPOSE), app

    async def keep(self, installed: Installed, *, now: datetime) -> None:
        """This one and no other, whatever there was."""
        place = _key(installed)
        row = {
            "app": self._app,
            "place": place,
            "enterprise": installed.workspace.enterprise,
            "name": installed.name,
            "bot_user": installed.bot_user,
            "scopes": " ".join(sorted(installed.scopes)),
            "installed_at": as_text(now),
            "version": 1,
            **self._sealed(place, installed.tokens),
        }
        new = self._database.insert(TABLE).values(row)
        changed = {name: new.excluded[name] for name in row if name not in {"app", "place", "version"}}
        kept = new.on_conflict_do_update(
            index_elements=["app", "place"], set_={**changed, "version": TABLE.c.version + 1}
        )
        await self._database.write(lambda connection: connection.execute(kept))

    async def get(self, workspace: Workspace) -> KeptInstallation | None:
        """The workspace's own, else its grid's; None where there is none, or none that this key opens."""
        wanted = select(TABLE).where(self._of(workspace))
        rows = await self._database.read(lambda connection: connection.execute(wanted).mappings().all())
        found = {row["place"]: row for row in rows}
        row = found.get(workspace.team) or found.get(workspace.enterprise or "")
        return None if row is None else self._opened({**row})

    async def every(self) -> list[str]:
        """The names of all, for whoever runs the bot."""
        wanted = select(TABLE.c.name).where(TABLE.c.app == self._app).order_by(TABLE.c.name)
        return list(await self._database.read(lambda connection: connection.execute(wanted).scalars().all()))

    async def forget(self, kept: KeptInstallation) -> bool:
        """Delete this version and no newer one; whether it was there."""
        which = self._is(kept)
        gone = delete(TABLE).where(which).returning(TABLE.c.place)
        return await self._database.write(lambda connection: connection.execute(gone).first() is not None)

    async def claim(self, kept: KeptInstallation, *, now: datetime, until: datetime) -> bool:
        """Whether it is for the one who asks to renew this version: for one at a time, until that moment."""
        is_free = or_(TABLE.c.renewing_until.is_(None), TABLE.c.renewing_until <= as_text(now))
        return await self._changed(kept, {"renewing_until": as_text(until)}, is_free)

    async def release(self, kept: KeptInstallation) -> None:
        """It was not renewed; the next one may try."""
        await self._changed(kept, {"renewing_until": None})

    async def renew(self, kept: KeptInstallation, tokens: SlackTokens) -> bool:
        """These in place of that version's; False where it is no more."""
        sealed = self._sealed(_key(kept.installed), tokens)
        return await self._changed(kept, {**sealed, "version": kept.version + 1})

    async def _changed(
        self, kept: KeptInstallation, change: Mapping[str, Any], *also: ColumnElement[bool]
    ) -> bool:
        which = and_(self._is(kept), *also)
        mine = update(TABLE).where(which).values(change).returning(TABLE.c.place)
        return await self._database.write(lambda connection: connection.execute(mine).first() is not None)

    def _is(self, kept: KeptInstallation) -> ColumnElement[bool]:
        return and_(
            TABLE.c.app == self._app,
            TABLE.c.place == _key(kept.installed),
            TABLE.c.installed_at == as_text(kept.installed_at),
            TABLE.c.version == kept.version,
        )

    def _of(self, workspace: Workspace) -> ColumnElement[bool]:
        places = [workspace.team, *([workspace.enterprise] if workspace.enterprise else [])]
        return and_(TABLE.c.app == self._app, TABLE.c.place.in_(places))

    def _sealed(self, place: str, tokens: SlackTokens) -> dict[str, Any]:
        content = json.dumps({
            "access": tokens.access,
            "refresh": tokens.refresh,
            "until": None if tokens.until is None else as_text(tokens.until),
        })
        sealed = self._box.seal(content.encode(), about=self._about(place))
        return {"sealed": sealed, "renewing_until": None}

    def _opened(self, row: Mapping[str, Any]) -> KeptInstallation | None:
        try:
            content = json.loads(self._box.open(row["sealed"], about=self._about(row["place"])))
        except NotSealedHere:
            return None
        until = content["until"]
        org_wide = row["place"] == row["enterprise"]
        installed = Installed(
            workspace=Workspace(team=row["place"], enterprise=row["enterprise"]),
            name=row["name"],
            bot_user=row["bot_user"],
            scopes=frozenset(row["scopes"].split()),
            tokens=SlackTokens(
                access=content["access"],
                refresh=content["refresh"],
                until=None if until is None else datetime.fromisoformat(until),
            ),
            org_wide=org_wide,
        )
        return KeptInstallation(
            installed=installed,
            version=row["version"],
            installed_at=datetime.fromisoformat(row["installed_at"]),
        )

    def _about(self, place: str) -> bytes:
        return f"{self._app} {place}".encode()


def _key(installed: Installed) -> str:
    """What its row is known by: the grid, where it is in all of that; else the workspace."""
    if installed.org_wide and installed.workspace.enterprise:
        return installed.workspace.enterprise
    return installed.workspace.team
