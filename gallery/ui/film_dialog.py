"""What is asked before photos are saved as a film."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gallery.narration.film.settings import SIZES, FilmSettings
from gallery.ui.words import photos_text

_WIDTH_PX = 560
_STANDARD_SIZE = "1080p"


@dataclass(frozen=True, slots=True)
class FilmWish:
    """A film as a person wants it."""

    path: Path
    title: str
    settings: FilmSettings


class FilmDialog(QDialog):
    """Asks for title, size, kind, motion and music, and then for the file's name."""

    chosen = Signal(object)  # FilmWish

    def __init__(self, count: int, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Save as film"))
        self.setMinimumWidth(_WIDTH_PX)
        self.title = QLineEdit(title, self)
        self.title.setPlaceholderText(self.tr("No title card"))
        self.size_box = QComboBox(self)
        for name, (width, height) in SIZES.items():
            self.size_box.addItem(f"{name}  ({width} × {height})", name)
        self.size_box.setCurrentIndex(self.size_box.findData(_STANDARD_SIZE))
        self.kind = QComboBox(self)
        for text, ending in (
            (self.tr("MP4: plays everywhere"), ".mp4"),
            (self.tr("WebM: free formats, for the web"), ".webm"),
            (self.tr("MKV: free formats, with cover"), ".mkv"),
        ):
            self.kind.addItem(text, ending)
        self.motion = QCheckBox(self.tr("Gentle &pan and zoom"), self)
        self.motion.setChecked(True)
        self._music: Path | None = None
        self._music_name = QLabel(self)
        self._choose_music = QPushButton(self.tr("&Choose…"), self)
        self._choose_music.clicked.connect(self._ask_for_music)
        self._no_music = QPushButton(self.tr("&None"), self)
        self._no_music.clicked.connect(lambda: self.use_music(None))
        self.use_music(None)
        self._lay_out(photos_text(count))

    def use_music(self, path: Path | None) -> None:
        """Play this under the voice; None: nothing."""
        self._music = path
        self._music_name.setText(self.tr("No music") if path is None else path.name)
        self._no_music.setEnabled(path is not None)

    def wish(self, path: Path) -> FilmWish:
        """Return what is asked for as the dialog stands; the kind's ending is put to the name."""
        ending = str(self.kind.currentData())
        if path.suffix.lower() != ending:
            path = path.with_name(path.name + ending)
        size = SIZES[str(self.size_box.currentData())]
        settings = FilmSettings(size=size, moving=self.motion.isChecked(), music=self._music)
        return FilmWish(path, self.title.text().strip(), settings)

    def _lay_out(self, photos: str) -> None:
        about = QLabel(
            self.tr("{0}, told by the voice, with subtitles and chapters.").format(photos), self
        )
        about.setWordWrap(True)
        music = QHBoxLayout()
        music.addWidget(self._music_name, 1)
        music.addWidget(self._choose_music)
        music.addWidget(self._no_music)
        form = QFormLayout()
        form.setSpacing(10)
        form.addRow(self.tr("&Title"), self.title)
        form.addRow(self.tr("Si&ze"), self.size_box)
        form.addRow(self.tr("&Kind"), self.kind)
        form.addRow(self.tr("Music"), music)
        form.addRow("", self.motion)
        self._choose_music.setAccessibleName(self.tr("Choose music"))
        self._no_music.setAccessibleName(self.tr("No music"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        save = buttons.addButton(self.tr("&Save…"), QDialogButtonBox.ButtonRole.ActionRole)
        save.setDefault(True)
        save.clicked.connect(self._ask_where)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(16)
        layout.addWidget(about)
        layout.addLayout(form)
        layout.addWidget(buttons)

    def _ask_where(self) -> None:
        name = (self.title.text().strip() or self.tr("Slideshow")).replace("/", "-")
        start = Path.home() / f"{name}{self.kind.currentData()}"
        dialog = QFileDialog(self, self.tr("Save the film as"), str(start))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(str(self.kind.currentData()))
        dialog.fileSelected.connect(self._on_named)
        dialog.open()

    def _on_named(self, name: str) -> None:
        if name:
            self.chosen.emit(self.wish(Path(name)))
            self.accept()

    def _ask_for_music(self) -> None:
        dialog = QFileDialog(self, self.tr("Music for the film"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [self.tr("Sound (*.mp3 *.m4a *.ogg *.opus *.flac *.wav)"), self.tr("All files (*)")]
        )
        dialog.fileSelected.connect(lambda path: self.use_music(Path(path)))
        dialog.open()
