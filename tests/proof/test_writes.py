"""What a client writes into a message comes back, or there is an error.

Every child element of Microsoft's MessageType, with every value and every
optional part that the schema gives it, is written by CreateItem and by each
kind of update, and read by GetItem. The simulator may refuse; it may not say
Success and forget.
"""

import copy
import os
import sys

import pytest
from lxml import etree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import exsim  # noqa: E402
from rawews import NS, T, Client  # noqa: E402

SCHEMA = os.environ.get(
    "EWS_SCHEMA_DIR", os.path.join(exsim.SHARED, "ews-schema"))
XS = {"x": "http://www.w3.org/2001/XMLSchema"}
ANNA = "anna@contoso.example"

# What a message must be able to hold, so that refusing all is no way out.
STORED = {
    "MimeContent", "ItemClass", "Subject", "Sensitivity", "Body",
    "Attachments", "Categories", "Importance", "InReplyTo", "ReminderDueBy",
    "ReminderIsSet", "ReminderMinutesBeforeStart", "ExtendedProperty",
    "Culture", "Flag", "Sender", "ToRecipients", "CcRecipients",
    "BccRecipients", "IsReadReceiptRequested", "IsDeliveryReceiptRequested",
    "From", "InternetMessageId", "IsRead", "IsResponseRequested",
    "References", "ReplyTo"}
# Attachments come with CreateItem, a Message-ID is for ever.
NOT_UPDATED = {"Attachments", "InternetMessageId"}
APPENDED = {"Body", "ToRecipients", "CcRecipients", "BccRecipients",
            "ReplyTo"}

# Items of other classes, which may be attached.
OTHERS = {f"t:{name}Type" for name in (
    "Item", "CalendarItem", "ContactItem", "MeetingMessage",
    "MeetingRequestMessage", "MeetingResponseMessage",
    "MeetingCancellationMessage", "Task", "PostItem", "RoleMemberItem",
    "NetworkItem", "AbchPersonItem")}

SIMPLE = {
    "xs:string": ["one & <two> \u00fc\u20ac", ""],
    "xs:boolean": ["true", "false"],
    "xs:dateTime": ["2026-03-04T05:06:07Z", "2026-03-04T05:06:07+02:00"],
    "xs:int": ["42"], "xs:long": ["42"], "xs:short": ["4"],
    "xs:double": ["4.5"], "xs:language": ["de-DE", "en-US"],
    "xs:base64Binary": ["Rm9vYmFy"], "xs:anyURI": ["https://x.example/"],
    "xs:unsignedInt": ["42"], "xs:unsignedByte": ["4"], "xs:duration": ["P1D"],
    "xs:hexBinary": ["00ff"], "xs:date": ["2026-03-04"],
}
MIME = ("RnJvbTogYUB4LmV4YW1wbGUNClRvOiBiQHguZXhhbXBsZQ0KU3ViamVjdDogbWltZQ0K"
        "DQpib2R5DQo=")
# Where the schema says less than the server wants.
GIVEN = {
    "MimeContent": [MIME], "ItemClass": ["IPM.Note", "IPM.Note.Custom"],
    "EmailAddress": ["c@fabrikam.example"], "RoutingType": ["SMTP", "X400"],
    "ReminderMinutesBeforeStart": ["0", "15"], "Content": ["Rm9vYmFy"],
    "InternetMessageId": ["<written@x.example>"],
    "SenderSMTPAddress": ["c@fabrikam.example"],
    "MailboxGuid": ["11111111-2222-3333-4444-555555555555"],
    "GroupId": ["x"], "IsContactPhoto": ["true", "false"],
}


class Schema:
    """Samples of elements, by their types in types.xsd."""

    def __init__(self, path):
        self.root = etree.parse(path).getroot()
        self.types = {e.get("name"): e for e in self.root
                      if e.get("name") and e.tag.endswith("Type")}

    def uris(self):
        of = self.types["UnindexedFieldURIType"]
        return [e.get("value") for e in of.iterfind(".//x:enumeration", XS)]

    def children(self, name):
        """The element declarations of a complex type, with its bases'."""
        return self._content(self.types[name])

    def _content(self, node):
        out = []
        base = node.find(".//x:complexContent/x:extension", XS)
        if base is not None:
            out += self.children(base.get("base")[2:])
            node = base
        for group in node.iterchildren():
            if group.tag.split("}")[1] in ("sequence", "choice", "all"):
                out += self._group(group)
        return out

    def _group(self, group):
        choice = group.tag.endswith("choice")
        out = []
        for e in group.iterchildren():
            kind = etree.QName(e).localname if isinstance(e.tag, str) else ""
            if kind == "element":
                e = copy.copy(e) if not choice else e
                out.append((e, choice or e.get("minOccurs") == "0", choice))
            elif kind in ("sequence", "choice", "all"):
                out += self._group(e)
        return out

    def simple(self, node):
        """Texts of a simple type."""
        values = [e.get("value")
                  for e in node.iterfind(".//x:enumeration", XS)]
        if values:
            return values
        base = node.find(".//x:restriction", XS)
        if base is None:
            union = node.find(".//x:union", XS)
            return self.text((union.get("memberTypes") or "xs:string")
                             .split()[0]) if union is not None else ["x"]
        if node.find(".//x:pattern", XS) is not None:
            return ["11111111-2222-3333-4444-555555555555"]
        low = node.find(".//x:minLength", XS)
        texts = self.text(base.get("base"))
        return [t for t in texts if t or low is None] or texts

    def text(self, name):
        if name.startswith("xs:"):
            return SIMPLE[name]
        return self.simple(self.types[name[2:]])

    def samples(self, e, depth=0):
        """Elements (lxml) for one declaration: each a way to write it."""
        name = e.get("name")
        if name is None or depth > 3:
            return
        if name == "ExtendedProperty":
            yield prop('PropertyTag="0x6789"', "String", ["x"])
            return
        if e.get("type") in OTHERS:
            made = etree.Element(f"{{{T}}}{name}", nsmap={"t": T})
            etree.SubElement(made, f"{{{T}}}Subject").text = "x"
            yield made
            return
        given = GIVEN.get(name)
        kind = e.get("type")
        node = self.types.get(kind[2:]) if kind and kind[1] == ":" else \
            e.find("x:complexType", XS)
        if node is not None and node.tag.endswith("simpleType"):
            kind, node = None, node
            texts = given or self.simple(node)
        elif node is None:
            texts = given or self.text(kind or "xs:string")
        else:
            yield from self.complex(name, node, depth, given)
            return
        for text in texts:
            made = etree.Element(f"{{{T}}}{name}", nsmap={"t": T})
            made.text = text
            yield made

    def attributes(self, node):
        out = []
        base = node.find(".//x:extension", XS)
        if base is not None and base.get("base", "").startswith("t:"):
            out += self.attributes(self.types[base.get("base")[2:]])
        return out + [(a.get("name"), a.get("use") == "required",
                       self.text(a.get("type")))
                      for a in node.iterfind(".//x:attribute", XS)
                      if a.get("type")]

    def complex(self, name, node, depth, given):
        if node.get("abstract") == "true":
            return
        attrs = self.attributes(node)
        content = node.find("x:simpleContent/x:extension", XS)
        texts = [None]
        if content is not None:
            texts = given or self.text(content.get("base"))
        for text in texts:
            made = etree.Element(f"{{{T}}}{name}", nsmap={"t": T})
            made.text = text
            for attr, required, values in attrs:
                if required:
                    made.set(attr, values[-1])
            if content is not None:
                yield made
                for attr, required, values in attrs:
                    for value in values if required else []:
                        other = copy.deepcopy(made)
                        other.set(attr, value)
                        yield other
        if content is not None:
            return
        parts = [p for p in self._content(node) if p[0].get("name")]
        for e, optional, _ in parts:
            if not optional:
                first = next(self.samples(e, depth + 1), None)
                if first is None:
                    return
                made.append(first)
        if not any(c for _, _, c in parts):
            yield made
        elif len(made):
            yield made
        order = [e.get("name") for e, _, _ in parts]
        for e, _, _ in parts:
            for sample in self.samples(e, depth + 1):
                yield self.with_part(made, sample, order)

    @staticmethod
    def with_part(made, sample, order):
        """A copy that has the sample, in the schema's order."""
        other = copy.deepcopy(made)
        for old in other.findall(sample.tag):
            other.remove(old)
        at = order.index(etree.QName(sample).localname)
        before = [c for c in other
                  if order.index(etree.QName(c).localname) < at]
        other.insert(len(before), sample)
        return other


def extended():
    """ExtendedProperty by hand: paths and values of each type."""
    guid = "11111111-2222-3333-4444-555555555555"
    paths = ['PropertyTag="0x6789"', f'PropertySetId="{guid}" '
             'PropertyName="Name"', f'PropertySetId="{guid}" '
             'PropertyId="4711"', 'DistinguishedPropertySetId="Common" '
             'PropertyId="34144"', 'DistinguishedPropertySetId='
             '"InternetHeaders" PropertyName="X-Written"']
    values = {"String": ["one & <two> \u00fc", ""], "Integer": ["42", "-1"],
              "Short": ["7"], "Long": ["12345678901"],
              "Boolean": ["true", "false", "1"], "Double": ["4.5"],
              "Float": ["4.5"], "Currency": ["100"],
              "SystemTime": ["2026-03-04T05:06:07Z"],
              "Binary": ["Rm9vYmFy"], "CLSID": [guid],
              "ApplicationTime": ["4.5"], "Object": ["x"], "Null": ["x"],
              "Error": ["1"]}
    for path in paths:
        for kind, texts in values.items():
            for text in texts:
                yield prop(path, kind, [text])
            if kind not in ("Object", "Null", "Error", "Boolean"):
                yield prop(path, kind + "Array", texts)
    # faces of fields, and what the server computes
    for tag in (0x0037, 0x001A, 0x1035, 0x1039, 0x1042, 0x0C1F, 0x0065,
                0x5D01, 0x007D, 0x1000, 0x0E04, 0x0070):
        yield prop(f'PropertyTag="0x{tag:04X}"', "String", ["IPM.Note.New"])
    for tag, texts in {0x0017: "0129", 0x0036: "01239", 0x0E07: "0189",
                       0x0E08: "7", 0x0E23: "7", 0x1090: "2"}.items():
        for text in texts:
            yield prop(f'PropertyTag="0x{tag:04X}"', "Integer", [text])
    for tag in (0x0039, 0x0E06, 0x3007, 0x3008):
        yield prop(f'PropertyTag="0x{tag:04X}"', "SystemTime",
                   ["2020-03-04T05:06:07Z"])
    for number in (0x8501, 0x8502, 0x8503, 0x8530):
        yield prop('DistinguishedPropertySetId="Common" '
                   f'PropertyId="{number}"', "Integer", ["5"])
    yield prop('PropertyTag="0x300B"', "Binary", ["Rm9vYmFy"])
    yield prop('PropertyTag="0x6789"', "Integer", ["no number"])
    yield prop('DistinguishedPropertySetId="PublicStrings" '
               'PropertyName="Keywords"', "StringArray", ["a", "b"])


def prop(path, kind, texts):
    made = etree.fromstring(
        f'<t:ExtendedProperty xmlns:t="{T}"><t:ExtendedFieldURI {path} '
        f'PropertyType="{kind}"/></t:ExtendedProperty>')
    holder = made
    if kind.endswith("Array"):
        holder = etree.SubElement(made, f"{{{T}}}Values")
    for text in texts:
        etree.SubElement(holder, f"{{{T}}}Value").text = text
    return made


def load():
    path = os.path.join(SCHEMA, "types.xsd")
    return Schema(path) if os.path.exists(path) else None


XSD = load()
FIELDS = [e.get("name") for e, _, _ in XSD.children("MessageType")] \
    if XSD else []
URI = {u.split(":")[1]: u for u in XSD.uris()
       if u.startswith(("item:", "message:"))} if XSD else {}


def samples(name):
    if name == "ExtendedProperty":
        return list(extended())
    (e,) = [e for e, _, _ in XSD.children("MessageType")
            if e.get("name") == name]
    return list(XSD.samples(e))


def text_of(e):
    return etree.tostring(e).decode()


def plain(text):
    """Texts that mean the same are the same."""
    text = (text or "").strip()
    if text in ("1", "0"):
        return {"1": "true", "0": "false"}[text]
    if text == "2026-03-04T05:06:07+02:00":
        return "2026-03-04T03:06:07Z"
    return text


def is_nothing(e):
    """A list of nothing or an empty text, which may come back as none."""
    return not (len(e) or e.text or e.attrib)


def holds(got, sent):
    """Is all that was sent in what came back?"""
    if got.tag != sent.tag:
        return False
    if sent.find("*[@PropertyTag='0x0E07']") is not None:
        # whether an item is unmodified is for the server to say
        return int(got[1].text) & ~2 == int(sent[1].text) & ~2
    if not len(sent) and plain(got.text) != plain(sent.text):
        return False
    for name, value in sent.items():
        mine = got.get(name)
        if name == "PropertyTag":
            mine, value = int(mine, 16), int(value, 16)
        if mine != value:
            return False
    rest = list(got)
    for part in sent:
        if is_nothing(part):
            continue
        while rest and not holds(rest[0], part):
            rest.pop(0)
        if not rest:
            return False
        rest.pop(0)
    return True


@pytest.fixture(scope="module")
def sim(tmp_path_factory):
    if XSD is None:
        pytest.skip("needs Microsoft's schema")
    sim = exsim.Sim(str(tmp_path_factory.mktemp("writes")),
                    ["--schema", SCHEMA])
    sim.commands(f'mailbox {ANNA} name="Anna Arndt"\n')
    yield sim
    assert sim.stop() == 0, sim.complaints()


@pytest.fixture(scope="module")
def anna(sim):
    return Client(sim, ANNA, "Exchange2016")


def path_of(sample):
    name = etree.QName(sample).localname
    if name == "ExtendedProperty":
        return text_of(sample.find("t:ExtendedFieldURI", NS))
    return f'<t:FieldURI FieldURI="{URI[name]}"/>'


def read(client, item_id, sample):
    """The elements of that name that the item has."""
    name = etree.QName(sample).localname
    path = path_of(sample) if name == "ExtendedProperty" or name in URI \
        else ""
    got = client.get(item_id, "" if name == "MimeContent" else path,
                     mime=name == "MimeContent")
    assert got.code == "NoError", text_of(sample)
    found = got.all(f"m:Items/*/t:{name}")
    if name == "Attachments":
        found = [whole(client, e) for e in found]
    return found


def whole(client, attachments):
    """The attachments with what GetAttachment says of each."""
    made = etree.Element(attachments.tag)
    for a in attachments:
        got = client.call(
            "<m:GetAttachment><m:AttachmentShape><t:IncludeMimeContent>true"
            "</t:IncludeMimeContent><t:AdditionalProperties>"
            "<t:ExtendedFieldURI PropertyTag='0x6789' PropertyType='String'/>"
            "</t:AdditionalProperties></m:AttachmentShape>"
            "<m:AttachmentIds><t:AttachmentId Id="
            f'"{a.find("t:AttachmentId", NS).get("Id")}"/>'
            "</m:AttachmentIds></m:GetAttachment>")
        full = copy.deepcopy(a)
        for part in got.all("m:Attachments/*/*"):
            if full.find(part.tag) is None:
                full.append(part)
        made.append(full)
    return made


def write_set(sample):
    return (f"<t:SetItemField>{path_of(sample)}<t:Message>"
            f"{text_of(sample)}</t:Message></t:SetItemField>")


def is_stored(client, item_id, sample):
    found = read(client, item_id, sample)
    if not found and is_nothing(sample):
        return True
    return any(holds(got, sample) for got in found)


@pytest.mark.parametrize("name", FIELDS)
def test_create(anna, name):
    outcome = {}
    for sample in samples(name):
        made = anna.create(text_of(sample))
        if made.code == "NoError":
            ((item_id, _),) = made.ids
            assert is_stored(anna, item_id, sample), text_of(sample)
        else:
            assert made.code not in ("ErrorSchemaValidation",
                                     "ErrorInternalServerError"), \
                (made.code, text_of(sample))
        outcome.setdefault(made.code, []).append(text_of(sample))
    assert name not in STORED or "NoError" in outcome, outcome
    assert name in STORED or "NoError" not in outcome, outcome


@pytest.mark.parametrize("name", [f for f in FIELDS if f in URI
                                  or f == "ExtendedProperty"])
def test_update(anna, name):
    outcome = set()
    for sample in samples(name):
        ((item_id, _),) = anna.create("<t:Subject>x</t:Subject>").ids
        done = anna.update(item_id, write_set(sample))
        outcome.add(done.code)
        if done.code != "NoError":
            assert done.code not in ("ErrorSchemaValidation",
                                     "ErrorInternalServerError"), \
                (done.code, text_of(sample))
            continue
        assert is_stored(anna, item_id, sample), text_of(sample)
        check_append(anna, item_id, sample)
        check_delete(anna, item_id, sample)
    assert ("NoError" in outcome) == \
        (name in STORED and name not in NOT_UPDATED), outcome


def check_append(client, item_id, sample):
    name = etree.QName(sample).localname
    before = read(client, item_id, sample)
    done = client.update(item_id, write_set(sample).replace(
        "SetItemField", "AppendToItemField"))
    assert (done.code == "NoError") == (name in APPENDED), done.code
    after = read(client, item_id, sample)
    if done.code != "NoError":
        assert [text_of(e) for e in before] == [text_of(e) for e in after]
    elif name == "Body":
        assert after[0].text in ((before[0].text or "") * 2, None)
    else:
        assert len(after[0]) == 2 * len(before[0])


def check_delete(client, item_id, sample):
    name = etree.QName(sample).localname
    done = client.update(item_id, f"<t:DeleteItemField>{path_of(sample)}"
                         "</t:DeleteItemField>")
    assert done.code in ("NoError", "ErrorInvalidPropertyDelete")
    if done.code != "NoError" or plain(sample.text) == "":
        return
    empty = {"Normal", "false", "NotFlagged", "en-US"}
    texts = {plain(e.text) for e in sample.iter() if not len(e)}
    if not texts & empty and name not in ("Importance", "Sensitivity"):
        assert not is_stored(client, item_id, sample) or \
            sample.get("BodyType"), text_of(sample)


def test_attachment_operations(anna):
    """CreateAttachment as CreateItem; DeleteAttachment; the change key that
    each of them tells is the item's."""
    ((item_id, _),) = anna.create("<t:Subject>x</t:Subject>").ids
    made, refused = [], 0
    for sample in samples("Attachments"):
        for one in sample:
            done = anna.call(
                f'<m:CreateAttachment><m:ParentItemId Id="{item_id}"/>'
                f"<m:Attachments>{text_of(one)}</m:Attachments>"
                "</m:CreateAttachment>")
            if done.code != "NoError":
                refused += 1
                continue
            new = done.find("t:AttachmentId")
            assert new.get("RootItemId") == item_id
            key = anna.get(item_id).find("t:ItemId").get("ChangeKey")
            assert new.get("RootItemChangeKey") == key
            made.append(new.get("Id"))
            (all_of_it,) = read(anna, item_id, sample)
            assert holds(all_of_it[-1], one), text_of(one)
    assert len(made) > 10 and refused > 10 and len(set(made)) == len(made)
    for n, attachment in enumerate(made):
        done = anna.call(
            "<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId "
            f'Id="{attachment}"/></m:AttachmentIds></m:DeleteAttachment>')
        assert done.code == "NoError"
        got = anna.get(item_id)
        assert done.find("m:RootItemId").get("RootItemChangeKey") == \
            got.find("t:ItemId").get("ChangeKey")
        assert [e.get("Id") for e in got.all(
            "t:Attachments/*/t:AttachmentId")] == made[n + 1:]


def test_every_part_of_one_update_or_none(anna):
    """An update that fails at its second field has not done its first."""
    ((item_id, _),) = anna.create("<t:Subject>before</t:Subject>").ids
    done = anna.update(
        item_id, "<t:SetItemField><t:FieldURI FieldURI='item:Subject'/>"
        "<t:Message><t:Subject>after</t:Subject></t:Message>"
        "</t:SetItemField><t:SetItemField><t:FieldURI FieldURI='item:Size'/>"
        "<t:Message><t:Size>1</t:Size></t:Message></t:SetItemField>")
    assert done.code == "ErrorInvalidPropertySet"
    assert done.find("m:MessageXml/t:FieldURI").get("FieldURI") == \
        "item:Size"
    assert anna.get(item_id).find("t:Subject").text == "before"


@pytest.mark.parametrize("values, code", [
    ("<t:Message><t:Subject>x</t:Subject><t:IsRead>true</t:IsRead>"
     "</t:Message>", "ErrorIncorrectUpdatePropertyCount"),
    ("<t:Message/>", "ErrorIncorrectUpdatePropertyCount"),
    ("<t:Message><t:IsRead>true</t:IsRead></t:Message>",
     "ErrorUpdatePropertyMismatch")])
def test_path_and_value(anna, values, code):
    ((item_id, _),) = anna.create("<t:Subject>x</t:Subject>").ids
    assert anna.update(
        item_id, "<t:SetItemField><t:FieldURI FieldURI='item:Subject'/>"
        f"{values}</t:SetItemField>").code == code


def test_copies_and_moves_keep_what_was_written(anna):
    sample = prop('PropertyTag="0x6789"', "String", ["kept"])
    flag = etree.fromstring(f'<t:Flag xmlns:t="{T}"><t:FlagStatus>Flagged'
                            "</t:FlagStatus></t:Flag>")
    ((item_id, _),) = anna.create(
        "<t:Subject>x</t:Subject><t:Attachments><t:ReferenceAttachment>"
        "<t:Name>r</t:Name><t:AttachLongPathName>https://x.example/"
        "</t:AttachLongPathName></t:ReferenceAttachment></t:Attachments>"
        f"{text_of(sample)}{text_of(flag)}").ids
    for op in ("CopyItem", "MoveItem"):
        done = anna.call(
            f"<m:{op}><m:ToFolderId><t:DistinguishedFolderId Id='inbox'/>"
            f"</m:ToFolderId><m:ItemIds><t:ItemId Id='{item_id}'/>"
            f"</m:ItemIds></m:{op}>")
        ((there, _),) = done.ids
        assert is_stored(anna, there, sample) and is_stored(anna, there, flag)
        assert anna.get(there).find("t:AttachLongPathName") is not None


def test_updates_of_mail_that_came(sim, anna):
    """Received mail: its MIME is made anew, its attachments stay; the
    recipients are nobody's to change."""
    sim.commands(f"generate {ANNA} @inbox 3 2000 seed=5 attachment_every=1\n")
    loaded = [i for i in sim.dump(ANNA) if i["message_id"]
              and i["message_id"].startswith("<gen-5-")][0]
    before = anna.get(loaded["id"]).find("t:AttachmentId").get("Id")
    assert anna.update(
        loaded["id"], "<t:SetItemField><t:FieldURI FieldURI='item:Subject'/>"
        "<t:Message><t:Subject>gr\u00fcn</t:Subject></t:Message>"
        "</t:SetItemField>").code == "NoError"
    (now,) = [i for i in sim.dump(ANNA) if i["id"] == loaded["id"]]
    assert now["subject"] == "gr\u00fcn"
    assert now["attachments"] == loaded["attachments"]
    assert now["body_sha256"] == loaded["body_sha256"]
    assert now["mime_sha256"] != loaded["mime_sha256"]
    assert anna.get(loaded["id"]).find("t:AttachmentId").get("Id") == before
    assert anna.update(
        loaded["id"], "<t:DeleteItemField><t:FieldURI "
        "FieldURI='message:ToRecipients'/></t:DeleteItemField>").code == \
        "ErrorInvalidPropertyDelete"
