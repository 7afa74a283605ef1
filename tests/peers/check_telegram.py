"""python-telegram-bot against the Telegram fake, and its escaping against ours."""

import asyncio
import json
import pathlib

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter
from telegram.helpers import escape_markdown

TOKEN = "990001:AApeerspeerspeers"
SECRET = "peers-secret"
VECTORS = pathlib.Path(__file__).with_name("escape_markdown.json")


def run(report, cloud, catcher):
    asyncio.run(conversation(report, cloud, catcher))
    report.check("telegram: escape_markdown.json is what the peer makes of it", vectors_hold)


def vectors_hold():
    """shared/messaging has a test of its own escaping over the same file."""
    for vector in json.loads(VECTORS.read_text()):
        entity = {"text": None, "code": "code", "url": "text_link"}[vector["place"]]
        made = escape_markdown(vector["plain"], version=2, entity_type=entity)
        if made != vector["escaped"]:
            return False, vector, made
    return True


async def conversation(report, cloud, catcher):
    # The client is asynchronous and the report is not: answers are fetched first.
    async def check(claim, call, expected):
        try:
            seen = await call()
        except Exception as error:
            seen = error
        report.equal(claim, lambda: seen, expected)

    async def error_of(kind, call):
        try:
            return await call
        except kind as error:
            return str(error)

    base = cloud.environment["RUKO_TELEGRAM_URL"] + "/bot"
    cloud.control("POST", "/providers/telegram/bots", {"name": "peer", "token": TOKEN})
    async with Bot(TOKEN, base_url=base) as bot:
        async def me():
            user = await bot.get_me()
            return user.id, user.is_bot, user.username

        await check("telegram: getMe", me, (990001, True, "peer_bot"))

        async def sent():
            plain = "Rp 10.000,50 (lunas!) _*[]~`>#+-=|{}"
            keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Bayar", callback_data="pay:1")]])
            message = await bot.send_message(
                77, escape_markdown(plain, version=2), parse_mode=ParseMode.MARKDOWN_V2, reply_markup=keyboard
            )
            button = message.reply_markup.inline_keyboard[0][0].callback_data
            return message.text == plain, message.chat.id, message.from_user.id, button

        await check("telegram: sendMessage with escaped markup and a button", sent, (True, 77, 990001, "pay:1"))

        async def in_the_mailbox():
            messages = cloud.control("GET", "/messages?channel=telegram&to=77")["messages"]
            return messages[-1]["from"], messages[-1]["text"].startswith("Rp 10.000,50 (lunas!)")

        await check("telegram: the message is in the mailbox", in_the_mailbox, ("peer_bot", True))
        await refusals(check, error_of, cloud, bot)
        await webhooks(check, cloud, bot, catcher)

    async def stranger():
        async with Bot("990002:short", base_url=base):
            return None

    async def no_token():
        return (await error_of(InvalidToken, stranger())) is not None

    await check("telegram: a token that is none", no_token, True)


async def refusals(check, error_of, cloud, bot):
    async def unescaped():
        text = await error_of(BadRequest, bot.send_message(77, "Rp 10.000", parse_mode=ParseMode.MARKDOWN_V2))
        return text.startswith("Can't parse entities: character '.' is reserved")

    await check("telegram: an unescaped dot is refused", unescaped, True)

    async def empty():
        return await error_of(BadRequest, bot.send_message(77, " "))

    await check("telegram: an empty text is refused", empty, "Message text is empty")
    for state, kind, words in [
        ("blocked", Forbidden, "Forbidden: bot was blocked by the user"),
        ("deactivated", Forbidden, "Forbidden: user is deactivated"),
        ("unknown", BadRequest, "Chat not found"),
    ]:
        cloud.control("PUT", "/providers/telegram/chats/78", {"state": state})

        async def refused(kind=kind):
            return await error_of(kind, bot.send_message(78, "halo"))

        await check(f"telegram: a chat that is {state}", refused, words)

    async def too_many():
        cloud.control("PUT", "/providers/telegram/settings", {"tooManyRequests": 1, "retryAfter": 7})
        try:
            await bot.send_message(77, "halo")
        except RetryAfter as error:
            seconds = error.retry_after
            return getattr(seconds, "total_seconds", lambda: seconds)()

    await check("telegram: too many requests, with the seconds to wait", too_many, 7)


async def webhooks(check, cloud, bot, catcher):
    async def made():
        done = await bot.set_webhook(catcher.url, secret_token=SECRET, allowed_updates=["message", "callback_query"])
        info = await bot.get_webhook_info()
        return done, info.url == catcher.url, info.pending_update_count

    await check("telegram: setWebhook and getWebhookInfo", made, (True, True, 0))

    async def delivered():
        cloud.control("POST", "/providers/telegram/peer/messages", {"chatId": 77, "text": "/start abc"})
        headers, body = await asyncio.to_thread(catcher.next, lambda body: "update_id" in body)
        update = Update.de_json(body, bot)
        command = update.message.parse_entities(["bot_command"])
        headers = {name.lower(): value for name, value in headers.items()}
        return update.message.text, list(command.values()), headers["x-telegram-bot-api-secret-token"]

    await check("telegram: an update at the webhook, with its secret", delivered, ("/start abc", ["/start"], SECRET))

    async def pressed():
        cloud.control("POST", "/providers/telegram/peer/messages", {"chatId": 77, "callbackData": "pay:1"})
        _, body = await asyncio.to_thread(catcher.next, lambda body: "callback_query" in body)
        query = Update.de_json(body, bot).callback_query
        return query.data, await bot.answer_callback_query(query.id)

    await check("telegram: a pressed button is answered", pressed, ("pay:1", True))
    await check("telegram: deleteWebhook", bot.delete_webhook, True)
