"""The way back from a provider's page: which address is allowed, and what it is told.

Which addresses count is from Supabase Auth, `internal/utilities/request.go`: any loopback IP
literal on any port, otherwise the project's own site. A wrong address is no error: the browser
silently lands on the site.
"""

from __future__ import annotations

import ipaddress
import secrets
from urllib.parse import urlencode, urlsplit

from tests.stand_in.messages import Response
from tests.stand_in.project import Flow, Project


def allowed(wished: str, site_url: str) -> str:
    """Return `wished` if the browser may be sent there, else the site."""
    try:
        host = urlsplit(wished).hostname or ""
        return wished if ipaddress.ip_address(host).is_loopback else site_url
    except ValueError:
        return site_url


def come_back(project: Project, address: str, challenge: str, method: str) -> Response:
    """Answer as if the user had been at the provider's page and come back from it.

    A refusal stands in the query and in the fragment, which browsers keep to themselves.
    """
    if project.provider_user is None:
        told = {"error": "access_denied", "error_description": "The user denied access"}
        fragment = "#" + urlencode({**told, "sb": ""})
    else:
        fragment = ""
        code = secrets.token_hex(16)
        flow = Flow(project.provider_user, challenge, method, project.clock.now())
        project.flows[code] = flow
        told = {"code": code}
    joint = "&" if urlsplit(address).query else "?"
    return Response(302, headers={"location": f"{address}{joint}{urlencode(told)}{fragment}"})
