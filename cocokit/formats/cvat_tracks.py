"""CVAT's tracks: what a video says of an instance frame by frame, as shapes of one image each.

A frame is an image of the name ``frame_000012``, as CVAT packs it. CVAT writes a shape for every frame that a track is
seen on, whether a person drew it or not, so nothing is made up between two frames; where a file leaves frames out, they
are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ..errors import DataError
from ..places import described
from .photo_files import PhotoFiles
from .xml_parts import attribute

#: Frames of a video, at most: nine hours of it. More is a mistake or an attack.
_MOST = 1_000_000

#: A task's id, as tracks name it (empty where they do not), and the number of one of its frames.
Frame = tuple[str, int]


@dataclass(slots=True)
class Task:
    """What the head of a file says about the frames of a task.

    Attributes:
        width, height: px, or 0 where it is not said.
        frames: the numbers of all frames; empty where they are not said.
    """

    width: int = 0
    height: int = 0
    frames: range = range(0)


@dataclass(slots=True)
class Tracks:
    """Takes tracks one after another, and gives their shapes frame by frame.

    Attributes:
        file: for messages.
        tasks: by their ids; the first one stands for tracks that name none.
        shapes: of each frame that a track names, in the order of the tracks.
        gaps: frames between two shapes of a track about which the file says nothing.
    """

    file: str
    tasks: dict[str, Task] = field(default_factory=dict)
    shapes: dict[Frame, list[Element]] = field(default_factory=dict)
    gaps: int = 0

    def read_tasks(self, meta: Element) -> None:
        """Take sizes and frames from the head of the file. Raises DataError."""
        for part in (each for name in ("task", "job") for each in meta.iter(name)):
            width, height = (self._whole(part.findtext(f"original_size/{side}") or "0") for side in ("width", "height"))
            self.tasks[part.findtext("id") or ""] = Task(width, height, self._frames(part))

    def add(self, track: Element) -> None:
        """Take the shapes of a track from the frames where it is seen. Raises DataError."""
        label, task = attribute(track, "label", self.file, "track"), track.get("task_id") or ""
        joints = self._joints(track)
        last: int | None = None
        for shape in track:
            if shape.tag in ("track", "attribute"):
                continue
            frame = self._frame(shape)
            known = self.shapes.setdefault((task, frame), [])
            self.gaps += self._gap(task, last, frame)
            last = None if shape.get("outside") == "1" else frame
            if last is not None:
                shape.attrib |= {"label": label, "track_id": track.get("id") or ""}
                shape.attrib |= {"group_id": track.attrib["group_id"]} if "group_id" in track.attrib else {}
                shape.extend(joints.get(frame, ()))
                known.append(shape)

    def images(self, folder: str | None) -> Iterator[tuple[str, int, int, list[Element]]]:
        """(file name, width, height, shapes) of each frame, in order: all of the video's, where the file says which.

        Args:
            folder: the folder with the frames, which knows what they are called; or None.

        Raises:
            DataError: more frames than any video has.
        """
        if not self.shapes:
            return
        photos = None if folder is None else PhotoFiles(folder)
        first = next(iter(self.tasks), "")
        named = dict.fromkeys(task for task, _ in self.shapes)
        for task in named:
            known = self.tasks.get(task or first, Task())
            frames = {frame for at, frame in self.shapes if at == task}
            for frame in sorted(frames | set(known.frames)):
                plain = f"frame_{frame:06d}.png" if len(named) == 1 else f"{task}/frame_{frame:06d}.png"
                name = (photos.find(plain) if photos is not None else None) or plain
                yield name, known.width, known.height, self.shapes.get((task, frame), [])

    def _joints(self, track: Element) -> dict[int, list[Element]]:
        """The points of a skeleton, by frame, where they are tracks in its track."""
        made: dict[int, list[Element]] = {}
        for inner in track.findall("track"):
            for point in inner.findall("points"):
                point.set("label", inner.get("label") or "")
                made.setdefault(self._frame(point), []).append(point)
        return made

    def _frames(self, part: Element) -> range:
        """The numbers of a task's frames; none, if what is said of them does not fit together."""
        size, start = (self._whole(part.findtext(name) or "0") for name in ("size", "start_frame"))
        if size > _MOST:
            raise DataError(self.file, "meta", f"has a task of {size:,} frames", f"{_MOST:,} are the most: cut it")
        found = re.fullmatch(r"step=(\d{1,9})", (part.findtext("frame_filter") or "").strip())
        step = max(1, int(found[1])) if found else 1
        frames = range(start, start + size * step, step)
        stop = part.findtext("stop_frame")
        return frames if not stop or not size or frames[-1] <= self._whole(stop) else range(0)

    def _frame(self, shape: Element) -> int:
        return self._whole(attribute(shape, "frame", self.file, "track"))

    def _whole(self, text: str) -> int:
        if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text):
            reason = f"has {described(text)} for a frame or a size"
            raise DataError(self.file, "", reason, "it is a whole number of at most nine digits")
        return int(text)

    def _gap(self, task: str, last: int | None, frame: int) -> int:
        """How many frames lie between two that follow each other in a track which is seen on the first."""
        known = self.tasks.get(task or next(iter(self.tasks), ""), Task())
        return 0 if last is None else max(0, (frame - last) // known.frames.step - 1)
