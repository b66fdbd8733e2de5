"""Machines that classrooms have: disk full, read-only, no locale, thirty at once. Each with its outcome."""

import ctypes
import http.server
import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX: forks, permissions, limits")

ROOT = Path(__file__).parents[2]
# What every notebook does: load, train, draw, show, save where it may.
LESSON = """
    import tempfile
    import gan_course as course
    import gan_utils as gu
    digits = gu.load_images()
    gan = gu.GAN(gu.build_generator(), gu.build_discriminator(), seed=1)
    gan.fit(digits.images[:300], epochs=2, verbose=1)
    course.show(gu.plot_images(gan.generate(4)), "Vier Ziffern – 四个数字")
    {saving}
    print("done:", digits.name, gan.step)
"""
SAVING = """
    with tempfile.TemporaryDirectory() as folder:
        gan.save(folder + "/gan")
        gu.save_gif(gan.frames, folder + "/film.gif")
        assert gu.GAN.load(folder + "/gan").step == gan.step
"""
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24


def obey_permissions():
    """Root may write anywhere; after this, in a new process, only where the permissions say so."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0) == 0, os.strerror(ctypes.get_errno())


NO_ROOM = """
    import resource, signal  # no file may grow: a full disk does the same, with an error of another number
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
"""


def run(code, cwd, environment=None, before=None):
    with tempfile.TemporaryDirectory() as folder:  # alone, for Python imports what lies beside it
        script = Path(folder, "script.py")
        script.write_text(textwrap.dedent(code), encoding="utf-8")
        result = subprocess.run(
            [sys.executable, script], cwd=cwd, preexec_fn=before,
            env={k: v for k, v in os.environ.items() if k != "GAN_UTILS_DATA"} | (environment or {}),
            capture_output=True, encoding="utf-8", errors="replace", timeout=300,
        )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def lesson(saving=SAVING):
    return textwrap.dedent(LESSON).format(saving=textwrap.dedent(saving))


def test_read_only_home_and_folder(tmp_path):
    """Everything works: temporary files go to the temporary folder."""
    home, here, temporary = (tmp_path / name for name in ("home", "here", "temporary"))
    for folder in (home, here, temporary):
        folder.mkdir()
    home.chmod(0o500)
    here.chmod(0o500)
    environment = {"HOME": str(home), "TMPDIR": str(temporary), "MPLBACKEND": "agg"}
    environment |= dict.fromkeys(("KERAS_HOME", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), "")
    check = """
        try:
            open("x", "w")
        except PermissionError:
            print("read-only")
    """
    assert "read-only" in run(check, here, environment, obey_permissions), "or this would prove nothing"
    assert "done: digits 10" in run(lesson(), here, environment, obey_permissions)
    assert not list(home.iterdir()) and not list(here.iterdir())


@pytest.mark.slow
def test_no_free_disk(tmp_path):
    """Training and drawing work; saving says which file could not be written, and nothing half is left.

    TensorFlow and Keras, which cannot be imported without a temporary file, are there already.
    """
    saving = """
        try:
            gan.save("gan")
        except OSError as error:
            print("not saved:", error)
    """
    code = "import gan_course\n" + textwrap.dedent(NO_ROOM) + lesson(saving)
    printed = run(code, tmp_path, {"MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1"})
    assert "not saved: " in printed and "done: digits 10" in printed
    assert not list(tmp_path.iterdir())


def test_installed_under_any_path(tmp_path):
    """Everything works: spaces, Chinese characters, quotes, percent signs."""
    folder = tmp_path / "l'été à 100% 生成对抗网络"
    folder.mkdir()
    for package in ("gan_course", "gan_utils"):
        (folder / package).symlink_to(ROOT / package)
    environment = {"PYTHONPATH": str(folder), "MPLBACKEND": "agg", "KERAS_HOME": str(folder / "keras")}
    environment["TMPDIR"] = str(folder)
    printed = run(lesson() + "print(gu.__file__, folder)", folder, environment)
    assert "done: digits 10" in printed and printed.count(folder.name) == 2


@pytest.mark.slow
def test_locale_without_unicode(tmp_path):
    """Everything works, and what cannot be printed is shown as marks."""
    environment = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment |= {"PYTHONIOENCODING": "ascii:replace", "MPLBACKEND": "agg"}
    assert "done: digits 10" in run(lesson(), tmp_path, environment)


@pytest.mark.slow
def test_no_home_at_all(tmp_path):
    """Everything works."""
    code = "import os; del os.environ['HOME']\n" + lesson()
    assert "done: digits 10" in run(code, tmp_path, {"MPLBACKEND": "agg"})


@pytest.mark.slow
def test_network_that_swallows_packets(tmp_path):
    """`auto` takes the digits at once; MNIST by name is given up, with a sentence that says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never answers
        code = f"""
            import time
            from gan_utils import load_images
            from gan_utils._support import downloads
            downloads.ORIGIN, downloads.SILENT_SECONDS = "http://127.0.0.1:{silent.getsockname()[1]}/", 1
            print(load_images().name)
            for name in ("mnist", "fashion_mnist"):
                try:
                    load_images(name)
                except ConnectionError as error:
                    print(error)
        """
        printed = run(code, tmp_path, {"KERAS_HOME": str(tmp_path / "keras")})
    assert printed.splitlines()[1] == "digits"
    assert printed.count("timed out") == 2 and printed.count('load_images("digits")') == 2


THIRTY = """
    import os, sys
    from pathlib import Path
    import gan_utils as gu
    from gan_utils._support import downloads
    downloads.ORIGIN, downloads.SHAPES, downloads.MNIST = eval(sys.argv[1])
    start, go = os.pipe()
    children = []
    for _ in range(30):
        child = os.fork()
        if not child:
            os.close(go)
            os.read(start, 1)  # returns when the parent closes its end: all begin at once
            try:
                status = 0 if gu.load_images("mnist", "test").images.shape == (20, 28, 28, 1) else 3
            except BaseException as error:
                print(repr(error), file=sys.stderr, flush=True)
                status = 4
            os._exit(status)
        children.append(child)
    os.close(go)
    print(sorted(os.waitpid(child, 0)[1] for child in children))
    print(sorted(str(p.relative_to(downloads.keras_folder())) for p in downloads.keras_folder().rglob("*")))
"""


class Served(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class ManyServer(http.server.ThreadingHTTPServer):
    request_queue_size = 64


def test_thirty_processes_on_an_empty_cache(small_mnist, tmp_path):
    """All thirty get MNIST, and the cache holds one whole file and nothing else."""
    from gan_utils._support import downloads

    def handler(*arguments):
        return Served(*arguments, directory=str(small_mnist.parent))

    with ManyServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tables = (f"http://127.0.0.1:{server.server_port}/", downloads.SHAPES, downloads.MNIST)
        code = textwrap.dedent(THIRTY).replace("sys.argv[1]", repr(repr(tables)))
        # Keras's NumPy backend may be forked; nothing here needs another.
        environment = {"KERAS_HOME": str(tmp_path / "shared"), "KERAS_BACKEND": "numpy"}
        printed = run(code, tmp_path, environment).splitlines()
        server.shutdown()
    assert printed[-2:] == [str([0] * 30), "['datasets', 'datasets/mnist.npz', 'keras.json']"]


def doctor(keras_json, tmp_path, **variables):
    """What the doctor says, and its exit status, in a home with this keras.json."""
    (tmp_path / "keras.json").write_text(keras_json)
    environment = {k: v for k, v in os.environ.items() if k not in ("KERAS_BACKEND", "GAN_UTILS_DATA")}
    result = subprocess.run(
        [sys.executable, "-m", "gan_utils", "doctor"], cwd=ROOT, capture_output=True, text=True, timeout=300,
        env=environment | {"KERAS_HOME": str(tmp_path)} | variables,
    )  # fmt: skip
    return result.returncode, result.stdout + result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keras_json", "variables", "said"),
    [
        ('{"floatx": "float16"}', {}, "floatx  float16\n"),
        ('{"image_data_format": "channels_first"}', {}, "image format  channels_first\n"),
        ("{}", {"TF_USE_LEGACY_KERAS": "1"}, "tf.keras  TF_USE_LEGACY_KERAS\n"),
        ('{"backend": ', {}, "cannot be read, and is passed over: mend it, or delete it"),
    ],
)
def test_the_doctor_marks_settings_that_do_not_serve(keras_json, variables, said, tmp_path):
    pytest.importorskip("jupyterlab")  # which it would mark as missing
    status, printed = doctor(keras_json, tmp_path, **variables)
    assert status == 1 and said in printed and printed.count("\n              !  ") == 1, printed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keras_json", "variables", "said"),
    [
        ('{"backend": "foo"}', {}, "backend: 'foo', which {file} names, cannot be imported"),
        ("{}", {"KERAS_BACKEND": "openvino"}, "backend: 'openvino', which KERAS_BACKEND names, cannot be"),
        ('{"floatx": "float8"}', {}, "{file} does not serve (ValueError: Invalid `floatx`"),
        ("[1]", {}, "{file} does not serve (AttributeError: "),
    ],
)
def test_settings_that_keep_keras_from_starting_are_told_in_one_line(keras_json, variables, said, tmp_path):
    said = said.format(file=tmp_path / "keras.json")
    status, printed = doctor(keras_json, tmp_path, **variables)
    assert status == 1 and printed.startswith(said) and len(printed.splitlines()) == 1, printed
    environment = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"} | {
        "KERAS_HOME": str(tmp_path)
    }
    result = subprocess.run(
        [sys.executable, "-c", "import gan_utils"], cwd=ROOT, capture_output=True, text=True, timeout=300,
        env=environment | variables,
    )  # fmt: skip
    assert result.stderr.splitlines()[-1].startswith(f"ImportError: {said}")
    assert result.stderr.count("Traceback") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            '{"floatx": "float16"}',
            "refused: generator has weights of float16, too coarse to train (keras.json",
        ),
        (
            '{"backend": "numpy"}',
            "refused: Keras's backend 'numpy' cannot train: set KERAS_BACKEND to one of",
        ),
        ('{"image_data_format": "channels_first"}', "trained: float32 (8, 10)"),
        ('{"floatx": "float64"}', "trained: float32 (8, 10)"),
    ],
)
def test_what_keras_json_sets_serves_or_is_told_before_a_weight_moves(settings, said, tmp_path):
    code = """
        import numpy as np
        import gan_utils as gu
        images = gu.load_images("digits").images[:8]
        try:
            gan = gu.GAN(gu.build_dcgan_generator(), gu.build_dcgan_discriminator(), seed=1)
            gan.train_on_batch(images)
            print("trained:", gan.generate(2).dtype, gu.classify(images, gu.load_images("digits")).shape)
        except ValueError as error:
            print("refused:", error)
    """
    (tmp_path / "keras.json").write_text(settings)
    assert said in run(code, ROOT, {"KERAS_HOME": str(tmp_path)})
