"""The hands of somebody who waits until the page is at rest."""

from playwright.sync_api import Locator, Page

NOTICED = 300  # milliseconds after which the page has heard of what was done to it


def rest(page: Page) -> None:
    """Waits until the page has run to its end: until then it may still show what it showed before."""
    page.wait_for_timeout(NOTICED)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def tap(target: Locator) -> None:
    """Clicks when the page is at rest: before, what is clicked may be put there anew under the pointer."""
    rest(target.page)
    target.click()
