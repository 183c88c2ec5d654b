import gc
import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from passerelle.config.database import take_runtime_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "passerelle.config.settings")
pages = get_wsgi_application()

from passerelle.core.oauth.door import Door  # noqa: E402 - models exist from here on

application = Door(pages)
take_runtime_role(connections.settings["default"]["OPTIONS"], "passerelle_app")
gc.collect()
gc.freeze()  # what was loaded stays: no use looking through it for ever
