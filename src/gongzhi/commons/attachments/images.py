"""Images decoded under a bound and written anew, so that nothing but the picture remains."""

import warnings
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from gongzhi.commons.attachments.errors import CannotAttach
from gongzhi.commons.attachments.media_types import JPEG, PNG, MediaType

# A JPEG is decoded at a fraction of its size, so it may be larger than what is decoded whole.
_MOST_PIXELS = {"JPEG": 85_000_000}
_MOST_PIXELS_WHOLE = 25_000_000
_LONGEST_SIDE = 2560
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A picture written anew: its bytes, type and size in pixels."""

    data: bytes
    media_type: MediaType
    width: int
    height: int


def clean_image(data: bytes) -> CleanImage:
    """Decode an image and write it anew, without EXIF, place, comments, profiles or thumbnails.

    Turned upright first. Pictures longer than 2,560 pixels are scaled down; of a moving picture
    the first frame is kept. With transparency it becomes a PNG, else a JPEG. Raises CannotAttach
    for a damaged image and one above the bound (85 million pixels for JPEG, else 25 million).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = _decode(data)
    except CannotAttach:
        raise
    except Exception as error:  # decoders of untrusted bytes raise whatever they like
        raise CannotAttach(_("图片已损坏，打不开。请重新拍摄或保存后再上传。")) from error
    kind = PNG if picture.mode == "RGBA" else JPEG
    out = BytesIO()
    if kind is PNG:
        picture.save(out, "PNG", optimize=True)
    else:
        picture.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    return CleanImage(out.getvalue(), kind, picture.width, picture.height)


def _decode(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data), formats=_FORMATS) as opened:
        most = _MOST_PIXELS.get(opened.format or "", _MOST_PIXELS_WHOLE)
        if opened.width * opened.height > most:
            raise CannotAttach(
                _("图片过大：%(width)d×%(height)d 像素。请缩小后再上传。")
                % {"width": opened.width, "height": opened.height}
            )
        opened.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        mode = "RGBA" if upright.has_transparency_data else "RGB"
        picture = upright.convert(mode)
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    # Encoders copy profiles and comments from where a picture came; a new one came from nowhere.
    clean = Image.new(mode, picture.size)
    clean.paste(picture)
    return clean
