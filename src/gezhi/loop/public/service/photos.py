"""Pictures for everybody: chosen by a person, marked areas made unknowable, a copy without what a camera wrote."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.models import PublicCase, PublicPhoto
from gezhi.loop.public import store
from gezhi.loop.public.rules.areas import Area, box, cell
from gezhi.loop.store.erasing import unnamed
from gezhi.trust.rules import Actor

LONGEST_SIDE = 1600


@dataclass(frozen=True, slots=True)
class Wish:
    """A picture that may be shown, with the areas to hide."""

    file: str
    areas: Sequence[Area] = ()


def choose(entry: PublicCase, wishes: Sequence[Wish], *, actor: Actor, now: datetime) -> None:
    """Show these pictures of a case and no others. Refuses file-not-found (404), file-broken, file-too-large (422)."""
    known = {str(row.pk): row for row in store.photos_on(entry.case_id)}
    made = []
    for wish in wishes:
        source = known.get(wish.file)
        if source is None:
            raise Refused("file-not-found", status=404)
        data = blurred(uploads.read(source.digest), wish.areas)
        made.append(PublicPhoto(
            entry=entry, source=source, digest=uploads.keep(data), areas=[list(area) for area in wish.areas],
            allowed_by_id=int(actor.id), allowed_at=now,
        ))  # fmt: skip
    old = store.drop_photos([entry.pk])
    PublicPhoto.objects.bulk_create(made)
    for digest in unnamed(old):
        uploads.remove(digest)


def blurred(data: bytes, areas: Sequence[Area]) -> bytes:
    """The picture made anew as JPEG: each area as a mosaic of a few cells, smoothed beyond recognition.

    The smoothing sees the mosaic alone, so that nothing of what lay there is in the copy. Refuses file-broken and
    file-too-large (422).
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as opened:
                if opened.width * opened.height > uploads.MOST_PIXELS:
                    raise Refused("file-too-large", status=422, megabytes=uploads.MOST_PIXELS // 2**20)
                picture = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError,
            Image.DecompressionBombWarning) as error:  # fmt: skip
        raise Refused("file-broken", status=422) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    for area in areas:
        _hide(picture, box(area, picture.width, picture.height))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _hide(picture: Any, at: tuple[int, int, int, int]) -> None:
    from PIL import Image, ImageFilter

    part, side = picture.crop(at), cell(picture.width)
    few = part.resize((max(1, part.width // side), max(1, part.height // side)), Image.Resampling.BOX)
    mosaic = few.resize(part.size, Image.Resampling.NEAREST)
    picture.paste(mosaic.filter(ImageFilter.GaussianBlur(max(2, side // 2))), at[:2])
