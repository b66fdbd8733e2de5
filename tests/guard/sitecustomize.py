"""Loaded by each notebook's kernel at its start: what is out of a reader's reach is refused here too.

That is the network, and the folder `shared` beside the repository, where maintainers keep data. Every refusal
also goes into a file, so that a notebook which swallows the exception is found out all the same.
"""

import importlib.machinery
import importlib.util
import ipaddress
import os
import sys

REFUSALS = os.environ["NOTEBOOK_GUARD_REFUSALS"]  # the file they are appended to
FORBIDDEN_FOLDER = os.environ["NOTEBOOK_GUARD_FOLDER"]
# Python's audit events
LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}  # (host, ...)
SENDINGS = {
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
}  # (socket, address); Unix sockets have no tuple
FILES = {"open", "os.listdir", "os.scandir"}  # (path, ...)


def is_this_machine(host):
    host = host.decode() if isinstance(host, bytes) else host
    if not isinstance(host, str) or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name: to look it up is to ask the network
        return False


def is_forbidden_file(path):
    if not isinstance(path, str | bytes):
        return False
    return (os.path.abspath(os.fsdecode(path)) + os.sep).startswith(FORBIDDEN_FOLDER + os.sep)


def refuse(what):
    file = os.open(REFUSALS, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{what}\n".encode())
    os.close(file)
    raise PermissionError(f"a notebook must do without it: {what}")


def guard(event, arguments):
    if event in LOOKUPS and not is_this_machine(arguments[0]):
        refuse(f"{event} {arguments[0]!r}")
    if event in SENDINGS and isinstance(arguments[1], tuple) and not is_this_machine(arguments[1][0]):
        refuse(f"{event} {arguments[1]!r}")
    if event in FILES and is_forbidden_file(arguments[0]):
        refuse(f"{event} {os.fsdecode(arguments[0])!r}")


def run_the_sitecustomize_in_our_shadow():
    here = os.path.dirname(os.path.abspath(__file__))
    elsewhere = [path for path in sys.path if os.path.abspath(path) != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", elsewhere)
    if spec is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


run_the_sitecustomize_in_our_shadow()
sys.addaudithook(guard)
