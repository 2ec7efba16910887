"""Pages of this room."""

from fastapi import APIRouter

router = APIRouter()
