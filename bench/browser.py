"""A page in a real browser: how long until all of it is drawn, and what it looks like.

How this works: Chromium is started without a window and told what to do over its DevTools protocol
(https://chromedevtools.github.io/devtools-protocol). Time counts from the start of its process to
the second frame after the page's load event, when everything stands on the screen: what a person
waits for with a browser that was not running.

``python -m bench.browser PAGE [--picture FILE] [--width N] [--dark]`` opens one page.
"""

import argparse
import asyncio
import base64
import contextlib
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import attrs

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or ""
_PATIENCE_SECONDS = 120.0
_POLL_SECONDS = 0.02
_DRAWN = """new Promise((done) => {
  const twice = () => requestAnimationFrame(() => requestAnimationFrame(() => done({
    drawn: Date.now() / 1000,
    began: performance.timeOrigin / 1000,
    shapes: document.querySelectorAll(".chart path[d]").length,
  })));
  if (document.readyState === "complete") twice();
  else addEventListener("load", () => setTimeout(twice));
})"""


@attrs.frozen
class Opened:
    """Seconds from the start of the browser until all is drawn, and of these the page's own.

    ``shapes`` is how many paths of charts there are, ``width`` how wide the page is in pixels.
    """

    seconds: float
    page_seconds: float
    shapes: int
    width: int


@attrs.frozen
class Look:
    """How the page is looked at; a picture of the whole page goes to ``picture``."""

    width: int = 1280
    height: int = 900
    is_dark: bool = False
    picture: Path | None = None


def opened(page: Path | str, look: Look | None = None) -> Opened:
    """Open a page (a file, or an address) in a fresh browser."""
    address = page.resolve().as_uri() if isinstance(page, Path) else page
    return asyncio.run(_open(address, look or Look()))


async def _open(address: str, look: Look) -> Opened:
    with tempfile.TemporaryDirectory(prefix="tradefold-browser-") as folder:
        started = time.time()
        browser = await asyncio.create_subprocess_exec(
            BROWSER,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--remote-debugging-port=0",
            f"--user-data-dir={folder}",
            f"--window-size={look.width},{look.height}",
            *(["--blink-settings=preferredColorScheme=0"] if look.is_dark else []),
            address,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS), _page(Path(folder)) as call:
                found = await _measure(call, started, look)
                # Only a browser that ends by itself has let go of its folder.
                await call("Browser.close")
                await browser.wait()
                return found
        finally:
            if browser.returncode is None:
                browser.kill()
                await browser.wait()


@contextlib.asynccontextmanager
async def _page(folder: Path) -> AsyncIterator[Any]:
    """A function that calls a method of the protocol on the first page, and gives its result."""
    told = folder / "DevToolsActivePort"
    while not told.exists() or not told.read_text(encoding="ascii").count("\n"):
        await asyncio.sleep(_POLL_SECONDS)
    port = told.read_text(encoding="ascii").splitlines()[0]
    async with aiohttp.ClientSession() as session:
        target = None
        while target is None:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [each for each in await answer.json() if each["type"] == "page"]
            target = pages[0]["webSocketDebuggerUrl"] if pages else None
        async with session.ws_connect(target, max_msg_size=0) as socket:
            counter = iter(range(1, 1 << 30))

            async def call(method: str, **parameters: object) -> Any:
                number = next(counter)
                await socket.send_json({"id": number, "method": method, "params": parameters})
                async for message in socket:
                    answer = message.json()
                    if answer.get("id") == number:
                        return answer.get("result", {})
                return {}

            yield call


async def _measure(call: Any, started: float, look: Look) -> Opened:
    found = None
    while found is None:
        # Until the page is there, the browser shows an empty one, which goes while it is asked.
        place = await _value(call, "location.href")
        if place not in (None, "about:blank"):
            found = await _value(call, _DRAWN)
    await call(
        "Emulation.setDeviceMetricsOverride",
        width=look.width,
        height=look.height,
        deviceScaleFactor=1,
        mobile=False,
    )
    width = await _value(call, "document.documentElement.scrollWidth")
    if look.picture is not None:
        whole = (await call("Page.getLayoutMetrics"))["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": look.width, "height": whole["height"], "scale": 1}
        shot = await call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        look.picture.write_bytes(base64.b64decode(shot["data"]))
    drawn = found["drawn"]
    return Opened(drawn - started, drawn - found["began"], found["shapes"], width)


async def _value(call: Any, expression: str) -> Any:
    """What an expression, or the promise that it makes, comes to; None where the page went."""
    answer = await call(
        "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
    )
    return answer.get("result", {}).get("value")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.browser")
    parser.add_argument("page", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--dark", action="store_true")
    asked = parser.parse_args()
    print(opened(asked.page, Look(asked.width, 900, asked.dark, asked.picture)))
