"""What is typed on the pages of signing in and of staff: these fields and no others."""

from __future__ import annotations

import re
from collections.abc import Sequence

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bijlighar.people.service import Weakness
from bijlighar.people.values import NewPerson, Role, StaffState
from bijlighar.web.role_names import ROLE_NAMES

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
REGION = "IN"

WEAKNESSES = {
    Weakness.SHORT: _("Use at least 12 letters; a sentence is good."),
    Weakness.LONG: _("Use at most 128 letters."),
    Weakness.COMMON: _("Many people use this password. Choose one that is only yours."),
    Weakness.SIMILAR: _("This password is too much like your name or login."),
}


class SignInForm(forms.Form):
    """Login and password."""

    login = forms.CharField(
        label=_("Login"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        max_length=40,
        error_messages={"required": _("Enter your login.")},
    )
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        max_length=128,
        strip=False,
        error_messages={"required": _("Enter your password.")},
    )

    def clean_login(self) -> str:
        """Logins are small letters; who types a big one means the small one."""
        return _text(self, "login").lower()


class CodeForm(forms.Form):
    """The six digits of the authenticator app."""

    code = forms.CharField(
        label=_("Six digits from the app"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "digits",
            }
        ),
        max_length=12,
        error_messages={"required": _("Enter the six digits.")},
    )


def wrong_code_words() -> str:
    """What is said of six digits with which an app should prove that it has the key."""
    return gettext("These are not the six digits that the app shows now.")


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least 12 letters. A sentence that only you know is good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=200,
        strip=False,
        error_messages={"required": _("Choose a password.")},
    )
    again = forms.CharField(
        label=_("New password, again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=200,
        strip=False,
        error_messages={"required": _("Type the password again.")},
    )

    def clean_again(self) -> str:
        """Both are the same."""
        again = _text(self, "again")
        if again != self.cleaned_data.get("password", again):
            raise ValidationError(_("The two passwords differ. Type the same one twice."))
        return again

    def refuse(self, weakness: Weakness) -> None:
        """Say beside the field why the password is not taken."""
        self.add_error("password", WEAKNESSES[weakness])


class InvitedForm(NewPasswordForm):
    """Login and one-time code, with the password that the person chooses."""

    login = forms.CharField(
        label=_("Login"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        max_length=40,
        error_messages={"required": _("Enter your login.")},
    )
    code = forms.CharField(
        label=_("Code you were given"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "class": "digits",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        max_length=60,
        error_messages={"required": _("Enter the code you were given.")},
    )
    field_order = ("login", "code", "password", "again")

    def clean_login(self) -> str:
        """In small letters, as logins are."""
        return _text(self, "login").lower()


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    present = forms.CharField(
        label=_("Present password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        max_length=200,
        strip=False,
        error_messages={"required": _("Enter your present password.")},
    )
    field_order = ("present", "password", "again")


class PasskeyNameForm(forms.Form):
    """What its owner calls a passkey."""

    name = forms.CharField(label=_("Name of the passkey"), max_length=60, required=False)


class WhyForm(forms.Form):
    """The reason of a change, for the audit trail."""

    why = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept in the audit trail."),
        max_length=300,
        error_messages={"required": _("Say why; it is kept in the audit trail.")},
    )


class GrantForm(WhyForm):
    """A role in an area, with the reason."""

    role = forms.ChoiceField(
        label=_("Role"),
        error_messages={
            "required": _("Choose a role."),
            "invalid_choice": _("Choose a role from the list."),
        },
    )
    area = forms.ChoiceField(
        label=_("Area"),
        error_messages={
            "required": _("Choose an area."),
            "invalid_choice": _("Choose an area from the list."),
        },
    )
    field_order: Sequence[str] = ("role", "area", "why")

    def __init__(self, data: object = None, *, areas: Sequence[tuple[int, str]]) -> None:
        """`areas` are those in which roles may be given, with their names."""
        super().__init__(data)  # type: ignore[arg-type]
        _choices(self, "role", [(one.value, str(name)) for one, name in ROLE_NAMES.items()])
        _choices(self, "area", [(str(area_id), name) for area_id, name in areas])

    @property
    def chosen_role(self) -> Role:
        """The role; only of a form that is valid."""
        return Role(self.cleaned_data["role"])

    @property
    def area_id(self) -> int:
        """The area; only of a form that is valid."""
        return int(self.cleaned_data["area"])


class NewPersonForm(GrantForm):
    """A new member of staff with a first role."""

    login = forms.CharField(
        label=_("Login"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        max_length=40,
        error_messages={"required": _("Enter a login.")},
    )
    name_en = forms.CharField(
        label=_("Name in English"),
        max_length=80,
        error_messages={"required": _("Enter the name in English.")},
    )
    name_hi = forms.CharField(
        label=_("Name in Hindi"),
        widget=forms.TextInput(attrs={"lang": "hi"}),
        max_length=80,
        error_messages={"required": _("Enter the name in Hindi.")},
    )
    email = forms.EmailField(
        label=_("Mail"),
        max_length=120,
        required=False,
        error_messages={"invalid": _("This is no mail address.")},
    )
    mobile = forms.CharField(
        label=_("Mobile"),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        max_length=20,
        required=False,
    )
    language = forms.ChoiceField(
        label=_("Language of the desk"),
        choices=[("hi", "हिन्दी"), ("en", "English")],
        required=False,
        error_messages={"invalid_choice": _("Choose Hindi or English.")},
    )
    field_order = (
        "login",
        "name_en",
        "name_hi",
        "email",
        "mobile",
        "language",
        "role",
        "area",
        "why",
    )

    def clean_login(self) -> str:
        """A login as the database takes it."""
        login = _text(self, "login").lower()
        if LOGIN.fullmatch(login) is None:
            raise ValidationError(
                _("A login has 3 to 40 small letters, digits, dots or dashes.")
            )
        return login

    def clean_mobile(self) -> str:
        """The number in the form of E.164; without a country it is India's."""
        typed = _text(self, "mobile")
        if not typed:
            return ""
        try:
            number = phonenumbers.parse(typed, REGION)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise ValidationError(_("This is no mobile number; ten digits are enough."))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    @property
    def person(self) -> NewPerson:
        """Who is added; only of a form that is valid."""
        held = self.cleaned_data
        return NewPerson(
            login=held["login"],
            name_en=held["name_en"],
            name_hi=held["name_hi"],
            email=held["email"],
            mobile=held["mobile"],
            language=held["language"] or "hi",
        )


STATE_NAMES = {
    StaffState.ENROLLED: _("Can sign in"),
    StaffState.INVITED: _("Invited"),
    StaffState.CLOSED: _("Closed"),
}


def _text(form: forms.Form, field: str) -> str:
    return str(form.cleaned_data[field])


def _choices(form: forms.Form, field: str, choices: list[tuple[str, str]]) -> None:
    held = form.fields[field]
    assert isinstance(held, forms.ChoiceField)
    held.choices = [("", ""), *choices]
