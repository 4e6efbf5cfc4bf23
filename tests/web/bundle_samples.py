"""A package index of invented wheels in a folder, a lock of them, and archives that were tampered with."""

import hashlib
import io
import json
import sys
import tarfile
import zipfile

DECOYS = (
    "beta-2.0-cp311-cp311-musllinux_1_2_x86_64.whl",
    "beta-2.0-cp311-cp311-manylinux_2_34_x86_64.whl",
    "beta-2.0-cp310-cp310-manylinux_2_17_x86_64.whl",
)
FILES = (
    "alpha-1.0-py3-none-any.whl",
    "beta-2.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "beta-2.0-cp311-cp311-manylinux_2_28_aarch64.whl",
    "beta-2.0-cp313-cp313-win_amd64.whl",
    "gamma-3.0-cp38-abi3-manylinux_2_24_x86_64.whl",
    "gamma-3.0-cp38-abi3-manylinux_2_24_aarch64.whl",
    "gamma-3.0-cp38-abi3-win_amd64.whl",
    "delta_zones-4.0-py2.py3-none-any.whl",
    *DECOYS,
)
LICENCE = b"Everybody may do everything with alpha.\n"


def wheel(file_name, *, licence=True):
    """The bytes of a wheel that really installs: one module, which says its own name."""
    name, version = file_name.split("-")[:2]
    info = f"{name}-{version}.dist-info"
    tag = file_name.removesuffix(".whl").split("-", 2)[2]
    files = {
        f"{name}.py": f"NAME = {name!r}\n".encode(),
        f"{info}/METADATA": (
            f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nLicense-Expression: MIT\n"
            + ("Requires-Dist: beta>=2\nRequires-Dist: pip; extra == 'never'\n" if name == "alpha" else "")
        ).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    if licence:
        files[f"{info}/licenses/LICENSE"] = LICENCE
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def lock_line(name, version, datas, condition=""):
    hashes = " \\\n".join(f"    --hash=sha256:{sha256(data)}" for data in datas)
    return f"{name}=={version}{f' ; {condition}' if condition else ''} \\\n{hashes}\n"


def index(folder, *, without=()):
    """Fill a folder with wheels and return the text of a lock that asks for them."""
    folder.mkdir(exist_ok=True)
    made = {name: wheel(name) for name in FILES}
    for name, data in made.items():
        if name not in without:
            (folder / name).write_bytes(data)

    def of(package):
        return [data for name, data in made.items() if name.startswith(package)]

    return (
        lock_line("alpha", "1.0", of("alpha"))
        + lock_line("beta", "2.0", of("beta"))
        + lock_line("delta-zones", "4.0", of("delta"), "sys_platform == 'win32'")
        + lock_line("gamma", "3.0", of("gamma"), "python_full_version >= '3.8'")
    )


def embedded_python(folder, *, python="313"):
    """A zip that has the shape of Windows' embeddable Python."""
    path = folder / "python-embed-amd64.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("python.exe", f"python{python}.zip", f"python{python}._pth", "LICENSE.txt", "_ssl.pyd"):
            archive.writestr(name, f"{name} of a test")
    return path


def linux_python(folder, *, log):
    """A Python to bring along: this one, behind a program that notes each use."""
    path, script = folder / "python.tar.gz", f'#!/bin/sh\necho used >>"{log}"\nexec "{sys.executable}" "$@"\n'.encode()
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo("python/bin/python3")
        info.size, info.mode = len(script), 0o755
        tar.addfile(info, io.BytesIO(script))
    return path


def content(archive):
    """Every file of an archive by its full name, read without any code of ours."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            return {info.filename: opened.read(info) for info in opened.infolist()}
    with tarfile.open(archive) as opened:
        return {info.name: opened.extractfile(info).read() for info in opened if info.isfile()}


def repacked(archive, target, *, change=(), remove=(), add=(), links=()):
    """The same archive with files changed, removed or added, its manifest left as it was."""
    files = content(archive)
    root = next(iter(files)).split("/")[0]
    for name, data in (*change, *add):
        files[f"{root}/{name}"] = data
    for name in remove:
        del files[f"{root}/{name}"]
    with tarfile.open(target, "w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for name, to in links:
            info = tarfile.TarInfo(f"{root}/{name}")
            info.type, info.linkname = tarfile.SYMTYPE, to
            tar.addfile(info)
    return target


def told_again(archive, target, **changes):
    """A tampered archive whose manifest was made to fit, as somebody would who knows how."""
    repacked(archive, target, **changes)
    files = content(target)
    root = next(iter(files)).split("/")[0]
    manifest = json.loads(files[f"{root}/manifest.json"])
    manifest["files"] = {
        name.removeprefix(f"{root}/"): {"sha256": sha256(data), "size": len(data)}
        for name, data in files.items()
        if not name.endswith("/manifest.json")
    }
    return repacked(target, target, change=[("manifest.json", json.dumps(manifest, indent=1, sort_keys=True).encode())])
