"""The kernels that notebooks run in, for tools and tests: this very Python, and its environment."""

import os
import sys

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager


class ThisPython(KernelSpecManager):
    """Offers one kernel, this very interpreter, whatever the machine has under the same name."""

    def get_kernel_spec(self, kernel_name):
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name=kernel_name, language="python")


def kernel_environment(keras_home, embedded):
    """The variables that a kernel starts with; `embedded` takes the embedded digits, on any machine.

    Otherwise the data are those of `GAN_UTILS_DATA`, or MNIST if this machine has it.
    """
    variables = dict(os.environ)
    named = variables.pop("GAN_UTILS_DATA", "")
    if embedded:  # MNIST in this machine's cache would be taken in their place
        variables["KERAS_HOME"] = str(keras_home)
    elif named:  # said from here, while a kernel starts beside its notebook
        variables["GAN_UTILS_DATA"] = os.path.abspath(os.path.expanduser(named))
    return variables
