"""What the control mode of a meter's relay means for a consumer who has paid: pure.

Remote reconnection closes the relay at once in modes 2 and 4. In 1, 3, 5 and 6 it only
makes the relay ready: a person at the meter closes it. In mode 0 it never opens.
Source: IEC 62056-6-2, disconnect control (class 70), attribute 4; requirements 3.8.
"""

from __future__ import annotations

from bijlighar.headend.values import RelayAlarm

CLOSES_AT_ONCE = frozenset((2, 4))
NEEDS_A_HAND = frozenset((1, 3, 5, 6))
NEVER_OPENS = 0


def alarm_of(control_mode: int | None) -> RelayAlarm | None:
    """What is wrong with a relay in this mode; None for none, or without a relay."""
    if control_mode is None or control_mode in CLOSES_AT_ONCE:
        return None
    if control_mode in NEEDS_A_HAND:
        return RelayAlarm.WAITS_FOR_BUTTON
    if control_mode == NEVER_OPENS:
        return RelayAlarm.NEVER_OPENS
    return RelayAlarm.UNKNOWN_MODE
