"""A headless browser, a listener for what a page might call, and a formgrader to look at."""

from __future__ import annotations

import http.server
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from importlib.resources import files
from pathlib import Path

from patience import PATIENCE, until
from selenium import webdriver
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

# As a tool of the browser's: it runs where the page itself lets no script run.
_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(
  found => done(found.violations.map(one => [one.impact, one.id, one.nodes.map(node => node.html).slice(0, 3)])));
"""
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1200,2000",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing but this machine
)


class Listener:
    """Notes the path of every request."""

    def __init__(self) -> None:
        heard = self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                self.send_response(204)
                self.end_headers()

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Browser:
    """Chromium with an empty profile."""

    def __init__(self) -> None:
        self._profile = tempfile.mkdtemp(prefix="attacks-browser-")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
        for option in (*_OPTIONS, f"--user-data-dir={self._profile}"):
            options.add_argument(option)
        options.set_capability("unhandledPromptBehavior", "ignore")
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.set_script_timeout(PATIENCE)

    def open(self, url: str) -> None:
        self.driver.get(url)
        time.sleep(1)  # for what runs late: onerror, timers, meta refresh

    def what_ran(self) -> list[str]:
        """Signs that something of the learner's has run in the page that is open."""
        signs = []
        try:
            signs.append(f"an alert: {self.driver.switch_to.alert.text}")
            self.driver.switch_to.alert.dismiss()
        except NoAlertPresentException:
            pass
        if "pwned" in self.driver.title or self.driver.execute_script("return window.pwned"):
            signs.append("a script")
        return signs

    def click_links(self, within: str) -> list[str]:
        """Click every link of the learner's, and say which of them ran something or led to a page on this machine."""
        signs = []
        home = self.driver.current_url
        for number in range(len(self.driver.find_elements(By.CSS_SELECTOR, f"{within} a[href]"))):
            link = self.driver.find_elements(By.CSS_SELECTOR, f"{within} a[href]")[number]
            href = link.get_dom_attribute("href")
            self.driver.execute_script("arguments[0].target = ''; arguments[0].click()", link)
            time.sleep(0.2)
            signs += [f"{sign} by a click on {href}" for sign in self.what_ran()]
            here = self.driver.current_url.split("#")[0]
            if here != home.split("#")[0]:
                if here.startswith(home.split("#")[0].rsplit("/", 1)[0]):
                    signs.append(f"a page of the learner's at {here}")
                self.open(home)
        return signs

    def violations(self) -> list[list]:
        """What axe-core finds on the page that is open: how bad it is, which rule, and examples."""
        self.driver.execute_script(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        return self.driver.execute_async_script(_AXE)

    def script(self, text: str):
        return self.driver.execute_script(text)

    def close(self) -> None:
        self.driver.quit()
        shutil.rmtree(self._profile, ignore_errors=True)


class Formgrader:
    """A Jupyter server with nbgrader's formgrader, in a course directory."""

    def __init__(self, course, settings: Path):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        places = {f"JUPYTER_{kind}_DIR": str(settings / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
        options = [
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={port}",
            "--IdentityProvider.token=",
            "--ServerApp.password=",
            f"--ServerApp.root_dir={course.root}",
            "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
        ]
        self._log = (settings.parent / "formgrader.log").open("w")
        self._process = subprocess.Popen(
            course.command("jupyter_server", *options),
            cwd=course.root,
            env={**os.environ, **places},
            stdout=self._log,
            stderr=self._log,
        )
        self._wait()

    def _wait(self) -> None:
        if not until(self._answers):
            self.close()
            raise AssertionError(f"the formgrader did not start: {Path(self._log.name).read_text()}")

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/api", timeout=PATIENCE).close()
        except OSError:
            return False
        return True

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._log.close()
