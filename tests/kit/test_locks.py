"""Locks on files: shared by many, alone by one, gone with the file, and never two kinds at once."""

import subprocess
import sys
import textwrap

from gezhi.kit.locks import take

OTHER = textwrap.dedent("""
    import sys
    from gezhi.kit.locks import take
    with open(sys.argv[1], "a+") as file:
        print(take(file, shared=sys.argv[2] == "shared"), flush=True)
        sys.stdin.readline()
""")


def other(path, kind):
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(path), kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    return process, process.stdout.readline().strip() == "True"


def end(process):
    process.communicate("\n", timeout=20)


def test_one_alone_or_many_together(tmp_path):
    path = tmp_path / "lock"
    with path.open("a+") as file:
        assert take(file)
        assert take(file), "taking again what one holds is no conflict"
        process, taken = other(path, "alone")
        end(process)
        assert not taken
        assert take(file, shared=True)
        process, taken = other(path, "shared")
        assert taken
        assert not take(file), "another still shares it"
        end(process)
        assert take(file)
    process, taken = other(path, "alone")
    end(process)
    assert taken, "a closed file holds nothing"
