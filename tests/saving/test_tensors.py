import os
import stat
from pathlib import Path

import numpy as np
import pytest

from chainrule.saving import read_tensors, write_tensors

TENSORS = {"w": np.arange(6.0).reshape(2, 3), "b": np.array([1, 2], dtype=np.float32)}


def write(path, value=1.0):
    write_tensors(path, {"w": np.full(3, value)}, {"kind": "example", "value": value})


def assert_holds(path, value=1.0):
    tensors, description = read_tensors(path, kind="example")
    assert list(tensors) == ["w"]
    np.testing.assert_array_equal(tensors["w"], np.full(3, value))
    assert description == {"kind": "example", "value": value}


@pytest.mark.parametrize("kind", [str, Path])
def test_what_is_written_is_read(kind, tmp_path):
    path = kind(tmp_path / "file")
    description = {"kind": "example", "layers": [1, 2], "name": "é\n{}", "eta": 0.1}
    write_tensors(path, TENSORS, description)
    tensors, found = read_tensors(path, kind="example")
    assert found == description
    assert sorted(tensors) == ["b", "w"]
    for name, tensor in TENSORS.items():
        assert tensors[name].dtype == tensor.dtype
        np.testing.assert_array_equal(tensors[name], tensor)


@pytest.mark.parametrize(
    "array",
    [
        *(np.arange(12.0).reshape(3, 4).T, np.arange(12.0)[::-2], np.asfortranarray(np.eye(3))),
        *(np.empty(0), np.arange(3, dtype=">f8"), np.broadcast_to(np.ones(2), (3, 2))),
    ],
    ids=["transposed", "strided", "Fortran", "empty", "big-endian", "broadcast"],
)
def test_every_layout(array, tmp_path):
    write_tensors(tmp_path / "file", {"a": array}, {"kind": "example"})
    found = read_tensors(tmp_path / "file", kind="example")[0]["a"]
    np.testing.assert_array_equal(found, array)


def test_what_is_read_can_be_changed(tmp_path):
    write(tmp_path / "file")
    tensors, _ = read_tensors(tmp_path / "file", kind="example")
    tensors["w"][0] = 5
    assert tensors["w"].tolist() == [5, 1, 1]
    assert_holds(tmp_path / "file")


def test_an_existing_file_is_replaced(tmp_path):
    path = tmp_path / "file"
    write(path, 1.0)
    write(path, 2.0)
    assert_holds(path, 2.0)
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_stays_a_link(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    write(target, 1.0)
    link.symlink_to(target)
    write(link, 2.0)
    assert link.is_symlink()
    assert_holds(target, 2.0)
    assert sorted(os.listdir(tmp_path)) == ["link", "target"]


def test_a_new_file_has_the_usual_permissions(tmp_path):
    write(tmp_path / "file")
    (tmp_path / "other").touch()
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("file", "other")]
    assert modes[0] == modes[1]


def test_the_file_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write(path, 1.0)
    happened = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(descriptor):
        happened.append("sync directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync")
        fsync(descriptor)

    def noted_replace(source, target):
        happened.append("rename")
        assert_holds(source, 2.0)
        assert_holds(target, 1.0)
        assert Path(source).parent == Path(target).parent
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    write(path, 2.0)
    assert happened[:2] == ["sync", "rename"]
    assert happened[2:] in ([], ["sync directory"])
    assert_holds(path, 2.0)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("exists", [True, False])
def test_a_write_that_fails_leaves_what_was(exists, failing, error, tmp_path, monkeypatch):
    path = tmp_path / "file"
    if exists:
        write(path, 1.0)

    def fail(*_):
        raise error

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(type(error)):
        write(path, 2.0)
    monkeypatch.undo()
    assert os.listdir(tmp_path) == (["file"] if exists else [])
    if exists:
        assert_holds(path, 1.0)


def test_what_cannot_be_described_leaves_what_was(tmp_path):
    path = tmp_path / "file"
    write(path, 1.0)
    with pytest.raises(TypeError):
        write_tensors(path, TENSORS, {"kind": "example", "thing": object()})
    assert os.listdir(tmp_path) == ["file"]
    assert_holds(path, 1.0)


def test_a_missing_directory(tmp_path):
    with pytest.raises(OSError, match=r"No such file or directory"):
        write(tmp_path / "nowhere" / "file")
    assert os.listdir(tmp_path) == []


def test_a_directory_is_not_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=r"[Dd]irectory"):
        write(tmp_path / "folder")
    assert os.listdir(tmp_path) == ["folder"]


def test_no_file_and_a_directory(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^path '.*nowhere' does not exist; give a file"):
        read_tensors(tmp_path / "nowhere", kind="example")
    with pytest.raises(OSError, match=rf"^path '{tmp_path}' is a directory; give a file made by"):
        read_tensors(tmp_path, kind="example")


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"no tensors at all", bytes(8), b"\xff" * 100, b"\x80\x04K\x01.", b"{}" * 50],
)
def test_what_is_no_safetensors_file(content, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^path '.*file' is no safetensors file \(.*\); give a"):
        read_tensors(path, kind="example")


def test_every_truncated_file_is_refused(tmp_path):
    path = tmp_path / "file"
    write(path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"^path '.*file' is no safetensors file"):
            read_tensors(path, kind="example")


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        (None, "other tensors"),
        ({"format": "pt"}, "other tensors"),
        ({"chainrule": "not JSON"}, "other tensors"),
        ({"chainrule": "[]"}, "other tensors"),
        ({"chainrule": "{}"}, "other tensors"),
        ({"chainrule": '{"kind": "Sequential"}'}, "Sequential"),
    ],
)
def test_tensors_of_others(metadata, found, tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    safetensors.save_file(TENSORS, tmp_path / "file", metadata=metadata)
    with pytest.raises(ValueError, match=rf"^path '.*file' holds {found}, not a example$"):
        read_tensors(tmp_path / "file", kind="example")
