"""What a person does to a delivery."""

import uuid

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from app.accounts.access import Database, SignedIn, ToolsDep
from app.clients.queries import get_client
from app.delivery.models import Delivery
from app.delivery.retrying import retry_delivery
from app.errors import NotFoundError
from app.web.rendering import redirect

router = APIRouter()


@router.post("/deliveries/{delivery_id}/retry")
async def retry(delivery_id: uuid.UUID, session: Database, member: SignedIn, tools: ToolsDep) -> RedirectResponse:
    """Try a delivery again that has stopped, or now rather than later, for whoever may see its client."""
    delivery = await session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFoundError
    client = await get_client(session, member, delivery.client_id)
    retried = await retry_delivery(session, delivery_id, tools.clock())
    return redirect(f"/clients/{client.id}", notice="delivery-retried" if retried else "delivery-not-retried")
