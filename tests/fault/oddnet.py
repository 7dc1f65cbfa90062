"""A server that answers as Exchange does, and writes it otherwise.

It stands before the simulator on plain HTTP: each answer is read as a tree,
an oddity works on the tree, and another one may write it in its own way. What
an answer says stays the same, or less of it is said."""

import http.client
import http.server
import re
import socketserver
import sys
import threading
import urllib.parse
import xml.etree.ElementTree as ET

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
# Elements whose children are what they are by their place, whatever they are
# called.
LISTS = {"Create", "Update", "ResponseMessages", "Changes", "Folders", "Items",
         "ToRecipients", "CcRecipients", "BccRecipients", "ReplyTo",
         "Attachments"}
ITEMS = {"Message", "Item", "CalendarItem", "Contact", "Task",
         "MeetingRequest", "MeetingResponse", "MeetingCancellation",
         "MeetingMessage", "DistributionList", "PostItem"}


def local(e):
    return e.tag.rpartition("}")[2]


def space(e):
    return e.tag.rpartition("}")[0][1:]


# --- what is done to a tree ----------------------------------------------

def drop_attributes(*names):
    def change(root):
        for e in root.iter():
            for name in names:
                e.attrib.pop(name, None)
    return change


def drop(*names):
    """Elements of these names, wherever they are."""
    def change(root):
        for e in root.iter():
            for c in [c for c in e if local(c) in names]:
                e.remove(c)
    return change


def both(*changes):
    def change(root):
        for c in changes:
            c(root)
    return change


def no_code(root):
    for e in root.iter():
        for c in list(e):
            if local(c) == "ResponseCode" and c.text == "NoError":
                e.remove(c)


def empty_code(root):
    for e in root.iter():
        if local(e) == "ResponseCode" and e.text == "NoError":
            e.text = None


def no_class(root):
    for e in root.iter():
        if e.attrib.get("ResponseClass") == "Success":
            del e.attrib["ResponseClass"]


def extra(again, fields):
    """What nobody knows, with names in it that mislead whoever looks in."""
    e = ET.Element("{urn:somebody-else}" + ("Extra" if again else "Hint"),
                   {"Id": "wrong", "{urn:somebody-else}ChangeKey": "wrong"})
    inner = ET.SubElement(e, "{urn:somebody-else}Message")
    for name in ("ItemId", "FolderId", "AttachmentId", "ExtendedFieldURI"):
        ET.SubElement(inner, "{%s}%s" % (TYPES, name),
                      {"Id": "wrong", "PropertyTag": "0x670a"})
    for name in ("Subject", "Body", "ResponseCode", "SyncState", "Value",
                 "IncludesLastItemInRange", "IsRead", "Content", "Name"):
        ET.SubElement(inner, "{%s}%s" % (TYPES, name)).text = "wrong"
    if fields:
        e.extend(list(inner))
    return e


def unknown(root):
    """Elements and attributes that nobody knows, in all places but among the
    changes of a folder: one of an unknown kind there is news of an item."""
    for e in list(root.iter()):
        e.set("{urn:somebody-else}hint", "wrong")
        if len(e) == 0 or local(e) == "Changes":
            continue
        for at in (len(e), len(e) // 2, 0):
            e.insert(at, extra(at > 0, local(e) not in LISTS))
    for e in list(root.iter()):
        if local(e) in ITEMS or local(e).endswith("Folder"):
            p = ET.SubElement(e, "{%s}ExtendedProperty" % TYPES)
            ET.SubElement(p, "{%s}ExtendedFieldURI" % TYPES, {
                "PropertyTag": "0x1234", "PropertyType": "StringArray"})
            values = ET.SubElement(p, "{%s}Values" % TYPES)
            ET.SubElement(values, "{%s}Value" % TYPES).text = "wrong"


def foreign(root):
    """Before and after each element one of the same name in a vocabulary of
    somebody else, which says something else with Exchange's words."""
    for e in list(root.iter()):
        for c in list(e):
            for at in (1, 0):
                twin = ET.Element("{urn:somebody-else}" + local(c),
                                  {k: "wrong" for k in c.attrib})
                twin.text = "wrong"
                for g in c:
                    ET.SubElement(twin, g.tag, g.attrib).text = "wrong"
                e.insert(list(e).index(c) + at, twin)


def other_order(root):
    for e in list(root.iter()):
        if local(e) not in LISTS and local(e) != "Envelope":
            e[:] = list(e)[::-1]


def empties(root):
    """Empty elements for values that are not there."""
    names = {"item": ("Subject", "Sensitivity", "Size", "DateTimeSent",
                      "DateTimeReceived", "DateTimeCreated", "Importance",
                      "InReplyTo", "References", "InternetMessageId",
                      "IsRead", "ConversationId", "From", "Sender",
                      "ToRecipients", "CcRecipients", "BccRecipients",
                      "ReplyTo", "Attachments", "Body"),
             "folder": ("FolderClass", "TotalCount", "DisplayName",
                        "ParentFolderId", "DistinguishedFolderId"),
             "file": ("Name", "ContentType", "ContentId", "ContentLocation",
                      "Size", "IsInline")}
    for e in list(root.iter()):
        kind = "item" if local(e) in ITEMS else \
            "folder" if local(e).endswith("Folder") and len(e) else \
            "file" if local(e).endswith("Attachment") else None
        there = {local(c) for c in e}
        for name in names.get(kind, ()):
            if name not in there:
                ET.SubElement(e, "{%s}%s" % (TYPES, name))


def numbers(root):
    """Truth as 1 and 0."""
    for e in root.iter():
        if e.text in ("true", "false") and len(e) == 0:
            e.text = "1" if e.text == "true" else "0"
        for k, v in e.attrib.items():
            if v in ("true", "false"):
                e.set(k, "1" if v == "true" else "0")


DATE = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)Z")


def other_dates(root):
    """With an offset and a fraction."""
    for e in root.iter():
        m = DATE.fullmatch(e.text or "")
        if m is None:
            continue
        hour = int(m[2])
        e.text = f"{m[1]}T{hour - 2:02}:{m[3]}:{m[4]}.0000000-02:00" \
            if hour >= 2 else f"{m[1]}T{hour + 9:02}:{m[3]}:{m[4]}.000+09:00"


def decimal_tags(root):
    for e in root.iter():
        tag = e.attrib.get("PropertyTag")
        if tag is not None:
            e.set("PropertyTag", str(int(tag, 0)))


def one_message(root):
    """All items of an answer in one response message."""
    for e in root.iter():
        if local(e) != "ResponseMessages":
            continue
        found = [m for m in e if local(m) == "GetItemResponseMessage"
                 and m.attrib.get("ResponseClass") == "Success"]
        into = [c for m in found[:1] for c in m if local(c) == "Items"]
        for m in found[1:]:
            into[0].extend(i for c in m if local(c) == "Items" for i in c)
            e.remove(m)


def soap_12(root):
    for e in root.iter():
        if space(e) == SOAP:
            e.tag = "{http://www.w3.org/2003/05/soap-envelope}" + local(e)


def routed(root):
    """Addresses as some servers write them."""
    for e in root.iter():
        if local(e) == "EmailAddress" and "@" in (e.text or ""):
            e.text = "SMTP:" + e.text
        elif local(e) == "RoutingType" and e.text == "SMTP":
            e.text = "smtp"


# --- how a tree is written -----------------------------------------------

class Writer:
    """names: which prefixes; see below. between: what stands between two
    elements; within: a function that writes a text."""

    def __init__(self, names="usual", between="", within=None,
                 declare='<?xml version="1.0" encoding="utf-8"?>',
                 encode=None, quote='"'):
        self.names, self.between = names, between
        self.within = within or self.plain
        self.declare, self.quote = declare, quote
        self.encode = encode or (lambda s: s.encode("utf-8"))

    @staticmethod
    def plain(s):
        return s.replace("&", "&amp;").replace("<", "&lt;") \
            .replace(">", "&gt;").replace("\r", "&#13;")

    @staticmethod
    def cdata(s):
        if "]]>" in s or "\r" in s or not s:
            return Writer.plain(s)
        half = len(s) // 2
        return f"<![CDATA[{s[:half]}]]><![CDATA[{s[half:]}]]>"

    @staticmethod
    def references(s):
        return "".join(f"&#x{ord(c):X};" if i % 2 else f"&#{ord(c)};"
                       for i, c in enumerate(s))

    @staticmethod
    def commented(s):
        half = len(s) // 2
        return (Writer.plain(s[:half]) + "<!-- <t:Subject>no</t:Subject> -->"
                + "<?hint no?>" + Writer.plain(s[half:]))

    def prefix(self, uri, known, out):
        """The prefix of uri, declared in out when it is not known."""
        if uri in known:
            return known[uri]
        n = len(known)
        p = f"n{self.count}" if self.names == "deep" else \
            "zyxwvutsrq"[n] + "-" + "abcdefghij"[n]
        self.count += 1
        known[uri] = p
        out.append(f" xmlns:{p}={self.quote}{uri}{self.quote}")
        return p

    def tag(self, e, known, default, out):
        uri = space(e)
        if self.names != "none" or e.tag[0] != "{":
            known = {} if self.names == "deep" else dict(known)
            return self.prefix(uri, known, out) + ":" + local(e), known, None
        if uri != default:
            out.append(f" xmlns={self.quote}{uri}{self.quote}")
        return local(e), known, uri

    def write(self, e, known, default):
        out = []
        name, known, default = self.tag(e, known, default, out)
        for k, v in e.attrib.items():
            if k[0] == "{":
                uri, k = k[1:].split("}")
                k = self.prefix(uri, known, out) + ":" + k
            v = self.plain(v).replace(self.quote, "&#34;" if self.quote == '"'
                                      else "&#39;")
            out.append(f" {k}={self.quote}{v}{self.quote}")
        self.out.append("<" + name + "".join(out))
        if len(e) == 0 and not e.text:
            self.out.append("/>")
            return
        self.out.append(">")
        if len(e) == 0:
            self.out.append(self.within(e.text))
        for c in e:
            self.out.append(self.between)
            self.write(c, known, default)
        if len(e):
            self.out.append(self.between)
        self.out.append(f"</{name}>")

    def __call__(self, root):
        self.out, self.count = [self.declare], 0
        self.write(root, {}, None)
        return self.encode("".join(self.out) + self.between)


def same(_):
    """The tree as it is."""


# name: (what is done to the tree, how it is written)
ODD = {
    "other prefixes": (same, {}),
    "no prefixes": (same, {"names": "none"}),
    "prefixes declared where they are used": (same, {"names": "deep"}),
    "no change keys": (drop_attributes("ChangeKey"), {}),
    "no response code": (no_code, {}),
    "an empty response code": (empty_code, {}),
    "no response class": (no_class, {}),
    "neither class nor code": (both(no_class, no_code), {}),
    "neither class nor a code that says something":
        (both(no_class, empty_code), {}),
    "unknown elements and attributes": (unknown, {}),
    "unknown elements without prefixes": (unknown, {"names": "none"}),
    "known names of somebody else": (foreign, {}),
    "known names of somebody else without prefixes":
        (foreign, {"names": "none"}),
    "attributes that are not there":
        (drop_attributes("TotalItemsInView", "IncludesLastItemInRange",
                         "IndexedPagingOffset", "BodyType", "IsTruncated",
                         "PropertyType", "Key", "CharacterSet"), {}),
    "no word of the last page": (drop("IncludesLastItemInRange"), {}),
    "no counts, classes and well-known names":
        (drop("TotalCount", "ChildFolderCount", "UnreadCount", "FolderClass",
              "DistinguishedFolderId"), {}),
    "no change markers": (drop("ExtendedProperty"), {}),
    "no header": (drop("Header"), {}),
    "another order": (other_order, {}),
    "space, comments and instructions":
        (same, {"between": "\r\n\t<!-- <Extra> -->\n  <?hint no?> ",
                "within": Writer.commented}),
    "CDATA": (same, {"within": Writer.cdata}),
    "a reference for each letter": (same, {"within": Writer.references}),
    "apostrophes": (same, {"quote": "'"}),
    "no declaration": (same, {"declare": ""}),
    "XML 1.1": (same, {"declare": '<?xml version="1.1"?>'}),
    "a byte order mark": (same, {
        "encode": lambda s: b"\xef\xbb\xbf" + s.encode("utf-8")}),
    "UTF-16LE": (same, {
        "declare": '<?xml version="1.0" encoding="utf-16"?>',
        "encode": lambda s: b"\xff\xfe" + s.encode("utf-16-le")}),
    "UTF-16BE without a declaration": (same, {
        "declare": "",
        "encode": lambda s: b"\xfe\xff" + s.encode("utf-16-be")}),
    "windows-1252": (same, {
        "declare": '<?xml version="1.0" encoding="windows-1252"?>',
        "encode": lambda s: s.encode("cp1252", "xmlcharrefreplace")}),
    "empty elements": (empties, {}),
    "1 and 0": (numbers, {}),
    "dates with offset and fraction": (other_dates, {}),
    "no sizes": (drop("Size"), {}),
    "decimal property tags": (decimal_tags, {}),
    "all items in one message": (one_message, {}),
    "SOAP 1.2": (soap_12, {}),
    "addresses with SMTP: before them": (routed, {}),
}


class Odd:
    """The server before sim that does what ODD[name] says; None: nothing."""

    def __init__(self, sim_url, name):
        parts = urllib.parse.urlsplit(sim_url)
        change, how = ODD[name] if name is not None else (None, None)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                c = http.client.HTTPConnection(parts.hostname, parts.port,
                                               timeout=60)
                headers = dict(self.headers)
                headers.pop("Accept-Encoding", None)  # it reads answers
                c.request("POST", self.path, body, headers)
                r = c.getresponse()
                data, kind = r.read(), r.getheader("Content-Type") or ""
                c.close()
                if change is not None and "xml" in kind:
                    root = ET.fromstring(data)
                    change(root)
                    data = Writer(**how)(root)
                self.send_response(r.status)
                for k, v in r.getheaders():
                    if k.lower() not in ("content-length", "connection",
                                         "transfer-encoding", "date"):
                        self.send_header(k, v)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                """The client may go whenever it likes."""
                if not isinstance(sys.exc_info()[1], ConnectionError):
                    super().handle_error(request, client_address)

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = (f"http://localhost:{self.server.server_address[1]}"
                    f"{parts.path}")
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
