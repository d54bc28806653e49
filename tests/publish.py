"""A publisher that is not ours: slixmpp, driven over JSON lines.

Each line on stdin is a command, `{"id": 1, "do": "publish", …}`; each is answered on stdout by
`{"id": 1, "ok": …}` or `{"id": 1, "error": "…"}`. A client connected with `"listen": true` goes online, and tells
each message it gets as `{"message": "<message …>"}` and who is online as `{"online": "full JID"}`. It ends when stdin
does.
"""

import asyncio
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath
from slixmpp.xmlstream.tostring import tostring

IQ_TIMEOUT = 20


def say(**line):
    print(json.dumps(line), flush=True)


class Client(ClientXMPP):
    """One login. It never reconnects: a test that kills a server makes a new one."""

    def __init__(self, command):
        super().__init__(command["jid"], command["password"])
        self.ca_certs = Path(command["ca_file"])
        self.enable_direct_tls = command["direct"]
        self.enable_starttls = not command["direct"]
        self.register_plugin("xep_0060")
        self.register_plugin("xep_0198")
        self.ready = asyncio.get_running_loop().create_future()
        self.listens = command.get("listen", False)
        for name in command.get("notify", []):
            self.register_plugin("xep_0115")
            self.plugin["xep_0030"].add_feature(f"{name}+notify")
        self.add_event_handler("session_start", self.started)
        for event in ("failed_all_auth", "connection_failed", "stream_error"):
            self.add_event_handler(event, lambda why, event=event: self.failed(f"{event}: {why}"))
        if self.listens:
            every = MatchXPath("{jabber:client}message")  # slixmpp's own "message" event is for those with a body
            self.register_handler(Callback("every message", every, lambda stanza: say(message=tostring(stanza.xml))))
            everyone = MatchXPath("{jabber:client}presence")
            self.register_handler(Callback("every presence", everyone, self.online))

    async def started(self, _):
        if self.listens:
            if "xep_0115" in self.plugin:
                await self.plugin["xep_0115"].update_caps()
            self.send_presence()
        else:
            self.settle()

    def online(self, stanza):
        if stanza.xml.get("type") is not None:
            return
        say(online=str(stanza["from"]))
        if stanza["from"] == self.boundjid:
            self.settle()  # the server has our presence: from now on it delivers

    def settle(self):
        if not self.ready.done():
            self.ready.set_result(str(self.boundjid))

    def failed(self, why):
        if not self.ready.done():
            self.ready.set_exception(RuntimeError(why))


def form(client, kind, fields):
    """A submitted data form (XEP-0004) of plain text fields."""
    made = client.plugin["xep_0004"].make_form(ftype="submit")
    made.add_field(var="FORM_TYPE", ftype="hidden", value=f"http://jabber.org/protocol/pubsub#{kind}")
    for name, value in fields.items():
        made.add_field(var=f"pubsub#{name}", value=value)
    return made


async def carry_out(client, command):
    pubsub = client.plugin["xep_0060"]
    match command["do"]:
        case "create":
            config = form(client, "node_config", command["config"])
            await pubsub.create_node(command["service"], command["node"], config=config, timeout=IQ_TIMEOUT)
        case "configure":
            config = form(client, "node_config", command["config"])
            await pubsub.set_node_config(command["service"], command["node"], config, timeout=IQ_TIMEOUT)
        case "delete":
            await pubsub.delete_node(command["service"], command["node"], timeout=IQ_TIMEOUT)
        case "publish":
            payload = command.get("payload")
            options = command.get("options")
            result = await pubsub.publish(
                command["service"],
                command["node"],
                id=command.get("item"),
                payload=None if payload is None else ElementTree.fromstring(payload),
                options=None if options is None else form(client, "publish-options", options),
                timeout=IQ_TIMEOUT,
            )
            return result["pubsub"]["publish"]["item"]["id"]
        case "publish_all":
            await asyncio.gather(
                *(
                    pubsub.publish(
                        command["service"],
                        command["node"],
                        id=item,
                        payload=ElementTree.fromstring(payload),
                        timeout=IQ_TIMEOUT,
                    )
                    for item, payload in command["items"]
                )
            )
        case "retract":
            await pubsub.retract(
                command["service"], command["node"], command["item"], notify=command["notify"], timeout=IQ_TIMEOUT
            )
        case "items":
            result = await pubsub.get_items(command["service"], command["node"], timeout=IQ_TIMEOUT)
            return [item["id"] for item in result["pubsub"]["items"]]
        case "purge":
            await pubsub.purge(command["service"], command["node"], timeout=IQ_TIMEOUT)
        case "affiliate":
            await pubsub.modify_affiliations(
                command["service"], command["node"], [(command["jid"], command["affiliation"])], timeout=IQ_TIMEOUT
            )
        case "approve":
            await pubsub.modify_subscriptions(
                command["service"], command["node"], [(command["jid"], "subscribed")], timeout=IQ_TIMEOUT
            )
        case "expel":
            await pubsub.modify_subscriptions(
                command["service"], command["node"], [(command["jid"], "none")], timeout=IQ_TIMEOUT
            )
        case "subscribe":
            result = await pubsub.subscribe(
                command["service"], command["node"], subscribee=command.get("jid"), timeout=IQ_TIMEOUT
            )
            return result["pubsub"]["subscription"]["subscription"]
        case "subscribers":
            result = await pubsub.get_node_subscriptions(command["service"], command["node"], timeout=IQ_TIMEOUT)
            return [
                {"jid": str(one["jid"]), "state": one["subscription"]}
                for one in result["pubsub_owner"]["subscriptions"]
            ]
        case "subscriptions":
            result = await pubsub.get_subscriptions(command["service"], timeout=IQ_TIMEOUT)
            listed = result.xml.iter("{http://jabber.org/protocol/pubsub}subscription")
            return [one.get("jid") for one in listed if one.get("node") == command["node"]]
        case "send":
            client.send_raw(command["xml"])
            # A ping's answer proves that the server has read what went before it.
            await client.plugin["xep_0199"].send_ping(client.boundjid.domain, timeout=IQ_TIMEOUT)
        case other:
            raise ValueError(f"unknown command {other}")
    return True


async def main():
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    client = None
    while line := await reader.readline():
        command = json.loads(line)
        try:
            if command["do"] == "connect":
                client = Client(command)
                client.register_plugin("xep_0199")
                client.connect(command["host"], command["port"])
                ok = await asyncio.wait_for(client.ready, IQ_TIMEOUT)
            else:
                ok = await carry_out(client, command)
            say(id=command["id"], ok=ok)
        except IqError as error:
            say(id=command["id"], error=f"{error.condition}: {tostring(error.iq.xml)}")
        except IqTimeout:
            say(id=command["id"], error="no answer from the server")
        except Exception as error:  # whatever went wrong is the test's to judge
            say(id=command["id"], error=f"{type(error).__name__}: {error}")
    if client is not None:
        await client.disconnect(wait=1)


asyncio.run(main())
