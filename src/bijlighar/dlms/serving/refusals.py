"""What a device denies, in the words of the service that was asked.

Source: IEC 62056-5-3, Data-Access-Result, Action-Result.
"""

from __future__ import annotations

from bijlighar.dlms.cosem import AccessResult, ActionResult
from bijlighar.dlms.device import AccessDenied

# No value, parameter or answer that comes or goes in blocks is longer.
MAX_LONG = 64 * 1024


def access_result(denied: AccessDenied) -> AccessResult:
    """As the result of a GET or SET."""
    if isinstance(denied.result, AccessResult):
        return denied.result
    return AccessResult.__members__.get(denied.result.name, AccessResult.OTHER_REASON)


def action_result(denied: AccessDenied) -> ActionResult:
    """As the result of an ACTION."""
    if isinstance(denied.result, ActionResult):
        return denied.result
    return ActionResult.__members__.get(denied.result.name, ActionResult.OTHER_REASON)
