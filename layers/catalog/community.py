"""What residents tell one another, as far as it has been approved."""

from django.contrib.gis.db import models

from layers import registry
from layers.catalog.codes import CITY_OPEN_DATA
from layers.feature import Feature, geometry
from layers.spec import Audience, Field, LayerSpec, Period, RowRule, Style, Text
from layers.tiling import Tiling

CATEGORIES = {
    "event": Text("催し", "Event"),
    "notice": Text("お知らせ", "Notice"),
    "question": Text("質問", "Question"),
    "safety": Text("安全・防犯", "Safety"),
}
MODERATION = {
    "pending": Text("確認待ち", "Waiting for review"),
    "approved": Text("公開", "Published"),
    "hidden": Text("非公開", "Hidden"),
}


class CommunityPost(Feature):
    """A resident's post with a place. Holds nothing about its author."""

    title = models.CharField(max_length=200)
    body = models.TextField(blank=True, db_default="")
    category = models.CharField(max_length=20, db_default="notice")
    status = models.CharField(max_length=20, db_default="pending")
    published_at = models.DateTimeField(null=True)
    moderation_note = models.TextField(blank=True, db_default="")
    geometry = geometry(models.PointField)


COMMUNITY_POSTS = registry.add(
    LayerSpec(
        "community-posts",
        CommunityPost,
        Text("まちの投稿", "Community posts"),
        Text("確認を経て公開された住民の投稿。", "Residents' posts, published after review."),
        fields=(
            Field("title", Text("件名", "Title")),
            Field("body", Text("本文", "Text")),
            Field("category", Text("種別", "Category"), codes=CATEGORIES),
            Field("published_at", Text("公開日時", "Published at")),
            Field("status", Text("状態", "State"), codes=MODERATION, read=Audience.STAFF),
            Field("moderation_note", Text("確認者のメモ", "Moderator's note"), read=Audience.STAFF),
        ),
        style=Style("dot", colour="#1d5fbf", outline="#ffffff", label="title", width_px=10, icon="post"),
        open_data=CITY_OPEN_DATA,
        zooms=range(12, 19),
        tiling=Tiling(detail_zoom=15, gather_below=13, first=("-published_at",)),
        period=Period("published_at", "published_at"),
        rows=RowRule("status", ("approved",)),
        kind_field="category",
    )
)
