"""What the simulator says to requests that exsync's own cases do not send:
ids and change keys, sending, deleting, versions, and its front door."""

import base64
import os
import socket
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import exsim  # noqa: E402
from rawews import Client  # noqa: E402

SCHEMA = os.environ.get(
    "EWS_SCHEMA_DIR", os.path.join(exsim.SHARED, "ews-schema"))
ANNA, BEN, BOX = (f"{n}@contoso.example" for n in ("anna", "ben", "box"))
ALIAS = "annchen@contoso.example"


def start(directory, *args):
    if os.path.exists(os.path.join(SCHEMA, "soap.xsd")):
        args = (*args, "--schema", SCHEMA)
    sim = exsim.Sim(str(directory), list(args) + [
        "--account", f"{exsim.USER}:{exsim.PASSWORD}:impersonate"])
    sim.commands(f"""
mailbox {ANNA} name="Anna Arndt" alias={ALIAS}
mailbox {BEN} name="Ben Baum"
mailbox {BOX} name="Shared mail"
generate {ANNA} @inbox 3 2000 seed=1
""")
    return sim


@pytest.fixture(scope="module")
def sim(tmp_path_factory):
    sim = start(tmp_path_factory.mktemp("simulator"))
    yield sim
    assert sim.stop() == 0, sim.complaints()


@pytest.fixture
def anna(sim):
    return Client(sim, ANNA)


@pytest.fixture(scope="module")
def cid(sim):
    """The server, with a mailbox whose account has other names."""
    sim.commands("mailbox cid@contoso.example upn=cid.x@corp.example"
                 f" sid={SID}")
    return sim


def inbox(sim, address):
    return [i for i in sim.dump(address) if i["folder"] == "Inbox"]


def draft(client, more="", **kw):
    """Id and change key of a new draft."""
    made = client.create(
        f"<t:Subject>x</t:Subject>{more}", **kw)
    assert made.code == "NoError", made.data
    return made.ids[0]


def folder_id(client, name="inbox"):
    got = client.call(
        "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>"
        "</m:FolderShape><m:FolderIds><t:DistinguishedFolderId "
        f"Id='{name}'/></m:FolderIds></m:GetFolder>")
    return got.find("t:FolderId").get("Id")


# --- ids and change keys ---------------------------------------------------

def item_ids(*ids):
    return "<m:ItemIds>" + "".join(
        i if i.startswith("<") else f'<t:ItemId Id="{i}"/>'
        for i in ids) + "</m:ItemIds>"


SHAPE = ("<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>")
TO = "<m:ToFolderId><t:DistinguishedFolderId Id='inbox'/></m:ToFolderId>"
IDS = {
    "GetItem": lambda i: f"<m:GetItem>{SHAPE}{item_ids(*i)}</m:GetItem>",
    "MoveItem": lambda i: f"<m:MoveItem>{TO}{item_ids(*i)}</m:MoveItem>",
    "CopyItem": lambda i: f"<m:CopyItem>{TO}{item_ids(*i)}</m:CopyItem>",
    "DeleteItem": lambda i: "<m:DeleteItem DeleteType='HardDelete'>"
                            f"{item_ids(*i)}</m:DeleteItem>",
    "SendItem": lambda i: "<m:SendItem SaveItemToFolder='false'>"
                          f"{item_ids(*i)}</m:SendItem>",
    "UpdateItem": lambda i: "<m:UpdateItem ConflictResolution="
    "'AlwaysOverwrite' MessageDisposition='SaveOnly'><m:ItemChanges>"
    + "".join(
        "<t:ItemChange>" + (x if x.startswith("<") else
                            f'<t:ItemId Id="{x}"/>')
        + "<t:Updates><t:SetItemField><t:FieldURI FieldURI='item:Subject'/>"
        "<t:Message><t:Subject>y</t:Subject></t:Message></t:SetItemField>"
        "</t:Updates></t:ItemChange>" for x in i)
    + "</m:ItemChanges></m:UpdateItem>",
}


FILE = ("<m:Attachments><t:FileAttachment><t:Name>n</t:Name><t:Content>Zm9v"
        "</t:Content></t:FileAttachment></m:Attachments>")


def test_attachments_of_no_item(anna):
    item, key = draft(anna)
    for parent, code in {
            '<m:ParentItemId Id=""/>': "ErrorInvalidIdEmpty",
            '<m:ParentItemId Id="xyz"/>': "ErrorInvalidIdMalformed",
            f'<m:ParentItemId Id="{folder_id(anna)}"/>':
                "ErrorCannotUseFolderIdForItemId",
            f'<m:ParentItemId Id="{item}" ChangeKey="?"/>':
                "ErrorInvalidChangeKey",
            f'<m:ParentItemId Id="{item}" ChangeKey="{key}"/>': "NoError",
            }.items():
        assert anna.call(f"<m:CreateAttachment>{parent}{FILE}"
                         "</m:CreateAttachment>").code == code


@pytest.mark.parametrize("op", IDS)
def test_ids_that_are_none(sim, anna, op):
    """Each wrong id is its own message's error; the others are answered."""
    item, key = draft(anna, "<t:ToRecipients><t:Mailbox><t:EmailAddress>"
                      f"{BEN}</t:EmailAddress></t:Mailbox></t:ToRecipients>")
    gone, _ = draft(anna)
    assert anna.call(IDS["DeleteItem"]([gone])).code == "NoError"
    wrong = {
        "AAMkAG": "ErrorInvalidIdMalformed",
        "no base64 at all!": "ErrorInvalidIdMalformed",
        item[:-1] + ("a" if item[-1] != "a" else "b"):
            "ErrorInvalidIdMalformed",
        "": "ErrorInvalidIdEmpty",
        gone: "ErrorItemNotFound",
        folder_id(anna): "ErrorCannotUseFolderIdForItemId",
        f'<t:ItemId Id="{item}" ChangeKey="?"/>': "ErrorInvalidChangeKey",
        f'<t:ItemId Id="{item}" ChangeKey="Zm9v"/>': "ErrorInvalidChangeKey",
        f'<t:OccurrenceItemId RecurringMasterId="{item}" '
        'InstanceIndex="1"/>': "ErrorCalendarCannotUseIdForOccurrenceId",
        f'<t:RecurringMasterItemId OccurrenceId="{item}"/>':
            "ErrorCalendarCannotUseIdForRecurringMasterId",
    }
    good = f'<t:ItemId Id="{item}" ChangeKey="{key}"/>'
    done = anna.call(IDS[op]([*wrong, good]))
    assert done.status == 200
    assert done.codes == [*wrong.values(), "NoError"]


@pytest.mark.parametrize("op", ["MoveItem", "CreateItem", "FindItem",
                                "SyncFolderItems", "GetFolder"])
def test_folder_ids_that_are_none(anna, op):
    item, key = draft(anna)
    inbox_id = folder_id(anna)
    for folder, code in {
            '<t:FolderId Id=""/>': "ErrorInvalidIdEmpty",
            '<t:FolderId Id="xyz"/>': "ErrorInvalidIdMalformed",
            f'<t:FolderId Id="{item}"/>': "ErrorCannotUseItemIdForFolderId",
            f'<t:FolderId Id="{inbox_id}" ChangeKey="?"/>':
                "ErrorInvalidChangeKey"}.items():
        body = {
            "MoveItem": f"<m:MoveItem><m:ToFolderId>{folder}</m:ToFolderId>"
                        f"{item_ids(item)}</m:MoveItem>",
            "CreateItem": "<m:CreateItem MessageDisposition='SaveOnly'>"
                          f"<m:SavedItemFolderId>{folder}"
                          "</m:SavedItemFolderId><m:Items><t:Message/>"
                          "</m:Items></m:CreateItem>",
            "FindItem": f"<m:FindItem Traversal='Shallow'>{SHAPE}"
                        f"<m:ParentFolderIds>{folder}</m:ParentFolderIds>"
                        "</m:FindItem>",
            "SyncFolderItems": f"<m:SyncFolderItems>{SHAPE}<m:SyncFolderId>"
                               f"{folder}</m:SyncFolderId>"
                               "<m:MaxChangesReturned>5"
                               "</m:MaxChangesReturned>"
                               "</m:SyncFolderItems>",
            "GetFolder": "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly"
                         "</t:BaseShape></m:FolderShape><m:FolderIds>"
                         f"{folder}</m:FolderIds></m:GetFolder>"}[op]
        assert anna.call(body).code == code, folder


def test_attachment_ids_that_are_none(anna):
    item, _ = draft(anna)
    for wrong, code in {"": "ErrorInvalidIdEmpty",
                        "xyz": "ErrorInvalidIdMalformed",
                        "AAMk": "ErrorInvalidIdMalformed",
                        "no base64 at all!": "ErrorInvalidIdMalformed",
                        item: "ErrorInvalidAttachmentId"}.items():
        for op in ("GetAttachment", "DeleteAttachment"):
            assert anna.call(
                f"<m:{op}><m:AttachmentIds><t:AttachmentId Id='{wrong}'/>"
                f"</m:AttachmentIds></m:{op}>").code == code


def test_change_keys(anna):
    """What each ConflictResolution makes of a key that is old or absent."""
    subject = ("<t:SetItemField><t:FieldURI FieldURI='item:Subject'/>"
               "<t:Message><t:Subject>z</t:Subject></t:Message>"
               "</t:SetItemField>")
    item, old = draft(anna)
    ((_, new),) = anna.update(item, subject).ids
    assert new != old
    for how, key, code in (
            ("NeverOverwrite", None,
             "ErrorChangeKeyRequiredForWriteOperations"),
            ("AutoResolve", None, "ErrorChangeKeyRequiredForWriteOperations"),
            ("AlwaysOverwrite", None, "NoError"),
            ("NeverOverwrite", old, "ErrorIrresolvableConflict"),
            ("AutoResolve", old, "NoError"),
            ("AlwaysOverwrite", old, "NoError")):
        done = anna.update(item if key is None else (item, key), subject, how)
        assert done.code == code, (how, key)
    ((_, new),) = anna.update(item, subject).ids
    assert anna.update((item, new), subject, "NeverOverwrite").code == \
        "NoError"


def send_item(client, item, key, save="false", folder=None):
    where = "" if folder is None else (
        f"<m:SavedItemFolderId><t:DistinguishedFolderId Id='{folder}'/>"
        "</m:SavedItemFolderId>")
    key = "" if key is None else f' ChangeKey="{key}"'
    return client.call(
        f"<m:SendItem SaveItemToFolder='{save}'><m:ItemIds>"
        f'<t:ItemId Id="{item}"{key}/></m:ItemIds>{where}</m:SendItem>')


# --- sending ---------------------------------------------------------------

def people(**lists):
    return "".join(
        f"<t:{kind}Recipients>" + "".join(
            f"<t:Mailbox><t:EmailAddress>{a}</t:EmailAddress></t:Mailbox>"
            for a in lists[kind]) + f"</t:{kind}Recipients>"
        for kind in ("To", "Cc", "Bcc") if kind in lists)


@pytest.mark.parametrize("how", ["SendOnly", "SendAndSaveCopy", "SendItem",
                                 "UpdateItem", "MIME"])
def test_one_delivery_to_each_mailbox(sim, anna, how):
    """Twice in To, in Cc, by an alias, in Bcc: one mail each; and nobody
    but the sender sees Bcc."""
    before = {a: len(inbox(sim, a)) for a in (ANNA, BEN, BOX)}
    subject = f"<t:Subject>once {how}</t:Subject>"
    to = people(To=[ANNA, ALIAS, ANNA, "nobody@elsewhere.example"],
                Cc=[ANNA, BEN.upper(), BEN], Bcc=[BEN, BOX])
    if how == "SendItem":
        assert send_item(anna, *draft(anna, to)).code == "NoError"
    elif how == "UpdateItem":
        item, _ = draft(anna, to)
        assert anna.update(
            item, "<t:SetItemField><t:FieldURI FieldURI='item:Subject'/>"
            f"<t:Message>{subject}</t:Message></t:SetItemField>",
            disposition="SendAndSaveCopy").code == "NoError"
    elif how == "MIME":
        mime = (f"From: {ANNA}\r\nTo: {ANNA}, {ALIAS}\r\nCc: {BEN}\r\n"
                f"Bcc: {BEN},\r\n {BOX}\r\nSubject: m\r\n\r\nx\r\n")
        made = anna.create(
            "<t:MimeContent>"
            f"{base64.b64encode(mime.encode()).decode()}</t:MimeContent>",
            "SendOnly", None)
        assert made.code == "NoError"
    else:
        assert anna.create(subject + to, how, None).code == "NoError"
    for address in before:
        new = inbox(sim, address)[before[address]:]
        assert len(new) == 1, address
        got = Client(sim, address).get(new[0]["id"], mime=True)
        assert got.find("t:BccRecipients") is None
        assert b"bcc" not in base64.b64decode(
            got.find("t:MimeContent").text).lower()


def test_mail_to_nobody(sim, anna):
    """Nobody to send it to: an error, and nothing is stored."""
    before = len(sim.dump(ANNA))
    for how in ("SendOnly", "SendAndSaveCopy"):
        assert anna.create("<t:Subject>x</t:Subject>", how, None).code == \
            "ErrorInvalidRecipients"
    assert len(sim.dump(ANNA)) == before
    item, key = draft(anna)
    assert send_item(anna, item, key).code == "ErrorInvalidRecipients"
    assert anna.get(item).code == "NoError"


def test_send_item(sim, anna):
    to = people(To=[BEN])
    item, key = draft(anna, to)
    assert send_item(anna, item, None).code == "ErrorChangeKeyRequired"
    assert send_item(anna, item, key, "false", "inbox").code == \
        "ErrorInvalidSendItemSaveSettings"
    assert anna.update(
        item, "<t:SetItemField><t:FieldURI FieldURI='item:Body'/><t:Message>"
        "<t:Body BodyType='Text'>new</t:Body></t:Message></t:SetItemField>"
    ).code == "NoError"
    assert send_item(anna, item, key).code == "ErrorStaleObject"
    key = anna.get(item).find("t:ItemId").get("ChangeKey")
    before = len(inbox(sim, BEN))
    assert send_item(anna, item, key, "true").code == "NoError"
    assert anna.get(item).code == "ErrorItemNotFound"
    assert len(inbox(sim, BEN)) == before + 1
    sent = [i for i in sim.dump(ANNA) if i["folder"] == "Sent Items"][-1]
    assert sent["message_id"] == inbox(sim, BEN)[-1]["message_id"]
    got = anna.get(sent["id"])
    assert got.find("t:IsDraft").text == "false"
    # what was sent has the recipients that it has
    assert anna.update(
        sent["id"], "<t:AppendToItemField><t:FieldURI "
        f"FieldURI='message:ToRecipients'/><t:Message>{to}</t:Message>"
        "</t:AppendToItemField>").code == "ErrorInvalidPropertyAppend"


def test_made_up_mail_is_sent_as_well(sim, anna):
    """Mail of the command generate has no MIME until somebody asks."""
    item = inbox(sim, ANNA)[0]
    before = len(inbox(sim, ANNA))
    assert send_item(anna, item["id"], item["change_key"]).code == "NoError"
    assert len(inbox(sim, ANNA)) == before  # gone, and delivered
    sim.commands(f"generate {ANNA} @inbox 1 2000 seed=9\n")


def test_disposition(anna):
    """Messages need one, and so does their update."""
    assert anna.call("<m:CreateItem><m:Items><t:Message/></m:Items>"
                     "</m:CreateItem>").code == \
        "ErrorMessageDispositionRequired"
    item, _ = draft(anna)
    assert anna.call(IDS["UpdateItem"]([item]).replace(
        " MessageDisposition='SaveOnly'", "")).code == \
        "ErrorMessageDispositionRequired"


@pytest.mark.parametrize("kind", ["CalendarItem", "Contact", "Task", "Item",
                                  "PostItem", "MeetingRequest"])
def test_items_of_other_classes(anna, kind):
    made = anna.call("<m:CreateItem MessageDisposition='SaveOnly'><m:Items>"
                     f"<t:{kind}><t:Subject>x</t:Subject></t:{kind}>"
                     "</m:Items></m:CreateItem>")
    assert made.code == "ErrorInvalidItemForOperationCreateItem"


# --- deleting and moving ---------------------------------------------------

@pytest.mark.parametrize("how, there", [
    ("HardDelete", "/Recoverable Items/Purges"),
    ("MoveToDeletedItems", "Deleted Items"),
    ("SoftDelete", "/Recoverable Items/Deletions")])
def test_delete(sim, anna, how, there):
    item, _ = draft(anna)
    held = {i["id"] for i in sim.dump(ANNA)}
    done = anna.call(f"<m:DeleteItem DeleteType='{how}'>{item_ids(item)}"
                     "</m:DeleteItem>")
    assert done.code == "NoError"
    assert anna.get(item).code == "ErrorItemNotFound"
    new = [i["folder"] for i in sim.dump(ANNA) if i["id"] not in held]
    assert new == [there]


def test_search_folders_take_nothing(sim, anna):
    sim.commands(f"folder {ANNA} Found kind=search\n")
    item, _ = draft(anna)
    found = anna.call(
        "<m:FindFolder Traversal='Deep'><m:FolderShape><t:BaseShape>Default"
        "</t:BaseShape></m:FolderShape><m:ParentFolderIds>"
        "<t:DistinguishedFolderId Id='msgfolderroot'/></m:ParentFolderIds>"
        "</m:FindFolder>")
    (search,) = [e.getparent().find("t:FolderId", {
        "t": e.nsmap["t"]}).get("Id") for e in found.all("t:DisplayName")
        if e.text == "Found"]
    assert anna.call(
        f"<m:MoveItem><m:ToFolderId><t:FolderId Id='{search}'/>"
        f"</m:ToFolderId>{item_ids(item)}</m:MoveItem>").code == \
        "ErrorMoveCopyFailed"
    assert anna.get(item).code == "NoError"


def test_departed(sim, anna, tmp_path):
    """The address book has it no more: no name leads to it, no property has
    its SMTP address; its mail shows the DN, and the block what it was."""
    who, dn = "olga@contoso.example", "/o=Org/cn=Recipients/cn=olga"
    eml = tmp_path / "olga.eml"
    eml.write_text(f"From: Olga <{who}>\nTo: {ANNA}\nSubject: departed\n"
                   "Message-ID: <departed@x>\n\nx\n")
    sim.commands(f"person {who} name=Olga dn={dn}\n"
                 f"mail {ANNA} @inbox {eml} ex=from,sender")
    item = [i["id"] for i in sim.dump(ANNA) if i["subject"] == "departed"]
    tags = "".join(
        f"<t:ExtendedFieldURI PropertyTag='{tag}' PropertyType='String'/>"
        for tag in ("0x5D01", "0x5D02", "0x007D"))

    def asked():
        got = anna.call(
            "<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
            "<t:AdditionalProperties><t:FieldURI FieldURI='message:From'/>"
            f"{tags}</t:AdditionalProperties></m:ItemShape>"
            f"{item_ids(*item)}</m:GetItem>")
        name = anna.call(
            "<m:ResolveNames ReturnFullContactData='true'>"
            f"<m:UnresolvedEntry>{dn}</m:UnresolvedEntry></m:ResolveNames>")
        data = got.data if isinstance(got.data, str) else got.data.decode()
        return data.count(who), data.count(dn), name.code

    assert asked() == (3, 1, "NoError")
    sim.commands(f"depart {who}")
    assert asked() == (1, 1, "ErrorNameResolutionNoResults")


# --- who is impersonated, and archives --------------------------------------

SID = "S-1-5-21-1-2-3-1001"
ROOT = ("<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape>"
        "</m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id='{}'/>"
        "</m:FolderIds></m:GetFolder>")


@pytest.mark.parametrize("element, name, code", [
    ("PrincipalName", "cid.x@corp.example", "NoError"),
    ("PrincipalName", "CID.X@corp.example", "NoError"),
    ("SID", SID, "NoError"),
    ("SmtpAddress", "cid@contoso.example", "NoError"),
    # one name in the place of another
    ("PrincipalName", "cid@contoso.example", "ErrorInvalidUserPrincipalName"),
    ("PrincipalName", SID, "ErrorInvalidUserPrincipalName"),
    ("PrincipalName", ANNA, "ErrorInvalidUserPrincipalName"),
    ("SID", "cid.x@corp.example", "ErrorInvalidUserSid"),
    ("SID", SID + "0", "ErrorInvalidUserSid"),
    ("PrimarySmtpAddress", "cid.x@corp.example", "ErrorNonExistentMailbox")])
def test_who_is_impersonated(cid, element, name, code):
    done = Client(cid, None).call(
        ROOT.format("inbox"),
        f"<t:ExchangeImpersonation><t:ConnectingSID><t:{element}>{name}"
        f"</t:{element}></t:ConnectingSID></t:ExchangeImpersonation>")
    assert done.code == code


FIND = ("<m:FindFolder Traversal='Deep'><m:FolderShape><t:BaseShape>IdOnly"
        "</t:BaseShape><t:AdditionalProperties>"
        "<t:FieldURI FieldURI='folder:DisplayName'/></t:AdditionalProperties>"
        "</m:FolderShape><m:ParentFolderIds><t:DistinguishedFolderId"
        " Id='{}'/></m:ParentFolderIds></m:FindFolder>")


def names(client, top):
    return sorted(e.text for e in client.call(FIND.format(top)).all(
        "t:DisplayName"))


def test_archive(sim, anna):
    """A tree beside that of the mailbox, and none below its root."""
    own = names(anna, "root")
    assert anna.call(FIND.format("archivemsgfolderroot")).code == \
        "ErrorFolderNotFound"
    sim.commands(f"archive {ANNA}\n"
                 f"folder {ANNA} @archivemsgfolderroot/Projects/Old")
    assert names(anna, "archivemsgfolderroot") == [
        "Deleted Items", "Inbox", "Old", "Projects"]
    assert names(anna, "root") == own
    ids = [folder_id(anna, n) for n in ("inbox", "archiveinbox")]
    assert ids[0] != ids[1]
    anna.version = "Exchange2010_SP1"
    assert anna.call(FIND.format("archivemsgfolderroot")).code == "NoError"
    assert anna.call(ROOT.format("archivedeleteditems")).code == "NoError"
    sim.commands(f"rmfolder {ANNA} @archiveroot")
    assert anna.call(FIND.format("archivemsgfolderroot")).code == \
        "ErrorFolderNotFound"


def test_archive_of_old_versions(tmp_path):
    """The schemas before 2010 SP1 have no such folder, nor has 2007."""
    sim = start(tmp_path)
    sim.commands(f"archive {ANNA}")
    for version in ("Exchange2007_SP1", "Exchange2010"):
        anna = Client(sim, ANNA, version)
        assert anna.call(FIND.format("archivemsgfolderroot")).code == \
            "ErrorSchemaValidation"
    sim.stop()


# --- versions and operations -----------------------------------------------

def test_unknown_operations(tmp_path):
    """They do not look like a version that the server does not know, or
    clients try them all."""
    sim = start(tmp_path, "--no-schema")
    anna = Client(sim, ANNA)
    for body in ("<m:Unknown/>", "<t:GetItem/>",
                 "<m:GetMailTips/>", "<m:EmptyFolder/>",
                 "<m:UpdateFolder/>", "<m:ArchiveItem/>",
                 "<m:MarkAllItemsAsRead/>", "<m:ExportItems/>",
                 "<m:CreateUserConfiguration/>"):
        done = anna.call(body)
        assert (done.status, done.code) == (500, "ErrorInvalidOperation")
    anna.version = "Exchange2010"
    assert anna.call("<m:ArchiveItem/>").code == "ErrorInvalidServerVersion"
    anna.version = "Exchange2007_SP1"
    assert anna.call("<m:GetServerTimeZones/>").code == \
        "ErrorInvalidServerVersion"
    sim.stop()


ZONE = ("<t:TimeZoneContext><t:TimeZoneDefinition Id='UTC'/>"
        "</t:TimeZoneContext>")


@pytest.mark.parametrize("version, code", [
    ("Exchange2007", "ErrorSchemaValidation"),
    ("Exchange2007_SP1", "ErrorSchemaValidation"),
    ("Exchange2010", "NoError"), ("Exchange2013_SP1", "NoError")])
def test_time_zones_and_2007(tmp_path, version, code):
    """The schema of 2007 has neither TimeZoneContext nor StartTimeZone."""
    sim = start(tmp_path)
    anna = Client(sim, ANNA, version)
    body = IDS["GetItem"]([inbox(sim, ANNA)[0]["id"]])
    assert anna.call(body).code == "NoError"
    assert anna.call(body, header=ZONE).code == code
    made = anna.call(
        "<m:CreateItem SendMeetingInvitations='SendToNone'><m:Items>"
        "<t:CalendarItem><t:StartTimeZone Id='UTC'/></t:CalendarItem>"
        "</m:Items></m:CreateItem>")
    assert made.code == ("ErrorSchemaValidation" if "2007" in version
                         else "ErrorInvalidItemForOperationCreateItem")
    assert sim.stop() == (1 if "2007" in version else 0)


# --- 0x0E23 ----------------------------------------------------------------

NUMBER = "<t:ExtendedFieldURI PropertyTag='0x0E23' PropertyType='Integer'/>"


def numbers(client):
    """Article numbers of the inbox, in the order in which mail came."""
    found = client.call(
        "<m:FindItem Traversal='Shallow'><m:ItemShape><t:BaseShape>IdOnly"
        f"</t:BaseShape><t:AdditionalProperties>{NUMBER}"
        "</t:AdditionalProperties></m:ItemShape><m:ParentFolderIds>"
        "<t:DistinguishedFolderId Id='inbox'/></m:ParentFolderIds>"
        "</m:FindItem>")
    out = {e.find("t:ItemId", {"t": e.nsmap["t"]}).get("Id"):
           int(e.find(".//t:Value", {"t": e.nsmap["t"]}).text)
           for e in found.all("t:Message")}
    for item, number in out.items():
        got = client.get(item, NUMBER)
        assert int(got.find("t:ExtendedProperty/t:Value").text) == number
    return out


def test_article_numbers(sim):
    """PR_INTERNET_ARTICLE_NUMBER: DavMail's IMAP uid. Unique in a folder,
    the same for ever, and higher for what comes later."""
    ben = Client(sim, BEN)
    sim.commands(f"generate {BEN} @inbox 5 500 seed=3\n")
    first = numbers(ben)
    assert len(set(first.values())) == len(first) >= 5
    sim.commands(f"generate {BEN} @inbox 1 500 seed=4 "
                 "start=2020-01-01T00:00:00Z\n"
                 f"touch {BEN} nth:@inbox:2\n")
    later = numbers(ben)
    (new,) = set(later) - set(first)
    assert later[new] > max(first.values())
    assert {k: later[k] for k in first} == first


# --- fault do=late ----------------------------------------------------------

def test_late_once(sim, anna):
    """A request is made late once, also by a fault that meets it always, and
    by two; and it counts once for the faults that let matches pass."""
    sim.commands("fault op=GetFolder times=always do=late ms=1\n"
                 "fault op=GetFolder times=always do=late ms=1\n")
    assert folder_id(anna) == folder_id(anna)
    sim.commands("nofault\n"
                 "fault op=GetFolder after=1 do=fault code=ErrorServerBusy\n"
                 "fault op=GetFolder do=late ms=1\n")
    assert folder_id(anna)
    with pytest.raises(AttributeError):
        folder_id(anna)
    sim.commands("nofault\n"
                 "fault op=GetFolder do=late ms=1\n"
                 "fault op=GetFolder do=fault code=ErrorServerBusy\n")
    with pytest.raises(AttributeError):
        folder_id(anna)
    assert folder_id(anna)
    sim.commands("nofault\n")


# --- what the world holds --------------------------------------------------

MEETING = """\
From: ben@contoso.example
To: anna@contoso.example
Subject: {0}
Content-Type: text/calendar; method={0}

BEGIN:VCALENDAR
METHOD:{0}
END:VCALENDAR
"""


def load(sim, path, text, more=""):
    """The item that the file becomes, as dump tells it."""
    path.write_text(text)
    item = sim.command(f"mail {BOX} @inbox {path} {more}")
    (found,) = (i for i in inbox(sim, BOX) if i["id"] == item)
    return found


@pytest.mark.parametrize("text, more, kind", [
    ("Subject: x\n\n", "", "message"),
    ("Subject: x\n\n", "class=REPORT.IPM.Note.NDR", "message"),
    ("Subject: x\n\n", "class=IPM.Appointment", "appointment"),
    ("Subject: x\n\n", "class=IPM.Appointments", "message"),
    ("Subject: x\n\n", "class=ipm.contact.mine", "contact"),
    ("Subject: x\n\n", "class=IPM.Task", "task"),
    (MEETING.format("REQUEST"), "", "meeting request"),
    (MEETING.format("REPLY"), "", "meeting response"),
    (MEETING.format("CANCEL"), "", "meeting cancellation"),
    (MEETING.format("REQUEST"), "class=IPM.Appointment", "appointment"),
], ids=range(10))
def test_kinds(sim, tmp_path, text, more, kind):
    """An item's kind follows its class, else what its bytes say."""
    assert load(sim, tmp_path / "one.eml", text, more)["kind"] == kind


def test_header_field_by_either_name_of_its_set(sim, tmp_path):
    """A header field is one property, whether its set is named or given
    as a GUID in small letters or capitals."""
    item = load(sim, tmp_path / "one.eml", "Subject: x\nX-One: 1\n\n")
    guid = "00020386-0000-0000-c000-000000000046"
    sets = ['DistinguishedPropertySetId="InternetHeaders"',
            f'PropertySetId="{guid}"', f'PropertySetId="{guid.upper()}"']
    paths = "".join(f'<t:ExtendedFieldURI {s} PropertyName="x-one"'
                    ' PropertyType="String"/>' for s in sets)
    got = Client(sim, BOX).call(
        "<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
        f"<t:AdditionalProperties>{paths}</t:AdditionalProperties>"
        "</m:ItemShape>" + item_ids(item["id"]) + "</m:GetItem>")
    assert [v.text for v in got.all("t:Value")] == ["1"] * 3, got.data


# --- the front door --------------------------------------------------------

def test_get_on_the_address(sim, anna):
    """A browser gets a page; without a login a 401."""
    answer, data = anna.http("GET")
    assert answer.status == 200
    assert answer.getheader("Content-Type").startswith("text/html")
    assert b"service" in data
    answer, _ = anna.http("GET", login=False)
    assert answer.status == 401
    assert answer.getheader("WWW-Authenticate").startswith("Basic")
    assert anna.http("PUT", "x")[0].status == 405
    assert anna.http("GET", path="/other")[0].status == 404


def test_port_that_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [exsim.binary(), "--http", "--no-schema", "--port", str(port),
             "--ready", str(tmp_path / "ready")],
            capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}: Address already in use" in done.stderr
    assert not (tmp_path / "ready").exists()
    assert done.stdout == ""
