"""What the engine keeps of a workflow: plain JSON, and failures that are the same after a replay."""

import json
from datetime import datetime
from typing import Any

from dbos import Serializer

from bot.records import StepFailed


class RemoteError(Exception):
    """Any other recorded failure, rebuilt from its name without importing its class."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(name, message)
        self.name = name


class JsonSerializer(Serializer):
    """Plain JSON only; a StepFailed stays one across a replay, every other failure becomes a RemoteError."""

    def name(self) -> str:
        return "bot_json_v1"

    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=_plain, separators=(",", ":"), ensure_ascii=False)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data, object_hook=_rich)


def _plain(value: Any) -> Any:
    if isinstance(value, StepFailed):
        return {"__failed__": [value.code, value.detail]}
    if isinstance(value, datetime):
        return {"__at__": value.isoformat()}
    if isinstance(value, BaseException):
        return {"__error__": [type(value).__name__, str(value)]}
    raise TypeError(f"{type(value).__name__} may not cross a step boundary; pass plain JSON values")


def _rich(value: dict[str, Any]) -> Any:
    if "__failed__" in value:
        return StepFailed(*value["__failed__"])
    if "__at__" in value:
        return datetime.fromisoformat(value["__at__"])
    return RemoteError(*value["__error__"]) if "__error__" in value else value
