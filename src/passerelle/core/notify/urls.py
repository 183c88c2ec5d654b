from django.urls import path

from passerelle.core.notify.views import calls, people, queue

app_name = "notify"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("chercher/", queue.find, name="find"),
    path("modeles/", queue.templates, name="templates"),
    path("stop/lever/", queue.lift, name="lift"),
    path("message/<int:message_id>/", queue.message, name="message"),
    path("message/<int:message_id>/renvoyer/", queue.send_again, name="send_again"),
    path("message/<int:message_id>/parti/", queue.assume_sent, name="assume_sent"),
    path("passerelle/<slug:code>/suspendre/", queue.pause, name="pause"),
    path("passerelle/<slug:code>/reprendre/", queue.resume, name="resume"),
    path("accuse/<uuid:public_id>/<str:signature>/", calls.receipt, name="receipt"),
    path("recus/", calls.inbound, name="inbound"),
    path("ne-plus-recevoir/<str:token>/", people.leave, name="leave"),
    path("telephone/", people.phone, name="phone"),
]
