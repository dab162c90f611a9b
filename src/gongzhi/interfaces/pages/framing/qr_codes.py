"""An address as a drawing that a phone's camera reads."""

import base64
from io import BytesIO

import qrcode
from qrcode.image.svg import SvgPathImage


def qr_of(address: str) -> str:
    """The address of an SVG drawing that holds itself, for the `src` of an image."""
    code = qrcode.QRCode(border=1, image_factory=SvgPathImage)
    code.add_data(address)
    code.make(fit=True)
    out = BytesIO()
    code.make_image().save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
