"""Dump real programs and print a row of a table for each: ``programs.py [NAME …]``.

Run it with a Python that has the packages, such as one of a throw-away environment; a program whose
packages are missing is left out. No test needs them::

    python3 -m venv /tmp/v && /tmp/v/bin/pip install django sqlalchemy pandas ipython mypy pylint \
        aiohttp celery gunicorn gevent && /tmp/v/bin/python tests/python/programs.py
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

DUMPER = Path(__file__).parents[2] / "python-dump"

PROGRAMS = {
    "Django: admin, migrations, 5,000 users": """
        import django
        from django.conf import settings
        settings.configure(
            SECRET_KEY="x", ROOT_URLCONF=__name__, USE_TZ=True,
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            INSTALLED_APPS=["django.contrib." + app for app in (
                "admin", "auth", "contenttypes", "messages", "sessions")],
            TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        )
        django.setup()
        from django.contrib import admin
        from django.contrib.auth.models import User
        from django.core.management import call_command
        from django.urls import path
        urlpatterns = [path("admin/", admin.site.urls)]
        call_command("migrate", verbosity=0)
        User.objects.bulk_create(User(username=f"u{i}", email=f"{i}@x.org") for i in range(5000))
        kept = list(User.objects.all())
    """,
    "SQLAlchemy: 3,000 users with 2 items each": """
        from sqlalchemy import ForeignKey, create_engine
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
        class Base(DeclarativeBase): pass
        class User(Base):
            __tablename__ = "user"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            items: Mapped[list["Item"]] = relationship(back_populates="user")
        class Item(Base):
            __tablename__ = "item"
            id: Mapped[int] = mapped_column(primary_key=True)
            user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
            user: Mapped[User] = relationship(back_populates="items")
        engine = create_engine("sqlite://")
        Base.metadata.create_all(engine)
        session = Session(engine)
        session.add_all(User(name=f"u{i}", items=[Item(), Item()]) for i in range(3000))
        session.commit()
        kept = [(user.name, list(user.items)) for user in session.query(User)]
    """,
    "pandas: a frame of 100,000 rows": """
        import numpy, pandas
        rows = range(100_000)
        frame = pandas.DataFrame({"a": rows, "b": [f"text {i % 30_000}" for i in rows]})
        frame["b"] = frame["b"].astype(object)
        groups = frame.groupby("b").sum()
        frame["day"] = pandas.date_range("2020-01-01", periods=100_000, freq="min")
    """,
    "gevent: patched, 2,000 greenlets that wait": """
        from gevent import monkey
        monkey.patch_all()
        import gevent, time
        def handle(number):
            request = {"number": number, "body": "x" * number}
            time.sleep(1000)
        greenlets = [gevent.spawn(handle, number) for number in range(2000)]
        time.sleep(0.1)
    """,
    "numpy alone: arrays, views, objects": """
        import numpy
        kept = [numpy.arange(1000 + i) for i in range(20_000)]
        views = [array[10:-10] for array in kept]
        objects = numpy.array([[i] for i in range(50_000)] + [None], dtype=object)
        table = numpy.zeros(10_000, dtype=[("x", "f8"), ("name", "U10")])
    """,
    "IPython, jedi, prompt_toolkit": """
        from IPython.core.interactiveshell import InteractiveShell
        import IPython.terminal.interactiveshell, jedi
        shell = InteractiveShell.instance()
        shell.run_cell("from collections import Counter as C\\nv = [C() for _ in range(2000)]")
        kept = jedi.Script("import json\\njson.").complete(2, 5)
    """,
    "mypy, compiled by mypyc, on `argparse`": """
        import argparse
        from mypy import build, main, options
        from mypy.modulefinder import BuildSource
        wishes = options.Options()
        wishes.incremental, wishes.cache_dir = False, "/dev/null"
        wishes.preserve_asts = wishes.export_types = True
        kept = build.build([BuildSource(argparse.__file__, "argparse")], wishes)
    """,
    "pylint on `json.decoder`": """
        import json.decoder
        from pylint.lint import Run
        kept = Run(["--reports=n", "--score=n", "--disable=all", "--enable=R,W0611",
                    json.decoder.__file__], exit=False)
    """,
    "aiohttp: a server and 90 requests under way": """
        import asyncio, aiohttp
        from aiohttp import web
        async def slow(request):
            await asyncio.sleep(600)
        async def run():
            app = web.Application()
            app.router.add_get("/", slow)
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = site._server.sockets[0].getsockname()[1]
            session = aiohttp.ClientSession()
            tasks = [asyncio.ensure_future(session.get(f"http://127.0.0.1:{port}/"))
                     for _ in range(90)]
            await asyncio.sleep(2)
            DUMP
            os._exit(0)
        asyncio.run(run())
    """,
    "Celery: 2,000 tasks, run eagerly": """
        from celery import Celery
        app = Celery("tasks", broker="memory://", backend="cache+memory://")
        app.conf.task_always_eager = True
        @app.task
        def add(x, y): return {"sum": x + y, "of": [x, y]}
        kept = [add.delay(i, i) for i in range(2000)]
    """,
    "gunicorn: in a worker of two, by a request": """
        import threading, urllib.request
        from gunicorn.app.base import BaseApplication
        def answer(environ, start):
            if environ["PATH_INFO"] == "/dump":
                DUMP
                os.kill(os.getppid(), 15)
            start("200 OK", [])
            return [b"ok"]
        class Server(BaseApplication):
            def load_config(self):
                for name, value in {"bind": "127.0.0.1:0", "workers": 2, "accesslog": None,
                                    "when_ready": ready, "loglevel": "error"}.items():
                    self.cfg.set(name, value)
            def load(self): return answer
        def ready(arbiter):
            host, port = arbiter.LISTENERS[0].sock.getsockname()
            code = ("import urllib.request as r\\nfor path in [''] * 50 + ['dump']:\\n"
                    f" r.urlopen('http://127.0.0.1:{port}/' + path, timeout=200).read()")
            import subprocess
            subprocess.Popen([sys.executable, "-c", code])
        Server().run()
    """,
}
BEFORE = "import os, sys, time; import pyheap_dump\n"
DUMP = (
    "began = time.process_time(); pyheap_dump.dump({file!r});"
    " open({file!r} + '.cpu', 'w').write(str(time.process_time() - began))"
)


def row(name: str, source: str, folder: Path) -> str:
    """Run one program and return its row, or why there is none."""
    file = str(folder / "out.pyheap")
    dump = DUMP.format(file=file)
    text = BEFORE + dedent(source)
    text = text.replace("DUMP", dump) if "DUMP" in text else f"{text}\n{dump}\n"
    (folder / "program.py").write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(DUMPER), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(folder / "program.py")]
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if not os.path.exists(file):
        return f"{name}: left out, {(ran.stderr.strip().splitlines() or ['no dump'])[-1]}"
    db = sqlite3.connect(file)
    capture = json.loads(db.execute("SELECT value FROM meta WHERE key = 'capture'").fetchone()[0])
    db.close()
    objects, references = capture["objects"], capture["references"]
    unnamed = capture["unnamed"]
    size = os.path.getsize(file)
    cpu = float(Path(f"{file}.cpu").read_text())
    facts = [
        *(name, f"{objects:,}", f"{references:,}"),
        f"{100 * (1 - unnamed['references'] / references):.2f} %",
        *(f"{capture['pause_seconds']:.1f} s", f"{cpu:.1f} s", f"{size / 1e6:.1f} MB"),
        f"{size / objects:.0f} B",
        ", ".join(f"{kind.replace('builtins.', '')} {n:,}" for kind, n in unnamed["types"][:4]),
    ]
    return f"| {' | '.join(facts)} |"


def main(wanted: list[str]) -> None:
    """Print the rows of the programs whose names begin with one of those wanted, or of all."""
    for name, source in PROGRAMS.items():
        if not wanted or any(name.lower().startswith(each.lower()) for each in wanted):
            with tempfile.TemporaryDirectory() as folder:
                print(row(name, source, Path(folder)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
