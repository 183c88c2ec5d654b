from django.urls import path

from passerelle.care.delivery.views import items, lines

app_name = "delivery"

urlpatterns = [
    path("", lines.destinations, name="destinations"),
    path("envoi/<int:item_id>/", items.item, name="item"),
    path("envoi/<int:item_id>/octets/", items.raw, name="raw"),
    path("envoi/<int:item_id>/renvoyer/", items.send_again, name="send_again"),
    path("envoi/<int:item_id>/considerer-delivre/", items.assume_delivered, name="assume_delivered"),
    path("envoi/<int:item_id>/relancer/", items.retry, name="retry"),
    path("envoi/<int:item_id>/annuler/", items.cancel, name="cancel"),
    path("<slug:code>/", lines.destination, name="destination"),
    path("<slug:code>/suspendre/", lines.pause, name="pause"),
    path("<slug:code>/reprendre/", lines.resume, name="resume"),
    path("<slug:code>/essayer/", lines.try_now, name="try_now"),
    path("<slug:code>/relance/", lines.rehearse, name="rehearse"),
    path("<slug:code>/relance/faire/", lines.retry_all, name="retry_all"),
]
