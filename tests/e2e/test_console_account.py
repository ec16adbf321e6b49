"""The door of the console: signing up, logging out, logging in, coming back to where one was."""

from playwright.async_api import expect

from tests.support.browser import Account, Visitor, log_in, sign_up


async def test_a_stranger_signs_up_leaves_and_comes_back(visitor: Visitor) -> None:
    account, page = Account(), visitor.page
    await sign_up(visitor, account)
    await expect(page.get_by_role("navigation", name="Main")).to_contain_text("Prompts")
    await expect(page.get_by_text(account.workspace)).to_be_visible()
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await visitor.open("/")
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await log_in(visitor, account.email, account.password)
    await visitor.check_heading("Hello, Ada")
    visitor.check_quiet()


async def test_a_link_leads_through_the_log_in_to_the_page_that_it_names(
    visitor: Visitor,
) -> None:
    account, page = Account(), visitor.page
    await sign_up(visitor, account)
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await visitor.open("/prompts?query=translation")
    await log_in(visitor, account.email, account.password)
    await visitor.check_heading("Prompts")
    await expect(page).to_have_url(f"{visitor.url}/prompts?query=translation")
    await expect(page.get_by_role("row")).to_have_count(2)
    visitor.check_quiet()


async def test_a_wrong_password_is_said_in_words_and_lets_nobody_in(visitor: Visitor) -> None:
    account = Account()
    await sign_up(visitor, account)
    await visitor.page.get_by_role("button", name="Log out").click()
    await expect(visitor.page.get_by_role("heading", name="Log in")).to_be_visible()
    await log_in(visitor, account.email, "not the password")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("password")
    await visitor.open("/prompts")
    await expect(visitor.page.get_by_role("heading", name="Log in")).to_be_visible()
    visitor.check_quiet("401 POST /v1/sessions")


async def test_an_address_that_is_taken_and_a_short_password_are_said_at_their_fields(
    visitor: Visitor,
) -> None:
    account, page = Account(), visitor.page
    await sign_up(visitor, account)
    await page.context.clear_cookies()
    await visitor.open("/sign-up")
    await page.get_by_label("Your name").fill("Eve")
    await page.get_by_label("Workspace").fill("Elsewhere")
    await page.get_by_label("E-mail").fill(account.email)
    await page.get_by_label("Password").fill("short")
    await page.get_by_role("button", name="Create the workspace").click()
    await expect(page.get_by_text("At least 10 characters", exact=True)).to_be_visible()
    await page.get_by_label("Password").fill("long enough for anybody")
    await page.get_by_role("button", name="Create the workspace").click()
    await expect(page.get_by_text("This address has an account already")).to_be_visible()
    visitor.check_quiet("409 POST /v1/sign-up")
