"""Pages of this room."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
