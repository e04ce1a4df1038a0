"""Roles are Django groups; each stands for one audience of the layers."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.models import Group, User

from layers.spec import Audience

ROLES: Final[dict[str, Audience]] = {
    "staff": Audience.STAFF,
    "disaster-staff": Audience.DISASTER_STAFF,
    "admin": Audience.ADMIN,
}
"""Name of the role, which is also the name of its group."""


def audience_of(user: Any) -> Audience:
    """What a user may see and do: the highest of the roles; nobody in particular is the public."""
    if not user.is_authenticated or not user.is_active:
        return Audience.PUBLIC
    if user.is_superuser:
        return Audience.ADMIN
    names = user.groups.values_list("name", flat=True)
    return max((ROLES.get(name, Audience.PUBLIC) for name in names), default=Audience.PUBLIC)


def give_role(user: User, role: str) -> None:
    """Make `role` the user's only role. An admin also enters Django's own administration."""
    group, _ = Group.objects.get_or_create(name=role)
    user.is_staff = user.is_superuser = ROLES[role] is Audience.ADMIN
    user.save(update_fields=["is_staff", "is_superuser"])
    user.groups.set([group])
