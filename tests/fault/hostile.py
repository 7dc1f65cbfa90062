"""An Exchange that is out to do harm: answers from templates, over plain http
on loopback, to whatever is asked. It checks each request as strictly as a
real server would: well-formed XML, one header per line, ids as given."""

import re
import socket
import threading
import xml.etree.ElementTree as ElementTree

OPS = ("FindFolder", "GetFolder", "SyncFolderItems", "GetItem",
       "GetAttachment", "ResolveNames")
T = "{http://schemas.microsoft.com/exchange/services/2006/types}"
M = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
HEAD = (b'<?xml version="1.0" encoding="utf-8"?><s:Envelope'
        b' xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http:'
        b'//schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="h'
        b'ttp://schemas.microsoft.com/exchange/services/2006/types"><s:Header'
        b'><t:ServerVersionInfo MajorVersion="15" MinorVersion="2"'
        b' MajorBuildNumber="986" MinorBuildNumber="5"/></s:Header><s:Body>')
TAIL = b"</s:Body></s:Envelope>"


def octets(text):
    return text if isinstance(text, bytes) else text.encode(
        "utf-8", "surrogateescape")


def begin(op):
    return HEAD + b"<m:%sResponse><m:ResponseMessages>" % op.encode()


def end(op):
    return b"</m:ResponseMessages></m:%sResponse>" % op.encode() + TAIL


def message(op, data, kind="Success", code="NoError", text=""):
    return b"".join((
        f'<m:{op}ResponseMessage ResponseClass="{kind}">'.encode(),
        b"<m:MessageText>" + octets(text) + b"</m:MessageText>"
        if text else b"",
        f"<m:ResponseCode>{code}</m:ResponseCode>".encode(),
        octets(data), f"</m:{op}ResponseMessage>".encode()))


def answer(op, *messages):
    return begin(op) + b"".join(messages) + end(op)


def folders(name="Inbox", fid="F1"):
    return answer("FindFolder", message(
        "FindFolder",
        b'<m:RootFolder IncludesLastItemInRange="true"><t:Folders><t:Folder>'
        b'<t:FolderId Id="' + octets(fid) + b'"/><t:ParentFolderId Id="R"/>'
        b"<t:FolderClass>IPF.Note</t:FolderClass><t:DisplayName>"
        + octets(name) + b"</t:DisplayName><t:TotalCount>1</t:TotalCount>"
        b"<t:DistinguishedFolderId>inbox</t:DistinguishedFolderId>"
        b"</t:Folder></t:Folders></m:RootFolder>"))


def changes(*ids, state="S1", received="2026-03-02T09:00:00Z", last=b"true"):
    rows = b"".join(
        b'<t:Create><t:Message><t:ItemId Id="' + octets(i)
        + b'" ChangeKey="k"/><t:DateTimeReceived>' + octets(received)
        + b"</t:DateTimeReceived></t:Message></t:Create>" for i in ids)
    return answer("SyncFolderItems", message(
        "SyncFolderItems",
        b"<m:SyncState>" + octets(state) + b"</m:SyncState>"
        b"<m:IncludesLastItemInRange>" + last
        + b"</m:IncludesLastItemInRange><m:Changes>" + rows + b"</m:Changes>"))


def box(name, address, routing="SMTP"):
    return (b"<t:Mailbox><t:Name>" + octets(name) + b"</t:Name>"
            b"<t:EmailAddress>" + octets(address) + b"</t:EmailAddress>"
            b"<t:RoutingType>" + octets(routing)
            + b"</t:RoutingType></t:Mailbox>")


def item(iid, subject="s", body="b", name="Carl", sender="carl@x.example",
         to="anna@contoso.example", mid="&lt;m@x&gt;", attachments=b"",
         when="2026-03-02T09:00:00Z", extra=b""):
    return (b'<t:Message><t:ItemId Id="' + octets(iid) + b'" ChangeKey="k"/>'
            b"<t:ItemClass>IPM.Note</t:ItemClass><t:Subject>"
            + octets(subject) + b'</t:Subject><t:Body BodyType="Text">'
            + octets(body) + b"</t:Body>" + octets(attachments)
            + b"<t:DateTimeReceived>" + octets(when)
            + b"</t:DateTimeReceived><t:Size>100</t:Size><t:DateTimeSent>"
            + octets(when) + b"</t:DateTimeSent>" + octets(extra)
            + b"<t:ToRecipients>" + box("Anna", to)
            + b"</t:ToRecipients><t:From>" + box(name, sender)
            + b"</t:From><t:InternetMessageId>" + octets(mid)
            + b"</t:InternetMessageId><t:IsRead>true</t:IsRead></t:Message>")


def items(*each):
    return answer("GetItem", *(
        message("GetItem", b"<m:Items>" + i + b"</m:Items>") for i in each))


def attached(aid, name, ctype="text/plain"):
    return (b'<t:FileAttachment><t:AttachmentId Id="' + octets(aid)
            + b'"/><t:Name>' + octets(name) + b"</t:Name><t:ContentType>"
            + octets(ctype) + b"</t:ContentType><t:Size>3</t:Size>"
            b"</t:FileAttachment>")


def content(aid, base64=b"QUJD"):
    return answer("GetAttachment", message(
        "GetAttachment",
        b'<m:Attachments><t:FileAttachment><t:AttachmentId Id="'
        + octets(aid) + b'"/><t:Name>a</t:Name><t:Content>' + base64
        + b"</t:Content></t:FileAttachment></m:Attachments>"))


class Server:
    """answers: {op: bytes, an iterable of bytes (sent in chunks), or a
    function of the request's ids}. head: raw header lines of every answer."""

    def __init__(self):
        self.answers, self.head, self.wrong = {}, b"", []
        self.asked, self.ids, self.sent = [], [], 0
        self.good = {
            "FindFolder": folders(),
            "SyncFolderItems": changes("I1"),
            "GetItem": items(item("I1")),
            "GetAttachment": content("A1"),
        }
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://localhost:%d/EWS/Exchange.asmx" % \
            self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def set(self, head=b"", **answers):
        self.answers, self.head = answers, head
        self.asked, self.wrong, self.ids, self.sent = [], [], [], 0

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s,),
                             daemon=True).start()

    def serve(self, s):
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        f = s.makefile("rb")
        try:
            while self.one(s, f):
                pass
        except OSError:
            pass
        finally:
            f.close()
            s.close()

    def one(self, s, f):
        head = []
        while True:
            line = f.readline(1 << 20)
            if not line:
                return False
            if line == b"\r\n":
                break
            head.append(line)
        length = 0
        for line in head[1:]:
            if not re.fullmatch(rb"[A-Za-z-]+: [\x20-\x7e]*\r\n", line):
                self.wrong.append(f"header {line!r}")
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        body = f.read(length)
        op = self.request(body)
        self.reply(s, op)
        return True

    def request(self, body):
        try:
            root = ElementTree.fromstring(body)
        except ElementTree.ParseError as e:
            self.wrong.append(f"request is not XML: {e}: {body[:300]!r}")
            return "FindFolder"
        op = root[1][0].tag.replace(M, "")
        self.asked.append(op)
        self.ids += [(e.tag.replace(T, ""), e.get("Id"))
                     for e in root.iter() if e.get("Id") is not None]
        self.ids += [(op, e.text) for e in root.iter(M + "UnresolvedEntry")]
        return op

    def reply(self, s, op):
        a = self.answers.get(op, self.good.get(op))
        if callable(a):
            a = a()
        if a is None:
            s.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
            return
        start = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n" + self.head
        if isinstance(a, bytes):
            s.sendall(start + b"Content-Length: %d\r\n\r\n" % len(a) + a)
            return
        s.sendall(start + b"Transfer-Encoding: chunked\r\n\r\n")
        for piece in a:
            s.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
            self.sent += len(piece)
        s.sendall(b"0\r\n\r\n")
