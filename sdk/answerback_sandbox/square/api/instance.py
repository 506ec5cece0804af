"""What this server is and allows. https://docs.joinmastodon.org/methods/instance/"""

from flask import Blueprint, Response, jsonify

from answerback_sandbox.square.api.asking import square
from answerback_sandbox.square.counting import LINK_LENGTH
from answerback_sandbox.square.entities import EMOJI_NAMES, Entity
from answerback_sandbox.square.photos import (
    DESCRIPTION_LIMIT,
    SIZE_LIMIT,
    SUPPORTED,
    VIDEO_SIZE_LIMIT,
)
from answerback_sandbox.square.posting import PHOTOS_A_POST

instance = Blueprint("instance", __name__)
VERSION = "4.6.4 (compatible; answerback sandbox)"
TITLE = "Sandbox square"
DESCRIPTION = "A pretend public square for development. Nothing said here leaves this machine."


@instance.get("/api/v2/instance")
def version_2() -> Response:
    base = square().base_url
    return jsonify(
        domain=square().domain,
        title=TITLE,
        version=VERSION,
        source_url="https://github.com/mastodon/mastodon",
        description=DESCRIPTION,
        usage={"users": {"active_month": len(square().people)}},
        thumbnail={"url": f"{base}/headers/missing.png", "description": ""},
        icon=[],
        languages=["en"],
        configuration=_configuration()
        | {
            "urls": {"streaming": None, "status": None, "about": f"{base}/"},
            "vapid": {"public_key": None},
            "accounts": {
                "max_featured_tags": 10,
                "max_pinned_statuses": 5,
                "max_display_name_length": 40,
                "max_note_length": 500,
            },
            "translation": {"enabled": False},
            "timelines_access": {
                "live_feeds": {"local": "public", "remote": "public"},
                "hashtag_feeds": {"local": "public", "remote": "public"},
                "trending_link_feeds": {"local": "disabled", "remote": "disabled"},
            },
            "limited_federation": True,
        },
        registrations={
            "enabled": False,
            "approval_required": False,
            "reason_required": False,
            "message": None,
            "min_age": None,
            "url": None,
        },
        api_versions={"mastodon": 11},
        wrapstodon=None,
        contact={"email": "", "account": None},
        rules=_rules(),
    )


@instance.get("/api/v1/instance")
def version_1() -> Response:
    return jsonify(
        uri=square().domain,
        title=TITLE,
        short_description=DESCRIPTION,
        description=DESCRIPTION,
        email="",
        version=VERSION,
        urls={"streaming_api": None},
        stats={
            "user_count": len(square().people),
            "status_count": len(square().posts),
            "domain_count": 1,
        },
        thumbnail=f"{square().base_url}/headers/missing.png",
        languages=["en"],
        registrations=False,
        approval_required=False,
        invites_enabled=False,
        configuration=_configuration(),
        contact_account=None,
        rules=_rules(),
    )


@instance.get("/api/v1/custom_emojis")
def custom_emojis() -> Response:
    base = square().base_url
    return jsonify(
        [
            {
                "shortcode": name,
                "url": f"{base}/emoji/{name}.png",
                "static_url": f"{base}/emoji/{name}.png",
                "visible_in_picker": True,
            }
            for name in EMOJI_NAMES
        ]
    )


@instance.get("/.well-known/nodeinfo")
def nodeinfo_links() -> Response:
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    return jsonify(links=[{"rel": rel, "href": f"{square().base_url}/nodeinfo/2.0"}])


@instance.get("/nodeinfo/2.0")
def nodeinfo() -> Response:
    return jsonify(
        version="2.0",
        software={"name": "mastodon", "version": VERSION},
        protocols=["activitypub"],
        services={"outbound": [], "inbound": []},
        usage={"users": {"total": len(square().people)}, "localPosts": len(square().posts)},
        openRegistrations=False,
        metadata={"nodeName": TITLE},
    )


def _configuration() -> Entity:
    return {
        "statuses": {
            "max_characters": square().character_limit,
            "max_media_attachments": PHOTOS_A_POST,
            "characters_reserved_per_url": LINK_LENGTH,
        },
        "media_attachments": {
            "description_limit": DESCRIPTION_LIMIT,
            "image_matrix_limit": 33177600,
            "image_size_limit": SIZE_LIMIT,
            "supported_mime_types": list(SUPPORTED),
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8294400,
            "video_size_limit": VIDEO_SIZE_LIMIT,
        },
        "polls": {
            "max_options": 4,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2629746,
        },
    }


def _rules() -> list[Entity]:
    return [{"id": "1", "text": "Be kind; everyone here is made up.", "hint": ""}]
