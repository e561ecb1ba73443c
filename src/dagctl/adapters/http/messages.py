"""Requests and answers as they go through the one client: the names by which services know them."""

from httpx import URL, Auth, Client, HTTPError, Request, Response, SyncByteStream, Timeout

__all__ = ["URL", "Auth", "Client", "HTTPError", "Request", "Response", "SyncByteStream", "Timeout"]
