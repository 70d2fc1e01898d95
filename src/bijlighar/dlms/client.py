"""The head-end's side of an association with one meter.

Each method gives an exchange (see `exchange`): it says what to send, is told what came
back, and ends with a result. What is remembered about the meter, its title and its
invocation counter, moves only after a frame has proved genuine. The services themselves are
in `asking`.

Source: IEC 62056-5-3 (services, HLS 5); IS 15959 (associations of Indian meters).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bijlighar.dlms import axdr, states
from bijlighar.dlms.acceptance import ClientSettings as ClientSettings
from bijlighar.dlms.acceptance import (
    challenge_in,
    exception_in,
    refusal_in,
    title_in,
)
from bijlighar.dlms.apdu import association, initiate
from bijlighar.dlms.asking import action, get
from bijlighar.dlms.asking import set as set_
from bijlighar.dlms.asking.action import Call
from bijlighar.dlms.asking.channel import Channel
from bijlighar.dlms.asking.get import Target
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import (
    REPLY_TO_HLS,
    AccessResult,
    ActionResult,
    Attribute,
    Method,
    Selection,
)
from bijlighar.dlms.errors import RefusedError, UnexpectedAnswer
from bijlighar.dlms.exchange import Conversation, Result, Steps, ask
from bijlighar.dlms.exchange import Exchange as Exchange
from bijlighar.dlms.security import (
    MAX_CHALLENGE,
    MIN_CHALLENGE,
    challenge_number,
    check_gmac,
    gmac_challenge,
)
from bijlighar.dlms.security import Authentication as Authentication
from bijlighar.dlms.states import Event, State
from bijlighar.kernel.errors import BijligharError


class Client:
    """One association after another with one meter; one exchange at a time.

    `next_counter` gives invocation counters that were never used before; `challenge` is
    random, 8 to 64 octets. `known_meter_counter` is the last counter of the meter that was
    seen to be genuine, None when there is none.
    """

    def __init__(
        self,
        *,
        settings: ClientSettings,
        next_counter: Callable[[], int],
        challenge: bytes,
        known_meter_counter: int | None = None,
    ) -> None:
        assert (
            settings.authentication is not Authentication.HLS_GMAC
            or MIN_CHALLENGE <= len(challenge) <= MAX_CHALLENGE
        )
        self.settings = settings
        self.state = State.IDLE
        self._channel = Channel(
            settings=settings,
            next_counter=next_counter,
            known_meter_counter=known_meter_counter,
        )
        self._challenge_seed = challenge
        self._associations = 0

    @property
    def last_meter_counter(self) -> int | None:
        """The last counter of the meter, under its global keys, that proved genuine."""
        return self._channel.last_meter_counter

    @last_meter_counter.setter
    def last_meter_counter(self, known: int | None) -> None:
        self._channel.last_meter_counter = known

    @property
    def meter_title(self) -> bytes | None:
        """The system title under which the meter answers."""
        return self._channel.meter_title

    @property
    def conformance(self) -> int:
        """The services that the meter has agreed to."""
        return self._channel.conformance

    def associate(self) -> Conversation[None]:
        """Open the association, and with HLS prove both sides to each other."""
        return Conversation(self._associate())

    def get(
        self, attribute: Attribute, selection: Selection | None = None
    ) -> Conversation[Data]:
        """Read an attribute, or the selected rows of a profile, in blocks where needed."""
        return self._serve(get.one(self._channel, (attribute, selection)))

    def get_encoded(
        self, attribute: Attribute, selection: Selection | None = None
    ) -> Conversation[bytes]:
        """The same as its octets, not decoded: for `grid`."""
        return self._serve(get.encoded(self._channel, (attribute, selection)))

    def get_list(
        self, targets: Sequence[Target]
    ) -> Conversation[tuple[Data | AccessResult, ...]]:
        """Read attributes at once; in its place, each one's value or why there is none."""
        return self._serve(get.several(self._channel, targets))

    def set(self, attribute: Attribute, value: Data) -> Conversation[None]:
        """Write an attribute, in blocks where needed."""
        return self._serve(set_.one(self._channel, attribute, value))

    def set_list(
        self, values: Sequence[tuple[Attribute, Data]]
    ) -> Conversation[tuple[AccessResult, ...]]:
        """Write attributes at once; for each, whether it is written or why not."""
        return self._serve(set_.several(self._channel, values))

    def invoke(
        self, method: Method, parameter: Data | None = None
    ) -> Conversation[Data | None]:
        """Invoke a method; the result is what it gives back, if anything."""
        return self._serve(action.one(self._channel, method, parameter))

    def invoke_list(
        self, calls: Sequence[Call]
    ) -> Conversation[tuple[Data | ActionResult | AccessResult | None, ...]]:
        """Invoke methods at once; for each, what it gives back or why it is not done."""
        return self._serve(action.several(self._channel, calls))

    def release(self) -> Conversation[None]:
        """Close the association."""
        return Conversation(self._release())

    def _serve(self, steps: Steps[Result]) -> Conversation[Result]:
        return Conversation(self._served(steps))

    def _served(self, steps: Steps[Result]) -> Steps[Result]:
        self._move(Event.SERVICE_ASKED)
        return (yield from steps)

    # Associating

    def _associate(self) -> Steps[None]:
        self._move(Event.ASSOCIATION_ASKED)
        self._channel.use_global_keys()
        challenge = challenge_number(self._challenge_seed, self._associations)
        self._associations += 1
        request = self._associate_request(challenge)
        answer = yield from ask(
            request.to_bytes(), lambda apdu: self._hear_associated(apdu, challenge)
        )
        if isinstance(answer, RefusedError):
            self._move(Event.REFUSED)
            raise answer
        if self.settings.authentication is not Authentication.HLS_GMAC:
            self._move(Event.ACCEPTED)
        else:
            self._move(Event.CHALLENGED)
            yield from self._prove(ours=challenge, theirs=answer)
        self._channel.use_dedicated_key()

    def _associate_request(self, challenge: bytes) -> association.AssociateRequest:
        settings = self.settings
        value = {
            Authentication.NONE: None,
            Authentication.LLS: settings.secret,
            Authentication.HLS_GMAC: challenge,
        }[settings.authentication]
        return association.AssociateRequest(
            ciphered=settings.keys is not None,
            client_title=settings.system_title if settings.keys is not None else None,
            mechanism=None if value is None else int(settings.authentication),
            authentication_value=value,
            user_information=self._initiate_request(),
        )

    def _initiate_request(self) -> bytes:
        settings = self.settings
        request = initiate.InitiateRequest(
            conformance=settings.conformance,
            max_pdu=settings.max_pdu,
            dedicated_key=settings.dedicated_key,
        )
        return self._channel.protected_initiate(request.to_bytes())

    def _hear_associated(self, apdu: bytes, challenge: bytes) -> bytes | RefusedError:
        """The meter's challenge (empty without HLS), or its refusal."""
        if refusal := exception_in(apdu):
            return refusal
        response = association.AssociateResponse.from_bytes(apdu)
        if refused := refusal_in(response):
            return refused
        theirs = challenge_in(response, self.settings, challenge)
        title = title_in(response, self.settings)
        information = response.user_information
        if information is None:
            raise UnexpectedAnswer("the meter agrees on nothing")
        plain = self._channel.opened_initiate(information, title)
        agreed = initiate.InitiateResponse.from_bytes(plain)
        self._channel.begin(title=title, agreed=agreed)
        return theirs

    def _prove(self, *, ours: bytes, theirs: bytes) -> Steps[None]:
        keys, title = self.settings.keys, self.meter_title
        assert keys is not None
        assert title is not None
        proof = gmac_challenge(
            keys=keys,
            system_title=self.settings.system_title,
            counter=self._channel.next_counter(),
            challenge=theirs,
        )
        try:
            answer = yield from action.one(
                self._channel, REPLY_TO_HLS, axdr.octet_string(proof)
            )
            if answer is None:
                raise UnexpectedAnswer("the meter does not answer the challenge")
            check_gmac(
                keys=keys, system_title=title, challenge=ours, answer=axdr.octets(answer)
            )
        except BijligharError:
            self._move(Event.DISPROVED)
            raise
        self._move(Event.PROVED)

    def _release(self) -> Steps[None]:
        self._move(Event.RELEASE_ASKED)
        ciphered = self.settings.keys is not None
        request = association.ReleaseRequest(
            user_information=self._initiate_request() if ciphered else None
        )
        refusal = yield from ask(request.to_bytes(), self._hear_released)
        if refusal is not None:
            raise refusal
        self._move(Event.RELEASED)

    def _hear_released(self, apdu: bytes) -> RefusedError | None:
        """None, or why not. Many meters do not protect this answer, and need not."""
        if refusal := exception_in(apdu):
            return refusal
        response = association.ReleaseResponse.from_bytes(apdu)
        if response.user_information is not None:
            self._channel.opened_initiate(response.user_information, self.meter_title)
        return None

    def _move(self, event: Event) -> None:
        self.state = states.after(self.state, event)
