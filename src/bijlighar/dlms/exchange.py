"""An exchange: requests out, answers in, a result at the end, and no input or output here.

An exchange is used like a generator: `next` gives the first APDU to send, `send(answer)`
the following one, `StopIteration.value` is the result. Unlike a generator it outlives a bad
answer: when `send` raises because an APDU is forged, replayed or malformed, the question
still stands (`is_over` is false) and the next APDU received may be its answer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Generic, TypeAlias, TypeVar

from bijlighar.dlms.errors import OutOfTurn

Result = TypeVar("Result")
Answer = TypeVar("Answer")

Exchange: TypeAlias = Generator[bytes, bytes, Result]


class Question(ABC):
    """An APDU to send, waiting for its answer."""

    apdu: bytes

    @abstractmethod
    def hear(self, received: bytes) -> None:
        """Take the answer in these octets, or raise and take nothing."""


Steps: TypeAlias = Generator[Question, None, Result]


class _Asked(Question, Generic[Answer]):
    answer: Answer

    def __init__(self, apdu: bytes, read: Callable[[bytes], Answer]) -> None:
        self.apdu = apdu
        self._read = read

    def hear(self, received: bytes) -> None:
        self.answer = self._read(received)


def ask(apdu: bytes, read: Callable[[bytes], Answer]) -> Steps[Answer]:
    """One step: send `apdu`, and return what `read` makes of the answer.

    `read` raises for what is not the answer, and changes nothing in that case.
    """
    question = _Asked(apdu, read)
    yield question
    return question.answer


class Conversation(Exchange[Result]):
    """Steps as an exchange that outlives bad answers."""

    def __init__(self, steps: Steps[Result]) -> None:
        self._steps = steps
        self._question: Question | None = None
        self._is_over = False

    @property
    def is_over(self) -> bool:
        """Whether it has ended, well or badly; until then another answer may be sent."""
        return self._is_over

    def send(self, value: bytes | None) -> bytes:
        """Begin (None) or hear an answer; the result is the APDU to send next."""
        if self._is_over:
            raise OutOfTurn("this exchange is over")
        if self._question is not None:
            assert value is not None, "a question is answered with an APDU"
            self._question.hear(value)
        return self._go_on(lambda: next(self._steps))

    def throw(
        self,
        typ: type[BaseException] | BaseException,
        val: BaseException | object = None,
        tb: TracebackType | None = None,
    ) -> bytes:
        """Raise inside the steps, as when the line is lost."""
        error = typ if isinstance(typ, BaseException) else typ()
        return self._go_on(lambda: self._steps.throw(error))

    def _go_on(self, step: Callable[[], Question]) -> bytes:
        self._is_over = True
        self._question = step()
        self._is_over = False
        return self._question.apdu
