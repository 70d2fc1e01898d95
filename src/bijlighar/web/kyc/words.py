"""KYC in words: papers, states, and what to do where something is not taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bijlighar.kyc.values import PaperKind, PaperState, Standing, Wrong

KINDS = {
    PaperKind.SAMAGRA: _("Samagra id"),
    PaperKind.PAN: _("PAN card"),
    PaperKind.VOTER_ID: _("Voter id card"),
    PaperKind.DRIVING_LICENCE: _("Driving licence"),
    PaperKind.OFFLINE_QR: _("QR code of the Aadhaar letter"),
}
WAYS = {
    PaperKind.SAMAGRA: _("The id and a code by SMS: done at once."),
    PaperKind.PAN: _("Number and photo: the office looks at it."),
    PaperKind.VOTER_ID: _("Number and photo: the office looks at it."),
    PaperKind.DRIVING_LICENCE: _("Number and photo: the office looks at it."),
    PaperKind.OFFLINE_QR: _("Only the QR code, no Aadhaar number."),
}
NUMBERS = {
    PaperKind.SAMAGRA: _("Samagra id of the member or the family"),
    PaperKind.PAN: _("Number on the PAN card"),
    PaperKind.VOTER_ID: _("Number on the voter id card"),
    PaperKind.DRIVING_LICENCE: _("Number on the driving licence"),
}
HINTS = {
    PaperKind.SAMAGRA: _("Nine digits for a member, eight for a family."),
    PaperKind.PAN: _("Ten letters and digits, such as ABCPE1234F."),
    PaperKind.VOTER_ID: _("Three letters and seven digits, such as ABC1234567."),
    PaperKind.DRIVING_LICENCE: _("As it is printed, such as UP70 20110012345."),
}
STATES = {
    PaperState.ASKED: _("the code is still to be entered"),
    PaperState.WAITING: _("the office is looking at it"),
    PaperState.ACCEPTED: _("accepted"),
    PaperState.REJECTED: _("not accepted"),
    PaperState.REPLACED: _("replaced"),
    PaperState.WITHDRAWN: _("erased"),
}
STANDINGS = {
    Standing.NOT_STARTED: _("Your KYC is still to be done. It takes two minutes."),
    Standing.WAITING: _("The office is looking at your paper. You need do nothing."),
    Standing.REJECTED: _("Your paper was not accepted. Please show another one."),
    Standing.DONE: _("Your KYC is done."),
}
NUMBER_IS_NEW = _(
    "The mobile number was changed in the last day, or is about to be. To keep your money"
    " safe, the account can be entered a day later."
)
WRONG = {
    Wrong.EMPTY: _("Please fill this in."),
    Wrong.FORM: _("This number has another form. Compare it with the paper."),
    Wrong.LIKE_AADHAAR: _("This looks like an Aadhaar number. We may not take it."),
    Wrong.NOT_USED: _("This paper is not taken here. Please choose another one."),
    Wrong.NO_CONSENT: _("Please agree first, on the page before."),
    Wrong.NOT_THE_SAME: _("The two account numbers are not the same. Type them again."),
    Wrong.IFSC: _("An IFSC has eleven letters and digits, such as SBIN0001234."),
    Wrong.NAME: _("Enter the name as it is in the passbook."),
    Wrong.TOO_LARGE: _("The file is larger than 6 MB. Take the photo again, smaller."),
    Wrong.NO_PICTURE: _("Choose a photo (JPEG or PNG, not tiny) or a PDF."),
    Wrong.BROKEN: _("The file cannot be read. Take the photo again."),
    Wrong.TOO_MANY_PAGES: _("A PDF may have three pages at most."),
    Wrong.CARD_OF_AADHAAR: _(
        "This is an Aadhaar card. We may not take it. Use another paper, or only its QR "
        "code."
    ),
    Wrong.NO_QR: _(
        "No signed QR code was found. Photograph the large QR code straight and near, in "
        "good light."
    ),
    Wrong.OLD_QR: _(
        "This is an old QR code that holds the Aadhaar number. Use that of a newer letter, "
        "or another paper."
    ),
    Wrong.NOT_SIGNED: _("The signature of this QR code is not right. Use another paper."),
    Wrong.CERTIFICATE: _("This QR code does not count any more. Use a newer letter."),
    Wrong.TOO_MANY: _("That was enough for today. Please come back tomorrow."),
    Wrong.BUSY: _("Too many photos are coming in just now. Send it again in a minute."),
    Wrong.GONE: _("This took too long. Please start again."),
}
