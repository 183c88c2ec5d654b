"""The square that a telephone reads, drawn as SVG."""

import zxingcpp


def qr_svg(text: str) -> str:
    """Return the QR code of a text as an SVG image, black on white, quiet zone included."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    drawn = zxingcpp.write_barcode_to_image(code, scale=1)
    height, width = drawn.shape
    cells = bytes(drawn)  # type: ignore[call-overload]  # the stubs leave out its buffer
    black = (place for place, level in enumerate(cells) if level == 0)
    path = "".join(f"M{place % width} {place // width}h1v1h-1z" for place in black)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" shape-rendering="crispEdges">'
        f'<rect width="{width}" height="{height}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )
