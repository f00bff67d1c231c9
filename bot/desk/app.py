"""Desk, administrator's pages and API page put together, each with its own prefix, for the application to include."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI

from bot.desk import (
    account_page,
    admin,
    api,
    api_docs,
    audit_pages,
    auth,
    case_filing,
    case_list,
    case_pages,
    district_pages,
    events,
    inbox,
    knowledge_bulk,
    knowledge_drafts,
    knowledge_gaps,
    knowledge_lexicon,
    knowledge_pages,
    knowledge_recalls,
    knowledge_trial,
    knowledge_upload,
    me,
    measure_pages,
    reply_pages,
    roster_pages,
    sending,
    static_files,
    talk_api,
)
from bot.desk.desk import Desk
from bot.desk.routes import PageRoute

if TYPE_CHECKING:
    from bot.app import Services


def desk_router() -> APIRouter:
    """Everything below `/desk`."""
    router = APIRouter(prefix="/desk", route_class=PageRoute)
    # The start page has no path of its own; FastAPI takes such a route only from the router that has the prefix.
    router.add_api_route("", inbox.workbench, include_in_schema=False)
    router.add_api_route("/me", me.me_page, include_in_schema=False)
    for part in (
        auth.router,
        me.router,
        inbox.router,
        case_list.router,
        case_pages.router,
        case_filing.router,
        api.router,
        talk_api.router,
        case_pages.api,
        measure_pages.api,
        sending.router,
        sending.uploads,
        sending.pages,
        events.router,
    ):
        router.include_router(part)
    router.include_router(static_files.router)
    return router


def admin_router() -> APIRouter:
    """Everything below `/admin`. Signing in happens at the desk."""
    router = APIRouter(prefix="/admin", route_class=PageRoute)
    router.add_api_route("", admin.accounts, include_in_schema=False)
    router.add_api_route("/replies", reply_pages.replies_page, include_in_schema=False)
    router.add_api_route("/accounts/{staff_id}", account_page.account_page, include_in_schema=False)
    for part in (
        admin.router,
        district_pages.router,
        account_page.router,
        audit_pages.router,
        reply_pages.router,
        roster_pages.router,
        measure_pages.router,
        knowledge_pages.router,
        knowledge_drafts.router,
        knowledge_bulk.router,
        knowledge_upload.router,
    ):
        router.include_router(part)
    for part in (knowledge_recalls.router, knowledge_trial.router, knowledge_gaps.router, knowledge_lexicon.router):
        router.include_router(part)
    router.add_api_route("/knowledge", knowledge_trial.trial_page, include_in_schema=False)
    router.add_api_route("/knowledge", knowledge_trial.try_question, methods=["POST"], include_in_schema=False)
    return router


def docs_router() -> APIRouter:
    """`/api/docs`: the API's description, shown without anything from elsewhere."""
    return api_docs.router


def open_desk(app: FastAPI, services: Services) -> None:
    """Put all three into the application, over these services."""
    app.state.desk = Desk(services)
    for router in (desk_router, admin_router, docs_router):
        app.include_router(router())
