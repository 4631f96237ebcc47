"""A headless Chromium, driven over its debugging pipe: what a person does, and what they then see.

Nothing is installed for it. Where there is no Chromium, the journeys in a browser are skipped.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
NO_CHROMIUM = "no Chromium on this machine (apt-get install chromium): the pages are not looked at"
PATIENCE = 30.0

_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
    # As root the sandbox cannot be set up; the pages are our own.
    *(("--no-sandbox",) if os.geteuid() == 0 else ()),
)


_AS_3_AND_4 = """
import fcntl, os, sys
reads, writes = (fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3])
os.dup2(reads, 3)
os.dup2(writes, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Tab:
    """One page, as wide as asked."""

    def __init__(self, pipe: "_Pipe", session: str) -> None:
        self._pipe, self._session = pipe, session

    async def ask(self, method: str, **params: Any) -> Any:
        """One command of the DevTools protocol."""
        return await self._pipe.ask(method, params, self._session)

    async def resize(self, width: int, height: int = 900) -> None:
        """Be a window, or a phone, of this size."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def go(self, url: str) -> None:
        """Type an address."""
        loaded = self._pipe.next_event("Page.loadEventFired")
        await self.ask("Page.navigate", url=url)
        await asyncio.wait_for(loaded, PATIENCE)

    async def see(self, script: str) -> Any:
        """The value of a JavaScript expression on the page; the pages themselves have no script."""
        answer = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def fill(self, label: str, text: str) -> None:
        """Type into the field with this label, or choose this option of it."""
        found = await self.see(
            f"""(() => {{
            const wanted = {json.dumps(label)};
            const label = [...document.querySelectorAll('label')]
              .find(one => one.textContent.trim().startsWith(wanted));
            if (!label) return false;
            const field = label.control;
            const text = {json.dumps(text)};
            if (['checkbox', 'radio'].includes(field.type)) field.click();
            else if (field.tagName === 'SELECT') field.value =
              [...field.options].find(one => one.text === text || one.value === text).value;
            else field.value = text;
            return true; }})()"""
        )
        assert found, f"no field is called {label!r}"

    async def tick(self, label: str) -> None:
        """Choose a box or a circle by its label."""
        await self.fill(label, "")

    async def press(self, name: str) -> None:
        """Press the button or follow the link of this name, and wait for the next page."""
        loaded = self._pipe.next_event("Page.loadEventFired")
        found = await self.see(
            f"""(() => {{
            const one = [...document.querySelectorAll('main button, main a, form button')]
              .filter(one => one.tabIndex >= 0)
              .find(one => one.textContent.trim() === {json.dumps(name)});
            if (one) one.click();
            return Boolean(one); }})()"""
        )
        assert found, f"nothing is called {name!r}"
        await asyncio.wait_for(loaded, PATIENCE)

    async def text(self) -> str:
        """What the page says."""
        return str(await self.see("document.querySelector('main').innerText"))

    async def title(self) -> str:
        """The title of the window."""
        return str(await self.see("document.title"))

    async def focused(self) -> str:
        """The class of what has the focus: a page gives it a moment after it has loaded."""
        for _ in range(100):
            found = await self.see("document.activeElement.className")
            if found or not await self.see("document.querySelector('[autofocus]') !== null"):
                break
            await asyncio.sleep(0.05)
        return str(found)

    async def too_wide(self) -> int:
        """By how many pixels the page must be scrolled sideways."""
        width = "document.documentElement"
        return int(await self.see(f"{width}.scrollWidth - {width}.clientWidth"))


class _Pipe:
    """Messages are JSON and end with a NUL, in both directions."""

    def __init__(self, reader: asyncio.StreamReader, outgoing: int) -> None:
        self._reader, self._outgoing = reader, outgoing
        self._number = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._events: dict[str, asyncio.Future[Any]] = {}

    async def listen(self) -> None:
        while True:
            message = json.loads((await self._reader.readuntil(b"\0"))[:-1])
            waiting = self._answers.pop(message.get("id", 0), None) or self._events.pop(
                message.get("method", ""), None
            )
            if waiting is not None and not waiting.done():
                waiting.set_result(message)

    def next_event(self, method: str) -> "asyncio.Future[Any]":
        return self._events.setdefault(method, asyncio.get_running_loop().create_future())

    async def ask(self, method: str, params: dict[str, Any], session: str = "") -> Any:
        self._number += 1
        answer = asyncio.get_running_loop().create_future()
        self._answers[self._number] = answer
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._outgoing, json.dumps(message).encode() + b"\0")
        answered = await asyncio.wait_for(answer, PATIENCE)
        assert "error" not in answered, answered
        return answered["result"]


@asynccontextmanager
async def browsing() -> AsyncIterator[Tab]:
    """A browser with one empty tab; it is gone afterwards with all that it wrote."""
    assert CHROMIUM is not None, NO_CHROMIUM
    commands_in, commands_out = os.pipe()
    answers_in, answers_out = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # Chromium reads from 3 and writes to 4, whatever numbers the pipes have here.
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _AS_3_AND_4,
            str(commands_in),
            str(answers_out),
            CHROMIUM,
            *_FLAGS,
            f"--user-data-dir={profile}",
            pass_fds=(commands_in, answers_out),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        os.close(commands_in)
        os.close(answers_out)
        reader = asyncio.StreamReader(limit=1 << 27)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(answers_in, "rb")
        )
        pipe = _Pipe(reader, commands_out)
        listening = asyncio.create_task(pipe.listen())
        try:
            target = await pipe.ask("Target.createTarget", {"url": "about:blank"})
            attached = await pipe.ask(
                "Target.attachToTarget", {"targetId": target["targetId"], "flatten": True}
            )
            tab = Tab(pipe, attached["sessionId"])
            await tab.ask("Page.enable")
            await tab.resize(1280)
            yield tab
            await pipe.ask("Browser.close", {})
        finally:
            listening.cancel()
            transport.close()
            os.close(commands_out)
            if process.returncode is None:
                try:
                    await asyncio.wait_for(process.wait(), PATIENCE)
                except TimeoutError:
                    process.kill()
                    await process.wait()
