"""What goes into the bundle, and what stops it from being handed out."""

import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import bundle_contents
import deb
import documents
import finish_bundle
import icons
import notices
import pytest
from PIL import Image
from project import BUDGETS, ROOT
from PySide6.QtWidgets import QApplication


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/Qt/plugins/imageformats/libqwebp.so", True),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/translations/qtbase_ko.qm", True),
        ("PySide6/Qt/translations/qtbase_fr.qm", False),
        ("torch/bin/test_jit", False),
        ("torch/bin/torch_shm_manager", True),
        ("torch/lib/libtorch_cpu.so", True),
        ("torch/lib/libtorchbind_test.so", False),
        ("torch-2.13.0+cpu.dist-info/licenses/third_party/x/LICENSE", False),
        ("gnet_desktop/resources/checkpoints/everyday180.safetensors", True),
    ],
)
def test_only_what_is_used_is_collected(name: str, wanted: bool) -> None:
    assert [entry[0] for entry in bundle_contents.kept_data([(name, "/x", "DATA")])] == (
        [name] if wanted else []
    )


def test_icons_are_drawn_in_every_size_and_format(qapp: QApplication, tmp_path: Path) -> None:
    icons.write_all(tmp_path)
    for size in icons.PNG_SIZES:
        with Image.open(tmp_path / f"{size}.png") as one:
            assert (one.size, one.mode) == ((size, size), "RGBA")
            assert one.getchannel("A").getextrema() == (0, 255) or size < 32
    with Image.open(tmp_path / "gnet-desktop.ico") as ico:
        assert {size for size, _ in ico.info["sizes"]} == set(icons.ICO_SIZES)
    assert (tmp_path / "gnet-desktop.icns").stat().st_size > 10_000


LINKS = [
    ("libfoo.so", "PySide6/Qt/lib/libfoo.so", "SYMLINK"),
    ("Python", "Python.framework/Versions/3.12/Python", "SYMLINK"),
    ("torch/lib/libc.so", "libc.so.1", "SYMLINK"),
]


@pytest.mark.parametrize(("system", "kept"), [("linux", LINKS[2:]), ("darwin", LINKS)])
def test_links_at_the_top_are_dropped_on_linux_only(
    system: str, kept: list[bundle_contents.Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On macOS the loader finds Python and every library of another folder through them."""
    monkeypatch.setattr(sys, "platform", system)
    assert bundle_contents.kept_data(LINKS) == kept


def mach_o(*commands: tuple[int, str]) -> bytes:
    """The head of an arm64 library with load commands (kind, text), by Apple's loader.h."""
    load_dylib, rpath = 0xC, 0x8000001C
    body = b""
    for kind, text in commands:
        assert kind in (load_dylib, rpath)
        fixed = struct.pack("<4I", 24, 0, 0, 0) if kind == load_dylib else struct.pack("<I", 12)
        data = fixed + text.encode() + b"\0"
        data += b"\0" * (-(8 + len(data)) % 8)
        body += struct.pack("<2I", kind, 8 + len(data)) + data
    return struct.pack("<8I", 0xFEEDFACF, 0x0100000C, 0, 6, len(commands), len(body), 0, 0) + body


def test_a_library_that_macos_would_not_find_is_told(tmp_path: Path) -> None:
    """Python and QtCore are found through the links at the top, and only through them."""
    pytest.importorskip("macholib")
    widgets = tmp_path / "_internal/PySide6/QtWidgets.abi3.so"
    core = tmp_path / "_internal/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore"
    core.parent.mkdir(parents=True)
    core.write_bytes(mach_o())
    widgets.write_bytes(
        mach_o(
            (0xC, "@rpath/QtCore"),
            (0xC, "@rpath/Python"),
            (0xC, "/usr/lib/libSystem.B.dylib"),
            (0x8000001C, "@loader_path/.."),
        )
    )
    assert list(finish_bundle.lost_libraries(tmp_path)) == [
        "_internal/PySide6/QtWidgets.abi3.so: QtCore",
        "_internal/PySide6/QtWidgets.abi3.so: Python",
    ]
    static = struct.pack(">7I", 0xCAFEBABE, 1, 0x0100000C, 0, 28, 8, 0) + b"!<arch>\n"
    (tmp_path / "_internal/libstatic.a").write_bytes(static)
    (tmp_path / "_internal/QtCore").symlink_to(core)
    (tmp_path / "_internal/Python").write_bytes(mach_o())
    assert list(finish_bundle.lost_libraries(tmp_path)) == []


def test_pythons_own_modules_have_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    made = []
    for order in (("os.pyc", "abc.pyc"), ("abc.pyc", "os.pyc")):
        library = tmp_path / f"{order[0]}.zip"
        with zipfile.ZipFile(library, "w") as archive:
            for name in order:
                archive.writestr(name, name * 3)
        finish_bundle.put_in_order(library)
        made.append(library.read_bytes())
    assert made[0] == made[1]
    assert zipfile.ZipFile(io.BytesIO(made[1])).read("os.pyc") == b"os.pyc" * 3


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not installed")
def test_two_debian_packages_of_the_same_tree_have_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder itself was made at different times; later ones than the epoch dpkg-deb would even out."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764000000")
    package = deb.Package("gnet-desktop", "all", ("python3",), {}, "More.", "thin deb", ("-Znone",))
    made = []
    for time in (1763800000, 1763900000):
        tree, out = tmp_path / f"tree{time}", tmp_path / f"out{time}"
        deb.put(tree / "usr/bin/gnet-desktop", "#!/bin/sh\n", executable=True)
        out.mkdir()
        (
            tree / "DEBIAN"
        ).mkdir()  # otherwise the package's own files would give the folder the time of the day
        os.utime(tree, (time, time))
        made.append(deb.finish(tree, package, out).read_bytes())
    assert made[0] == made[1]


def faults_with(folder: Path, *names: str) -> str:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return " ".join(finish_bundle.faults(folder, "cpu"))


def test_a_plain_folder_is_right(tmp_path: Path) -> None:
    assert faults_with(tmp_path, "gnet-desktop", "_internal/libgomp.so.1") == ""


def test_a_cuda_library_stops_a_cpu_bundle(tmp_path: Path) -> None:
    assert "a CUDA library in the CPU bundle: torch/lib/libtorch_cuda.so" in faults_with(
        tmp_path, "torch/lib/libtorch_cuda.so"
    )


def test_a_second_openmp_runtime_stops_the_build(tmp_path: Path) -> None:
    assert "OpenMP" in faults_with(tmp_path, "libgomp-24e2ab19.so.1.0.0", "torch/lib/libiomp5.so")


def test_a_path_too_long_for_windows_stops_the_build(tmp_path: Path) -> None:
    assert "too long for Windows" in faults_with(tmp_path, "/".join(["folder" * 5] * 5) + "/file")


def test_a_bundle_above_its_size_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUDGETS, "cpu folder", 1)
    assert faults_with(tmp_path, "small") == ""
    (tmp_path / "large").write_bytes(bytes(2_000_000))
    assert "2 MB are more than the 1 allowed" in faults_with(tmp_path)


def test_the_newest_c_library_asked_for_is_read_off_the_files(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux has it")
    (tmp_path / "program").write_bytes(Path(sys.executable).resolve().read_bytes())
    assert (2, 2) < finish_bundle.needed_glibc(tmp_path) < (3, 0)


def test_a_component_without_a_licence_stops_the_build() -> None:
    bare = notices.Component("mystery", "1.0", "", ())
    with pytest.raises(SystemExit, match="mystery"):
        notices.written([notices.python_itself(), bare])


def test_notices_name_every_component_with_its_text(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    source = json.__file__
    manifest.write_text(
        json.dumps({"modules": [["PIL.Image", source], ["PySide6.QtGui", source]], "files": []})
    )
    found = notices.components(manifest)
    text = notices.written(found)
    assert {"Python", "pillow", "PySide6_Essentials"} <= {each.name for each in found}
    assert "Python Software Foundation" in text
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "GNU GENERAL PUBLIC LICENSE" in text
    # Python's and Qt's own parts by name and holder, and the typeface and pictures of every package
    for holder in (
        "Copyright (c) 2008-2020 Stefan Krah",
        "Makoto Matsumoto and Takuji Nishimura",
        "FreeType Team",
        "Behdad Esfahbod",
        "pcre2",
        "SIL OPEN FONT LICENSE",
        "Stéfan van der Walt",
    ):
        assert holder in text


def test_the_bill_of_materials_is_valid_and_the_same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """By CycloneDX's own schema; every component of the notices with its version and origin."""
    import sbom
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764000000")
    listed = [
        notices._from_distribution(metadata.distribution("pillow")),
        notices._from_distribution(metadata.distribution("numpy")),
        notices.Component(
            "libgomp1 (libgomp.so.1)",
            "12.2.0-14+deb12u1",
            "",
            ("x",),
            "pkg:deb/debian/libgomp1@12.2.0-14+deb12u1",
        ),
        notices.python_itself(),
    ]
    text = sbom.bill(listed)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == sbom.bill(reversed(listed))
    bill = json.loads(text)
    assert bill["metadata"]["component"]["name"] == "gnet-desktop"
    assert bill["metadata"]["timestamp"].startswith("2025-11-24")
    versions = {part["name"]: part["version"] for part in bill["components"]}
    assert versions["pillow"] == metadata.version("pillow")
    assert versions["Python"] == sys.version.partition(" ")[0]
    assert {part["purl"].partition("@")[0] for part in bill["components"]} == {
        "pkg:pypi/pillow", "pkg:pypi/numpy", "pkg:deb/debian/libgomp1", "pkg:generic/python",
    }  # fmt: skip


def test_every_licence_file_of_a_distribution_is_found(tmp_path: Path) -> None:
    """NumPy's dragon4_LICENSE.txt has the word at its end."""
    folder = tmp_path / "thing-1.0.dist-info"
    (folder / "licenses" / "core").mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: thing\nVersion: 1.0\n")
    names = ("licenses/LICENSE.txt", "licenses/core/dragon4_LICENSE.txt", "licenses/COPYING")
    for name in names:
        (folder / name).write_text(f"text of {name}")
    (folder / "RECORD").write_text(
        "".join(f"thing-1.0.dist-info/{name},,\n" for name in (*names, "METADATA"))
    )
    found = notices._from_distribution(metadata.PathDistribution(folder))
    assert set(found.texts) == {f"text of {name}" for name in names}


def test_the_thin_packages_copyright_covers_typeface_and_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deb, "BUILT", tmp_path)
    documents.write_all(tmp_path / "documents")
    package = deb.build_thin(tmp_path / "tree")
    text = (tmp_path / "tree/usr/share/doc/gnet-desktop/copyright").read_text()
    for part in ("Permission is hereby granted", "SIL OPEN FONT LICENSE", "Necrophorus"):
        assert part in text
    assert "ca-certificates" in package.fields["Recommends"]
    assert "fonts-noto-cjk" in package.fields["Suggests"]


def test_no_library_path_of_the_bundle_reaches_a_child() -> None:
    code = "import launcher, os, subprocess; launcher.restore_environment(); subprocess.run(['env'])"
    inherited = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "packaging"),
        "LD_LIBRARY_PATH": "/bundle/_internal",
        "LD_LIBRARY_PATH_ORIG": "/mine",
        "QT_PLUGIN_PATH": "/bundle/_internal/PySide6/Qt/plugins",
    }
    told = subprocess.run([sys.executable, "-c", code], env=inherited, capture_output=True, text=True).stdout
    assert "LD_LIBRARY_PATH=/mine\n" in told
    assert "bundle" not in told


def test_a_windowed_program_gets_streams() -> None:
    code = "import sys, launcher; sys.stderr = None; launcher.open_missing_streams(); sys.stderr.write('x')"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT / "packaging")}
    )
    assert done.returncode == 0


def test_the_thin_package_has_its_fields_and_no_line_too_long() -> None:
    package = deb.Package("gnet-desktop", "all", deb.THIN_DEPENDS, {"Suggests": "x"}, "More.", "thin deb", ())
    text = deb.control(package, 123)
    assert "Package: gnet-desktop\n" in text
    assert "Installed-Size: 123\n" in text
    assert [line for line in text.splitlines() if line.startswith(" ") and len(line) > 80] == []


def imported(pattern: str) -> set[str]:
    """What the program's modules import that matches."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "gnet_desktop").rglob("*.py"))
    return {name for source in sources for name in re.findall(pattern, source, re.MULTILINE)}


def test_the_thin_package_depends_on_every_qt_module_that_is_imported() -> None:
    needed = {f"python3-pyside6.{name.lower()}" for name in imported(r"from PySide6\.(\w+) import")}
    assert needed <= {each.partition(" ")[0] for each in deb.THIN_DEPENDS}


def test_the_thin_package_has_a_window_on_wayland_without_recommended_packages() -> None:
    """README installs it without them, since Debian's torch recommends 400."""
    assert "qt6-wayland" in deb.THIN_DEPENDS
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "--no-install-recommends ./gnet-desktop_" in readme


def test_the_thin_package_depends_on_all_that_pyproject_asks_for() -> None:
    """By Debian's names; torchvision only serves ``--verify``, so it is a suggestion."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=!~;\[ ]", each)[0].lower() for each in project["dependencies"]}
    special = {"pillow": "python3-pil", "pyside6-essentials": "python3-pyside6.qtcore"}
    needed = {special.get(name, f"python3-{name}") for name in names - {"torchvision"}}
    assert needed <= {each.partition(" ")[0] for each in deb.THIN_DEPENDS}


def test_the_thin_package_asks_for_the_oldest_releases_that_serve() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = dict(re.findall(r"^([\w-]+)>=([\d.]+)", "\n".join(project["dependencies"]), re.MULTILINE))
    for name, package in (
        ("torch", "python3-torch"),
        ("pillow", "python3-pil"),
        ("PySide6-Essentials", "python3-pyside6.qtcore"),
    ):
        assert f"{package} (>= {oldest[name]})" in deb.THIN_DEPENDS


def test_no_module_that_the_program_imports_is_left_out_of_the_bundle() -> None:
    """torchvision may be: it is asked for inside functions, which say so if it isn't there."""
    tops = imported(r"^\s*(?:from|import) ([\w.]+)")
    left_out = {
        name for name in bundle_contents.EXCLUDED if any(f"{top}.".startswith(f"{name}.") for top in tops)
    }
    assert left_out <= {"torchvision"}
