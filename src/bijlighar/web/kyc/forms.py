"""What consumers type and upload for KYC."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bijlighar.kyc.values import PaperKind, Purpose, Wrong
from bijlighar.web.kyc import words

PHOTO_PX, QR_PX = 1_600, 2_600
"""The longest side to which a phone makes a photo smaller before it sends it."""


class ConsentForm(forms.Form):
    """An agreement to one purpose: a box that nobody ticks but the reader."""

    purpose = forms.ChoiceField(choices=[(one.value, one.value) for one in Purpose])
    agreed = forms.BooleanField()


class NumberForm(forms.Form):
    """The number of a paper."""

    number = forms.CharField(
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "digits",
            }
        ),
        error_messages={"required": words.WRONG[Wrong.EMPTY]},
    )

    def __init__(self, kind: PaperKind, *args: object, **kwargs: object) -> None:
        """With the words of this paper."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["number"].label = words.NUMBERS[kind]
        self.fields["number"].help_text = str(words.HINTS[kind])


class FileForm(forms.Form):
    """A photo or PDF."""

    file = forms.FileField(
        label=_("Photo or PDF"),
        help_text=_("JPEG, PNG or PDF, at most 6 MB."),
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,application/pdf", "data-photo": PHOTO_PX}
        ),
        error_messages={
            "required": _("Take or choose a photo."),
            "empty": _("The file is empty. Choose another one."),
        },
    )


class QrForm(FileForm):
    """A photo of a signed QR code, whose smallest squares must stay apart."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        """With more pixels than other photos."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["file"].widget.attrs["data-photo"] = QR_PX


class PaperForm(NumberForm, FileForm):
    """The number of a paper and its photo."""

    field_order = ("number", "file")


class BankForm(forms.Form):
    """A bank account, twice, so that no digit goes wrong."""

    account = forms.CharField(
        label=_("Account number"),
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "class": "digits"}
        ),
        error_messages={"required": words.WRONG[Wrong.EMPTY]},
    )
    again = forms.CharField(
        label=_("Account number once more"),
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "class": "digits"}
        ),
        error_messages={"required": words.WRONG[Wrong.EMPTY]},
    )
    ifsc = forms.CharField(
        label=_("IFSC of the branch"),
        help_text=_("On the passbook and on every cheque, such as SBIN0001234."),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "digits",
            }
        ),
        error_messages={"required": words.WRONG[Wrong.EMPTY]},
    )
    holder = forms.CharField(
        label=_("Name in the passbook"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": words.WRONG[Wrong.NAME]},
    )


BANK_FIELDS = {
    Wrong.NOT_THE_SAME: "again",
    Wrong.IFSC: "ifsc",
    Wrong.NAME: "holder",
}
"""Under which field what is wrong is told; else under the account number."""

FILE_WRONGS = frozenset(
    {
        Wrong.TOO_LARGE,
        Wrong.NO_PICTURE,
        Wrong.BROKEN,
        Wrong.TOO_MANY_PAGES,
        Wrong.CARD_OF_AADHAAR,
        Wrong.NO_QR,
        Wrong.OLD_QR,
        Wrong.NOT_SIGNED,
        Wrong.CERTIFICATE,
        Wrong.BUSY,
    }
)
