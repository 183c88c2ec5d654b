import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from passerelle.config.database import take_runtime_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "passerelle.config.settings")
application = get_wsgi_application()
take_runtime_role(connections.settings["default"]["OPTIONS"], "passerelle_app")
