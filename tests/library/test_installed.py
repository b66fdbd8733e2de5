"""What is installed: which backend is taken, what training does without, and a GPU that is not used."""

import importlib.util
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import keras
import pytest

from gan_utils._support import machine

ROOT = Path(__file__).parents[2]
HIDING = """
    import sys
    from importlib.machinery import PathFinder

    class Hiding(PathFinder):
        @classmethod
        def find_spec(cls, name, path=None, target=None):
            return None if name.partition(".")[0] in {hidden} else super().find_spec(name, path, target)

    sys.meta_path[:] = [Hiding if finder is PathFinder else finder for finder in sys.meta_path]
"""


def python(*arguments, home, without=(), **variables):
    """Run Python where the packages `without` are not installed, with a Keras folder of its own."""
    hiding = home / "hiding"
    hiding.mkdir(exist_ok=True)
    (hiding / "sitecustomize.py").write_text(textwrap.dedent(HIDING.format(hidden=set(without) or "()")))
    environment = {k: v for k, v in os.environ.items() if k not in ("KERAS_BACKEND", "GAN_UTILS_DATA")}
    environment |= {"KERAS_HOME": str(home), "PYTHONPATH": f"{hiding}{os.pathsep}{ROOT}", "MPLBACKEND": "agg"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=home, env=environment | variables, text=True, timeout=300,
        capture_output=True,
    )  # fmt: skip


def needs(backend):
    if not importlib.util.find_spec(backend):
        pytest.skip(f"{backend} is not installed: pip install {backend}")


@pytest.mark.slow
def test_jax_is_not_started_by_the_import(tmp_path):
    """Or hosts could not be joined after it, as the package asks for: it is to be imported before Keras."""
    needs("jax")
    code = """if True:
        import socket
        import gan_utils, gan_course, keras, jax
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        keras.distribution.initialize(address, 1, 0)
        print(jax.process_count(), "process")
    """
    result = python("-c", code, home=tmp_path, KERAS_BACKEND="jax")
    assert (result.returncode, result.stdout) == (0, "1 process\n"), result.stderr


LESSON = """if True:
    import sys
    import gan_utils as gu, gan_course as course, keras
    digits = gu.load_images("digits")
    gan = gu.GAN(gu.build_generator(), gu.build_discriminator(), seed=1)
    gan.fit(digits.images[:128], batch_size=64, verbose=0)
    gan.save("gan")
    gan = gu.GAN.load("gan")
    gan.fit(digits.images[:128], batch_size=64, steps_per_execution=2, verbose=0)
    gu.check_training(gan.generator, gan.discriminator, gan.combined, digits.images[:64])
    gu.evaluate_quality(gan.generate(200), digits)
    gu.save_gif(gan.frames, "film.gif")
    course.plot_gan().savefig("gan.png")
    print("trained", gan.step, keras.backend.backend(), {"tensorflow", "IPython"} & sys.modules.keys())
    try:
        course.show(gu.plot_images(gan.generate(4)), "four digits")
    except ImportError as error:
        print(error)
"""


@pytest.mark.slow
def test_training_needs_neither_tensorflow_nor_ipython(tmp_path):
    """JAX is taken although keras.json names TensorFlow: Keras writes that by itself."""
    needs("jax")
    (tmp_path / "keras.json").write_text('{"backend": "tensorflow"}')
    result = python("-c", LESSON, home=tmp_path, without=["tensorflow", "IPython"])
    assert result.returncode == 0, result.stderr
    *_, trained, told = result.stdout.splitlines()
    assert trained == "trained 4 jax set()"
    assert told == "course.show and show_gif show what a notebook shows: pip install ipython"


BACKEND = "import gan_utils, keras; print(keras.backend.backend())"


@pytest.mark.parametrize(
    ("without", "keras_json", "variables", "taken"),
    [
        pytest.param((), '{"backend": "jax"}', {}, "jax", marks=pytest.mark.slow),
        (["jax"], '{"backend": "jax"}', {}, "tensorflow"),
        pytest.param(["tensorflow"], "{}", {"KERAS_BACKEND": ""}, "jax", marks=pytest.mark.slow),
        pytest.param(["tensorflow"], "{}", {"KERAS_BACKEND": "numpy"}, "numpy", marks=pytest.mark.slow),
    ],
)
def test_a_backend_that_is_installed_is_taken(without, keras_json, variables, taken, tmp_path):
    """TensorFlow first, as declared; what is named and there has its way, KERAS_BACKEND in any case."""
    needs("jax")
    needs("tensorflow")
    (tmp_path / "keras.json").write_text(keras_json)
    result = python("-c", BACKEND, home=tmp_path, without=without, **variables)
    assert (result.returncode, result.stdout) == (0, f"{taken}\n"), result.stderr


@pytest.mark.slow
def test_keras_that_is_there_already_is_left_alone(tmp_path):
    needs("jax")
    code = (
        "import keras, os; import gan_utils; print(keras.backend.backend(), os.environ.get('KERAS_BACKEND'))"
    )
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    assert python("-c", code, home=tmp_path).stdout == "jax None\n"


def test_without_a_backend_one_line_says_what_to_do(tmp_path):
    said = (
        "No backend of Keras is installed: pip install tensorflow; or pip install jax, or torch, and set "
        "KERAS_BACKEND to its name"
    )
    without = ["tensorflow", "jax", "torch"]
    result = python("-m", "gan_utils", "doctor", home=tmp_path, without=without)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", f"{said}\n")
    result = python("-c", "import gan_course", home=tmp_path, without=without)
    assert result.stderr.splitlines()[-1] == f"ImportError: {said}" and result.stderr.count("Traceback") == 1


def doctor(home, **arguments):
    result = python("-m", "gan_utils", "doctor", home=home, **arguments)
    assert result.stdout and not result.stderr, result.stderr
    lines = result.stdout.splitlines()
    told = {line[:15].strip(): line[17:] for line in lines if line[15:17] == "  "}
    marked = [line[17:] for line in lines if line[:17].strip() == "!"]
    return told, marked


@pytest.mark.slow
def test_the_doctor_says_which_backend_and_why(tmp_path):
    needs("jax")
    told, _ = doctor(tmp_path, without=["tensorflow"])
    assert told["backend"].startswith("jax ")
    assert told["backend"].endswith(", because tensorflow, which Keras names, is not installed")
    told, _ = doctor(tmp_path, KERAS_BACKEND="jax")
    assert told["backend"].startswith("jax ") and told["backend"].endswith(", which KERAS_BACKEND names")


@pytest.fixture
def nvidia_smi(tmp_path, monkeypatch):
    """A program that names a GPU, whatever machine this is."""
    if sys.platform == "win32":
        pytest.skip("a program without a name ending in .exe")
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho NVIDIA L4\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for name in ("CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS"):
        monkeypatch.delenv(name, raising=False)
    return program


THERE = "; if that is there already, NVIDIA's driver is too old for it"


@pytest.mark.parametrize(
    ("backend", "variables", "cure"),
    [
        ("tensorflow", {}, f'pip install "tensorflow[and-cuda]"{THERE}'),
        ("jax", {}, f'pip install "jax[cuda12]"{THERE}'),
        ("torch", {}, f"take the wheel for CUDA, as https://pytorch.org/get-started/locally has it{THERE}"),
        ("torch", {"CUDA_VISIBLE_DEVICES": "-1"}, "CUDA_VISIBLE_DEVICES hides it, unset it"),
        ("jax", {"JAX_PLATFORMS": "cpu"}, "JAX_PLATFORMS=cpu leaves it out, unset it"),
    ],
)
def test_each_backend_has_its_cure(backend, variables, cure, nvidia_smi, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    assert list(machine.gpus("cpu:0")) == [("GPU", "NVIDIA L4", f"{backend} does not use it: {cure}")]
    assert list(machine.gpus("gpu:0")) == [("GPU", "NVIDIA L4", None)]
    nvidia_smi.write_text("#!/bin/sh\necho NVIDIA-SMI has failed\nexit 9\n")  # as it says where there is none
    if not Path("/dev/nvidia0").exists():
        assert not list(machine.gpus("cpu:0"))


@pytest.mark.slow
@pytest.mark.parametrize("named", ["cuda", "nonsense"])
def test_the_doctor_says_that_jax_was_sent_where_nothing_is(named, tmp_path):
    needs("jax")
    told, marked = doctor(tmp_path, KERAS_BACKEND="jax", JAX_PLATFORMS=named)
    assert told["devices"].startswith("none") and "JAX_PLATFORMS" in str(told) + str(marked)


@pytest.mark.slow
def test_the_doctor_names_a_gpu_that_is_not_used(nvidia_smi, tmp_path):
    told, marked = doctor(tmp_path, KERAS_BACKEND=keras.backend.backend(), CUDA_VISIBLE_DEVICES="")
    assert told["devices"].startswith("cpu") and told["GPU"] == "NVIDIA L4"
    assert f"{keras.backend.backend()} does not use it: CUDA_VISIBLE_DEVICES hides it, unset it" in marked
