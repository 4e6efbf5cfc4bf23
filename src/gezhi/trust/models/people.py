"""Units, users, roles and posts: the rows from which every permission is read."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models.functions import Now

from gezhi.kit.fields import LtreeField


class Unit(models.Model):
    """A responsible unit; `path` is the codes from the root, so a subtree is one index lookup."""

    code = models.CharField(max_length=50, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = LtreeField(unique=True)
    kind = models.CharField(max_length=20, default="bureau")
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True, default="")
    active = models.BooleanField(default=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "trust_unit"
        indexes = (GistIndex(fields=["path"], name="trust_unit_path"),)

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class UserManager(BaseUserManager["User"]):
    """Finds a user by the name typed, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user of that name; names are kept in lower case."""
        return self.get(username=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person of the office who signs in; what he may do is in his posts, never here."""

    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=64)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="users")
    language = models.CharField(max_length=16, blank=True, default="")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "username"

    class Meta:
        db_table = "trust_user"

    def __str__(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        """What pages call this person."""
        return self.display_name


class Role(models.Model):
    """A named set of verbs; `admin` marks the three administrators, who exclude one another."""

    code = models.CharField(primary_key=True, max_length=32)
    name_zh = models.CharField(max_length=64)
    name_en = models.CharField(max_length=64)
    admin = models.BooleanField(default=False)

    class Meta:
        db_table = "trust_role"

    def __str__(self) -> str:
        return self.code


class RoleVerb(models.Model):
    """One verb of one role."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="verbs")
    verb = models.CharField(max_length=64)

    class Meta:
        db_table = "trust_role_verb"
        constraints = (models.UniqueConstraint(fields=["role", "verb"], name="trust_role_verb_once"),)

    def __str__(self) -> str:
        return f"{self.role_id}: {self.verb}"


class Post(models.Model):
    """A role over a unit subtree, and where given only over a matter branch and an area branch."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="posts")
    matter = models.CharField(max_length=64, blank=True, default="")
    area_path = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "trust_post"
        constraints = (models.UniqueConstraint(fields=["unit", "role", "matter", "area_path"], name="trust_post_once"),)

    def __str__(self) -> str:
        return f"{self.role_id}@{self.unit_id}"


class Holding(models.Model):
    """Who holds a post, from when until when."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=16, blank=True, default="")  # "oidc": by a claim, and taken back with it

    class Meta:
        db_table = "trust_holding"
        constraints = (
            models.UniqueConstraint(
                fields=["user", "post"], condition=models.Q(valid_to__isnull=True), name="trust_holding_open_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} holds {self.post_id}"
