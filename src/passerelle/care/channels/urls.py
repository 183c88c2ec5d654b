from django.urls import path

from passerelle.care.channels import views

app_name = "channels"

urlpatterns = [
    path("", views.channel_list, name="list"),
    path("essai/", views.trial, name="trial"),
    path("<slug:kind>/<slug:code>/", views.declaration, name="declaration"),
    path("<slug:kind>/<slug:code>/versions/", views.history, name="history"),
    path("<slug:kind>/<slug:code>/versions/<int:number>/reprendre/", views.restore_version, name="restore"),
]
