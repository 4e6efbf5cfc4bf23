"""The loop over HTTP, mounted at /api/v1/loop."""

from ninja import Router

from gezhi.loop.alike import api as alike
from gezhi.loop.api import cases, content
from gezhi.loop.field import api as field
from gezhi.loop.importing import api as importing
from gezhi.loop.links import api as links
from gezhi.loop.scores import api as scores
from gezhi.loop.triage import api as triage

router = Router(tags=["loop"])
router.add_router("", cases.router)
router.add_router("", content.router)
router.add_router("", links.router)
router.add_router("/alike", alike.router)
router.add_router("/triage", triage.router)
router.add_router("/field", field.router)
router.add_router("/imports", importing.router)
router.add_router("/scores", scores.router)
