"""SOAP by hand to the simulator: a test sends exactly what it says."""

import base64
import http.client
import ssl
import urllib.parse

from lxml import etree

import exsim

T = "http://schemas.microsoft.com/exchange/services/2006/types"
M = "http://schemas.microsoft.com/exchange/services/2006/messages"
E = "http://schemas.microsoft.com/exchange/services/2006/errors"
NS = {"t": T, "m": M, "e": E,
      "s": "http://schemas.xmlsoap.org/soap/envelope/"}


class Answer:
    def __init__(self, status, data):
        self.status, self.data = status, data
        self.root = etree.fromstring(data)

    def find(self, path):
        return self.root.find(".//" + path, NS)

    def all(self, path):
        return self.root.findall(".//" + path, NS)

    @property
    def fault(self):
        """The Fault's code, or None."""
        found = self.find("e:ResponseCode")
        return None if found is None else found.text

    @property
    def codes(self):
        """The response codes of the messages; a Fault's alone."""
        if self.fault:
            return [self.fault]
        return [e.text for e in self.all("m:ResponseCode")]

    @property
    def code(self):
        (one,) = self.codes
        return one

    @property
    def ids(self):
        return [(e.get("Id"), e.get("ChangeKey"))
                for e in self.all("m:Items/*/t:ItemId")]


class Client:
    def __init__(self, sim, address, version="Exchange2013_SP1",
                 user=exsim.USER, password=exsim.PASSWORD):
        self.url = urllib.parse.urlsplit(sim.url)
        self.address, self.version = address, version
        self.login = "Basic " + base64.b64encode(
            f"{user}:{password}".encode()).decode()
        self.connection = None

    def http(self, method, body=None, login=True, path=None, more=None):
        if self.connection is None:
            if self.url.scheme == "https":
                self.connection = http.client.HTTPSConnection(
                    self.url.hostname, self.url.port, timeout=120,
                    context=ssl.create_default_context(cafile=exsim.CA))
            else:
                self.connection = http.client.HTTPConnection(
                    self.url.hostname, self.url.port, timeout=120)
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        if login:
            headers["Authorization"] = self.login
        headers.update(more or {})
        self.connection.request(method, path or self.url.path, body,
                                headers)
        answer = self.connection.getresponse()
        return answer, answer.read()

    def call(self, body, header=""):
        """body: the operation's element, prefixes t and m are known."""
        answer, data = self.http("POST", self.envelope(body, header))
        return Answer(answer.status, data)

    def envelope(self, body, header=""):
        who = (f"<t:ExchangeImpersonation><t:ConnectingSID>"
               f"<t:PrimarySmtpAddress>{self.address}"
               f"</t:PrimarySmtpAddress></t:ConnectingSID>"
               f"</t:ExchangeImpersonation>") if self.address else ""
        names = " ".join(f'xmlns:{k}="{v}"' for k, v in NS.items())
        return (f'<s:Envelope {names}><s:Header><t:RequestServerVersion '
                f'Version="{self.version}"/>{who}{header}</s:Header>'
                f"<s:Body>{body}</s:Body></s:Envelope>").encode()

    def create(self, message, how="SaveOnly", folder="drafts"):
        where = "" if folder is None else (
            f'<m:SavedItemFolderId><t:DistinguishedFolderId Id="{folder}"/>'
            f"</m:SavedItemFolderId>")
        return self.call(
            f'<m:CreateItem MessageDisposition="{how}">{where}<m:Items>'
            f"<t:Message>{message}</t:Message></m:Items></m:CreateItem>")

    def get(self, item_id, props="", mime=False):
        extra = (f"<t:AdditionalProperties>{props}"
                 f"</t:AdditionalProperties>") if props else ""
        mime = "<t:IncludeMimeContent>true</t:IncludeMimeContent>" \
            if mime else ""
        return self.call(
            f"<m:GetItem><m:ItemShape><t:BaseShape>AllProperties"
            f"</t:BaseShape>{mime}{extra}</m:ItemShape><m:ItemIds>"
            f'<t:ItemId Id="{item_id}"/></m:ItemIds></m:GetItem>')

    def update(self, item, updates, how="AlwaysOverwrite",
               disposition="SaveOnly"):
        """item: an id, or an id and a change key."""
        if isinstance(item, str):
            name = f'<t:ItemId Id="{item}"/>'
        else:
            name = f'<t:ItemId Id="{item[0]}" ChangeKey="{item[1]}"/>'
        return self.call(
            f'<m:UpdateItem ConflictResolution="{how}" '
            f'MessageDisposition="{disposition}"><m:ItemChanges>'
            f"<t:ItemChange>{name}<t:Updates>{updates}</t:Updates>"
            f"</t:ItemChange></m:ItemChanges></m:UpdateItem>")
