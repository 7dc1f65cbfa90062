"""What the simulator answers to FindItem and FindFolder: restrictions, sort
orders, views, the fields they may name. What it does not do must be an error,
in an empty folder too. Raw requests, since no client sends the wrong ones."""

import base64
import http.client
import os
import re
import sys
import xml.etree.ElementTree as ET

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import exsim  # noqa: E402

NS = "http://schemas.microsoft.com/exchange/services/2006/"
T, M = "{" + NS + "types}", "{" + NS + "messages}"
ANNA = "anna@contoso.example"
VERSION = {"2007": "Exchange2007_SP1", "2010": "Exchange2010_SP2",
           "2016": "Exchange2016"}

HEAD = """\
From: {who}
To: Anna Arndt <anna@contoso.example>
Subject: {subject}
Date: Mon, 02 Mar 2026 0{n}:00:00 +0000
Message-ID: <{name}@case.example>
MIME-Version: 1.0
Content-Type: {type}; charset=utf-8
{more}
{body}
"""
MAILS = {
    "alpha": dict(who="Carl Cole <carl@fabrikam.example>", n=1,
                  subject="Alpha report", type="text/plain",
                  more="Importance: High\n", body="an apple"),
    "beta": dict(who='"Dahl, Dora" <dora@fabrikam.example>', n=2,
                 subject="alpha REPORT, second", type="text/html",
                 more="", body="<p>a <b>banana</b></p>"),
    "gamma": dict(who="carl@fabrikam.example", n=3,
                  subject="Re: =?utf-8?B?w4RyZ2VyIG1pdCBDcsOobWU=?=",
                  type="text/plain",
                  more="In-Reply-To: <alpha@case.example>\n"
                       "Sensitivity: Private\n", body="a cherry"),
}
BARE = """\
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

no header says anything
"""


class Server:
    """A simulator and one account that may open anna's mailbox."""

    def __init__(self, directory, year):
        self.sim = exsim.Sim(str(directory), ["--version", year], plain=True)
        self.year, self.version = year, VERSION[year]
        lines = [f'mailbox {ANNA} name="Anna Arndt"']
        for name, fields in MAILS.items():
            path = directory / f"{name}.eml"
            path.write_text(HEAD.format(name=name, **fields), newline="\r\n")
            lines.append(f"mail {ANNA} Inbox/Full {path} received="
                         f"2026-03-0{fields['n']}T08:00:00Z "
                         f"read={fields['n'] % 2}")
        (directory / "bare.eml").write_text(BARE, newline="\r\n")
        lines += [f"mail {ANNA} Inbox/Full {directory}/bare.eml "
                  "received=2026-03-09T08:00:00Z",
                  f'categories {ANNA} mid:alpha@case.example "Red one,Blue"',
                  f"categories {ANNA} mid:beta@case.example blue",
                  f"folder {ANNA} Inbox/Empty",
                  f"folder {ANNA} Inbox/Empty/Below",
                  f"folder {ANNA} Appointments class=IPF.Appointment"]
        self.sim.commands("\n".join(lines))
        self.connection = http.client.HTTPConnection(
            self.sim.parts.hostname, self.sim.parts.port, timeout=60)
        self.ids = {f.find(T + "DisplayName").text: f.find(T + "FolderId")
                    for f in self.find_folder('Traversal="Deep"',
                                              shape="Default")}

    def call(self, body):
        """The response messages of a request."""
        login = base64.b64encode(
            f"{exsim.USER}:{exsim.PASSWORD}".encode()).decode()
        self.connection.request("POST", self.sim.parts.path, f"""\
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:t="{NS}types" xmlns:m="{NS}messages"><s:Header>
<t:RequestServerVersion Version="{self.version}"/>
<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>{ANNA}\
</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>
</s:Header><s:Body>{body}</s:Body></s:Envelope>""".encode(), {
            "Content-Type": "text/xml; charset=utf-8",
            "Authorization": f"Basic {login}"})
        answer = self.connection.getresponse()
        tree = ET.fromstring(answer.read())
        assert answer.status == 200, ET.tostring(tree).decode()
        return [e for e in tree.iter() if e.tag.endswith("ResponseMessage")]

    def folder_id(self, name):
        if name.startswith("@"):
            return f'<t:DistinguishedFolderId Id="{name[1:]}"/>'
        return f'<t:FolderId Id="{self.ids[name].get("Id")}"/>'

    def find(self, inside="", folder="Full", shape="", attr="Shallow"):
        """A FindItem: its response code, or what m:RootFolder is."""
        if "</m:ParentFolderIds>" not in inside:
            inside += (f"<m:ParentFolderIds>{self.folder_id(folder)}"
                       "</m:ParentFolderIds>")
        (message,) = self.call(
            f'<m:FindItem Traversal="{attr}"><m:ItemShape><t:BaseShape>IdOnly'
            f"</t:BaseShape>{shape}</m:ItemShape>{inside}</m:FindItem>")
        code = message.find(M + "ResponseCode").text
        assert (code == "NoError") == \
            (message.get("ResponseClass") == "Success")
        return code if code != "NoError" else message.find(M + "RootFolder")

    def names(self, inside="", **more):
        """The mails that a FindItem gives, or its response code."""
        root = self.find(inside, shape=props("message:InternetMessageId"),
                         **more)
        if isinstance(root, str):
            return root
        return [re.sub("^<|@.*", "", (i.findtext(T + "InternetMessageId")
                                      or "bare"))
                for i in root.find(T + "Items")]

    def find_folder(self, attr='Traversal="Shallow"', inside="",
                    parent="@msgfolderroot", shape="IdOnly"):
        (message,) = self.call(
            f"<m:FindFolder {attr}><m:FolderShape><t:BaseShape>{shape}"
            f"</t:BaseShape>{props('folder:DisplayName')}</m:FolderShape>"
            f"{inside}<m:ParentFolderIds>{self.folder_id(parent)}"
            "</m:ParentFolderIds></m:FindFolder>")
        code = message.find(M + "ResponseCode").text
        return code if code != "NoError" else \
            list(message.find(f"{M}RootFolder/{T}Folders"))

    def folder_names(self, *more, **named):
        found = self.find_folder(*more, **named)
        return found if isinstance(found, str) else \
            [f.findtext(T + "DisplayName") for f in found]


def props(*uris):
    return "<t:AdditionalProperties>" + "".join(
        f'<t:FieldURI FieldURI="{u}"/>' for u in uris) + \
        "</t:AdditionalProperties>"


@pytest.fixture(scope="module", params=["2010", "2016"])
def server(request, tmp_path_factory):
    yield from running(tmp_path_factory, request.param)


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    yield from running(tmp_path_factory, "2007")


def running(tmp_path_factory, year):
    server = Server(tmp_path_factory.mktemp("exsim"), year)
    yield server
    server.connection.close()
    assert server.sim.stats()["violations"] == 0, server.sim.complaints()
    assert server.sim.stop() == 0


def uri(path):
    """t:FieldURI, or with 0x…:Type the extended property."""
    if path.startswith("0x"):
        tag, kind = path.split(":")
        return f'<t:ExtendedFieldURI PropertyTag="{tag}" ' \
               f'PropertyType="{kind}"/>'
    return f'<t:FieldURI FieldURI="{path}"/>'


def where(*expressions):
    return f"<m:Restriction>{''.join(expressions)}</m:Restriction>"


def is_(path, value, op="EqualTo"):
    return f"<t:Is{op}>{uri(path)}<t:FieldURIOrConstant><t:Constant " \
           f'Value="{value}"/></t:FieldURIOrConstant></t:Is{op}>'


def contains(path, value, mode=None, how=None):
    mode = f' ContainmentMode="{mode}"' if mode else ""
    how = f' ContainmentComparison="{how}"' if how else ""
    return f"<t:Contains{mode}{how}>{uri(path)}<t:Constant " \
           f'Value="{value}"/></t:Contains>'


def excludes(path, mask):
    return f'<t:Excludes>{uri(path)}<t:Bitmask Value="{mask}"/></t:Excludes>'


def exists(path):
    return f"<t:Exists>{uri(path)}</t:Exists>"


def not_(expression):
    return f"<t:Not>{expression}</t:Not>"


def order(*paths):
    return "<m:SortOrder>" + "".join(
        f'<t:FieldOrder Order="{"De" if p[0] == "-" else "A"}scending">'
        f"{uri(p.lstrip('-'))}</t:FieldOrder>" for p in paths) + \
        "</m:SortOrder>"


# Each with the mails that meet it.
MEETS = [
    # what is compared, exactly or not
    (contains("item:Subject", "Alpha report", "FullString", "Exact"),
     "alpha"),
    (contains("item:Subject", "alpha report", "FullString", "Exact"), ""),
    (contains("item:Subject", "alpha report", "FullString", "IgnoreCase"),
     "alpha"),
    (contains("item:Subject", "Alpha", "Prefixed", "Exact"), "alpha"),
    (contains("item:Subject", "ALPHA", "Prefixed", "IgnoreCase"),
     "alpha beta"),
    (contains("item:Subject", "REPORT", "Substring", "Exact"), "beta"),
    (contains("item:Subject", "report", "Substring", "IgnoreCase"),
     "alpha beta"),
    (contains("item:Subject", "pha", "PrefixOnWords", "IgnoreCase"), ""),
    (contains("item:Subject", "sec", "PrefixOnWords", "IgnoreCase"), "beta"),
    (contains("item:Subject", "sec", "ExactPhrase", "IgnoreCase"), ""),
    (contains("item:Subject", "report, second", "ExactPhrase", "IgnoreCase"),
     "beta"),
    (contains("item:Subject", "ärger", "Substring", "Exact"), ""),
    (contains("item:Subject", "ärger", "Substring", "IgnoreCase"), "gamma"),
    (contains("item:Subject", "Arger mit Creme", "Substring", "IgnoreCase"),
     ""),
    (contains("item:Subject", "arger mit creme", "Substring",
              "IgnoreCaseAndNonSpacingCharacters"), "gamma"),
    (contains("item:Subject", "Arger mit Creme", "Substring",
              "IgnoreNonSpacingCharacters"), "gamma"),
    (contains("item:Subject", "Alpha"), ""),
    (contains("item:Subject", "Alpha report"), "alpha"),
    (is_("item:Subject", "ALPHA REPORT"), "alpha"),
    (is_("item:Subject", "ALPHA REPORT", "NotEqualTo"), "beta gamma"),
    # fields of every kind
    (is_("item:Categories", "BLUE"), "alpha beta"),
    (is_("item:Categories", "red one"), "alpha"),
    (not_(is_("item:Categories", "red one")), "beta gamma bare"),
    (exists("item:Categories"), "alpha beta"),
    (is_("item:Importance", "High"), "alpha"),
    (is_("item:Importance", "Normal", "GreaterThan"), "alpha"),
    (is_("item:Sensitivity", "Private"), "gamma"),
    (is_("item:ItemClass", "IPM.Note"), "alpha beta gamma bare"),
    (is_("item:InReplyTo", "&lt;alpha@case.example&gt;"), "gamma"),
    (is_("message:InternetMessageId", "&lt;beta@case.example&gt;"), "beta"),
    (contains("item:Body", "BANANA", "Substring", "IgnoreCase"), "beta"),
    (contains("item:Body", "&lt;b&gt;", "Substring", "IgnoreCase"), ""),
    (is_("message:ConversationTopic", "ärger mit crème"), "gamma"),
    (is_("message:From", "carl@fabrikam.example"), "alpha gamma"),
    (is_("message:From", "Dahl, Dora"), "beta"),
    (is_("message:From", "dora@fabrikam.example", "NotEqualTo"),
     "alpha gamma"),
    (contains("message:Sender", "Cole", "Substring", "Exact"), "alpha"),
    (contains("item:DisplayTo", "Anna", "Prefixed", "Exact"),
     "alpha beta gamma"),
    (is_("message:IsRead", "true"), "alpha gamma"),
    (is_("message:IsRead", "false"), "beta bare"),
    (is_("item:HasAttachments", "false"), "alpha beta gamma bare"),
    (is_("item:IsDraft", "true"), ""),
    (is_("item:DateTimeReceived", "2026-03-02T08:00:00Z", "GreaterThan"),
     "gamma bare"),
    (is_("item:DateTimeReceived", "2026-03-02T10:00:00+02:00"), "beta"),
    (exists("item:DateTimeSent"), "alpha beta gamma"),
    (is_("item:LastModifiedName", "anna arndt"), "alpha beta gamma bare"),
    (exists("item:InReplyTo"), "gamma"),
    (is_("calendar:Start", "2026-01-01T00:00:00Z", "GreaterThan"), ""),
    # properties of the store
    (is_("0x1035:String", "&lt;alpha@case.example&gt;"), "alpha"),
    (contains("0x5D02:String", "DORA", "Prefixed", "IgnoreCase"), "beta"),
    (is_("0x0E06:SystemTime", "2026-03-03T00:00:00Z", "LessThan"),
     "alpha beta"),
    (excludes("0x0E07:Integer", "0x1"), "beta bare"),
    (excludes("0x0E07:Integer", "0"), "alpha beta gamma bare"),
    (exists("0x300B:Binary"), "alpha beta gamma bare"),
    (exists("0x1042:String"), "gamma"),
    (exists("0x3A11:String"), ""),
    # nested
    ("<t:And>" + is_("message:IsRead", "true") + "<t:Or>"
     + is_("item:Importance", "High") + not_(exists("item:Subject"))
     + "</t:Or></t:And>", "alpha"),
    (f"<t:IsEqualTo>{uri('item:DateTimeReceived')}<t:FieldURIOrConstant>"
     f"{uri('item:DateTimeCreated')}</t:FieldURIOrConstant></t:IsEqualTo>",
     "alpha beta gamma bare"),
]


@pytest.mark.parametrize("expression,expected", MEETS,
                         ids=[str(n) for n in range(len(MEETS))])
def test_restriction(server, expression, expected):
    found = server.names(where(expression) + order("item:DateTimeReceived"))
    assert found == expected.split()
    assert server.names(where(expression), folder="Empty") == []


def test_part_of_a_category(server):
    """Servers before 2013 say that it is no string."""
    found = server.names(where(
        contains("item:Categories", "one", "Substring", "Exact")))
    assert found == (TYPE if server.year == "2010" else ["alpha"])


QUERY, SORT = "ErrorUnsupportedPathForQuery", \
    "ErrorUnsupportedPathForSortGroup"
VALUE, TYPE = "ErrorInvalidValueForProperty", "ErrorContainsFilterWrongType"
UNDONE = "ErrorUnsupportedQueryFilter"
DEEP = "".join(is_("item:Subject", n) for n in range(256))
WRONG = [
    (where(is_("message:ToRecipients", "x")), QUERY),
    (where(contains("message:CcRecipients", "x", "Substring")), QUERY),
    (where(is_("message:ReplyTo", "x")), QUERY),
    (where(is_("item:ItemId", "x")), QUERY),
    (where(is_("item:MimeContent", "x")), QUERY),
    (where(is_("item:Culture", "x")), QUERY),
    (where(exists("item:EffectiveRights")), QUERY),
    (where(is_("folder:DisplayName", "x")), QUERY),
    (where(is_("task:Status", "Completed")), QUERY),
    (where(not_(is_("message:ToRecipients", "x"))), QUERY),
    (where("<t:Or>" + is_("item:Subject", "Alpha report")
           + is_("item:ItemId", "x") + "</t:Or>"), QUERY),
    (where(is_("item:DateTimeCreated", "true", "GreaterThan")), VALUE),
    (where(is_("item:DateTimeCreated", "yesterday", "GreaterThan")), VALUE),
    (where(is_("item:Importance", "Higher")), VALUE),
    (where(is_("item:Size", "big")), VALUE),
    (where(is_("message:IsRead", "perhaps")), VALUE),
    (where(is_("0x0E07:Integer", "one")), VALUE),
    (where(f"<t:IsEqualTo>{uri('item:Subject')}<t:FieldURIOrConstant>"
           f"{uri('item:Size')}</t:FieldURIOrConstant></t:IsEqualTo>"), VALUE),
    (where(contains("item:Importance", "High", "Substring")), TYPE),
    (where(contains("item:DateTimeReceived", "2026", "Prefixed")), TYPE),
    (where(contains("item:Subject", "x", "Substring", "Loose")), UNDONE),
    (where(exists("message:IsRead")), "ErrorInvalidPropertyForExists"),
    (where(exists("item:IsFromMe")), "ErrorInvalidPropertyForExists"),
    (where(excludes("item:Subject", "0x1")), QUERY),
    (where(is_("0x300B:Binary", "AAAA", "GreaterThan")), QUERY),
    (where(is_("item:Categories", "Blue", "NotEqualTo")), QUERY),
    (where(is_("item:Categories", "Blue", "LessThan")), QUERY),
    (where(is_("0x3FFA:Object", "x")), "ErrorUnsupportedMapiPropertyType"),
    (where(is_("0x0:String", "x")), "ErrorInvalidExtendedProperty"),
    (where("<t:Or>" + DEEP + "</t:Or>"), "ErrorRestrictionTooLong"),
    (where(exists("item:Subject"), exists("item:Body")),
     "ErrorInvalidRestriction"),
    (order("message:ToRecipients"), SORT),
    (order("item:Categories"), SORT),
    (order("item:Body"), SORT),
    (order("item:Subject", "item:ItemId"), SORT),
    (order(*["item:Subject"] * 7), "ErrorInternalServerError"),
    ('<m:IndexedPageItemView MaxEntriesReturned="0" Offset="0" '
     'BasePoint="Beginning"/>', "ErrorInvalidPagingMaxRows"),
    ('<m:IndexedPageItemView MaxEntriesReturned="1" Offset="-1" '
     'BasePoint="Beginning"/>', "ErrorInvalidIndexedPagingParameters"),
    ('<m:FractionalPageItemView MaxEntriesReturned="1" Numerator="2" '
     'Denominator="1"/>', "ErrorInvalidFractionalPagingParameters"),
    ('<m:FractionalPageItemView MaxEntriesReturned="1" Numerator="0" '
     'Denominator="0"/>', "ErrorInvalidFractionalPagingParameters"),
    (f'<m:GroupBy Order="Ascending">{uri("message:From")}<t:AggregateOn '
     f'Aggregate="Maximum">{uri("item:DateTimeReceived")}</t:AggregateOn>'
     "</m:GroupBy>", SORT),
    ('<m:DistinguishedGroupBy Order="Ascending"><t:StandardGroupBy>'
     "ConversationTopic</t:StandardGroupBy></m:DistinguishedGroupBy>", SORT),
    ('<m:CalendarView StartDate="2026-01-01T00:00:00Z" '
     'EndDate="2026-02-01T00:00:00Z"/>',
     "ErrorCalendarFolderIsInvalidForCalendarView"),
    ('<m:ContactsView InitialName="a" FinalName="z"/>',
     "ErrorInvalidOperation"),
    ('<m:SeekToConditionPageItemView BasePoint="Beginning"><t:Condition>'
     + is_("item:ItemId", "x")
     + "</t:Condition></m:SeekToConditionPageItemView>", QUERY),
]


@pytest.mark.parametrize("inside,code", WRONG,
                         ids=[str(n) for n in range(len(WRONG))])
@pytest.mark.parametrize("folder", ["Full", "Empty"])
def test_what_is_refused(server, inside, code, folder):
    assert server.find(inside, folder=folder) == code


@pytest.mark.parametrize("query,expected", [
    ("subject:alpha", "alpha beta"), ("from:dora", "beta"), ("carl",
                                                             "alpha gamma"),
    ('subject:"alpha report" carl', "alpha"), ("subject:nothing", ""),
    ("alpha OR beta", UNDONE), ("to:anna", UNDONE), ("size:>3", UNDONE)])
def test_query_string(server, query, expected):
    text = query.replace(">", "&gt;").replace('"', "&quot;")
    inside = order("item:DateTimeReceived") + \
        f"<m:ParentFolderIds>{server.folder_id('Full')}</m:ParentFolderIds>" \
        f"<m:QueryString>{text}</m:QueryString>"
    assert server.names(inside) == \
        (expected if expected == UNDONE else expected.split())


@pytest.mark.parametrize("paths,expected", [
    (["item:DateTimeReceived"], "alpha beta gamma bare"),
    (["-item:DateTimeReceived"], "bare gamma beta alpha"),
    (["item:Subject"], "bare alpha beta gamma"),
    (["-item:Subject"], "gamma beta alpha bare"),
    (["item:Importance", "-item:DateTimeReceived"], "bare gamma beta alpha"),
    (["message:From"], "bare alpha gamma beta"),
    (["message:IsRead", "item:DateTimeReceived"], "beta bare alpha gamma"),
    (["-0x1035:String"], "gamma beta alpha bare"),
])
def test_sort(server, paths, expected):
    assert server.names(order(*paths)) == expected.split()
    assert server.names(order(*paths), folder="Empty") == []


def test_fractional_page(server):
    """The third quarter begins where the two before it end."""
    view = '<m:FractionalPageItemView MaxEntriesReturned="1" ' \
           'Numerator="2" Denominator="4"/>'
    inside = view + order("item:DateTimeReceived")
    assert server.names(inside) == ["gamma"]
    root = server.find(inside)
    assert (root.get("NumeratorOffset"), root.get("AbsoluteDenominator"),
            root.get("TotalItemsInView"),
            root.get("IncludesLastItemInRange")) == ("3", "4", "4", "false")
    assert root.get("IndexedPagingOffset") is None


def test_seek_to_condition(server):
    """From the first that meets it to the end, met or not."""
    def seek(expression):
        return '<m:SeekToConditionPageItemView MaxEntriesReturned="2" ' \
               f'BasePoint="Beginning"><t:Condition>{expression}' \
               "</t:Condition></m:SeekToConditionPageItemView>" + \
               order("item:DateTimeReceived")

    inside = seek(is_("item:Subject", "alpha report, second"))
    assert server.names(inside) == ["beta", "gamma"]
    assert server.find(inside).get("IndexedPagingOffset") == "3"
    assert server.names(seek(is_("item:Subject", "nothing"))) == []


@pytest.mark.parametrize("end,code", [
    ("2025-12-31", "ErrorCalendarEndDateIsEarlierThanStartDate"),
    ("2028-01-02", "ErrorCalendarViewRangeTooBig"), ("2027-01-01", None)])
def test_calendar_view(server, end, code):
    view = '<m:CalendarView StartDate="2026-01-01T00:00:00Z" ' \
           f'EndDate="{end}T00:00:00Z"/>'
    assert server.names(view, folder="@calendar") == (code or [])


def test_body_is_for_get_item(server):
    """Left out of a list; what else only GetItem has is refused."""
    root = server.find(shape=props("item:Body", "item:Subject"))
    assert root.findall(f".//{T}Subject") and not root.findall(f".//{T}Body")
    refused = ["item:MimeContent", "item:Attachments", "item:UniqueBody"]
    if server.year == "2016":
        refused += ["item:TextBody", "item:NormalizedBody"]
    for path in refused:
        assert server.find(shape=props(path)) == \
            "ErrorInvalidPropertyForOperation"
    assert server.find(
        shape="<t:IncludeMimeContent>true</t:IncludeMimeContent>") == \
        "ErrorInvalidPropertyForOperation"


def test_folder_restriction(server):
    def found(expression, **more):
        return server.folder_names('Traversal="Deep"', where(expression),
                                   **more)

    name = "folder:DisplayName"
    assert found(contains(name, "Full", "FullString", "Exact")) == ["Full"]
    assert found(contains(name, "full", "FullString", "Exact")) == []
    assert found(is_(name, "full")) == ["Full"]
    assert found(is_("folder:TotalCount", "4")) == ["Full"]
    assert found(is_("folder:UnreadCount", "0", "GreaterThan")) == ["Full"]
    assert found(is_("0x3602:Integer", "4")) == ["Full"]
    assert found(is_("folder:FolderClass", "ipf.stickynote")) == ["Notes"]
    for parent in ("@msgfolderroot", "Below"):
        for wrong, code in (
                (is_("folder:FolderId", "x"), QUERY),
                (is_("item:Subject", "x"), QUERY),
                (is_("folder:TotalCount", "many"), VALUE),
                (contains("folder:TotalCount", "4", "Substring"), TYPE)):
            assert found(wrong, parent=parent) == code


def test_folder_pages(server):
    everything = server.folder_names()
    size = len(everything)

    def page(view):
        return server.folder_names(inside=view)

    assert page('<m:IndexedPageFolderView MaxEntriesReturned="2" Offset="1" '
                'BasePoint="Beginning"/>') == everything[1:3]
    assert page('<m:IndexedPageFolderView MaxEntriesReturned="2" Offset="0" '
                'BasePoint="End"/>') == everything[:-3:-1]
    assert page('<m:FractionalPageFolderView MaxEntriesReturned="2" '
                'Numerator="1" Denominator="2"/>') == \
        everything[size // 2:size // 2 + 2]
    assert page('<m:FractionalPageFolderView Numerator="-1" '
                'Denominator="2"/>') == \
        "ErrorInvalidFractionalPagingParameters"
    assert page('<m:IndexedPageFolderView MaxEntriesReturned="0" Offset="0" '
                'BasePoint="Beginning"/>') == "ErrorInvalidPagingMaxRows"


def folder_class(server, id_xml):
    (message,) = server.call(
        "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>"
        f"{props('folder:FolderClass')}</m:FolderShape><m:FolderIds>{id_xml}"
        "</m:FolderIds></m:GetFolder>")
    (folder,) = message.find(M + "Folders")
    return folder.tag[len(T):], folder.findtext(T + "FolderClass")


def test_class_of_new_folders(server):
    """A kind of folder has its class, a plain one has the one it is given."""
    def created(element, name, inside=""):
        (message,) = server.call(
            "<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId "
            f'Id="inbox"/></m:ParentFolderId><m:Folders><t:{element}>'
            f"{inside}<t:DisplayName>{name}</t:DisplayName></t:{element}>"
            "</m:Folders></m:CreateFolder>")
        code = message.find(M + "ResponseCode").text
        if code != "NoError":
            return code
        (folder,) = message.find(M + "Folders")
        made = folder.find(T + "FolderId").get("Id")
        return folder_class(server, f'<t:FolderId Id="{made}"/>')

    assert created("Folder", "plain") == ("Folder", None)
    assert created("Folder", "mail", "<t:FolderClass>IPF.Note"
                   "</t:FolderClass>") == ("Folder", "IPF.Note")
    assert created("CalendarFolder", "days") == \
        ("CalendarFolder", "IPF.Appointment")
    assert created("ContactsFolder", "people") == \
        ("ContactsFolder", "IPF.Contact")
    assert created("TasksFolder", "deeds") == ("TasksFolder", "IPF.Task")
    assert created("SearchFolder", "search") == "ErrorFolderSave"
    assert created("Folder", "PLAIN") == "ErrorFolderExists"


def test_class_of_roots(server):
    for name in ("root", "msgfolderroot", "recoverableitemsroot"):
        assert folder_class(
            server, f'<t:DistinguishedFolderId Id="{name}"/>')[1] is None
    assert folder_class(
        server, '<t:DistinguishedFolderId Id="inbox"/>')[1] == "IPF.Note"


def test_size_of_a_folder(server):
    (message,) = server.call(
        "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>"
        f"<t:AdditionalProperties>{uri('0x0E08:Long')}"
        "</t:AdditionalProperties></m:FolderShape><m:FolderIds>"
        f"{server.folder_id('Full')}</m:FolderIds></m:GetFolder>")
    held = sum(i["size"] for i in server.sim.dump(ANNA)
               if i["folder"] == "Inbox/Full")
    assert message.findtext(f".//{T}Value") == str(held)


def removal(server, how):
    """Removes a copy of alpha so; the folders where it lies then."""
    name = "Removed" + how
    server.sim.commands(f"folder {ANNA} {name}\n"
                        f"copy {ANNA} mid:alpha@case.example {name}")
    before = [i["folder"] for i in server.sim.dump(ANNA)]
    (item,) = [i for i in server.sim.dump(ANNA) if i["folder"] == name]
    (message,) = server.call(
        f'<m:DeleteItem DeleteType="{how}"><m:ItemIds><t:ItemId '
        f'Id="{item["id"]}"/></m:ItemIds></m:DeleteItem>')
    assert message.get("ResponseClass") == "Success"
    after = [i["folder"] for i in server.sim.dump(ANNA)]
    assert item["id"] not in [i["id"] for i in server.sim.dump(ANNA)]
    for folder in before:
        if folder in after:
            after.remove(folder)
    return after


def test_recoverable_items(server):
    assert removal(server, "MoveToDeletedItems") == ["Deleted Items"]
    assert removal(server, "SoftDelete") == ["/Recoverable Items/Deletions"]
    assert removal(server, "HardDelete") == ["/Recoverable Items/Purges"]
    assert server.names(folder="@recoverableitemsdeletions") == ["alpha"]
    assert server.names(folder="@recoverableitemspurges") == ["alpha"]
    (item,) = server.find(folder="@recoverableitemsdeletions").iter(
        T + "ItemId")
    server.call('<m:DeleteItem DeleteType="SoftDelete"><m:ItemIds><t:ItemId '
                f'Id="{item.get("Id")}"/></m:ItemIds></m:DeleteItem>')
    assert server.names(folder="@recoverableitemsdeletions") == []
    assert server.names(folder="@recoverableitemspurges") == ["alpha"] * 2
    for item in server.find(folder="@recoverableitemspurges").iter(
            T + "ItemId"):
        server.call('<m:DeleteItem DeleteType="HardDelete"><m:ItemIds>'
                    f'<t:ItemId Id="{item.get("Id")}"/></m:ItemIds>'
                    "</m:DeleteItem>")
    assert server.names(folder="@recoverableitemspurges") == []
    assert server.names(attr="SoftDeleted") == []
    assert server.names(attr="SoftDeleted",
                        inside=where(is_("item:ItemId", "x"))) == QUERY


def test_recoverable_items_of_2007(old):
    """None: what is removed is gone, and nobody is told that it is not
    in the folder."""
    assert removal(old, "MoveToDeletedItems") == ["Deleted Items"]
    assert removal(old, "SoftDelete") == []
    assert removal(old, "HardDelete") == []
    assert old.find(attr="SoftDeleted") == "ErrorInvalidOperation"
    assert old.find_folder('Traversal="SoftDeleted"') == \
        "ErrorInvalidOperation"


def test_fields_of_a_later_version(server):
    """Known to the server, and not in the version that is asked for."""
    server.version = "Exchange2007_SP1"
    assert server.find(where(is_("item:IsAssociated", "true"))) == \
        "ErrorInvalidPropertyRequest"
    server.version = VERSION[server.year]
    assert server.names(where(is_("item:IsAssociated", "true"))) == []
