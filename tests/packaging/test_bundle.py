"""What goes into the bundle, and what stops it from being handed out."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import bundle_contents
import deb
import finish_bundle
import notices
import pytest
from project import ROOT


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
        ("gnet_desktop/resources/checkpoints/everyday100.safetensors", True),
    ],
)
def test_only_what_is_used_is_collected(name: str, wanted: bool):
    assert [entry[0] for entry in bundle_contents.kept_data([(name, "/x", "DATA")])] == (
        [name] if wanted else []
    )


def test_links_at_the_top_are_dropped_and_those_below_stay():
    links = [
        ("libfoo.so", "PySide6/Qt/lib/libfoo.so", "SYMLINK"),
        ("torch/lib/libc.so", "libc.so.1", "SYMLINK"),
    ]
    assert bundle_contents.kept_data(links) == links[1:]


def faults_with(folder: Path, *names: str) -> str:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return " ".join(finish_bundle.faults(folder, "cpu"))


def test_a_plain_folder_is_right(tmp_path: Path):
    assert faults_with(tmp_path, "gnet-desktop", "_internal/libgomp.so.1") == ""


def test_a_cuda_library_stops_a_cpu_bundle(tmp_path: Path):
    assert "a CUDA library in the CPU bundle: torch/lib/libtorch_cuda.so" in faults_with(
        tmp_path, "torch/lib/libtorch_cuda.so"
    )


def test_a_second_openmp_runtime_stops_the_build(tmp_path: Path):
    assert "OpenMP" in faults_with(tmp_path, "libgomp-24e2ab19.so.1.0.0", "torch/lib/libiomp5.so")


def test_a_path_too_long_for_windows_stops_the_build(tmp_path: Path):
    assert "too long for Windows" in faults_with(tmp_path, "/".join(["folder" * 5] * 5) + "/file")


def test_the_newest_c_library_asked_for_is_read_off_the_files(tmp_path: Path):
    if sys.platform != "linux":
        pytest.skip("only Linux has it")
    (tmp_path / "program").write_bytes(Path(sys.executable).resolve().read_bytes())
    assert (2, 2) < finish_bundle.needed_glibc(tmp_path) < (3, 0)


def test_a_component_without_a_licence_stops_the_build():
    bare = notices.Component("mystery", "1.0", "", ())
    with pytest.raises(SystemExit, match="mystery"):
        notices.written([notices.python_itself(), bare])


def test_notices_name_every_component_with_its_text(tmp_path: Path):
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


def test_no_library_path_of_the_bundle_reaches_a_child():
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


def test_a_windowed_program_gets_streams():
    code = "import sys, launcher; sys.stderr = None; launcher.open_missing_streams(); sys.stderr.write('x')"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT / "packaging")}
    )
    assert done.returncode == 0


def test_the_thin_package_has_its_fields_and_no_line_too_long():
    package = deb.Package("gnet-desktop", "all", deb.THIN_DEPENDS, {"Suggests": "x"}, "More.", "thin deb", ())
    text = deb.control(package, 123)
    assert "Package: gnet-desktop\n" in text
    assert "Installed-Size: 123\n" in text
    assert [line for line in text.splitlines() if line.startswith(" ") and len(line) > 80] == []


def imported(pattern: str) -> set[str]:
    """What the program's modules import that matches."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "gnet_desktop").rglob("*.py"))
    return {name for source in sources for name in re.findall(pattern, source, re.MULTILINE)}


def test_the_thin_package_depends_on_every_qt_module_that_is_imported():
    needed = {f"python3-pyside6.{name.lower()}" for name in imported(r"from PySide6\.(\w+) import")}
    assert needed <= {each.partition(" ")[0] for each in deb.THIN_DEPENDS}


def test_the_thin_package_depends_on_all_that_pyproject_asks_for():
    """By Debian's names; torchvision only serves ``--verify``, so it is a suggestion."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=!~;\[ ]", each)[0].lower() for each in project["dependencies"]}
    special = {"pillow": "python3-pil", "pyside6-essentials": "python3-pyside6.qtcore"}
    needed = {special.get(name, f"python3-{name}") for name in names - {"torchvision"}}
    assert needed <= {each.partition(" ")[0] for each in deb.THIN_DEPENDS}


def test_no_module_that_the_program_imports_is_left_out_of_the_bundle():
    """torchvision may be: it is asked for inside functions, which say so if it isn't there."""
    tops = imported(r"^\s*(?:from|import) ([\w.]+)")
    left_out = {
        name for name in bundle_contents.EXCLUDED if any(f"{top}.".startswith(f"{name}.") for top in tops)
    }
    assert left_out <= {"torchvision"}
