"""The ASGI application: what the web server serves."""

import os

from django.core.asgi import get_asgi_application

from bijlighar.project.bodies import with_bearable_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bijlighar.project.settings")
application = with_bearable_bodies(get_asgi_application())
