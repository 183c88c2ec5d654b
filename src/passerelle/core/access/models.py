from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class AccountManager(BaseUserManager["Account"]):
    pass


class Account(AbstractBaseUser):
    """Whoever signs in: a patient, a professional, an application."""

    email = models.EmailField("adresse électronique", unique=True)
    display_name = models.CharField("nom affiché", max_length=200)
    is_active = models.BooleanField("actif", default=True)

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
