"""The shapes of the face map: which paths belong to which area, on a face 300 wide and 420 high.

Areas of the body that are not drawn here stand in the list of areas alone, which is the real control.
"""

ZONES: dict[str, tuple[tuple[str, int, int], ...]] = {
    "forehead": (
        (
            "M66 128 C66 74 100 42 150 42 C200 42 234 74 234 128 C206 113 178 109 150 109"
            " C122 109 94 113 66 128Z",
            150,
            84,
        ),
    ),
    "around_eyes": (
        (
            "M66 138 C80 124 114 124 130 138 C130 158 118 170 96 170 C78 170 66 156 66 138Z",
            98,
            166,
        ),
        (
            "M234 138 C220 124 186 124 170 138 C170 158 182 170 204 170 C222 170 234 156 234 138Z",
            202,
            166,
        ),
    ),
    "nose": (
        (
            "M139 128 C140 160 130 184 124 206 C128 222 172 222 176 206 C170 184 160 160 161"
            " 128 C154 122 146 122 139 128Z",
            150,
            198,
        ),
    ),
    "cheeks": (
        (
            "M64 164 C72 182 100 190 124 184 C120 200 114 214 113 236 C106 248 92 254 77 254"
            " C68 228 64 196 64 164Z",
            93,
            225,
        ),
        (
            "M236 164 C228 182 200 190 176 184 C180 200 186 214 187 236 C194 248 208 254 223"
            " 254 C232 228 236 196 236 164Z",
            207,
            225,
        ),
    ),
    "upper_lip": (
        (
            "M118 232 C132 224 168 224 182 232 C190 246 188 264 180 274 C164 284 136 284 120"
            " 274 C112 264 110 246 118 232Z",
            150,
            240,
        ),
    ),
    "chin_jaw": (
        (
            "M80 262 C94 262 106 257 112 252 C112 262 113 292 127 326 C108 314 92 290 80 262Z",
            99,
            281,
        ),
        (
            "M220 262 C206 262 194 257 188 252 C188 262 187 292 173 326 C192 314 208 290 220 262Z",
            201,
            281,
        ),
        (
            "M122 284 C140 292 160 292 178 284 C184 304 174 334 150 338 C126 334 116 304 122 284Z",
            150,
            316,
        ),
    ),
}


def shade(depth: float | None) -> str:
    """The fill of an area by its depth in millimetres: d0 not treated, then steps of 0.5 mm up to d4."""
    if depth is None:
        return "d0"
    return f"d{min(4, 1 + int((depth - 0.01) / 0.5))}"


def depth_words(depth: float) -> str:
    """A depth in the map: 1.0, 1.5, 0.25; never rounded away."""
    words = f"{depth:.2f}"
    return words.removesuffix("0")
