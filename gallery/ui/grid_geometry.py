"""Where every photo of the grid lies, by arithmetic alone: nothing is laid out or stored."""

from dataclasses import dataclass

GAP_PX = 14
MARGIN_PX = 18  # at the left and above; at the right the scroll bar's room adds to it
CAPTION_PX = 44


@dataclass(frozen=True, slots=True)
class GridGeometry:
    """A grid of ``count`` cells in ``width_px``, thumbnails about ``thumbnail_px`` wide.

    All answers take the same time however many photos there are. Coordinates are pixels in the
    whole (unscrolled) grid.
    """

    count: int
    width_px: int
    thumbnail_px: int
    caption_px: int = CAPTION_PX

    @property
    def columns(self) -> int:
        """How many photos stand side by side (at least one)."""
        room = self.width_px - 2 * MARGIN_PX + GAP_PX
        return max(1, room // (self.thumbnail_px + GAP_PX))

    @property
    def rows(self) -> int:
        """How many lines of photos there are."""
        return -(-self.count // self.columns)

    @property
    def tile_width_px(self) -> int:
        """The width of a thumbnail's tile: what is left of the line is shared out."""
        room = self.width_px - 2 * MARGIN_PX - (self.columns - 1) * GAP_PX
        return max(48, room // self.columns)

    @property
    def tile_height_px(self) -> int:
        """The height of a thumbnail's tile (4:3)."""
        return self.tile_width_px * 3 // 4

    @property
    def line_px(self) -> int:
        """From one line of photos to the next."""
        return self.tile_height_px + self.caption_px + GAP_PX

    @property
    def height_px(self) -> int:
        """The whole grid."""
        return self.rows * self.line_px - GAP_PX + 2 * MARGIN_PX if self.count else 0

    def cell(self, row: int) -> tuple[int, int, int, int]:
        """Return x, y, width and height of a photo's cell (tile and caption)."""
        line, column = divmod(row, self.columns)
        x = MARGIN_PX + column * (self.tile_width_px + GAP_PX)
        y = MARGIN_PX + line * self.line_px
        return x, y, self.tile_width_px, self.line_px - GAP_PX

    def row_at(self, x_px: int, y_px: int) -> int | None:
        """Return the photo at a point, or None in a gap or outside."""
        line, inside_y = divmod(y_px - MARGIN_PX, self.line_px)
        column, inside_x = divmod(x_px - MARGIN_PX, self.tile_width_px + GAP_PX)
        row = line * self.columns + column
        if line < 0 or not 0 <= column < self.columns or not 0 <= row < self.count:
            return None
        if inside_x >= self.tile_width_px or inside_y >= self.line_px - GAP_PX:
            return None
        return row

    def span(self, top_px: int, bottom_px: int) -> range:
        """Return the photos whose lines touch the stripe from ``top_px`` to ``bottom_px``."""
        first = max(0, (top_px - MARGIN_PX) // self.line_px) * self.columns
        last = (max(0, bottom_px - MARGIN_PX) // self.line_px + 1) * self.columns
        return range(min(first, self.count), min(last, self.count))

    def nearest(self, x_px: int, y_px: int) -> int:
        """Return the photo whose cell is nearest to a point (there must be photos)."""
        line = min(max((y_px - MARGIN_PX) // self.line_px, 0), self.rows - 1)
        step = self.tile_width_px + GAP_PX
        column = min(max((x_px - MARGIN_PX) // step, 0), self.columns - 1)
        return min(line * self.columns + column, self.count - 1)
