"""The doors of sign-in. Only the pages of allauth that are used have an address; self-registration has none."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path
from django.views.generic import RedirectView

from passerelle.core.access.guards import enrolment, public, second_step, signed_in
from passerelle.core.access.views import sign_in

urlpatterns = [
    path("connexion/", public(sign_in.SignIn.as_view()), name="account_login"),
    path("deconnexion/", sign_in.sign_out, name="account_logout"),
    path("inscription/", public(RedirectView.as_view(pattern_name="account_login")), name="account_signup"),
    path("connexion/second-facteur/", public(mfa.authenticate), name="mfa_authenticate"),
    path("connexion/cle/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("compte/inactif/", public(account.account_inactive), name="account_inactive"),
    path("compte/confirmer/", enrolment(account.reauthenticate), name="account_reauthenticate"),
    path("compte/confirmer/code/", second_step(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("compte/confirmer/cle/", second_step(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("compte/mot-de-passe/", signed_in(sign_in.ChangePassword.as_view()), name="account_change_password"),
    path("compte/moyens/", enrolment(mfa.index), name="mfa_index"),
    path("compte/moyens/code/activer/", enrolment(sign_in.ActivateCodes.as_view()), name="mfa_activate_totp"),
    path("compte/moyens/code/retirer/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("compte/moyens/cles/", signed_in(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("compte/moyens/cles/ajouter/", enrolment(sign_in.AddKey.as_view()), name="mfa_add_webauthn"),
    path("compte/moyens/cles/<int:pk>/retirer/", signed_in(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("compte/moyens/cles/<int:pk>/nommer/", signed_in(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("compte/moyens/secours/", signed_in(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "compte/moyens/secours/nouveaux/",
        signed_in(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]
