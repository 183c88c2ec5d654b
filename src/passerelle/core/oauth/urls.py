from django.urls import path

from passerelle.core.oauth.views import applications, consent, discovery, federation, launch, mine, proving, tokens

app_name = "oauth"

urlpatterns = [
    path("connexion/psc/", federation.start, name="psc"),
    path("connexion/psc/retour/", federation.back, name="psc_back"),
    path("connexion/psc/exercice/", federation.choose_practice, name="psc_practice"),
    path("connexion/fin/", federation.farewell, name="farewell"),
    path("compte/prouver/", proving.prove, name="prove"),
    path("compte/prouver/psc/", federation.prove_again, name="psc_prove"),
    path("compte/applications/", mine.allowed, name="mine"),
    path("compte/applications/<uuid:authorisation_id>/retirer/", mine.take_back, name="take_back"),
    path("applications/", applications.listing, name="applications"),
    path("applications/declarer/", applications.declare_one, name="declare"),
    path("applications/<uuid:declaration_id>/", applications.sheet, name="application"),
    path("applications/<uuid:declaration_id>/approuver/", applications.approve_one, name="approve"),
    path("applications/<uuid:declaration_id>/revoir/", applications.review_one, name="review"),
    path("applications/<uuid:declaration_id>/couper/", applications.revoke_one, name="cut"),
    path("applications/<uuid:declaration_id>/ouvrir/", launch.launch, name="launch"),
    path(".well-known/smart-configuration", discovery.smart_configuration, name="smart"),
    path("fhir/.well-known/smart-configuration", discovery.smart_configuration, name="fhir_smart"),
    path("oauth/.well-known/openid-configuration", discovery.openid_configuration, name="openid"),
    path(".well-known/oauth-authorization-server/oauth", discovery.openid_configuration, name="metadata"),
    path("oauth/cles/", discovery.key_set, name="keys"),
    path("oauth/autoriser/", consent.authorize, name="authorize"),
    path("oauth/jeton/", tokens.token, name="token"),
    path("oauth/retirer/", tokens.revoke, name="revoke"),
    path("oauth/examiner/", tokens.introspect, name="introspect"),
    path("oauth/moi/", tokens.userinfo, name="userinfo"),
]
