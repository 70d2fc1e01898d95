"""What was done, as a sentence: the names of actions in the reader's language.

An action that is not in the table is shown by its name, so that nothing is ever hidden.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, Promise] = {
    "connections.connection.protected": _("A connection was protected from disconnection"),
    "connections.connection.unprotected": _("The protection of a connection ended"),
    "desk.view.ended": _("A kept view was removed"),
    "desk.view.kept": _("A view was kept"),
    "desk.view.renamed": _("A kept view was renamed"),
    "grid.node.closed": _("An office or part of the grid was closed"),
    "grid.node.located": _("A place on the map was set"),
    "grid.node.moved": _("A part of the grid moved under another office"),
    "grid.node.opened": _("An office or part of the grid was opened"),
    "grid.node.renamed": _("An office or part of the grid was renamed"),
    "grid.node.split": _("An office or part of the grid was split"),
    "kyc.paper.accepted": _("A consumer's paper was accepted"),
    "kyc.paper.rejected": _("A consumer's paper was not accepted"),
    "kyc.paper.seen": _("A consumer's paper was looked at"),
    "kyc.picture.seen": _("The picture of a consumer's paper was looked at"),
    "masters.exported": _("A table was exported"),
    "masters.import.cancelled": _("An import was cancelled"),
    "masters.import.done": _("An import was finished"),
    "masters.import.mapped": _("An import's columns were matched"),
    "masters.import.started": _("An import was taken in"),
    "masters.import.stopped": _("An import was stopped"),
    "masters.import.uploaded": _("A file to import was uploaded"),
    "meter.keys.refused": _("A meter refused new keys three times"),
    "meter.keys.replaced": _("The keys of a meter were changed"),
    "meter.keys.taken_in": _("A file with keys of meters was taken in"),
    "meter.relay.never_opens": _("A relay was found that cannot be opened from afar"),
    "meter.relay.unknown_mode": _("A relay was found in a mode that nobody knows"),
    "meter.relay.waits_for_button": _("A relay was found that waits for a button"),
    "notices.preferences.changed": _("A consumer changed how messages come"),
    "outages.outage.cancelled": _("A planned outage was cancelled"),
    "outages.outage.changed": _("An outage got other hours"),
    "outages.outage.ended": _("An outage was over"),
    "outages.outage.entered": _("An outage was entered"),
    "people.client.disabled": _("A machine client was switched off"),
    "people.client.registered": _("A machine client was registered"),
    "people.client.secret_changed": _("A machine client got a new secret"),
    "people.factor.added": _("A second factor was added"),
    "people.factor.removed": _("A second factor was removed"),
    "people.factor.shown": _("A second factor was shown again"),
    "people.invitation.made": _("An invitation was made"),
    "people.language.chosen": _("A language was chosen"),
    "people.password.changed": _("A password was changed"),
    "people.role.ended": _("A role was taken back"),
    "people.role.granted": _("A role was given"),
    "people.signed_in": _("Somebody signed in"),
    "people.signed_out": _("Somebody signed out"),
    "people.sign_ins.ended": _("Sign-ins were ended"),
    "people.staff.added": _("A member of staff was added"),
    "people.staff.closed": _("An account was closed"),
    "people.staff.enrolled": _("A member of staff set a password and a second factor"),
    "people.staff.recovered": _("A member of staff got back in with two people's help"),
    "people.staff.reopened": _("An account was opened again"),
    "proposals.proposal.approved": _("A proposal was approved"),
    "proposals.proposal.expired": _("A proposal expired"),
    "proposals.proposal.made": _("A proposal was made"),
    "proposals.proposal.refused": _("A proposal was refused"),
    "proposals.proposal.void": _("A proposal became void"),
    "proposals.proposal.withdrawn": _("A proposal was withdrawn"),
    "vendors.commands.handed": _("Relay commands were handed to a vendor's head-end"),
    "vendors.message.repeated": _("A vendor's message came again: nothing was done"),
    "vendors.message.taken": _("A vendor's head-end delivered"),
    "vendors.meters.put_behind": _("Meters were put behind a vendor's head-end"),
    "vendors.meters.taken_out": _("Meters came back to our own head-end"),
    "vendors.vendor.registered": _("A vendor with a head-end was registered"),
}

KINDS: Mapping[str, Promise] = {
    "client": _("Machine client"),
    "connection": _("Connection"),
    "export": _("Export"),
    "import": _("Import"),
    "key_file": _("Key file"),
    "meter": _("Meter"),
    "node": _("Part of the grid"),
    "paper": _("Paper"),
    "proposal": _("Proposal"),
    "staff": _("Member of staff"),
    "vendor": _("Vendor"),
    "view": _("Kept view"),
}

CHANNELS: Mapping[str, Promise] = {
    "desk": _("Desk"),
    "api": _("API"),
    "command": _("Command"),
    "job": _("Job"),
}


def sentence(action: str) -> str:
    """What was done, for people; the action's own name where there is no sentence."""
    return str(SENTENCES.get(action, action))


def kind_name(kind: str) -> str:
    """What it was done to."""
    return str(KINDS.get(kind, kind))


def channel_name(channel: str) -> str:
    """How it came in."""
    return str(CHANNELS.get(channel, channel))
