"""A ConfigMap in the file system of a pod, as the kubelet writes it and renews it."""

import os
import shutil
from pathlib import Path


class ConfigMapVolume:
    """A directory in which each file is a link through `..data` into the directory of one version."""

    def __init__(self, directory: Path, files: dict[str, str]):
        self.directory = directory
        self._versions = 0
        directory.mkdir()
        self.apply(files)

    def apply(self, files: dict[str, str]) -> None:
        """Another version: written beside the one before, then seen at once, by a rename of the link `..data`."""
        self._versions += 1
        version, link = self.directory / f"..version_{self._versions}", self.directory / "..data"
        version.mkdir()
        for name, text in files.items():
            (version / name).write_text(text)
        before = link.resolve()
        (self.directory / "..data_tmp").symlink_to(version.name)
        os.rename(self.directory / "..data_tmp", link)
        for name in files:
            if not (self.directory / name).is_symlink():
                (self.directory / name).symlink_to(f"..data/{name}")
        if before != link:
            shutil.rmtree(before)
