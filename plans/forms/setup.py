"""Rooms, devices, kinds of visit, people and the time zone, as the administrator changes them."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms.details import RolesField, line, whole
from clinic.models import Clinic, Device, Membership, Room
from clinic.rules.roles import Role
from plans.models import VisitType
from plans.queries.setup import kinds_in_use

MOST_BUFFER = 240
BUFFERS = (
    ("practitioner_before", _("Practitioner, before")),
    ("practitioner_after", _("Practitioner, after")),
    ("room_before", _("Room, before")),
    ("room_after", _("Room, after")),
    ("device_before", _("Device, before")),
    ("device_after", _("Device, after")),
)


class RoomForm(forms.Form):
    """A room."""

    name = line(_("Name"), 60)
    kind = line(
        _("Kind"),
        30,
        help_text=_("The same word for all that serve the same visits; a kind of visit asks for it"),
    )
    position = whole(_("Place in lists"), 0, 999, initial=0, help_text=_("Small numbers come first"))
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        self.fields["kind"].widget.attrs["list"] = "kinds"

    @classmethod
    def of(cls, place: Room | Device) -> dict[str, Any]:
        """Return what stands at present, to start from."""
        stands = {name: getattr(place, name) for name in cls.base_fields}
        return {**stands, "kind": place.kind_words}


class DeviceForm(RoomForm):
    """A device, with what a treatment record names."""

    make = line(_("Make"), 60)
    model = line(_("Model"), 60)
    serial = line(_("Serial number"), 60)
    field_order = ("name", "kind", "make", "model", "serial", "position", "is_active")


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """People who are ticked."""

    def clean(self, value: Any) -> Any:
        """Return them; a number that no database counts to is an id like any that does not exist."""
        return super().clean(["0" if isinstance(one, str) and len(one) > 18 else one for one in value or ()])


class VisitTypeForm(forms.Form):
    """What a kind of visit takes, and who gives it."""

    minutes = whole(_("Minutes"), 5, 480)
    room_kind = forms.ChoiceField(label=_("Kind of room"))
    device_kind = forms.ChoiceField(label=_("Kind of device"), required=False)
    practitioners = PeopleField(
        Membership.objects.none(),
        label=_("Who gives it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody ticked: every practitioner"),
    )

    def __init__(self, *args: Any, clinic: Clinic, needs: VisitType | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in BUFFERS:
            self.fields[name] = whole(label, 0, MOST_BUFFER, initial=0)
        rooms = {*kinds_in_use(clinic, devices=False), *([needs.room_kind] if needs else [])}
        devices = {*kinds_in_use(clinic, devices=True), *([needs.device_kind] if needs else [])} - {""}
        for name, kinds in (("room_kind", rooms), ("device_kind", devices)):
            none = [("", _("None"))] if name == "device_kind" else []
            field: Any = self.fields[name]
            field.choices = [*none, *((kind, kind.replace("_", " ")) for kind in sorted(kinds))]
        people: Any = self.fields["practitioners"]
        people.queryset = Membership.objects.practitioners().filter(clinic=clinic).select_related("user")
        people.label_from_instance = lambda member: member.user.name

    @staticmethod
    def of(needs: VisitType | None) -> dict[str, Any]:
        """Return what stands at present, to start from."""
        if needs is None:
            return {}
        names = ("minutes", "room_kind", "device_kind", *(name for name, _label in BUFFERS))
        return {**{name: getattr(needs, name) for name in names}, "practitioners": needs.practitioners.all()}

    def buffers(self) -> list[tuple[Any, Any]]:
        """Return the boxes for set-up and clean-up in pairs, before and after."""
        boxes = [self[name] for name, _label in BUFFERS]
        return list(zip(boxes[::2], boxes[1::2], strict=True))


class MemberForm(forms.Form):
    """How a member is called, and what they are in the clinic; nobody changes their own roles."""

    name = line(_("Name"), 120)
    title = line(_("Job title"), 60, required=False)
    licence = line(_("Licence number"), 40, required=False, help_text=_("Stands under what they sign"))
    roles = RolesField()

    def __init__(self, *args: Any, member: Membership, own: bool, **kwargs: Any) -> None:
        stands = {
            "name": member.user.name,
            "title": member.title,
            "licence": member.licence,
            "roles": [role.value for role in member.roles],
        }
        super().__init__(*args, **{"initial": stands, **kwargs})
        self.fields["roles"].disabled = own

    def roles_chosen(self) -> frozenset[Role]:
        """Return the roles that were ticked; of oneself, those that stand."""
        return frozenset(Role(role) for role in self.cleaned_data["roles"])


class ZoneForm(forms.Form):
    """The zone in which the clinic's days are counted."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        error_messages={"invalid_choice": _("Choose a time zone such as Europe/London.")},
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"time_zone": clinic.time_zone}, **kwargs})
        named = {zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")}
        zones: Any = self.fields["time_zone"]
        zones.choices = [(zone, zone.replace("_", " ")) for zone in sorted({*named, clinic.time_zone, "UTC"})]
